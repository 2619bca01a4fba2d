// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of aditd's control socket.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/control.h"
#include "aditd/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request request;
	char error[256] = "";
	bool good = request_parse(&request, (const char *)data, size, error, sizeof(error));

	/* Either it is within its bounds, or it is said what is wrong */
	if (good ? !(request.wait >= 0 && request.wait <= CONTROL_WAIT_MAX) ||
		   strnlen(request.tunnel, sizeof(request.tunnel)) == sizeof(request.tunnel) :
		   !*error)
		abort();
	return 0;
}
