// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit doctor: the module and the kernel that it is for.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "adit/doctor.h"
#include "adit/gather.h"

static bool exists(const char *format, const char *release)
{
	char path[256];

	snprintf(path, sizeof(path), format, release);
	return !access(path, F_OK);
}

/* depmod's list knows it, wherever below /lib/modules it is */
static bool module_installed(const char *release)
{
	char path[256], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	file = fopen(path, "re");
	while (file && !found && getline(&line, &size, file) > 0) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, "/adit.ko");
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

static bool has_headers(const char *release)
{
	return exists("/lib/modules/%s/build/Makefile", release);
}

static void say_not_built(struct doctor *doctor, const char *release)
{
	char cure[512];

	if (!has_headers(release))
		snprintf(cure, sizeof(cure), "apt-get install linux-headers-%s, and adit-dkms "
			 "builds it; or make install-module in the sources", release);
	else if (exists("/var/lib/dkms/adit%s", ""))
		snprintf(cure, sizeof(cure), "dkms autoinstall -k %s; when it does not compile, "
			 "/var/lib/dkms/adit/*/build/make.log says why", release);
	else
		snprintf(cure, sizeof(cure), "apt-get install adit-dkms, or make install-module in "
			 "the sources");
	doctor_say(doctor, "module", VERDICT_FAIL, cure, "adit.ko is not built for Linux %s",
		   release);
}

static void check_module(struct doctor *doctor, const char *release)
{
	char version[64];

	if (access("/sys/module/adit", F_OK)) {
		if (module_installed(release))
			doctor_say(doctor, "module", VERDICT_FAIL, gather_signatures_wanted() ?
				   "modprobe adit, once its signature is trusted: see secure-boot" :
				   "modprobe adit; the unit does that",
				   "adit.ko is built for Linux %s and not loaded", release);
		else
			say_not_built(doctor, release);
		return;
	}
	if (!doctor_line("/sys/module/adit/version", version, sizeof(version)) ||
	    strcmp(version, ADIT_VERSION))
		doctor_say(doctor, "module", VERDICT_WARN,
			   "systemctl stop adit; rmmod adit; modprobe adit; systemctl start adit",
			   "the module that is loaded is of version %s, this tool of " ADIT_VERSION,
			   *version ? version : "unknown");
	else
		doctor_say(doctor, "module", VERDICT_OK, NULL,
			   "adit.ko " ADIT_VERSION " is loaded into Linux %s", release);
}

static void check_headers(struct doctor *doctor, const char *release)
{
	if (!exists("/var/lib/dkms/adit%s", ""))
		doctor_say(doctor, "headers", VERDICT_OK, NULL, has_headers(release) ?
			   "those of Linux %s are there; DKMS is not used" :
			   "DKMS is not used: after an update of Linux %s, make install-module",
			   release);
	else if (has_headers(release))
		doctor_say(doctor, "headers", VERDICT_OK, NULL,
			   "those of Linux %s are there, for DKMS", release);
	else
		doctor_say(doctor, "headers", VERDICT_WARN,
			   "apt-get install linux-headers-amd64, which follows the kernel",
			   "those of Linux %s are missing: DKMS cannot build the module", release);
}

/* Whether the kernel trusts who has signed it would show only in loading it */
static void say_signature(struct doctor *doctor)
{
	char *signer = gather_module("signer");

	if (*signer)
		doctor_say(doctor, "secure-boot", VERDICT_WARN,
			   "if modprobe is refused ('Key was rejected'): mokutil --import "
			   "/var/lib/dkms/mok.pub, reboot, and enroll the key",
			   "modules need a signature that this machine trusts; adit's is of \"%s\"",
			   signer);
	else
		doctor_say(doctor, "secure-boot",
			   gather_signatures_enforced() ? VERDICT_FAIL : VERDICT_WARN,
			   "have DKMS build it, which signs it; mokutil --import "
			   "/var/lib/dkms/mok.pub, reboot, and enroll the key",
			   "modules need a signature that this machine trusts, and adit's file has "
			   "none");
	free(signer);
}

