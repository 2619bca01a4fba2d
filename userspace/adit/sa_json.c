// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <netinet/in.h>

#include "adit/sa_show.h"

/* JSON's integers are signed here: a counter that large has stopped meaning anything */
static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *spi(uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%08" PRIx32, value);
	return json_string(text);
}

static json_t *address(const struct anl_address *value)
{
	char text[ANL_PREFIX_TEXT];

	return json_string(anl_address_format(value, text));
}

static json_t *algorithm(const struct anl_algorithm *value)
{
	json_t *object;

	if (!*value->name)
		return json_null();
	object = json_pack("{s:s}", "name", value->name);
	if (value->icv_bits)
		json_object_set_new(object, "icv_bits", number(value->icv_bits));
	return object;
}

static json_t *encap(const struct anl_sa *sa)
{
	if (!sa->encap)
		return json_null();
	return json_pack("{s:i, s:i}", "local_port", sa->encap_local, "remote_port",
			 sa->encap_remote);
}

static json_t *prefix(const struct anl_prefix *value)
{
	char text[ANL_PREFIX_TEXT];

	return value->address.family ? json_string(anl_prefix_format(value, text)) : json_null();
}

static json_t *ports(uint16_t first, uint16_t last)
{
	if (!first && last == UINT16_MAX)
		return json_null();
	return json_pack("[i, i]", first, last);
}

static json_t *selectors(const struct anl_sa *sa)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < sa->selector_count; i++) {
		const struct anl_selector *selector = &sa->selectors[i];

		json_array_append_new(list, json_pack(
			"{s:o, s:o, s:i, s:o, s:o}", "src", prefix(&selector->src),
			"dst", prefix(&selector->dst), "proto", selector->protocol,
			"sport", ports(selector->sport_first, selector->sport_last),
			"dport", ports(selector->dport_first, selector->dport_last)));
	}
	return list;
}

/* Limits that are set, by the words of the command line */
static json_t *limits(const struct anl_sa *sa)
{
	const struct {
		const char *name;
		uint64_t value;
	} all[] = {
		{ "byte-soft", sa->bytes.soft }, { "byte-hard", sa->bytes.hard },
		{ "packet-soft", sa->packets.soft }, { "packet-hard", sa->packets.hard },
		{ "time-soft", sa->seconds.soft }, { "time-hard", sa->seconds.hard },
		{ "idle", sa->idle },
	};
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].value)
			json_object_set_new(object, all[i].name, number(all[i].value));
	return object;
}

static json_t *drops(const struct anl_drops *value)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < value->count; i++)
		json_object_set_new(object, value->list[i].reason, number(value->list[i].packets));
	return object;
}

static void set_outer(json_t *object, const struct anl_sa *sa)
{
	static const char *const df[] = { "copy", "set", "clear" };

	json_object_set_new(object, "df", json_string(df[sa->df <= ANL_DF_CLEAR ? sa->df : 0]));
	json_object_set_new(object, "dscp", sa->dscp == ANL_DSCP_FIXED ?
			    json_integer(sa->dscp_value) : json_string("copy"));
	json_object_set_new(object, "ecn", json_string(sa->ecn == ANL_ECN_COMPATIBILITY ?
						       "compatibility" : "normal"));
	json_object_set_new(object, "ttl", json_integer(sa->ttl));
	json_object_set_new(object, "mark", sa->has_mark ? json_integer(sa->mark) : json_null());
	json_object_set_new(object, "bundle", sa->bundle_spi ? spi(sa->bundle_spi) : json_null());
}

static void set_state(json_t *object, const struct anl_sa *sa)
{
	const struct anl_sa_counters *counters = &sa->counters;

	json_object_set_new(object, "mtu", sa->mtu ? json_integer(sa->mtu) : json_null());
	json_object_set_new(object, "mtu_path",
			    sa->mtu_path ? json_integer(sa->mtu_path) : json_null());
	json_object_set_new(object, "overhead",
			    sa->overhead ? json_integer(sa->overhead) : json_null());
	json_object_set_new(object, "driver", *sa->driver ? json_string(sa->driver) : json_null());
	json_object_set_new(object, "age", json_integer(counters->age));
	json_object_set_new(object, "idle",
			    counters->idle < 0 ? json_null() : json_integer(counters->idle));
	json_object_set_new(object, "packets", number(counters->packets));
	json_object_set_new(object, "bytes", number(counters->bytes));
	json_object_set_new(object, "drops", drops(&counters->drops));
}

json_t *sa_json(const struct anl_sa *sa)
{
	json_t *object = json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"device", sa->device, "direction", sa->direction == ANL_IN ? "in" : "out",
		"proto", sa->protocol == IPPROTO_AH ? "ah" : "esp",
		"mode", sa->mode == ANL_TRANSPORT ? "transport" : "tunnel",
		"spi", spi(sa->spi), "local", address(&sa->local), "remote", address(&sa->remote),
		"encap", encap(sa), "aead", algorithm(&sa->aead), "enc", algorithm(&sa->enc),
		"auth", algorithm(&sa->auth));

	if (!object)
		return NULL;
	json_object_set_new(object, "device_id", json_integer(sa->device_id));
	json_object_set_new(object, "replay_window",
			    sa->direction == ANL_IN ? number(sa->replay_window) : json_null());
	json_object_set_new(object, "esn", json_boolean(sa->esn));
	json_object_set_new(object, "seq", number(sa->sequence));
	json_object_set_new(object, "selectors", selectors(sa));
	json_object_set_new(object, "limits", limits(sa));
	set_outer(object, sa);
	set_state(object, sa);
	return object;
}
