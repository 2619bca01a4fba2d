// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything at once, from many threads, in two namespaces whose devices vpn0 are the two ends of a
 * tunnel: SAs are added, changed, removed, dumped and flushed, devices come and go, go up and down
 * and change their MTU, while datagrams cross both ways:
 *
 *	churn SECONDS SEED LEFT RIGHT LEFT-INNER RIGHT-INNER LEFT-OUTER RIGHT-OUTER
 *
 * The module itself may go and come back meanwhile. Prints what was done how often, and how often
 * refused; what a thread does depends on the seed and its number, when it does it not. It is the
 * kernel's log, and a tunnel afterwards, that tell whether all went well; this fails when something
 * was never done, or refused with an error that no state of things explains.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/adit.h>
#include <net/if.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/association.h"
#include "lib/chance.h"
#include "lib/craft.h"
#include "lib/rtnl.h"

#define SPIS	12

enum { ADD, DEL, SET, GET, DUMP, FLUSH, POLICY, DEVICE_ADD, DEVICE_DEL, DEVICE_SET, SEND, DOINGS };

static const char *const doing_names[DOINGS] = {
	"sa-add", "sa-del", "sa-set", "sa-get", "sa-dump", "sa-flush", "dev-set",
	"link-add", "link-del", "link-set", "send",
};

static atomic_ulong done[DOINGS], refused[DOINGS];
static atomic_bool over;
static uint64_t seed;

static struct end {
	const char *namespace, *inner, *outer;
} ends[2];

struct thread {
	pthread_t id;
	unsigned int number;
	const struct end *here, *there;
	struct chance chance;
	struct genl genl;
	bool has_genl;
	struct genl_message message;
	int rtnl;
};

/*
 * No such SA, device or family; there is one already; memory, or the module, is going (of which
 * netlink says to who wants a dump that the protocol is not supported).
 */
static bool is_expected(int error)
{
	switch (error) {
	case 0: case ENOENT: case ENODEV: case EEXIST: case EINVAL: case ENOBUFS: case ENOMEM:
	case EOPNOTSUPP: case ENXIO: case EBUSY: case EAGAIN: case ENETDOWN: case ENETUNREACH:
	case EHOSTUNREACH: case EADDRNOTAVAIL: case EMSGSIZE: case EPERM: case EPROTONOSUPPORT:
		return true;
	}
	return false;
}

static void count(int doing, int error)
{
	if (!is_expected(error))
		errx(1, "%s: %s", doing_names[doing], strerror(error));
	if (error)
		atomic_fetch_add(&refused[doing], 1);
	else
		atomic_fetch_add(&done[doing], 1);
}

/* The family's number may be another each time that the module is loaded. */
static bool connected(struct thread *thread)
{
	if (thread->has_genl)
		return true;
	thread->has_genl = !genl_try(&thread->genl, ADIT_FAMILY_NAME);
	return thread->has_genl;
}

static int ask(struct thread *thread)
{
	struct genl_answer answer;
	int error = genl_ask(&thread->genl, &thread->message, &answer);

	if (error == ENOENT || error == ETIMEDOUT || error == EOPNOTSUPP ||
	    error == EPROTONOSUPPORT) {
		/* No such SA, or no such family any more: to look again costs little. */
		close(thread->genl.fd);
		thread->has_genl = false;
	}
	return error;
}

static void policy(struct thread *thread, uint32_t ifindex)
{
	genl_begin(&thread->genl, &thread->message, ADIT_CMD_DEV_SET, 0);
	genl_put_u32(&thread->message, ADIT_A_DEV_IFINDEX, ifindex);
	genl_put_u8(&thread->message, ADIT_A_DEV_CARRIER_POLICY, chance_below(&thread->chance, 3));
	genl_put_u32(&thread->message, ADIT_A_DEV_MARK, 0);
	genl_put_u32(&thread->message, ADIT_A_DEV_STAGED_LIMIT, chance_below(&thread->chance, 5));
}

