/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/table.h"

#include <stdlib.h>

#define TABLE_FIRST_SIZE 16

static size_t bucket_of(uint64_t key, size_t size)
{
	return (key * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & (size - 1);
}

bool table_init(struct table *table)
{
	*table = (struct table){ .size = TABLE_FIRST_SIZE };
	table->buckets = calloc(table->size, sizeof(*table->buckets));
	return table->buckets;
}

void table_free(struct table *table)
{
	free(table->buckets);
	*table = (struct table){ 0 };
}

static void grow(struct table *table)
{
	size_t size = table->size * 2, i;
	struct table_link **buckets = calloc(size, sizeof(*buckets));

	if (!buckets)
		return;
	for (i = 0; i < table->size; i++) {
		struct table_link *link = table->buckets[i];

		while (link) {
			struct table_link *next = link->next;
			size_t to = bucket_of(link->key, size);

			link->next = buckets[to];
			buckets[to] = link;
			link = next;
		}
	}
	free(table->buckets);
	table->buckets = buckets;
	table->size = size;
}

void table_insert(struct table *table, struct table_link *link, uint64_t key, void *entry)
{
	size_t to;

	if (table->count >= table->size)
		grow(table);
	to = bucket_of(key, table->size);
	link->key = key;
	link->entry = entry;
	link->next = table->buckets[to];
	table->buckets[to] = link;
	table->count++;
}

void table_remove(struct table *table, struct table_link *link)
{
	struct table_link **at;

	if (!link->entry)
		return;
	for (at = &table->buckets[bucket_of(link->key, table->size)]; *at; at = &(*at)->next) {
		if (*at == link) {
			*at = link->next;
			table->count--;
			break;
		}
	}
	link->entry = NULL;
	link->next = NULL;
}

struct table_link *table_find(const struct table *table, uint64_t key, struct table_link *after)
{
	struct table_link *link =
		after ? after->next : table->buckets[bucket_of(key, table->size)];

	while (link && link->key != key)
		link = link->next;
	return link;
}
