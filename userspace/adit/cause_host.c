// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes on this host: module, daemon, configuration.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"

static bool daemon_away(const json_t *facts)
{
	return fact_false(facts, "daemon.answers");
}

static bool daemon_hangs(const json_t *facts, struct finding *f)
{
	if (!daemon_away(facts) || !fact_is(facts, "daemon.code", "no-answer"))
		return false;
	say_seen(f, "%s", fact_text(facts, "daemon.text"));
	say_cure(f, "systemctl restart adit; before that, 'journalctl -u adit' and "
		 "'cat /proc/$(pidof aditd)/stack' show where it is stuck");
	return say_cause(f, "The daemon aditd runs, but does not answer.");
}

static bool other_namespace(const json_t *facts, struct finding *f)
{
	double own = fact_number(facts, "host.netns"), theirs = fact_number(facts, "daemon.netns");

	if (!fact(facts, "tunnel") || own <= 0 || theirs <= 0 || own == theirs)
		return false;
	say_seen(f, "aditd (pid %.0f) runs in the network namespace net:[%.0f], this command in "
		 "net:[%.0f]", fact_number(facts, "daemon.pid"), theirs, own);
	say_cure(f, "ask there: 'nsenter -t %.0f -n adit diagnose %s'",
		 fact_number(facts, "daemon.pid"), fact_text(facts, "name"));
	return say_cause(f, "This command runs in another network namespace than the daemon, so "
			 "nothing can be said of the tunnel's routes and packets.");
}

static bool module_away(const json_t *facts)
{
	return fact_false(facts, "host.module.loaded");
}

static bool not_permitted(const json_t *facts, struct finding *f)
{
	if (!daemon_away(facts) || !fact_is(facts, "daemon.code", "permission"))
		return false;
	say_seen(f, "%s", fact_text(facts, "daemon.text"));
	say_cure(f, "run it as root: 'sudo adit diagnose %s'; members of the group adit may ask "
		 "the daemon, too, but see less", fact_text(facts, "name"));
	return say_cause(f, "Permission is missing: you may not talk to the daemon, so nothing "
			 "can be said of the tunnel.");
}

/*
 * What the kernel says of a signature that it does not trust: ENOKEY, EKEYREJECTED; of none where
 * it is locked down: EPERM (kernel_lockdown(7)), which has other reasons, too
 */
static bool signature_refused(const json_t *facts)
{
	const char *refusal = fact_text(facts, "host.module.refusal");

	return strstr(refusal, "Required key not available") ||
	       strstr(refusal, "Key was rejected") ||
	       (*fact_text(facts, "host.module.lockdown") &&
		fact_false(facts, "host.module.disabled") &&
		fact_true(facts, "host.module.may_load") &&
		strstr(refusal, "Operation not permitted"));
}

static bool module_refused(const json_t *facts, struct finding *f)
{
	const char *lockdown = fact_text(facts, "host.module.lockdown");

	if (!module_away(facts) || !signature_refused(facts))
		return false;
	say_seen(f, "loading %s: %s", fact_text(facts, "host.module.file"),
		 fact_text(facts, "host.module.refusal"));
	if (fact_true(facts, "host.secure_boot"))
		say_seen(f, "Secure Boot is on");
	if (*lockdown)
		say_seen(f, "the kernel is locked down (%s)", lockdown);
	say_cure(f, "enrol the key that DKMS signs with ('mokutil --import /var/lib/dkms/mok.pub', "
		 "then reboot and confirm), or %s", fact_true(facts, "host.secure_boot") ?
		 "switch Secure Boot off in the firmware" :
		 "take module.sig_enforce and lockdown off the kernel's command line");
	return say_cause(f, "The kernel refuses the module adit because it has no signature that "
			 "the kernel trusts%s.", fact_true(facts, "host.secure_boot") ?
			 " (Secure Boot)" : "");
}

static bool headers_missing(const json_t *facts, struct finding *f)
{
	if (!module_away(facts) || fact(facts, "host.module.file") ||
	    !fact(facts, "host.module.source") || !fact_false(facts, "host.module.headers"))
		return false;
	say_seen(f, "%s is there, but /lib/modules/%s/build is not",
		 fact_text(facts, "host.module.source"), fact_text(facts, "host.kernel"));
	say_cure(f, "apt-get install linux-headers-%s (and linux-headers-amd64, for the kernels to "
		 "come), then 'dkms autoinstall'", fact_text(facts, "host.kernel"));
	return say_cause(f, "The module adit is not built for this kernel, because the kernel's "
			 "headers are not installed.");
}

