/* SPDX-License-Identifier: GPL-2.0 */
/* One tracepoint: a packet was dropped, of which SA, and why. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM adit

#if !defined(_ADIT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ADIT_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include "sa.h"
#include "stats.h"

TRACE_EVENT(adit_drop,
	TP_PROTO(const struct net_device *dev, const struct adit_sa *sa, enum adit_drop reason),
	TP_ARGS(dev, sa, reason),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(u8, direction)
		__field(u8, proto)
		__field(u32, spi)
		__field(u8, reason)
	),
	TP_fast_assign(
		strscpy(__entry->dev, dev->name, IFNAMSIZ);
		__entry->direction = sa ? sa->direction : 0;
		__entry->proto = sa ? sa->proto : 0;
		__entry->spi = sa ? ntohl(sa->spi) : 0;
		__entry->reason = reason;
	),
	TP_printk("dev=%s direction=%s proto=%s spi=0x%08x reason=%s", __entry->dev,
		  __print_symbolic(__entry->direction, { 0, "-" }, { ADIT_DIRECTION_IN, "in" },
				   { ADIT_DIRECTION_OUT, "out" }),
		  __print_symbolic(__entry->proto, { 0, "-" }, { IPPROTO_ESP, "esp" },
				   { IPPROTO_AH, "ah" }),
		  __entry->spi,
		  __print_symbolic(__entry->reason,
				   { ADIT_DROP_REPLAY, "replay" },
				   { ADIT_DROP_AUTHENTICATION, "authentication" },
				   { ADIT_DROP_NO_SA, "no-sa" },
				   { ADIT_DROP_SELECTOR, "selector" },
				   { ADIT_DROP_PADDING, "padding" },
				   { ADIT_DROP_MALFORMED, "malformed" },
				   { ADIT_DROP_MTU, "mtu" },
				   { ADIT_DROP_NO_ROUTE, "no-route" },
				   { ADIT_DROP_NO_MEMORY, "no-memory" },
				   { ADIT_DROP_SEQUENCE_OVERFLOW, "sequence-overflow" },
				   { ADIT_DROP_EXPIRED, "expired" },
				   { ADIT_DROP_CRYPTO, "crypto" },
				   { ADIT_DROP_ECN, "ecn" },
				   { ADIT_DROP_ENCAPSULATION, "encapsulation" },
				   { ADIT_DROP_STAGED, "staged" }))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
