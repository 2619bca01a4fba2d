/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection out of what the caller configured: checked, parsed, defaults filled in, compared
 * with the one before.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ike/access.h"
#include "ike/advice.h"
#include "ike/agreement.h"
#include "ike/connection.h"

#define REPLAY_WINDOW_MAX 4096
#define LIFETIME_MIN 10
#define FUZZ_MAX 100

struct mistake {
	char *text;
	size_t size;
};

static bool wrong(struct mistake *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool wrong(struct mistake *m, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(m->text, m->size, format, arguments);
	va_end(arguments);
	return false;
}

static bool check_choices(const struct ike_connection *s, struct mistake *m)
{
	if (!s->name || !*s->name || strlen(s->name) >= IKE_NAME_MAX)
		return wrong(m, "name: must have 1 to %d bytes", IKE_NAME_MAX - 1);
	if (!method_of(s->auth))
		return wrong(m, "auth: allowed are psk, rsasig, ecdsa-256, ecdsa-384, ecdsa-521, "
				"xauth-psk, xauth-rsasig, hybrid");
	if (!s->remote.family && s->start != IKE_START_WAIT)
		return wrong(m, "remote: %%any can only wait for its peers; set start to wait, or "
				"give an address");
	if (!s->local.family && s->start != IKE_START_WAIT)
		return wrong(
			m, "local: an address is needed to begin; set start to wait, or give one");
	if (s->local.family && s->remote.family && s->local.family != s->remote.family)
		return wrong(m, "local and remote: both must be IPv4, or both IPv6");
	return true;
}

/* Which side of a remote access we are must be clear. */
static bool check_access(const struct ike_connection *s, struct mistake *m)
{
	bool xauth = method_of(s->auth)->xauth;

	if (xauth && !s->xauth_user == !s->xauth_server)
		return wrong(m, "auth: with XAUTH either xauth-user and its password are needed, "
				"to log in, or xauth-users, to let others log in");
	if (!xauth && (s->xauth_user || s->xauth_server))
		return wrong(m, "auth: a user logs in only with xauth-psk, xauth-rsasig or hybrid");
	if (s->xauth_user && (!*s->xauth_user || strlen(s->xauth_user) >= IKE_USER_MAX))
		return wrong(m, "xauth-user: must have 1 to %d bytes", IKE_USER_MAX - 1);
	if (s->xauth_user && (!s->xauth_password || !s->xauth_password_length ||
			      s->xauth_password_length > IKE_PASSWORD_MAX))
		return wrong(m, "xauth-password-file: a password of 1 to %d bytes is needed",
			     IKE_PASSWORD_MAX);
	if (s->pool.address.family && s->xauth_user)
		return wrong(m, "pool: who logs in gets an address and gives none");
	if (s->pool.address.family && (s->pool.address.family != AF_INET || s->pool.prefix < 8))
		return wrong(m, "pool: must be an IPv4 network of at most 2^24 addresses");
	if (s->pool.address.family && !s->mode_config)
		return wrong(m, "pool: its addresses are given by mode config; set mode-config to "
				"pull or push");
	if (s->mode_config && s->xauth_server && !s->pool.address.family)
		return wrong(m, "mode-config: a server needs a pool; give one, or set it to no");
	if (s->mode_config && s->mode == IKE_MODE_TRANSPORT)
		return wrong(m, "mode-config: an inside address needs mode tunnel");
	if (s->reserved_count > IKE_RESERVED_MAX)
		return wrong(m, "address: at most %d", IKE_RESERVED_MAX);
	return true;
}

static bool check_numbers(const struct ike_connection *s, struct mistake *m)
{
	if (s->replay_window > REPLAY_WINDOW_MAX)
		return wrong(m, "replay-window: %u is above %d packets", s->replay_window,
			     REPLAY_WINDOW_MAX);
	if (s->ike_lifetime && s->ike_lifetime < LIFETIME_MIN)
		return wrong(m, "ike-lifetime: must be at least %d seconds", LIFETIME_MIN);
	if (s->esp_lifetime && s->esp_lifetime < LIFETIME_MIN)
		return wrong(m, "esp-lifetime: must be at least %d seconds", LIFETIME_MIN);
	if (s->rekey_fuzz > FUZZ_MAX)
		return wrong(m, "rekey-fuzz: %u is above %d percent", s->rekey_fuzz, FUZZ_MAX);
	if (s->dpd_timeout && s->dpd_timeout < s->dpd_delay)
		return wrong(m, "dpd-timeout: must not be below dpd-delay");
	return true;
}

static bool check_pairs(const struct ike_connection *s, struct mistake *m)
{
	size_t i;

	if (!s->pair_count || s->pair_count > IKE_PAIRS_MAX)
		return wrong(m, "local-ts and remote-ts: 1 to %d pairs are needed", IKE_PAIRS_MAX);
	for (i = 0; i < s->pair_count; i++) {
		const struct ike_selector *l = &s->pairs[i].local, *r = &s->pairs[i].remote;

		if (l->address.family && r->address.family &&
		    l->address.family != r->address.family)
			return wrong(m, "local-ts and remote-ts: IPv4 and IPv6 do not go together");
		if (l->address.family && r->address.family) {
			struct selector from = selector_of_public(l), to = selector_of_public(r);

			if (selector_pairs(&from, &to) > SELECTOR_PAIRS_MAX)
				return wrong(m, "local-ts and remote-ts: the ranges take %u pairs "
					     "of prefixes, at most %d are allowed; choose bounds "
					     "that are nearer to prefixes",
					     selector_pairs(&from, &to), SELECTOR_PAIRS_MAX);
		}
		if (l->protocol && r->protocol && l->protocol != r->protocol)
			return wrong(m, "local-ts and remote-ts: the protocols differ");
	}
	return true;
}

static bool parse_proposals(struct proposal_list *list, enum proposal_kind kind, const char *field,
			    const char *const *words, size_t count, bool esn, struct mistake *m)
{
	char why[PROPOSAL_TEXT_MAX];
	size_t i;

	if (count > IKE_PROPOSALS_MAX)
		return wrong(m, "%s: at most %d proposals", field, IKE_PROPOSALS_MAX);
	for (i = 0; i < count; i++)
		if (!proposal_parse(list, kind, words[i], why, sizeof(why)))
			return wrong(m, "%s: %s", field, why);
	for (i = 0; i < list->count && esn; i++)
		list->item[i].esn = true;
	return true;
}

/* Quick mode has one key exchange for both protocols (RFC 2409 5.5). */
static bool check_bundle(const struct connection *c, const struct ike_connection *s,
			 struct mistake *m)
{
	if (!c->esp.count || !c->ah.count)
		return true;
	if (!agreement_groups(c, NULL, 0))
		return wrong(m, "ah: with esp both are used together, but they have no group in "
				"common; give both the same one, or neither of them any");
	if (s->encap == IKE_ENCAP_FORCE)
		return wrong(m, "ah: it cannot go in UDP; leave out ah, or encap = \"force\"");
	return true;
}

static bool parse_all_proposals(struct connection *c, const struct ike_connection *s,
				struct mistake *m)
{
	if (!s->ike_count)
		return wrong(m,
			     "ike: at least one proposal is needed, e.g. aes256-sha256-modp2048");
	if (!s->esp_count && !s->ah_count)
		return wrong(m,
			     "esp: at least one proposal is needed, e.g. aes256-sha256-modp2048");
	return parse_proposals(&c->ike_proposals, PROPOSAL_IKE, "ike", s->ike, s->ike_count, false,
			       m) &&
	       parse_proposals(&c->esp, PROPOSAL_ESP, "esp", s->esp, s->esp_count, s->esn, m) &&
	       parse_proposals(&c->ah, PROPOSAL_AH, "ah", s->ah, s->ah_count, s->esn, m) &&
	       check_bundle(c, s, m);
}

static bool parse_ids(struct connection *c, const struct ike_connection *s, struct mistake *m)
{
	char why[256];

	if (s->local_id && !identity_parse(&c->local_id, s->local_id, why, sizeof(why)))
		return wrong(m, "local-id: %s", why);
	if (s->local_id && !c->local_id.type)
		return wrong(
			m, "local-id: %%any is no identity of ours; leave it out for the address");
	if (s->remote_id && !identity_parse(&c->remote_id, s->remote_id, why, sizeof(why)))
		return wrong(m, "remote-id: %s", why);
	c->any_remote_id = s->remote_id ? !c->remote_id.type : !s->remote.family;
	return true;
}

static bool parse_credentials(struct connection *c, const struct ike_connection *s,
			      struct mistake *m)
{
	c->method = method_of(s->auth);
	if (c->method->shared)
		return true;
	c->credentials = credentials_new(s, m->text, m->size);
	/* As if the client began: who signs does not depend on that */
	return c->credentials &&
	       credentials_suit(c->credentials, c->method,
				method_signs(c->method, !s->xauth_server),
				method_signs(c->method, s->xauth_server), m->text, m->size);
}

/* Who we are, unless it is said otherwise, is who our certificate says that we are. */
static void default_ids(struct connection *c, const struct ike_connection *s)
{
	if (!c->credentials)
		return;
	if (!s->local_id && c->credentials->chain_count)
		certificate_subject(c->credentials->chain[0], &c->local_id);
	if (!s->remote_id && c->credentials->peer_key)
		c->any_remote_id = true;
}

static void fill_settings(struct connection *c, const struct ike_connection *s)
{
	struct ike_connection *to = &c->settings;

	*to = *s;
	to->name = c->name;
	to->local_id = to->remote_id = NULL;
	to->psk = NULL;
	to->cert = to->key = to->remote_cert = (struct ike_file){ 0 };
	to->ca = to->crl = NULL;
	to->ike = to->esp = to->ah = NULL;
	to->pairs = NULL;
	to->xauth_user = NULL;
	to->xauth_password = NULL;
	if (s->gives)
		c->gives = *s->gives;
	to->gives = NULL;
	to->remote_port = s->remote_port ? s->remote_port : IKE_PORT;
	to->remote_natt_port = s->remote_natt_port ? s->remote_natt_port : IKE_PORT_NATT;
	to->ike_lifetime = s->ike_lifetime ? s->ike_lifetime : 28800;
	to->esp_lifetime = s->esp_lifetime ? s->esp_lifetime : 3600;
	to->keepalive = s->keepalive ? s->keepalive : 20;
	to->dpd_timeout = s->dpd_timeout ? s->dpd_timeout : 3 * s->dpd_delay;
}

static void connection_free(struct connection *c)
{
	if (!c)
		return;
	blob_clear(&c->psk);
	credentials_free(c->credentials);
	blob_clear(&c->xauth_user);
	blob_clear(&c->xauth_password);
	free(c->lease);
	free(c->pairs);
	free(c);
}

static struct bytes user_of(const struct ike_connection *s)
{
	return bytes_of(s->xauth_user, s->xauth_user ? strlen(s->xauth_user) : 0);
}

static bool fill(struct connection *c, const struct ike_connection *s, struct mistake *m)
{
	size_t i;

	if (!check_choices(s, m) || !check_access(s, m) || !check_numbers(s, m) ||
	    !check_pairs(s, m) || !parse_all_proposals(c, s, m) || !parse_ids(c, s, m) ||
	    !parse_credentials(c, s, m))
		return false;
	default_ids(c, s);
	snprintf(c->name, sizeof(c->name), "%s", s->name);
	fill_settings(c, s);
	c->pairs = calloc(s->pair_count, sizeof(*c->pairs));
	if (!c->pairs || !blob_set(&c->psk, bytes_of(s->psk, s->psk ? s->psk_length : 0)) ||
	    !blob_set(&c->xauth_user, user_of(s)) ||
	    !blob_set(&c->xauth_password, bytes_of(s->xauth_password, s->xauth_password_length)))
		return wrong(m, "out of memory");
	for (i = 0; i < s->pair_count; i++) {
		c->pairs[i].connection = c;
		c->pairs[i].index = i;
		c->pairs[i].local = s->pairs[i].local;
		c->pairs[i].remote = s->pairs[i].remote;
	}
	return true;
}

/* NULL, and a sentence, when the configuration is wrong. */
static struct connection *make(const struct ike_connection *s, struct mistake *m)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c) {
		wrong(m, "out of memory");
		return NULL;
	}
	if (fill(c, s, m))
		return c;
	connection_free(c);
	return NULL;
}

