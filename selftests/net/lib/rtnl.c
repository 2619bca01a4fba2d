// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "patience.h"
#include "rtnl.h"

struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	unsigned char attributes[256];
};

int rtnl_open(void)
{
	struct timeval limit = { .tv_sec = 30 * patience() };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		err(2, "rtnetlink");
	return fd;
}

static struct rtattr *put(struct request *request, unsigned short type, const void *data,
			  size_t length)
{
	struct rtattr *attribute = (void *)((char *)request + request->header.nlmsg_len);

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(attribute), data, length);
	request->header.nlmsg_len += RTA_ALIGN(attribute->rta_len);
	return attribute;
}

static void begin(struct request *request, int type, int flags, const char *name)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(sizeof(request->link));
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	put(request, IFLA_IFNAME, name, strlen(name) + 1);
}

static int ask(int fd, struct request *request)
{
	_Alignas(struct nlmsghdr) unsigned char data[8192];
	const struct nlmsghdr *answer = (const void *)data;
	const struct nlmsgerr *error = NLMSG_DATA(answer);

	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		return errno;
	if (recv(fd, data, sizeof(data), 0) < 0)
		return errno;
	return answer->nlmsg_type == NLMSG_ERROR ? -error->error : EPROTO;
}

int rtnl_add(int fd, const char *name, const char *kind)
{
	struct request request;
	struct rtattr *nest;

	begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name);
	nest = put(&request, IFLA_LINKINFO, NULL, 0);
	put(&request, IFLA_INFO_KIND, kind, strlen(kind));
	nest->rta_len = (char *)&request + request.header.nlmsg_len - (char *)nest;
	return ask(fd, &request);
}

int rtnl_delete(int fd, const char *name)
{
	struct request request;

	begin(&request, RTM_DELLINK, 0, name);
	return ask(fd, &request);
}

int rtnl_set(int fd, const char *name, int up, unsigned int mtu)
{
	struct request request;

	begin(&request, RTM_NEWLINK, 0, name);
	request.link.ifi_change = IFF_UP;
	request.link.ifi_flags = up ? IFF_UP : 0;
	if (mtu)
		put(&request, IFLA_MTU, &mtu, sizeof(mtu));
	return ask(fd, &request);
}