static bool module_missing(const json_t *facts, struct finding *f)
{
	if (!module_away(facts) || fact(facts, "host.module.file") ||
	    (fact(facts, "host.module.source") && fact_false(facts, "host.module.headers")))
		return false;
	say_seen(f, "/lib/modules/%s holds no adit.ko, and the kernel knows no family \"adit\"",
		 fact_text(facts, "host.kernel"));
	if (fact(facts, "host.module.source")) {
		say_cure(f, "dkms autoinstall -k %s", fact_text(facts, "host.kernel"));
		return say_cause(f, "The module adit has not been built for this kernel.");
	}
	say_cure(f, "install the package adit-dkms");
	return say_cause(f, "The kernel module adit is not installed.");
}

static bool module_not_loaded(const json_t *facts, struct finding *f)
{
	const char *refusal = fact_text(facts, "host.module.refusal");

	if (!module_away(facts) || !fact(facts, "host.module.file") || signature_refused(facts))
		return false;
	say_seen(f, "%s is there, but /sys/module/adit is not",
		 fact_text(facts, "host.module.file"));
	if (*refusal)
		say_seen(f, "loading it: %s", refusal);
	if (fact_true(facts, "host.module.disabled"))
		say_seen(f, "kernel.modules_disabled is 1: until the next boot none can be loaded");
	if (fact_false(facts, "host.module.may_load"))
		say_seen(f, "this process lacks CAP_SYS_MODULE (a container?)");
	say_cure(f, *refusal ? "see 'dmesg' for why, then 'modprobe adit && systemctl restart adit'"
		 : "modprobe adit && systemctl restart adit");
	return say_cause(f, "The kernel module adit is not loaded.");
}

static bool config_missing(const json_t *facts, struct finding *f)
{
	if (!daemon_away(facts) || !fact_false(facts, "file.exists") || fact(facts, "host.aditd"))
		return false;
	say_seen(f, "%s; there is no %s", fact_text(facts, "daemon.text"),
		 fact_text(facts, "file.path"));
	say_cure(f, "write one: 'adit import aws FILE' makes it from Amazon's download, "
		 "adit.conf(5) "
		 "describes it");
	return say_cause(f, "The daemon is not running, and it has no configuration to run with.");
}

static bool config_mistake(const json_t *facts, struct finding *f)
{
	/* One that runs goes on with what it has read before */
	if (!daemon_away(facts) || !fact_false(facts, "file.good") || fact(facts, "host.aditd"))
		return false;
	say_seen(f, "aditd --check: %s", fact_text(facts, "file.output"));
	say_cure(f, "correct that line, then 'systemctl restart adit'");
	return say_cause(f, "The configuration has a mistake, so the daemon does not start.");
}

static bool port_taken(const json_t *facts, struct finding *f)
{
	const json_t *port = json_array_get(fact(facts, "host.ports"), 0);

	if (!daemon_away(facts) || !port || fact(facts, "host.aditd"))
		return false;
	say_seen(f, "UDP port %.0f is held by %s", fact_number(port, "port"),
		 fact_text(port, "holder"));
	say_cure(f, "stop it ('systemctl disable --now strongswan', or whatever it is), then "
		 "'systemctl restart adit'");
	return say_cause(f, "Another program has the port of IKE, so the daemon cannot run.");
}

static bool daemon_not_running(const json_t *facts, struct finding *f)
{
	/* One with another socket is */
	if (!daemon_away(facts) || !fact_is(facts, "daemon.code", "unreachable") ||
	    fact(facts, "host.aditd"))
		return false;
	say_seen(f, "%s", fact_text(facts, "daemon.text"));
	say_cure(f, "systemctl start adit; if it ends at once, 'journalctl -u adit' says why");
	return say_cause(f, "The daemon aditd is not running.");
}

static bool is_unknown(const json_t *facts)
{
	return fact_is(facts, "daemon.code", "unknown-tunnel");
}

