// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/settings.h"

#include <confuse.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/memory.h"
#include "aditd/permission.h"
#include "aditd/source.h"

#define FILES_MAX	4096		/* of one configuration */
#define UNKNOWN_MAX 64 /* names that are wrong in one file, before we stop counting */

struct file {
	char *path;
	char *from;			/* who included it; NULL: the first one */
	unsigned int line;
};

struct parser {
	struct settings *settings;
	struct mistakes *mistakes;
	const struct setting_name *top;
	const struct setting_name *tunnel;

	struct file *files;		/* read in this order */
	size_t file_count;
	const char *path;		/* of the file that is read */
	cfg_t *root;
	struct settings_section *section; /* the tunnel that is read; NULL between them */

	/* Names that libconfuse did not know: it is told, and the file read again */
	char *unknown_top[UNKNOWN_MAX + 1];
	char *unknown_tunnel[UNKNOWN_MAX + 1];
	bool found_unknown;
};

/* libconfuse's callbacks have no argument of ours; settings_read() is documented as not
 * reentrant */
static struct parser *parser;

static void file_queue(const char *path, const char *from, unsigned int line)
{
	char real[PATH_MAX];
	size_t i;

	if (!realpath(path, real))
		snprintf(real, sizeof(real), "%s", path);
	for (i = 0; i < parser->file_count; i++)
		if (!strcmp(parser->files[i].path, real))
			return;
	if (parser->file_count == FILES_MAX) {
		mistake_add(parser->mistakes, from, line, "more than %d files are included",
			    FILES_MAX);
		return;
	}
	parser->files = memory_array(parser->files, i + 1, sizeof(*parser->files));
	parser->files[i] = (struct file) {
		.path = memory_copy_text(from ? real : path),
		.from = memory_copy_text(from),
		.line = line,
	};
	parser->file_count++;
}

/* A folder that is not there holds nothing; one that may not be read holds tunnels */
static int unreadable(const char *path, int code)
{
	(void)path;
	return code == EACCES;
}

static int on_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	char pattern[PATH_MAX], reason[512];
	const char *slash = strrchr(parser->path, '/');
	glob_t found = { 0 };
	size_t i;

	(void)opt;
	(void)argc;
	/* Relative to the file that says it */
	if (argv[0][0] == '/' || !slash)
		snprintf(pattern, sizeof(pattern), "%s", argv[0]);
	else
		snprintf(pattern, sizeof(pattern), "%.*s/%s", (int)(slash - parser->path),
			 parser->path, argv[0]);
	/* A pattern may match nothing, a plain name must be there */
	switch (glob(pattern, 0, unreadable, &found)) {
	case 0:
		for (i = 0; i < found.gl_pathc; i++)
			file_queue(found.gl_pathv[i], parser->path, cfg->line);
		break;
	case GLOB_NOMATCH:
		if (!strpbrk(pattern, "*?["))
			file_queue(pattern, parser->path, cfg->line);
		break;
	default:
		mistake_add(parser->mistakes, parser->path, cfg->line,
			    "include(\"%s\"): %s", argv[0],
			    permission_explain(pattern, EACCES, reason, sizeof(reason)));
	}
	globfree(&found);
	return 0;
}

static struct settings_section *section_add(const char *title, unsigned int line)
{
	struct settings *settings = parser->settings;
	struct settings_section *section;

	settings->sections = memory_array(settings->sections, settings->count + 1,
					  sizeof(*settings->sections));
	section = &settings->sections[settings->count++];
	*section = (struct settings_section) {
		.title = memory_copy_text(title),
		.file = memory_copy_text(parser->path),
		.line = line,
	};
	return section;
}

static struct settings_section *section_of(const cfg_t *cfg)
{
	if (cfg == parser->root)
		return &parser->settings->sections[0];
	/* libconfuse says when a section ends, not when it begins; while one is read, the root's
	 * line stays at the opening brace */
	if (!parser->section)
		parser->section = section_add(cfg->title, parser->root->line);
	return parser->section;
}

static const struct setting_name *name_known(const struct setting_name *names, const char *name)
{
	for (; names->name; names++)
		if (!strcmp(names->name, name))
			return names;
	return NULL;
}

static struct setting *setting_add(struct settings_section *section, const char *name,
				   unsigned int line)
{
	struct setting *setting;

	section->settings = memory_array(section->settings, section->count + 1,
					 sizeof(*section->settings));
	setting = &section->settings[section->count++];
	*setting = (struct setting) {
		.name = memory_copy_text(name),
		.file = memory_copy_text(parser->path),
		.line = line,
	};
	return setting;
}

static void values_clear(struct setting *setting)
{
	size_t i;

	for (i = 0; i < setting->count; i++)
		memory_erase_text(setting->values[i].text);
	free(setting->values);
	setting->values = NULL;
	setting->count = 0;
}

