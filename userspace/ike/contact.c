/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/contact.h"

#include "ike/child.h"
#include "ike/informational.h"
#include "ike/report.h"
#include "ike/unique.h"

/* Only the first phase 1 with a peer, since all that is older would be deleted */
static bool first_contact(const struct session *s)
{
	const struct session *at;
	const struct child *c;

	for (at = s->ike->sessions; at; at = at->next)
		if (at != s && (at->established || at->contact_sent) &&
		    ike_address_equal(&at->remote.address, &s->remote.address))
			return false;
	for (c = s->ike->children; c; c = c->next)
		if (ike_address_equal(&c->remote.address, &s->remote.address))
			return false;
	return true;
}

/* Its SPI is both cookies. */
static struct notify contact(struct session *s, uint8_t cookies[2 * IKE_COOKIE_LEN])
{
	memcpy(cookies, s->cookie_i, IKE_COOKIE_LEN);
	memcpy(cookies + IKE_COOKIE_LEN, s->cookie_r, IKE_COOKIE_LEN);
	s->contact_sent = true;
	return (struct notify){
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ISAKMP,
		.type = IKE_N_INITIAL_CONTACT,
		.spi = bytes_of(cookies, 2 * IKE_COOKIE_LEN),
	};
}

void contact_write(struct session *s, struct builder *b)
{
	uint8_t cookies[2 * IKE_COOKIE_LEN];
	struct notify n;

	if (!first_contact(s))
		return;
	n = contact(s, cookies);
	notify_write(b, &n);
}

/* Others may be at the same address, and its NAT may have given another port since. */
static bool same_user(const struct session *a, const struct session *b)
{
	return a->connection == b->connection && !strcmp(a->access.user, b->access.user) &&
	       ike_address_equal(&a->remote.address, &b->remote.address);
}

/* The same of a user, now that it is known who that is. */
static bool first_login(const struct session *s)
{
	const struct session *at;
	const struct child *c;

	for (at = s->ike->sessions; at; at = at->next)
		if (at != s && at->established && same_user(at, s))
			return false;
	for (c = s->ike->children; c; c = c->next)
		if (c->session ? same_user(c->session, s) :
				 ike_address_equal(&c->remote.address, &s->remote.address))
			return false;
	return true;
}

void contact_tell(struct session *s)
{
	uint8_t cookies[2 * IKE_COOKIE_LEN];
	struct notify n;

	if (!first_login(s))
		return;
	n = contact(s, cookies);
	informational_notify(s, &n, NULL);
}

static void tell_restarted(struct session *fresh, bool *told)
{
	char text[SESSION_TEXT_MAX];

	if (!*told)
		report(fresh->ike, on_session(fresh, IKE_EVENT_NOTIFY, IKE_SEVERITY_INFO),
		       "INITIAL-CONTACT: the peer has restarted, says it in phase 1 %s; what was "
		       "before is removed", session_text(fresh, text));
	*told = true;
}

/*
 * Who uses one from before after it has begun this one has not restarted: both sides began, and
 * what it says was lost and said again meanwhile, or waited for a login.
 */
static bool used_since(const struct session *s, const struct session *fresh)
{
	return s != fresh && s->established && session_same_peer(s, fresh) &&
	       s->seen >= fresh->begun;
}

/* Whose phase 1 is gone, or was taken over by @fresh, before which it stood. */
static bool left_to(const struct child *c, const struct session *fresh, bool used)
{
	return (!c->session || (c->session == fresh && !used)) &&
	       c->connection == fresh->connection && c->begun < fresh->begun &&
	       c->lease == fresh->access.lease &&
	       ike_address_equal(&c->remote.address, &fresh->remote.address);
}

void contact_heard(struct session *fresh)
{
	struct ike *ike = fresh->ike;
	struct session *s, *next;
	struct child *c, *next_child;
	bool told = false, used = false;

	/* Before the login it is not known who says so. */
	if (access_needed(fresh->connection) && fresh->access.step != ACCESS_OPEN) {
		fresh->access.contact = true;
		return;
	}
	if (fresh->connection->settings.unique == IKE_UNIQUE_NEVER)
		return;
	for (s = ike->sessions; s; s = next) {
		next = s->next;
		used |= used_since(s, fresh);
		if (s == fresh || !s->established || !session_same_peer(s, fresh) ||
		    used_since(s, fresh) || !unique_restarted(fresh, s))
			continue;
		tell_restarted(fresh, &told);
		session_forget(s);
	}
	for (c = ike->children; c; c = next_child) {
		next_child = c->next;
		if (!left_to(c, fresh, used))
			continue;
		tell_restarted(fresh, &told);
		child_kill(c);
	}
}