static bool config_not_loaded(const json_t *facts, struct finding *f)
{
	if (!is_unknown(facts) || !fact_true(facts, "file.tunnel"))
		return false;
	say_seen(f, "%s names the tunnel %s, the daemon does not know it",
		 fact_text(facts, "file.path"), fact_text(facts, "name"));
	if (fact_false(facts, "file.good"))
		say_seen(f, "aditd --check: %s", fact_text(facts, "file.output"));
	say_cure(f, fact_false(facts, "file.good") ? "correct that line, then 'adit reload'"
		 : "adit reload");
	return say_cause(f, "The tunnel is configured, but the daemon has not read it yet.");
}

static bool tunnel_unknown(const json_t *facts, struct finding *f)
{
	if (!is_unknown(facts) || fact_true(facts, "file.tunnel"))
		return false;
	say_seen(f, "%s", fact_text(facts, "daemon.text"));
	say_cure(f, "'adit status' lists the tunnels there are; add this one to %s and run 'adit "
		 "reload'", fact_text(facts, "file.path"));
	return say_cause(f, "No tunnel of the name %s is configured.", fact_text(facts, "name"));
}

static bool taken_down(const json_t *facts, struct finding *f)
{
	if (!fact_is(facts, "tunnel.state", "down"))
		return false;
	say_seen(f, "its state is \"down\": nothing is tried until 'adit up'");
	say_cure(f, "adit up %s", fact_text(facts, "name"));
	return say_cause(f, "The tunnel was taken down by the administrator ('adit down').");
}

static bool kernel_says(const json_t *facts, const char *what)
{
	return last_error_is(facts, "kernel") &&
	       strcasestr(fact_text(facts, "tunnel.last_error.text"), what);
}

static bool algorithm_missing(const json_t *facts, struct finding *f)
{
	if (!kernel_says(facts, "algorithm") && !kernel_says(facts, "transform"))
		return false;
	say_daemon(facts, f);
	say_cure(f, "load the kernel's module for it (see /proc/crypto), or choose another "
		 "proposal "
		 "in esp");
	return say_cause(f, "The kernel lacks the algorithm that was agreed for phase 2.");
}

static bool kernel_refused(const json_t *facts, struct finding *f)
{
	/* A route that is there already is that of our own network, which is the cause then */
	if (!last_error_is(facts, "kernel") || kernel_says(facts, "algorithm") ||
	    kernel_says(facts, "transform") ||
	    (kernel_says(facts, "cannot add route") && same_network(facts)))
		return false;
	say_daemon(facts, f);
	say_cure(f, kernel_says(facts, "IPv6 is disabled") ? "sysctl -w "
		 "net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0, and the "
		 "same in /etc/sysctl.d, or leave out IPv6 in address and route; the daemon tries "
		 "again by itself" :
		 "remove what is in the way, the daemon tries again by itself; 'dmesg' may say "
		 "more");
	return say_cause(f, "The kernel refused a device, address, route or association of the "
			 "tunnel.");
}

const struct cause causes_host[] = {
	{ "not-permitted", "you may not talk to the daemon", not_permitted },
	{ "daemon-hangs", "aditd runs, but does not answer", daemon_hangs },
	{ "other-namespace", "this command and aditd are in different network namespaces",
	  other_namespace },
	{ "module-refused", "the kernel refuses the module's signature (Secure Boot)",
	  module_refused },
	{ "headers-missing", "no headers of this kernel to build the module with",
	  headers_missing },
	{ "module-missing", "the module is not installed or not built for this kernel",
	  module_missing },
	{ "module-not-loaded", "the module is there, but not loaded", module_not_loaded },
	{ "config-missing", "there is no configuration", config_missing },
	{ "config-mistake", "the configuration has a mistake", config_mistake },
	{ "port-taken", "another program has UDP port 500 or 4500", port_taken },
	{ "daemon-not-running", "aditd is not running", daemon_not_running },
	{ "config-not-loaded", "the configuration names the tunnel, the daemon has not read it",
	  config_not_loaded },
	{ "tunnel-unknown", "no tunnel of that name is configured", tunnel_unknown },
	{ "taken-down", "the administrator took the tunnel down", taken_down },
	{ "algorithm-missing", "the kernel lacks an algorithm", algorithm_missing },
	{ "kernel-refused", "the kernel refused a device, address, route or SA", kernel_refused },
	{ NULL, NULL, NULL }
};
