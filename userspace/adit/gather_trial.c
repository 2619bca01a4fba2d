// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where ESP goes out and nothing comes back, the daemon is asked to put the tunnel into UDP for a
 * moment (aditd/control.h, "trial"): what comes back then was blocked because it was ESP.
 */
#include <time.h>
#include <unistd.h>

#include "adit/client.h"
#include "adit/facts.h"
#include "adit/gather.h"

#define PATIENCE	20	/* seconds for the tunnel to come up again */
#define LOOK		300000	/* us */

/* The tunnel is up, and its ESP is in UDP or not. It is read as member "trial_status" */
static bool comes_up(struct gather *g, bool encap)
{
	time_t end = time(NULL) + PATIENCE;
	const json_t *child;

	while (time(NULL) < end) {
		if (!gather_status(g, "trial_status"))
			return false;
		child = fact_child(g->facts, "trial_status");
		if (fact_is(g->facts, "trial_status.state", "established") && child &&
		    fact_true(child, "encap") == encap)
			return true;
		usleep(LOOK);
	}
	return false;
}

/*
 * It costs the tunnel a moment. What has worked may still do so in one direction, which needs no
 * answer; and it must come up again for certain
 */
static bool may_be_broken(const struct gather *g)
{
	if (!fact_sum(g->facts, "later", "packets_in"))
		return !fact_drops(g->facts, "later") &&
		       !(fact(g->facts, "probe.ike500") && !fact(g->facts, "probe.ike500.answer"));
	return !fact_grown(g->facts, "packets_in") && !fact_drops_grown(g->facts) &&
	       fact_number(g->facts, "inside.sent") && !fact_number(g->facts, "inside.received") &&
	       (!fact_number(g->facts, "inside.tells") || fact_number(g->facts, "inside.asks")) &&
	       fact(g->facts, "probe.ike500.answer");
}

static bool is_worth_trying(const struct gather *g)
{
	const json_t *child = fact_child(g->facts, "later");

	/* What comes back is dropped, where the other one of a pair brings it: cause_beyond.c */
	if (fact(g->facts, "system.twin") && fact_number(g->facts, "system.rp_drops") >= 1)
		return false;
	return child && !fact_true(child, "encap") &&
	       fact_is(child, "protocol", "esp") && fact_is(child, "mode", "tunnel") &&
	       fact_is(g->facts, "tunnel.config.encap", "auto") && may_be_broken(g) &&
	       !fact(g->facts, "inside.elsewhere") &&
	       fact_number(g->facts, "wire.esp_out") >= 3 &&
	       !json_array_size(fact(g->facts, "wire.in")) &&
	       !fact_rule(g->facts, "esp-in") && !fact_rule(g->facts, "esp-out");
}

void gather_trial(struct gather *g)
{
	struct client_error error = { 0 };
	struct client *client;
	json_t *result, *trial = NULL;
	bool up, answered = false;

	if (!is_worth_trying(g))
		return;
	client = client_open(g->socket, &error);
	result = client ? client_ask(client, json_pack("{s:s, s:s}", "command", "trial", "tunnel",
						       g->name), NULL, NULL, &error) : NULL;
	json_decref(error.details);
	if (result) {
		up = comes_up(g, true);
		if (up)
			answered = gather_pings(g) && gather_status(g, "trial_status");
		trial = json_pack("{s:b, s:b, s:f}", "up", up, "udp_works", answered,
				  "packets_in", fact_sum(g->facts, "trial_status", "packets_in"));
		json_object_set_new(g->facts, "trial", trial);
	}
	client_close(client);
	if (result && fact_is(g->facts, "tunnel.start", "on-demand"))
		gather_pings(g);
	/* As it was found. What is cured by that alone was not cured by UDP */
	if (result && comes_up(g, false) && answered)
		json_object_set_new(trial, "raw_works", json_boolean(gather_pings(g)));
	json_object_del(g->facts, "trial_status");
	json_decref(result);
}
