// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host: module, Secure Boot, who has the ports, the configuration file.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "adit/facts.h"
#include "adit/gather.h"

#define CONFIG_DEFAULT	ADIT_SYSCONFDIR "/adit/adit.conf"

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static void put_matching(json_t *object, const char *name, const char *pattern)
{
	glob_t found;

	if (!glob(pattern, 0, NULL, &found))
		json_object_set_new(object, name, json_string(found.gl_pathv[0]));
	globfree(&found);
}

/* UEFI 2.10 3.3: four bytes of attributes, then one that is 1 while it enforces */
static bool secure_boot(void)
{
	unsigned char bytes[5] = { 0 };
	size_t length = 0;
	glob_t found;
	FILE *file;

	if (!glob("/sys/firmware/efi/efivars/SecureBoot-*", 0, NULL, &found)) {
		file = fopen(found.gl_pathv[0], "re");
		if (file) {
			length = fread(bytes, 1, sizeof(bytes), file);
			fclose(file);
		}
	}
	globfree(&found);
	return length == sizeof(bytes) && bytes[4] == 1;
}

/* As modinfo(8) finds it, which is where modprobe would: @field is "filename" or "signer" */
char *gather_module(const char *field)
{
	const char *const words[] = { "modinfo", "-F", field, "adit", NULL };
	int status;
	char *text = gather_run(words, &status);

	text[status ? 0 : strcspn(text, "\n")] = 0;
	return text;
}

/* kernel_lockdown(7): "none [integrity] confidentiality"; "": none */
static const char *lockdown(char *text, size_t size)
{
	char *begin;

	gather_text("/sys/kernel/security/lockdown", text, size);
	begin = strchr(text, '[');
	if (!begin || !strncmp(begin, "[none]", 6))
		return "";
	begin[strcspn(begin, "]")] = 0;
	return begin + 1;
}

bool gather_signatures_wanted(void)
{
	return secure_boot() || gather_signatures_enforced();
}

bool gather_signatures_enforced(void)
{
	char text[64];

	return *lockdown(text, sizeof(text)) ||
	       !strcmp(gather_text("/sys/module/module/parameters/sig_enforce", text, sizeof(text)),
		       "Y");
}

/* capabilities(7): CAP_SYS_MODULE in /proc/self/status, which a container may lack as root */
static bool may_load(void)
{
	unsigned long long set = 0;
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &set) == 1)
			break;
	if (file)
		fclose(file);
	return set >> 16 & 1;
}

/* What else makes the kernel say EPERM */
static void put_permission(json_t *module)
{
	char text[16];

	json_object_set_new(module, "may_load", json_boolean(may_load()));
	gather_text("/proc/sys/kernel/modules_disabled", text, sizeof(text));
	if (*text)
		json_object_set_new(module, "disabled", json_boolean(strcmp(text, "0")));
}

/* Only where the kernel may refuse it, which says why; and what it takes is taken out again */
void gather_refusal(struct gather *g)
{
	json_t *module = json_object_get(json_object_get(g->facts, "host"), "module");
	const char *const load[] = { "modprobe", "adit", NULL };
	const char *const unload[] = { "modprobe", "-r", "adit", NULL };
	char *text, mode[64];
	int status;

	if (!fact(module, "file") || geteuid() || !gather_signatures_wanted())
		return;
	text = gather_run(load, &status);
	text[strcspn(text, "\n")] = 0;
	if (!status) {
		free(text);
		text = gather_run(unload, &status);
	} else if (status > 0) {
		json_object_set_new(module, "refusal", json_string(text));
		json_object_set_new(module, "lockdown",
				    json_string(lockdown(mode, sizeof(mode))));
		put_permission(module);
	}
	free(text);
}

static json_t *module_facts(const char *kernel, bool known)
{
	bool loaded = known || exists("/sys/module/adit");
	json_t *module = json_pack("{s:b}", "loaded", loaded);
	char path[256], *file;

	if (loaded)
		return module;
	file = gather_module("filename");
	if (*file == '/')
		json_object_set_new(module, "file", json_string(file));
	free(file);
	put_matching(module, "source", "/usr/src/adit-*/dkms.conf");
	snprintf(path, sizeof(path), "/lib/modules/%s/build", kernel);
	json_object_set_new(module, "headers", json_boolean(exists(path)));
	return module;
}

static bool opens_socket(const char *process, unsigned long inode)
{
	char pattern[300], target[64], wanted[64];
	bool found = false;
	glob_t list;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/proc/%s/fd/*", process);
	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	if (!glob(pattern, GLOB_NOSORT, NULL, &list))
		for (i = 0; i < list.gl_pathc && !found; i++) {
			ssize_t length = readlink(list.gl_pathv[i], target, sizeof(target) - 1);

			target[length > 0 ? length : 0] = 0;
			found = !strcmp(target, wanted);
		}
	globfree(&list);
	return found;
}

/* False: somebody whom we may not look at */
static bool holder_of(unsigned long inode, char *text, size_t size)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], name[64];
	bool found = false;

	snprintf(text, size, "another program");
	while (proc && !found && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !opens_socket(entry->d_name, inode))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		snprintf(text, size, "%s (pid %.12s)", gather_text(path, name, sizeof(name)),
			 entry->d_name);
		found = true;
	}
	if (proc)
		closedir(proc);
	/* Of another namespace of processes, say */
	return found || !geteuid();
}

