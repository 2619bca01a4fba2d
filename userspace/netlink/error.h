/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the functions of this library fail.
 *
 * Every function that can fail takes a struct anl_error (never NULL), returns
 * a negative errno and has filled it in; on success the structure is left
 * untouched.
 */
#ifndef ADIT_NETLINK_ERROR_H
#define ADIT_NETLINK_ERROR_H

#include <stddef.h>

/**
 * struct anl_error - what went wrong
 * @code: the errno, positive
 * @from_kernel: the kernel refused the request; otherwise it never got there
 * @text: one sentence without a full stop: the thing that was tried and the
 *	  reason, with the kernel's extended-ack text where it gave one
 */
struct anl_error {
	int code;
	int from_kernel;
	char text[384];
};

/**
 * anl_fail - fill in an error of our own
 * @code: errno, positive
 *
 * Return: -@code, so that a caller can return it at once.
 */
int anl_fail(struct anl_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
