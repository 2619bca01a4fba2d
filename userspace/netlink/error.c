// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/error.h"

#include <stdarg.h>
#include <stdio.h>

int anl_fail(struct anl_error *error, int code, const char *format, ...)
{
	va_list arguments;

	error->code = code;
	error->from_kernel = 0;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return -code;
}
