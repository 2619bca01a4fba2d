// SPDX-License-Identifier: GPL-2.0
#include <linux/percpu.h>
#include <linux/topology.h>
#include <net/sock.h>

#include "buffer.h"
#include "compat.h"

/* Pages that a pool keeps for its next packets, two in each. A GSO packet has 45
 * segments at most, and a few such are under way at a time.
 */
#define POOL_PAGES	256

static struct page_pool * __percpu *pools;

/* With what the kernel keeps behind each packet. */
static unsigned int whole_size(unsigned int len)
{
	return SKB_DATA_ALIGN(len) + SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
}

bool adit_buffer_fits(unsigned int headroom, unsigned int len)
{
	return whole_size(headroom + len) <= PAGE_SIZE;
}

/* Return: half a page, or a whole one. */
static struct page *get_page_part(unsigned int size, unsigned int *offset, unsigned int *truesize)
{
	*truesize = size > PAGE_SIZE / 2 ? PAGE_SIZE : PAGE_SIZE / 2;
	return page_pool_dev_alloc_frag(__this_cpu_read(*pools), offset, *truesize);
}

struct page *adit_buffer_page(unsigned int headroom, unsigned int len, unsigned int *offset,
			      unsigned int *truesize)
{
	struct page *page = get_page_part(whole_size(headroom + len), offset, truesize);

	*offset += headroom;
	return page;
}

static struct sk_buff *build(struct page *page, unsigned int offset, unsigned int size)
{
	struct sk_buff *skb = napi_build_skb(page_address(page) + offset, size);

	if (likely(skb))
		skb_mark_for_recycle(skb);
	return skb;
}

struct sk_buff *adit_buffer_alloc(unsigned int headroom, unsigned int len)
{
	unsigned int offset, size = whole_size(headroom + len);
	struct sk_buff *skb;
	struct page *page;

	if (unlikely(size > PAGE_SIZE)) {
		skb = alloc_skb(headroom + len, GFP_ATOMIC | __GFP_NOWARN);
		goto out;
	}
	page = get_page_part(size, &offset, &size);
	if (unlikely(!page))
		return NULL;
	skb = build(page, offset, size);
	if (unlikely(!skb))
		page_pool_put_full_page(page->pp, page, false);
out:
	if (likely(skb))
		skb_reserve(skb, headroom);
	return skb;
}

bool adit_buffer_is_ours(const skb_frag_t *frag)
{
	const struct page *page = skb_frag_page(frag);
	int cpu;

	if (!adit_frag_is_exclusive(frag))
		return false;
	if (likely(page->pp == __this_cpu_read(*pools)))
		return true;
	for_each_possible_cpu(cpu)
		if (page->pp == *per_cpu_ptr(pools, cpu))
			return true;
	return false;
}

struct sk_buff *adit_buffer_wrap(const skb_frag_t *frag)
{
	unsigned int begin = skb_frag_off(frag), end = begin + skb_frag_size(frag);
	unsigned int size = PAGE_SIZE / 2, offset = begin & ~(size - 1);
	struct sk_buff *skb;

	/* Half a page, unless it does not fit there: then it was a whole one. */
	if (whole_size(end - offset) > size) {
		size = PAGE_SIZE;
		offset = 0;
	}
	skb = build(skb_frag_page(frag), offset, size);
	if (likely(skb)) {
		skb_reserve(skb, begin - offset);
		__skb_put(skb, end - begin);
	}
	return skb;
}

void adit_buffer_inherit(struct sk_buff *skb, const struct sk_buff *from)
{
	memcpy(&skb->headers, &from->headers, sizeof(skb->headers));
	skb->tstamp = from->tstamp;
	skb->dev = from->dev;
	skb_headers_offset_update(skb, skb_headroom(skb) - skb_headroom(from));
}

struct sk_buff *adit_buffer_copy(struct sk_buff *from, unsigned int headroom,
				 unsigned int tailroom)
{
	struct sk_buff *skb = adit_buffer_alloc(headroom, from->len + tailroom);
	__sum16 *check;
	int offset;

	if (unlikely(!skb))
		return NULL;
	skb_copy_and_csum_dev(from, __skb_put(skb, from->len));
	if (from->ip_summed == CHECKSUM_PARTIAL) {
		/* RFC 768, RFC 8200 8.1: 0 would say that there is none. */
		offset = skb_checksum_start_offset(from) + from->csum_offset;
		if (offset >= 0 && offset + sizeof(*check) <= from->len) {
			check = (__sum16 *)(skb->data + offset);
			*check = *check ?: CSUM_MANGLED_0;
		}
	}
	adit_buffer_inherit(skb, from);
	skb->ip_summed = CHECKSUM_NONE;
	adit_buffer_own(skb, from);
	return skb;
}

void adit_buffer_own(struct sk_buff *skb, struct sk_buff *from)
{
	struct sock *sk = from->sk;
	int delta;

	if (!sk || !sk_fullsock(sk))
		return;
	if (from->destructor == sock_wfree) {
		skb_set_owner_w(skb, sk);
		return;
	}
	/* Of the others only TCP's own is known to look at nothing but the size. */
	if (sk->sk_type != SOCK_STREAM || sk->sk_protocol != IPPROTO_TCP ||
	    from->destructor == sock_edemux)
		return;

	/* The socket gets back what a packet is charged with when it is freed. */
	delta = skb->truesize - from->truesize;
	swap(skb->sk, from->sk);
	swap(skb->destructor, from->destructor);
	if (delta > 0)
		refcount_add(delta, &sk->sk_wmem_alloc);
	else if (delta < 0)
		WARN_ON_ONCE(refcount_sub_and_test(-delta, &sk->sk_wmem_alloc));
}

static struct page_pool *create_pool(int cpu)
{
	const struct page_pool_params params = {
		.flags = ADIT_PAGE_POOL_FLAGS,
		.pool_size = POOL_PAGES,
		.nid = cpu_to_node(cpu),
	};

	return adit_page_pool_create(&params, cpu);
}

int adit_buffer_init(void)
{
	struct page_pool *pool;
	int cpu;

	pools = alloc_percpu(struct page_pool *);
	if (!pools)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		pool = create_pool(cpu);
		if (IS_ERR(pool)) {
			adit_buffer_exit();
			return PTR_ERR(pool);
		}
		*per_cpu_ptr(pools, cpu) = pool;
	}
	return 0;
}

void adit_buffer_exit(void)
{
	int cpu;

	/* Who takes a page back without a lock is done with it. */
	for_each_possible_cpu(cpu)
		adit_page_pool_stop(*per_cpu_ptr(pools, cpu));
	synchronize_net();
	for_each_possible_cpu(cpu)
		page_pool_destroy(*per_cpu_ptr(pools, cpu));
	free_percpu(pools);
}
