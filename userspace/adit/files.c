// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE_MAX (16u << 20)

FILE *files_add(struct files *files, struct anl_error *error, const char *format, ...)
{
	char path[PATH_MAX], *draft;
	struct stat status;
	va_list arguments;
	int file, length;

	va_start(arguments, format);
	length = vsnprintf(path, sizeof(path), format, arguments);
	va_end(arguments);
	if (files->count == FILES_MAX || length + 8 >= PATH_MAX) {
		anl_fail(error, ENAMETOOLONG, "the path is too long: %.100s…", path);
		return NULL;
	}
	if (!stat(path, &status) && !S_ISREG(status.st_mode)) {
		anl_fail(error, EEXIST, "%s is %s: name a file", path,
			 S_ISDIR(status.st_mode) ? "a folder" : "no file");
		return NULL;
	}
	if (!files->replace && !access(path, F_OK)) {
		anl_fail(error, EEXIST, "%s exists: nothing was changed; say --force to replace "
			 "it, or --name for other names", path);
		return NULL;
	}
	strcpy(files->list[files->count].path, path);
	draft = files->list[files->count].draft;
	strcpy(stpcpy(draft, path), ".XXXXXX");
	file = mkostemp(draft, O_CLOEXEC);	/* of mode 0600 */
	if (file < 0) {
		anl_fail(error, errno, "cannot write %s: %s", path, strerror(errno));
		return NULL;
	}
	if (files->owner && fchown(file, files->owner, (gid_t)-1)) {
		anl_fail(error, errno, "cannot give %s to the daemon: %s", path, strerror(errno));
		close(file);
		unlink(draft);
		return NULL;
	}
	return files->list[files->count++].out = fdopen(file, "w");
}

/* On the disk, whole, before it gets its name */
static int finish(FILE **out)
{
	int code = fflush(*out) || ferror(*out) || fsync(fileno(*out)) ? -errno : 0;

	fclose(*out);
	*out = NULL;
	return code;
}

static int place(const char *draft, const char *path, bool replace)
{
	if (replace)
		return rename(draft, path) ? -errno : 0;
	/* link() does not replace: nobody can come in between */
	return link(draft, path) || unlink(draft) ? -errno : 0;
}

int files_commit(struct files *files, struct anl_error *error)
{
	unsigned int done = 0;
	int code = 0;

	for (unsigned int i = 0; i < files->count && !code; i++) {
		code = finish(&files->list[i].out);
		if (code)
			anl_fail(error, -code, "cannot write %s: %s", files->list[i].path,
				 strerror(-code));
	}
	for (; !code && done < files->count; done++) {
		code = place(files->list[done].draft, files->list[done].path, files->replace);
		if (code) {
			anl_fail(error, -code, "cannot create %s: %s", files->list[done].path,
				 strerror(-code));
			break;
		}
		files->list[done].draft[0] = '\0';
	}
	/* What was replaced cannot be had back, but what is new can go again */
	while (code && !files->replace && done--)
		unlink(files->list[done].path);
	files_drop(files);
	return code;
}

void files_drop(struct files *files)
{
	for (unsigned int i = 0; i < files->count; i++) {
		if (files->list[i].out)
			fclose(files->list[i].out);
		if (files->list[i].draft[0])
			unlink(files->list[i].draft);
	}
	files->count = 0;
}

static char *read_all(FILE *in, const char *path, size_t *length, struct anl_error *error)
{
	size_t size = 65536, used = 0;
	char *content = malloc(size);

	while (content && !feof(in) && !ferror(in) && size <= FILE_SIZE_MAX) {
		used += fread(content + used, 1, size - 1 - used, in);
		if (used + 1 == size) {
			char *larger = malloc(2 * size);

			/* Not realloc(): it would leave a copy of the keys behind */
			if (larger)
				memcpy(larger, content, used);
			explicit_bzero(content, used);
			free(content);
			content = larger;
			size *= 2;
		}
	}
	if (content && !ferror(in) && size <= FILE_SIZE_MAX) {
		content[used] = '\0';
		*length = used;
		return content;
	}
	anl_fail(error, EIO, "cannot read %s: %s", path, ferror(in) ? strerror(errno) :
		 content ? "it has more than 16 MiB" : "out of memory");
	if (content)
		explicit_bzero(content, used);
	free(content);
	return NULL;
}

char *files_read(const char *path, size_t *length, struct anl_error *error)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *content;

	if (!in) {
		anl_fail(error, errno, "cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	content = read_all(in, path, length, error);
	if (in != stdin)
		fclose(in);
	return content;
}
