// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/*
 * What somebody who has taken the daemon over would like, and the daemon has no use for: other
 * programs, other processes, other identities, other views of the file system, and the parts of
 * the kernel that faults are found in. The unit of systemd also has a list of what is allowed;
 * this one holds however the daemon was started.
 */
static const int forbidden[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp), SCMP_SYS(personality),
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid),
	SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setgroups), SCMP_SYS(setfsuid),
	SCMP_SYS(setfsgid),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr), SCMP_SYS(setns),
	SCMP_SYS(unshare), SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon),
	SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(iopl), SCMP_SYS(ioperm),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(syslog),
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
	SCMP_SYS(add_key), SCMP_SYS(keyctl), SCMP_SYS(request_key),
};

static int forbid_calls(scmp_filter_ctx filter)
{
	int code = 0;

	for (size_t i = 0; !code && i < sizeof(forbidden) / sizeof(*forbidden); i++)
		code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
	/* libuv's threads ask DNS. clone3() hides its flags in memory: libc takes clone() then */
	if (!code)
		code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (!code)
		code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
					SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	return code;
}

/* The control socket, the journal and DNS; IKE; netlink */
static int forbid_sockets(scmp_filter_ctx filter)
{
	int code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
				    SCMP_A0(SCMP_CMP_GT, AF_NETLINK));

	for (int family = 0; !code && family < AF_NETLINK; family++)
		if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
			code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT),
						SCMP_SYS(socket), 1,
						SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family));
	return code;
}

static int filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int code;

	if (!filter)
		return -ENOMEM;
	code = forbid_calls(filter);
	if (!code)
		code = forbid_sockets(filter);
	/* Threads that exist already, too */
	if (!code)
		code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!code)
		code = seccomp_load(filter);
	seccomp_release(filter);
	return code;
}

static int drop_capabilities(void)
{
	/* The bounding set needs CAP_SETPCAP, which a unit with few capabilities has not: there
	 * systemd has emptied it */
	bool bounds = !capng_get_caps_process() &&
		      capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);

	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN))
		return -1;
	if (bounds)
		capng_apply(CAPNG_SELECT_BOUNDS);
	return capng_apply(CAPNG_SELECT_CAPS);
}

int privileges_drop(char *error, size_t size)
{
	if (drop_capabilities()) {
		snprintf(error, size, "capabilities cannot be set; aditd needs CAP_NET_ADMIN, run "
			 "it as root or by its unit");
		return -1;
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (filter_calls()) {
		snprintf(error, size, "the system calls cannot be restricted (seccomp); is "
			 "CONFIG_SECCOMP_FILTER missing, or does a filter forbid it?");
		return -1;
	}
	return 0;
}