bool ike_connection_check(const struct ike_connection *connection, char *error, size_t size)
{
	struct mistake m = { error, size };
	struct connection *c = make(connection, &m);
	bool good = c;

	connection_free(c);
	return good;
}

void ike_connection_warnings(const struct ike_connection *connection, uint64_t time,
			     void (*warn)(void *ctx, const char *option, const char *text),
			     void *ctx)
{
	char error[256];
	struct mistake m = { error, sizeof(error) };
	struct connection *c = make(connection, &m);

	if (c && c->credentials)
		advise(c->credentials, &c->local_id, time, warn, ctx);
	connection_free(c);
}

static bool lists_equal(const struct proposal_list *a, const struct proposal_list *b)
{
	unsigned int i;

	for (i = 0; a->count == b->count && i < a->count; i++) {
		const struct proposal *p = &a->item[i], *q = &b->item[i];

		if (p->kind != q->kind || p->cipher != q->cipher || p->hash != q->hash ||
		    p->esp_cipher != q->esp_cipher || p->esp_auth != q->esp_auth ||
		    p->group != q->group || p->esn != q->esn)
			return false;
	}
	return a->count == b->count;
}

static bool ids_equal(const struct identity *a, const struct identity *b)
{
	return a->type == b->type && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool pairs_equal(const struct connection *a, const struct connection *b)
{
	size_t i;

	for (i = 0; i < a->settings.pair_count && a->settings.pair_count == b->settings.pair_count;
	     i++)
		if (!ike_selector_equal(&a->pairs[i].local, &b->pairs[i].local) ||
		    !ike_selector_equal(&a->pairs[i].remote, &b->pairs[i].remote))
			return false;
	return a->settings.pair_count == b->settings.pair_count;
}

static bool gives_equal(const struct ike_lease *a, const struct ike_lease *b)
{
	size_t i;

	if (a->dns_count != b->dns_count || a->network_count != b->network_count ||
	    strcmp(a->domain, b->domain) || strcmp(a->banner, b->banner))
		return false;
	for (i = 0; i < a->dns_count; i++)
		if (!ike_address_equal(&a->dns[i], &b->dns[i]))
			return false;
	for (i = 0; i < a->network_count; i++)
		if (!ike_selector_equal(&a->networks[i], &b->networks[i]))
			return false;
	return true;
}

/* Who may come in, and with which address. What is given besides is for the next who comes. */
static bool same_access(const struct connection *a, const struct connection *b)
{
	const struct ike_connection *s = &a->settings, *t = &b->settings;
	size_t i;

	if (s->reserved_count != t->reserved_count)
		return false;
	for (i = 0; i < s->reserved_count; i++)
		if (!ike_address_equal(&s->reserved[i], &t->reserved[i]))
			return false;
	return s->xauth_server == t->xauth_server && s->mode_config == t->mode_config &&
	       ike_selector_equal(&s->pool, &t->pool) &&
	       bytes_equal(blob_bytes(&a->xauth_user), blob_bytes(&b->xauth_user)) &&
	       hash_equal(blob_bytes(&a->xauth_password), blob_bytes(&b->xauth_password));
}

/* Whether SAs that were made for one would be made the same for the other. */
static bool same_essence(const struct connection *a, const struct connection *b)
{
	const struct ike_connection *s = &a->settings, *t = &b->settings;

	return same_access(a, b) && ike_address_equal(&s->local, &t->local) &&
	       ike_address_equal(&s->remote, &t->remote) && s->remote_port == t->remote_port &&
	       s->remote_natt_port == t->remote_natt_port &&
	       s->auth == t->auth && s->exchange == t->exchange && s->mode == t->mode &&
	       s->encap == t->encap && s->esn == t->esn && s->commit == t->commit &&
	       s->replay_window == t->replay_window &&
	       a->any_remote_id == b->any_remote_id && ids_equal(&a->local_id, &b->local_id) &&
	       ids_equal(&a->remote_id, &b->remote_id) &&
	       hash_equal(blob_bytes(&a->psk), blob_bytes(&b->psk)) &&
	       credentials_equal(a->credentials, b->credentials) &&
	       lists_equal(&a->ike_proposals, &b->ike_proposals) &&
	       lists_equal(&a->esp, &b->esp) && lists_equal(&a->ah, &b->ah) && pairs_equal(a, b);
}

/* What the next rekey applies. */
static bool same_terms(const struct connection *a, const struct connection *b)
{
	const struct ike_connection *s = &a->settings, *t = &b->settings;

	return s->ike_lifetime == t->ike_lifetime &&
	       s->ike_lifebytes == t->ike_lifebytes && s->esp_lifetime == t->esp_lifetime &&
	       s->esp_lifebytes == t->esp_lifebytes && s->rekey_margin == t->rekey_margin &&
	       s->rekey_fuzz == t->rekey_fuzz && s->keepalive == t->keepalive &&
	       s->dpd_delay == t->dpd_delay && s->dpd_timeout == t->dpd_timeout &&
	       s->dpd_action == t->dpd_action && s->start == t->start &&
	       s->send_cert == t->send_cert && s->unique == t->unique &&
	       credentials_lists_equal(a->credentials, b->credentials) &&
	       gives_equal(&a->gives, &b->gives);
}

/* New revocation lists, and nothing else, come with them. */
static void swap_credentials(struct connection *a, struct connection *b)
{
	struct credentials *credentials = a->credentials;

	a->credentials = b->credentials;
	b->credentials = credentials;
}

static void set_wanted(struct connection *c)
{
	c->stopped = false;
	c->wanted = c->settings.start == IKE_START_ALWAYS;
	connection_wake(c);
}

static void unlink_connection(struct connection *c)
{
	struct connection **at;
	size_t i;

	for (at = &c->ike->connections; *at && *at != c; at = &(*at)->next)
		;
	if (*at)
		*at = c->next;
	timer_clear(&c->ike->timers, &c->work);
	timer_clear(&c->ike->timers, &c->retry);
	for (i = 0; i < c->settings.pair_count; i++)
		timer_clear(&c->ike->timers, &c->pairs[i].retry);
}

void connection_drop(struct connection *c)
{
	unlink_connection(c);
	connection_free(c);
}

void connections_free(struct ike *ike)
{
	while (ike->connections)
		connection_drop(ike->connections);
}

static void append(struct ike *ike, struct connection *c)
{
	struct connection **at = &ike->connections;

	while (*at)
		at = &(*at)->next;
	*at = c;
	c->ike = ike;
	connection_init(c);
	set_wanted(c);
}

bool connection_put(struct ike *ike, const struct ike_connection *settings, char *error,
		    size_t size)
{
	struct mistake m = { error, size };
	struct connection *c = make(settings, &m), *old;
	bool wanted;

	if (!c)
		return false;
	if (c->credentials && !ike->ops->time) {
		connection_free(c);
		return wrong(&m, "auth: certificates need a clock, and there is none");
	}
	old = connection_find(ike, c->name);
	if (old && same_essence(old, c)) {
		if (!same_terms(old, c)) {
			old->settings = c->settings;
			old->settings.name = old->name;
			swap_credentials(old, c);
			old->gives = c->gives;
			set_wanted(old);
		}
		connection_free(c);
		return true;
	}
	/* Who has asked for it to be up wants that still, where the peer or we are now. */
	wanted = old && old->wanted && old->settings.start != IKE_START_ALWAYS;
	if (old) {
		connection_down(old);
		engine_reap(ike);
		connection_drop(old);
	}
	append(ike, c);
	if (wanted)
		connection_want(c);
	return true;
}