static void put_ports(json_t *host, const char *table)
{
	char line[512], holder[128];
	FILE *file = fopen(table, "re");
	unsigned long inode;
	unsigned int port;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*s %*x %*s %*s %*s %*u %*u %lu", &port,
			   &inode) != 2 || (port != 500 && port != 4500))
			continue;
		/* Whose descriptors one may not read may be an aditd's */
		if (!holder_of(inode, holder, sizeof(holder)))
			continue;
		if (!strncmp(holder, "aditd ", 6))
			json_object_set_new(host, "aditd", json_string(holder));
		else
			json_array_append_new(json_object_get(host, "ports"),
					      json_pack("{s:i, s:s}", "port", (int)port,
							"holder", holder));
	}
	if (file)
		fclose(file);
}

/* RFC 1918, RFC 6598: an address that only a NAT makes reachable */
static bool is_private(const struct ike_address *address)
{
	const uint8_t *b = address->bytes;

	return address->family == AF_INET &&
	       (b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
		(b[0] == 192 && b[1] == 168) ||
		(b[0] == 100 && (b[1] & 0xc0) == 64));
}

void gather_host(struct gather *g)
{
	json_t *host = json_pack("{s:[]}", "ports");
	struct utsname kernel;
	struct stat netns;

	uname(&kernel);
	json_object_set_new(host, "kernel", json_string(kernel.release));
	json_object_set_new(host, "module", module_facts(kernel.release,
						       fact_true(g->facts, "daemon.module")));
	json_object_set_new(host, "secure_boot", json_boolean(secure_boot()));
	if (!stat("/proc/self/ns/net", &netns))
		json_object_set_new(host, "netns", json_integer((json_int_t)netns.st_ino));
	json_object_set_new(host, "nat", json_boolean(is_private(&g->local) &&
						      !is_private(&g->remote)));
	if (fact_false(g->facts, "daemon.answers")) {
		put_ports(host, "/proc/net/udp");
		put_ports(host, "/proc/net/udp6");
	}
	json_object_set_new(g->facts, "host", host);
}

/* aditd beside this program, as in a build tree; else where it is installed */
static void daemon_path(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 2);

	path[length > 0 ? length : 0] = 0;
	if (length > 0 && (size_t)length + 2 < size)
		strcat(path, "d");
	if (!exists(path))
		snprintf(path, size, "aditd");
}

static void put_check(json_t *file, const char *config)
{
	char program[4096];
	const char *const words[] = { program, "--check", "-c", config, NULL };
	char *text;
	int status;

	daemon_path(program, sizeof(program));
	text = gather_run(words, &status);
	/* What it includes, or a key's file, may be closed to us and open to the daemon */
	if (!status || (status > 0 && (!geteuid() || !strstr(text, strerror(EACCES))))) {
		json_object_set_new(file, "good", json_boolean(!status));
		text[strcspn(text, "\n")] = 0;
		json_object_set_new(file, "output", json_string(text));
	}
	free(text);
}

/* A line  tunnel "NAME" {  with the name in either quotes or none */
static bool names_tunnel(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	char line[1024], word[256];
	bool found = false;
	const char *at;

	while (file && !found && fgets(line, sizeof(line), file)) {
		at = line + strspn(line, " \t");
		if (strncmp(at, "tunnel", 6) || !strchr(" \t\"'", at[6]))
			continue;
		at += 6 + strspn(at + 6, " \t\"'");
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, "\"'{\n"), at);
		word[strcspn(word, " \t")] = strchr(name, ' ') ? word[strcspn(word, " \t")] : 0;
		found = !strcmp(word, name);
	}
	if (file)
		fclose(file);
	return found;
}

static bool named_anywhere(const char *config, const char *name)
{
	bool found = names_tunnel(config, name);
	char pattern[4096];
	glob_t list;
	size_t i;

	/* What a configuration usually includes */
	snprintf(pattern, sizeof(pattern), "%.*s/conf.d/*.conf",
		 (int)(strrchr(config, '/') ? strrchr(config, '/') - config : 0), config);
	if (!glob(pattern, 0, NULL, &list))
		for (i = 0; i < list.gl_pathc && !found; i++)
			found = names_tunnel(list.gl_pathv[i], name);
	globfree(&list);
	return found;
}

void gather_file(struct gather *g)
{
	const char *config = fact_text(g->facts, "daemon.config");
	json_t *file = json_object();
	struct stat status;

	if (!*config)
		config = CONFIG_DEFAULT;
	json_object_set_new(file, "path", json_string(config));
	/* Whom its folder is closed to cannot say that it is not there */
	if (!stat(config, &status))
		json_object_set_new(file, "exists", json_true());
	else if (errno == ENOENT || errno == ENOTDIR)
		json_object_set_new(file, "exists", json_false());
	if (fact_true(file, "exists")) {
		json_object_set_new(file, "changed", json_integer(status.st_mtime));
		if (!access(config, R_OK)) {
			json_object_set_new(file, "tunnel",
					    json_boolean(named_anywhere(config, g->name)));
			put_check(file, config);
		}
	}
	json_object_set_new(g->facts, "file", file);
}
