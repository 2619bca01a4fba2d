/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/xauth.h"

#include <stdio.h>

#include "ike/offer.h"
#include "ike/report.h"

/* Wrong passwords under one phase 1. */
#define FAILURES_MAX 3
/* A wrong password is answered this late; later when others from there have been wrong as well. */
#define FAILURE_DELAY (2 * SECOND)

/* Server */

static void write_question(const struct session *s, struct writer *w, const void *about)
{
	(void)s;
	(void)about;
	attribute_write_long(w, IKE_XAUTH_USER_NAME, bytes_of(NULL, 0));
	attribute_write_long(w, IKE_XAUTH_USER_PASSWORD, bytes_of(NULL, 0));
}

static void write_status(const struct session *s, struct writer *w, const void *about)
{
	(void)s;
	attribute_write(w, IKE_XAUTH_STATUS, *(const uint16_t *)about);
}

void xauth_ask(struct session *s)
{
	s->access.step = ACCESS_LOGIN;
	transaction_begin(s, TRANSACTION_LOGIN, IKE_CFG_REQUEST, write_question, NULL);
}

static void tell(struct session *s, uint16_t status)
{
	transaction_begin(s, TRANSACTION_VERDICT, IKE_CFG_SET, write_status, &status);
}

/* "" for a name that nobody can have: it is verified all the same, which takes its time. */
static void read_user(const struct attributes *a, char user[IKE_USER_MAX])
{
	struct attribute name;
	size_t i;

	*user = 0;
	if (!attributes_find(a, IKE_XAUTH_USER_NAME, &name) || name.value.len >= IKE_USER_MAX)
		return;
	for (i = 0; i < name.value.len; i++)
		if (name.value.data[i] <= ' ' || name.value.data[i] > '~')
			return;
	snprintf(user, IKE_USER_MAX, "%.*s", (int)name.value.len, (const char *)name.value.data);
}

static bool right(const struct session *s, const struct attributes *a, const char *user)
{
	const struct ike_ops *ops = s->ike->ops;
	struct attribute password = { 0 };

	/* A basic attribute has no bytes (RFC 2408 3.3) */
	if ((!attributes_find(a, IKE_XAUTH_USER_PASSWORD, &password) &&
	     !attributes_find(a, IKE_XAUTH_PASSCODE, &password)) || !password.value.len)
		password.value = bytes_of("", 0);
	if (!ops->xauth_verify || password.value.len > IKE_PASSWORD_MAX)
		return false;
	return ops->xauth_verify(s->ike->ctx, s->connection->name, user, password.value.data,
				 password.value.len);
}

/* Many sessions at a time do not make guessing faster. */
static uint64_t delay_of(const struct session *s)
{
	const struct session *other;
	uint64_t delay = FAILURE_DELAY;

	for (other = s->ike->sessions; other; other = other->next)
		if (other != s && other->access.step == ACCESS_DELAY &&
		    ike_address_equal(&other->remote.address, &s->remote.address))
			delay += FAILURE_DELAY;
	return delay;
}