static void change_associations(struct thread *thread)
{
	static const uint8_t commands[] = {
		[ADD] = ADIT_CMD_SA_ADD, [DEL] = ADIT_CMD_SA_DEL, [SET] = ADIT_CMD_SA_SET,
		[GET] = ADIT_CMD_SA_GET, [DUMP] = ADIT_CMD_SA_GET, [FLUSH] = ADIT_CMD_SA_FLUSH,
		[POLICY] = ADIT_CMD_DEV_SET,
	};
	static const uint8_t often[] = {
		ADD, ADD, ADD, ADD, ADD, ADD, ADD, ADD, DEL, DEL, DEL, DEL, SET, SET, GET, DUMP,
		POLICY,
	};
	struct chance *chance = &thread->chance;
	int doing = chance_one_in(chance, 60) ? FLUSH : often[chance_below(chance, sizeof(often))];
	const struct association_kind *kind =
		&association_kinds[chance_below(chance, association_kind_count)];
	struct association_name name = {
		.ifindex = if_nametoindex("vpn0"),
		.direction = chance_one_in(chance, 2) ? ADIT_DIRECTION_IN : ADIT_DIRECTION_OUT,
		.spi = 0x8000 + chance_below(chance, SPIS),
		.local = thread->here->outer, .remote = thread->there->outer,
	};

	if (!connected(thread)) {
		count(doing, ENOENT);
		usleep(1000);
		return;
	}
	if (doing == POLICY) {
		policy(thread, name.ifindex);
	} else if (doing == DUMP || doing == FLUSH) {
		genl_begin(&thread->genl, &thread->message, commands[doing],
			   doing == DUMP ? NLM_F_DUMP : 0);
	} else {
		association_begin(&thread->genl, &thread->message, commands[doing], 0, &name, kind);
		if (doing == ADD)
			association_put(&thread->message, &name, kind);
		if (doing == SET && kind->udp)
			genl_put_u16(&thread->message, ADIT_A_SA_NEW_ENCAP_PEER_PORT,
				     4500 + chance_below(chance, 2));
	}
	count(doing, ask(thread));
}

static void change_devices(struct thread *thread)
{
	struct chance *chance = &thread->chance;
	char name[16];

	snprintf(name, sizeof(name), "churn%u", chance_below(chance, 3));
	switch (chance_below(chance, 6)) {
	case 0:
	case 1:
		count(DEVICE_ADD, rtnl_add(thread->rtnl, name, "adit"));
		break;
	case 2:
		count(DEVICE_DEL, rtnl_delete(thread->rtnl, name));
		break;
	case 3:
		count(DEVICE_SET,
		      rtnl_set(thread->rtnl, "vpn0", 1, 1280 + chance_below(chance, 2000)));
		break;
	default:
		count(DEVICE_SET, rtnl_set(thread->rtnl, name, chance_one_in(chance, 2),
					   1280 + chance_below(chance, 1000)));
		break;
	}
}

static void *associations(void *arg)
{
	struct thread *thread = arg;

	craft_enter(thread->here->namespace);
	while (!atomic_load(&over))
		change_associations(thread);
	return NULL;
}

static void *devices(void *arg)
{
	struct thread *thread = arg;

	craft_enter(thread->here->namespace);
	thread->rtnl = rtnl_open();
	while (!atomic_load(&over))
		change_devices(thread);
	return NULL;
}

/* Datagrams small, large and of many fragments; what does not fit or finds no way is no matter. */
static void *traffic(void *arg)
{
	static const unsigned char data[9000];
	struct thread *thread = arg;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4000) };
	int fd;

	craft_enter(thread->here->namespace);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		err(2, "socket");
	to.sin_addr.s_addr = inet_addr(thread->there->inner);
	while (!atomic_load(&over)) {
		size_t size = chance_one_in(&thread->chance, 4) ? sizeof(data) : 1300;

		size = chance_below(&thread->chance, size);
		size = sendto(fd, data, size, 0, (struct sockaddr *)&to, sizeof(to));
		count(SEND, size == (size_t)-1 ? errno : 0);
		/* The others want a turn. */
		usleep(200);
	}
	return NULL;
}

static void *(*const jobs[])(void *) = { associations, associations, devices, traffic };
#define JOBS	(sizeof(jobs) / sizeof(*jobs))

int main(int argc, char **argv)
{
	static struct thread threads[2 * JOBS];
	struct timespec left;
	int status = 0;

	if (argc != 9)
		errx(2, "usage: churn SECONDS SEED LEFT RIGHT"
		     " LEFT-INNER RIGHT-INNER LEFT-OUTER RIGHT-OUTER");
	left = (struct timespec){ .tv_sec = atoi(argv[1]) };
	seed = strtoull(argv[2], NULL, 0);
	for (unsigned int i = 0; i < 2; i++)
		ends[i] = (struct end){ argv[3 + i], argv[5 + i], argv[7 + i] };
	for (unsigned int i = 0; i < 2 * JOBS; i++) {
		threads[i].number = i;
		threads[i].here = &ends[i % 2];
		threads[i].there = &ends[!(i % 2)];
		chance_begin(&threads[i].chance, seed, i);
		if (pthread_create(&threads[i].id, NULL, jobs[i / 2], &threads[i]))
			errx(2, "no thread");
	}
	while (nanosleep(&left, &left) && errno == EINTR)
		;
	atomic_store(&over, true);
	for (unsigned int i = 0; i < 2 * JOBS; i++)
		pthread_join(threads[i].id, NULL);
	for (int i = 0; i < DOINGS; i++) {
		printf("%s: %lu done, %lu refused\n", doing_names[i], done[i], refused[i]);
		status |= !done[i];
	}
	return status;
}