/* One value of a setting. libconfuse itself gets an empty text to keep, so that it never stores
 * a secret; where the scanner holds one it is wiped at once. */
static int on_value(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	struct settings_section *section = section_of(cfg);
	const struct setting_name *known = name_known(cfg == parser->root ? parser->top :
						      parser->tunnel, opt->name);
	struct setting *setting = (struct setting *)setting_find(section, opt->name);

	*(const char **)result = "";
	if (!setting) {
		setting = setting_add(section, opt->name, cfg->line);
		setting->known = known;
	} else if (setting->count >= cfg_opt_size(opt)) {
		/* libconfuse has begun the list anew, or replaced the value */
		mistake_add(parser->mistakes, parser->path, cfg->line,
			    "%s is given twice; it stands already at %s:%u", opt->name,
			    setting->file, setting->line);
		goto erase;
	}
	if (!strcmp(text, SOURCE_EMPTY))
		return 0;
	setting->values = memory_array(setting->values, setting->count + 1,
				       sizeof(*setting->values));
	setting->values[setting->count++] = (struct setting_value) {
		.text = memory_copy_text(text), .line = cfg->line,
	};
erase:
	if (known && known->secret)
		explicit_bzero((char *)text, strlen(text));
	return 0;
}

static int on_section_end(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	(void)cfg;
	if (!parser->section)
		section_add(section->title, parser->root->line);
	parser->section = NULL;
	return 0;
}

static void unknown_add(char **unknown, const char *name)
{
	size_t i = 0;

	while (unknown[i])
		i++;
	if (i == UNKNOWN_MAX)
		return;
	unknown[i] = memory_copy_text(name);
	parser->found_unknown = true;
}

static bool is_listed(const struct setting_name *names, const char *name)
{
	while (names->name && strcmp(names->name, name))
		names++;
	return names->name;
}

/*
 * What libconfuse quotes may be a piece of a secret: the second word of one that has no quotes, or
 * what stands behind a backslash. NULL: it is the name of an option, or a character of the form.
 */
static const char *without_quoting(const char *format, va_list arguments)
{
	if (!strcmp(format, "bad escape sequence '%s'") ||
	    !strcmp(format, "invalid octal number '%s'"))
		return "a backslash in a quoted text begins what is no escape sequence; write two "
		       "of them for one";
	if (!strcmp(format, "missing equal sign after option '%s'")) {
		va_list copy;
		const char *name;

		va_copy(copy, arguments);
		name = va_arg(copy, const char *);
		va_end(copy);
		if (!is_listed(parser->top, name) && !is_listed(parser->tunnel, name))
			return "a value of several words, here or in the line before, needs "
			       "quotes: NAME = \"VALUE\"";
	}
	return NULL;
}

static void on_error(cfg_t *cfg, const char *format, va_list arguments)
{
	const char *plain = without_quoting(format, arguments);
	char text[256];

	if (!strcmp(format, "no such option '%s'")) {
		parser->found_unknown = false;
		unknown_add(cfg == parser->root ? parser->unknown_top : parser->unknown_tunnel,
			    va_arg(arguments, const char *));
		if (parser->found_unknown)
			return;
		mistake_add(parser->mistakes, parser->path, cfg->line,
			    "too many unknown options; is this an aditd configuration?");
		return;
	}
	if (plain) {
		mistake_add(parser->mistakes, parser->path, cfg->line, "%s", plain);
		return;
	}
	vsnprintf(text, sizeof(text), format, arguments);
	mistake_add(
		parser->mistakes, parser->path, cfg->line,
		"%s; the form is NAME = VALUE, NAME = { VALUE, VALUE } or tunnel \"NAME\" { … }",
		text);
}

static cfg_opt_t *schema(const struct setting_name *names, char *const *unknown, cfg_opt_t *tunnel)
{
	cfg_opt_t end = CFG_END();
	cfg_opt_t include = CFG_FUNC("include", on_include);
	size_t count = 0, i;
	cfg_opt_t *opts;

	while (names[count].name)
		count++;
	opts = memory_new((count + UNKNOWN_MAX + 3) * sizeof(*opts));
	for (i = 0; i < count; i++) {
		cfg_opt_t one = CFG_STR_CB(names[i].name, NULL, CFGF_NODEFAULT, on_value);
		cfg_opt_t list = CFG_STR_LIST_CB(names[i].name, NULL, CFGF_NODEFAULT, on_value);

		opts[i] = names[i].list ? list : one;
	}
	for (; *unknown; unknown++, i++) {
		cfg_opt_t list = CFG_STR_LIST_CB(*unknown, NULL, CFGF_NODEFAULT, on_value);

		opts[i] = list;
	}
	if (tunnel) {
		cfg_opt_t section = CFG_SEC("tunnel", tunnel, CFGF_MULTI | CFGF_TITLE);

		opts[i++] = section;
		opts[i++] = include;
	}
	opts[i] = end;
	return opts;
}

