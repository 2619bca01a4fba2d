// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the kernel prefer an asynchronous implementation of an algorithm:
 *
 *	async aead 'cryptd(rfc4106(gcm(aes)))'
 *
 * An AF_ALG socket asks for the algorithm by that name; the kernel builds it out of the template
 * and the best implementation there is, with a higher priority. It stays: who asks for
 * rfc4106(gcm(aes)) from now on gets this one. Exit status 4 when the kernel cannot.
 */
#include <err.h>
#include <linux/if_alg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_alg algorithm = { .salg_family = AF_ALG };
	int fd;

	if (argc != 3)
		errx(2, "usage: async TYPE NAME");
	snprintf((char *)algorithm.salg_type, sizeof(algorithm.salg_type), "%s", argv[1]);
	snprintf((char *)algorithm.salg_name, sizeof(algorithm.salg_name), "%s", argv[2]);
	fd = socket(AF_ALG, SOCK_SEQPACKET, 0);
	if (fd < 0)
		err(4, "AF_ALG");
	if (bind(fd, (struct sockaddr *)&algorithm, sizeof(algorithm)))
		err(4, "%s %s", argv[1], argv[2]);
	close(fd);
	return 0;
}
