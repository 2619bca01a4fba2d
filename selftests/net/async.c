// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the kernel prefer an asynchronous implementation of an algorithm, or the others again:
 *
 *	async aead|hash TEMPLATE NAME PRIORITY
 *
 * An AF_ALG socket asks for TEMPLATE(NAME): the kernel builds it out of the template (cryptd,
 * pcrypt) and the best implementation that it takes. What is built bears the implementation's name,
 * such as cryptd(rfc4106-gcm-aesni), and so is not what was asked for: the socket may well not get
 * it, but it is there. /proc/crypto has its name, and over crypto_user it is given the priority.
 * Prints the name. Exit status 4 when this kernel cannot.
 */
#include <err.h>
#include <errno.h>
#include <linux/cryptouser.h>
#include <linux/if_alg.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of <crypto/algapi.h> and <linux/crypto.h> */
#define TYPE_AEAD	3
#define TYPE_AHASH	15
#define TYPE_MASK	15

struct request {
	struct nlmsghdr header;
	struct crypto_user_alg algorithm;
	struct nlattr priority_header;
	uint32_t priority;
};

static void build(const char *type, const char *template, const char *name)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG };
	int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(4, "AF_ALG");
	snprintf((char *)address.salg_type, sizeof(address.salg_type), "%s", type);
	snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s(%s)", template, name);
	/* Whether it worked, /proc/crypto says. */
	(void)bind(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
}

/* The driver that @template made of an implementation of @name: "name", then "driver". */
static void find(const char *template, const char *name, char *driver, size_t size)
{
	char line[256], key[16], value[128], current[128] = "";
	FILE *list = fopen("/proc/crypto", "re");
	size_t length = strlen(template);

	if (!list)
		err(2, "/proc/crypto");
	*driver = 0;
	while (fgets(line, sizeof(line), list)) {
		if (sscanf(line, "%15s : %127s", key, value) != 2)
			continue;
		if (!strcmp(key, "name"))
			snprintf(current, sizeof(current), "%s", value);
		else if (!strcmp(key, "driver") && !strcmp(current, name) &&
			 !strncmp(value, template, length) && value[length] == '(')
			snprintf(driver, size, "%s", value);
	}
	fclose(list);
	if (!*driver)
		errx(4, "no %s(%s) in /proc/crypto", template, name);
}

static void prefer(const char *type, const char *name, const char *driver, uint32_t priority)
{
	struct request request = {
		.header = {
			.nlmsg_len = sizeof(request), .nlmsg_type = CRYPTO_MSG_UPDATEALG,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.algorithm = {
			.cru_type = strcmp(type, "aead") ? TYPE_AHASH : TYPE_AEAD,
			.cru_mask = TYPE_MASK,
		},
		.priority_header = {
			.nla_len = NLA_HDRLEN + sizeof(request.priority),
			.nla_type = CRYPTOCFGA_PRIORITY_VAL,
		},
		.priority = priority,
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_CRYPTO);

	if (fd < 0)
		err(4, "crypto_user");
	snprintf(request.algorithm.cru_name, CRYPTO_MAX_NAME, "%.63s", name);
	snprintf(request.algorithm.cru_driver_name, CRYPTO_MAX_NAME, "%.63s", driver);
	if (send(fd, &request, sizeof(request), 0) != sizeof(request) ||
	    recv(fd, &answer, sizeof(answer), 0) < (ssize_t)sizeof(answer.header) +
						   (ssize_t)sizeof(answer.error))
		err(2, "crypto_user");
	if (answer.error.error)
		errx(1, "%s: %s", driver, strerror(-answer.error.error));
	close(fd);
}

int main(int argc, char **argv)
{
	char driver[CRYPTO_MAX_NAME + 64];

	if (argc != 5)
		errx(2, "usage: async aead|hash TEMPLATE NAME PRIORITY");
	build(argv[1], argv[2], argv[3]);
	find(argv[2], argv[3], driver, sizeof(driver));
	prefer(argv[1], argv[3], driver, strtoul(argv[4], NULL, 0));
	puts(driver);
	return 0;
}