static void ignore_error(cfg_t *cfg, const char *format, va_list arguments)
{
	(void)cfg;
	(void)format;
	(void)arguments;
}

/* A text that ended within quotes leaves libconfuse's scanner there for the next one. Each line
 * of this closes one kind, and is a comment for a scanner that is outside. */
static void scanner_reset(void)
{
	cfg_opt_t none[] = { CFG_END() };
	cfg_t *cfg = cfg_init(none, CFGF_NONE);

	if (!cfg)
		return;
	cfg_set_error_function(cfg, ignore_error);
	cfg_parse_buf(cfg, "#\"\n#'\n#*/\n");
	cfg_free(cfg);
}

static void parse_once(const char *text)
{
	cfg_opt_t *tunnel = schema(parser->tunnel, parser->unknown_tunnel, NULL);
	cfg_opt_t *top = schema(parser->top, parser->unknown_top, tunnel);

	scanner_reset();
	parser->found_unknown = false;
	parser->section = NULL;
	parser->root = cfg_init(top, CFGF_NONE);
	if (parser->root) {
		cfg_set_error_function(parser->root, on_error);
		cfg_set_validate_func(parser->root, "tunnel", on_section_end);
		if (cfg_parse_buf(parser->root, text) != CFG_SUCCESS)
			parser->settings->broken = true;
		cfg_free(parser->root);
		parser->root = NULL;
	}
	free(top);
	free(tunnel);
}

static void section_clear(struct settings_section *section)
{
	size_t i;

	for (i = 0; i < section->count; i++) {
		values_clear(&section->settings[i]);
		free(section->settings[i].name);
		free(section->settings[i].file);
	}
	free(section->settings);
	free(section->title);
	free(section->file);
}

/* Forgets what the file at path has said so far: it is read again */
static void file_forget(size_t sections, size_t top_settings, size_t mistakes)
{
	struct settings *settings = parser->settings;
	struct settings_section *top = &settings->sections[0];

	while (settings->count > sections)
		section_clear(&settings->sections[--settings->count]);
	while (top->count > top_settings) {
		struct setting *setting = &top->settings[--top->count];

		values_clear(setting);
		free(setting->name);
		free(setting->file);
	}
	while (parser->mistakes->count > mistakes) {
		struct mistake *mistake = &parser->mistakes->list[--parser->mistakes->count];

		free(mistake->file);
		free(mistake->text);
	}
}

static void unknown_forget(char **unknown)
{
	for (; *unknown; unknown++) {
		free(*unknown);
		*unknown = NULL;
	}
}

static void file_read(size_t index)
{
	struct file file = parser->files[index];
	char *text = source_read(file.path, file.from, file.line, parser->mistakes);
	size_t sections = parser->settings->count;
	size_t top = parser->settings->sections[0].count;
	size_t mistakes;

	if (!text)
		return;
	parser->path = file.path;
	if (source_prepare(text, file.path, parser->mistakes)) {
		mistakes = parser->mistakes->count;
		text = source_mark_empty(text);
		for (;;) {
			parse_once(text);
			if (!parser->found_unknown)
				break;
			parser->settings->broken = false;
			file_forget(sections, top, mistakes);
		}
		unknown_forget(parser->unknown_top);
		unknown_forget(parser->unknown_tunnel);
	} else {
		parser->settings->broken = true;
	}
	memory_erase_text(text);
}

struct settings *settings_read(const char *path, const struct setting_name *top,
			       const struct setting_name *tunnel, struct mistakes *mistakes)
{
	struct parser state = { .mistakes = mistakes, .top = top, .tunnel = tunnel, .path = path };
	size_t i;

	parser = &state;
	state.settings = memory_new(sizeof(*state.settings));
	section_add(NULL, 0);
	/* libconfuse, flex and stdio copy the text; glibc overwrites what they free */
	mallopt(M_PERTURB, 0xa5);
	file_queue(path, NULL, 0);
	for (i = 0; i < state.file_count; i++)
		file_read(i);
	mallopt(M_PERTURB, 0);
	for (i = 0; i < state.file_count; i++) {
		free(state.files[i].path);
		free(state.files[i].from);
	}
	free(state.files);
	parser = NULL;
	return state.settings;
}

const struct setting *setting_find(const struct settings_section *section, const char *name)
{
	size_t i;

	for (i = 0; i < section->count; i++)
		if (!strcmp(section->settings[i].name, name))
			return &section->settings[i];
	return NULL;
}

void settings_free(struct settings *settings)
{
	size_t i;

	if (!settings)
		return;
	for (i = 0; i < settings->count; i++)
		section_clear(&settings->sections[i]);
	free(settings->sections);
	free(settings);
}