static void wrong(struct session *s, const char *user)
{
	struct ike_event event = on_session(s, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	char from[IKE_ENDPOINT_TEXT];

	s->access.failures++;
	event.error = IKE_ERROR_XAUTH_FAILED;
	connection_failure(s->connection, event,
			   "refused user \"%s\" from %s: unknown, or the wrong password (attempt "
			   "%u of %d)", user, ike_endpoint_text(&s->remote, from),
			   s->access.failures, FAILURES_MAX);
	access_wait(s, ACCESS_DELAY, delay_of(s));
}

void xauth_again(struct session *s)
{
	if (s->access.failures < FAILURES_MAX) {
		xauth_ask(s);
		return;
	}
	access_refused(s);
	tell(s, IKE_XAUTH_FAIL);
}

void xauth_reply(struct session *s, const struct attributes *a)
{
	struct attribute status;
	char user[IKE_USER_MAX];

	if (s->access.step != ACCESS_LOGIN)
		return;
	/* draft-beaulieu-ike-xauth-02 4.2: how a client says that it cannot */
	if (attributes_find(a, IKE_XAUTH_STATUS, &status) && status.number == IKE_XAUTH_FAIL) {
		access_fail(s, IKE_ERROR_XAUTH_FAILED,
			    "the peer gives no user and password when asked for them (XAUTH)");
		return;
	}
	read_user(a, user);
	if (!right(s, a, user)) {
		wrong(s, user);
		return;
	}
	snprintf(s->access.user, sizeof(s->access.user), "%s", user);
	s->access.step = ACCESS_VERDICT;
	tell(s, IKE_XAUTH_OK);
}

void xauth_acknowledged(struct session *s)
{
	if (s->access.step == ACCESS_VERDICT)
		access_logged_in(s);
	else if (s->access.step == ACCESS_REFUSED)
		timer_set(&s->ike->timers, &s->access.timer, s->ike->now);
}

/* Client */

/* What was asked for, in the order of the question. */
static void write_answer(const struct session *s, struct writer *w, const void *about)
{
	const struct connection *c = s->connection;
	const struct attributes *question = about;
	struct bytes list = question->list, user = blob_bytes(&c->xauth_user);
	struct attribute asked;

	while (attributes_next(&list, &asked)) {
		if (asked.type == IKE_XAUTH_TYPE)
			attribute_write(w, IKE_XAUTH_TYPE, IKE_XAUTH_GENERIC);
		else if (asked.type == IKE_XAUTH_USER_NAME)
			attribute_write_long(w, asked.type, user);
		else if (asked.type == IKE_XAUTH_USER_PASSWORD || asked.type == IKE_XAUTH_PASSCODE)
			attribute_write_long(w, asked.type, blob_bytes(&c->xauth_password));
	}
}

static void refuse(struct exchange *x, const struct attributes *a)
{
	static const uint16_t fail = IKE_XAUTH_FAIL;

	transaction_answer(x, IKE_CFG_REPLY, a->id, write_status, &fail);
}

/* A peer that asks where we have nothing to say, or expect to be told. */
static void unexpected(struct exchange *x, const struct attributes *a)
{
	struct ike_event event = on_session(x->session, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);

	event.error = IKE_ERROR_XAUTH_MISMATCH;
	connection_failure(x->session->connection, event,
			   "the peer asks for user and password (XAUTH), and this connection has "
			   "none: set auth = \"xauth-psk\" with xauth-user and "
			   "xauth-password-file, or turn XAUTH off at the peer");
	exchange_accept(x);
	refuse(x, a);
}

static const char *unanswerable(const struct session *s, const struct attributes *a)
{
	struct attribute asked;

	if (attributes_find(a, IKE_XAUTH_TYPE, &asked) && asked.number != IKE_XAUTH_GENERIC)
		return "the peer wants another kind of XAUTH than user and password, which is not "
		       "supported: set it to generic there";
	if (s->access.asked)
		return "the peer asks again: it does not accept user or password; correct "
		       "xauth-user and xauth-password-file";
	if (!attributes_find(a, IKE_XAUTH_USER_NAME, &asked) &&
	    !attributes_find(a, IKE_XAUTH_USER_PASSWORD, &asked) &&
	    !attributes_find(a, IKE_XAUTH_PASSCODE, &asked))
		return "the peer asks for neither user nor password but for something else "
		       "(XAUTH), which is not supported";
	return NULL;
}

static bool is_client(const struct session *s)
{
	return access_is_xauth(s->auth) && !access_is_server(s->connection);
}

void xauth_request(struct exchange *x, const struct attributes *a)
{
	struct session *s = x->session;
	const char *why;

	if (!is_client(s)) {
		unexpected(x, a);
		return;
	}
	if (s->access.step != ACCESS_LOGIN)
		return;
	why = unanswerable(s, a);
	exchange_accept(x);
	if (why) {
		refuse(x, a);
		access_fail(s, IKE_ERROR_XAUTH_FAILED, "%s", why);
		return;
	}
	s->access.asked = true;
	transaction_answer(x, IKE_CFG_REPLY, a->id, write_answer, a);
}

void xauth_status(struct exchange *x, const struct attributes *a)
{
	struct session *s = x->session;
	const struct connection *c = s->connection;
	struct attribute status;
	uint16_t echo;

	if (!is_client(s) || !attributes_find(a, IKE_XAUTH_STATUS, &status))
		return;
	exchange_accept(x);
	echo = status.number == IKE_XAUTH_OK ? IKE_XAUTH_OK : IKE_XAUTH_FAIL;
	transaction_answer(x, IKE_CFG_ACK, a->id, write_status, &echo);
	if (s->access.step != ACCESS_LOGIN)
		return;
	if (echo == IKE_XAUTH_OK) {
		snprintf(s->access.user, sizeof(s->access.user), "%.*s", (int)c->xauth_user.len,
			 (const char *)c->xauth_user.data);
		access_logged_in(s);
		return;
	}
	access_fail(s, IKE_ERROR_XAUTH_FAILED,
		    "the peer refused user \"%.*s\": unknown there, or the password is wrong; "
		    "correct xauth-user and xauth-password-file", (int)c->xauth_user.len,
		    (const char *)c->xauth_user.data);
}
