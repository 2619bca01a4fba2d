// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#endif

#define LINE_MAX_BYTES 4096
#define FIELDS_MAX 24

static enum { LOG_TO_STDERR, LOG_TO_JOURNAL, LOG_TO_SYSLOG } destination;
static enum ike_severity threshold = IKE_SEVERITY_INFO;

const char *log_level_text(enum ike_severity severity)
{
	static const char *const words[] = {
		[IKE_SEVERITY_DEBUG] = "debug",
		[IKE_SEVERITY_INFO] = "info",
		[IKE_SEVERITY_WARNING] = "warning",
		[IKE_SEVERITY_ERROR] = "error",
	};

	return words[severity];
}

static int priority_of(enum ike_severity severity)
{
	static const int priorities[] = {
		[IKE_SEVERITY_DEBUG] = LOG_DEBUG,
		[IKE_SEVERITY_INFO] = LOG_INFO,
		[IKE_SEVERITY_WARNING] = LOG_WARNING,
		[IKE_SEVERITY_ERROR] = LOG_ERR,
	};

	return priorities[severity];
}

/* systemd names the journal's socket by device and inode: it may have been redirected since */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &status) && status.st_dev == device && status.st_ino == inode;
}

void log_open(void)
{
#ifdef HAVE_SYSTEMD
	if (stderr_is_journal())
		destination = LOG_TO_JOURNAL;
#else
	if (stderr_is_journal()) {
		openlog("aditd", LOG_PID, LOG_DAEMON);
		destination = LOG_TO_SYSLOG;
	}
#endif
}

void log_background(void)
{
	if (destination != LOG_TO_STDERR)
		return;
	openlog("aditd", LOG_PID, LOG_DAEMON);
	destination = LOG_TO_SYSLOG;
}

void log_level(enum ike_severity least)
{
	threshold = least;
}

static void line_print(enum ike_severity severity, const char *tunnel, const char *text)
{
	char line[LINE_MAX_BYTES], stamp[32];
	struct timeval now;
	struct tm local;
	int length;

	gettimeofday(&now, NULL);
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", localtime_r(&now.tv_sec, &local));
	length = snprintf(line, sizeof(line), "%s.%03d %-7s %s%s%s\n", stamp,
			  (int)(now.tv_usec / 1000), log_level_text(severity), tunnel ? tunnel : "",
			  tunnel ? ": " : "", text);
	if (length >= (int)sizeof(line)) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	/* One write a line, so that lines of several processes do not mix; nobody to tell if it
	 * fails */
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}

#ifdef HAVE_SYSTEMD
/* The fields of one entry */
struct entry {
	struct iovec fields[FIELDS_MAX];
	int count;
};

static void field_add(struct entry *entry, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void field_add(struct entry *entry, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length > 0 && entry->count < FIELDS_MAX)
		entry->fields[entry->count++] = (struct iovec){ text, (size_t)length };
	else if (length >= 0)
		free(text);
}

/* "spi_in" becomes ADIT_SPI_IN; lists and objects are for those who watch the control socket */
static void member_add(struct entry *entry, const char *name, const json_t *value)
{
	char upper[32] = "";

	for (size_t i = 0; name[i] && i < sizeof(upper) - 1; i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	if (json_is_string(value))
		field_add(entry, "ADIT_%s=%s", upper, json_string_value(value));
	else if (json_is_integer(value))
		field_add(entry, "ADIT_%s=%" JSON_INTEGER_FORMAT, upper, json_integer_value(value));
	else if (json_is_real(value))
		field_add(entry, "ADIT_%s=%.3f", upper, json_real_value(value));
	else if (json_is_boolean(value))
		field_add(entry, "ADIT_%s=%s", upper, json_is_true(value) ? "true" : "false");
}

static void line_send(enum ike_severity severity, const char *tunnel, const char *code,
		      const char *text, const json_t *members)
{
	struct entry entry = { .count = 0 };
	const char *name;
	json_t *value;

	field_add(&entry, "MESSAGE=%s%s%s", tunnel ? tunnel : "", tunnel ? ": " : "", text);
	field_add(&entry, "PRIORITY=%d", priority_of(severity));
	field_add(&entry, "SYSLOG_IDENTIFIER=aditd");
	if (tunnel)
		field_add(&entry, "ADIT_TUNNEL=%s", tunnel);
	if (code)
		field_add(&entry, "ADIT_CODE=%s", code);
	json_object_foreach((json_t *)members, name, value)
		member_add(&entry, name, value);
	sd_journal_sendv(entry.fields, entry.count);
	while (entry.count)
		free(entry.fields[--entry.count].iov_base);
}
#endif

void log_write(enum ike_severity severity, const char *tunnel, const char *code, const char *text,
	       const json_t *members)
{
	char clean[LINE_MAX_BYTES];
	size_t i;

	if (severity < threshold)
		return;
	for (i = 0; text[i] && i < sizeof(clean) - 1; i++)
		clean[i] = iscntrl((unsigned char)text[i]) ? ' ' : text[i];
	clean[i] = 0;
	switch (destination) {
	case LOG_TO_STDERR:
		line_print(severity, tunnel, clean);
		break;
	case LOG_TO_SYSLOG:
		syslog(priority_of(severity), "%s%s%s", tunnel ? tunnel : "", tunnel ? ": " : "",
		       clean);
		break;
	case LOG_TO_JOURNAL:
#ifdef HAVE_SYSTEMD
		line_send(severity, tunnel, code, clean, members);
#endif
		break;
	}
}

static void log_format(enum ike_severity severity, const char *format, va_list arguments)
{
	char text[2048];

	vsnprintf(text, sizeof(text), format, arguments);
	log_write(severity, NULL, NULL, text, NULL);
}

#define LOG_FUNCTION(name, severity)			\
	void name(const char *format, ...)		\
	{						\
		va_list arguments;			\
							\
		va_start(arguments, format);		\
		log_format(severity, format, arguments);\
		va_end(arguments);			\
	}

LOG_FUNCTION(log_info, IKE_SEVERITY_INFO)
LOG_FUNCTION(log_warning, IKE_SEVERITY_WARNING)
LOG_FUNCTION(log_error, IKE_SEVERITY_ERROR)