static void check_secure_boot(struct doctor *doctor)
{
	if (!gather_signatures_wanted())
		doctor_say(doctor, "secure-boot", VERDICT_OK, NULL,
			   "modules need no signature here");
	else if (!access("/sys/module/adit", F_OK))
		doctor_say(doctor, "secure-boot", VERDICT_OK, NULL,
			   "modules need a signature, and adit's is accepted");
	else
		say_signature(doctor);
}

/* The kernel's own list of what has been used since it started: "name         : cbc(aes)" */
static bool is_registered(const char *name)
{
	FILE *file = fopen("/proc/crypto", "re");
	char line[256], have[128];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "name : %127s", have) == 1 && !strcmp(have, name);
	if (file)
		fclose(file);
	return found;
}

/* What the kernel would load for it, or has built in; -n: but nothing is loaded */
static bool is_loadable(const char *name)
{
	char alias[64];
	const char *const words[] = { "modprobe", "-n", "-q", alias, NULL };
	int status = -1;

	snprintf(alias, sizeof(alias), "crypto-%s", name);
	free(doctor_run(words, &status));
	return !status;
}

/* "rfc4106(gcm(aes))" is made of three, each of which is a module, or built in */
static bool has_algorithm(const char *name)
{
	char copy[64], *part, *rest = copy;
	bool has = true;

	if (is_registered(name))
		return true;
	snprintf(copy, sizeof(copy), "%s", name);
	while (has && (part = strsep(&rest, "()")))
		has = !*part || is_registered(part) || is_loadable(part);
	return has;
}

/* Which code runs for AES, by the kernel's own list: "aesni", "generic" */
static bool aes_is_slow(void)
{
	char line[256];
	bool flag = false, fast = false;
	FILE *file = fopen("/proc/cpuinfo", "re");

	while (file && !flag && fgets(line, sizeof(line), file))
		flag = !strncmp(line, "flags", 5) && strstr(line, " aes");
	if (file)
		fclose(file);
	file = fopen("/proc/crypto", "re");
	while (file && !fast && fgets(line, sizeof(line), file))
		fast = !strncmp(line, "driver", 6) && strstr(line, "aesni");
	if (file)
		fclose(file);
	return flag && !fast;
}

static void check_algorithms(struct doctor *doctor, const char *release)
{
	static const char *const names[] = {
		"rfc4106(gcm(aes))", "cbc(aes)", "hmac(sha1)", "hmac(sha256)", "hmac(sha384)",
		"hmac(sha512)",
	};
	char missing[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!has_algorithm(names[i]))
			used += (size_t)snprintf(missing + used, sizeof(missing) - used, "%s%s",
						 used ? ", " : "", names[i]);
	/* In a container, say, which does not see what the host's kernel may load */
	if (used && !exists("/lib/modules/%s/modules.alias", release)) {
		doctor_say(doctor, "algorithms", VERDICT_WARN, "run adit doctor on the host itself",
			   "without /lib/modules/%s it is not known whether the kernel has %s",
			   release, missing);
		return;
	}
	if (used)
		doctor_say(doctor, "algorithms", VERDICT_FAIL, "install the whole kernel "
			   "(linux-image-amd64), or leave them out of the proposals",
			   "this kernel lacks %s", missing);
	else if (aes_is_slow())
		doctor_say(doctor, "algorithms", VERDICT_WARN, "modprobe aesni_intel",
			   "the processor has instructions for AES that the kernel does not use");
	else
		doctor_say(doctor, "algorithms", VERDICT_OK, NULL,
			   "AES-GCM, AES-CBC, SHA-1 and SHA-2 are there");
}

void doctor_kernel(struct doctor *doctor)
{
	struct utsname host;

	uname(&host);
	check_module(doctor, host.release);
	check_headers(doctor, host.release);
	check_secure_boot(doctor);
	check_algorithms(doctor, host.release);
}
