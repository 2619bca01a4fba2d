/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table whose links live inside the entries. It grows with its contents; when there is no
 * memory to grow it only gets slower.
 */
#ifndef ADIT_IKE_TABLE_H
#define ADIT_IKE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_link {
	struct table_link *next;
	uint64_t key;
	void *entry;
};

struct table {
	struct table_link **buckets;
	size_t size, count;
};

/* False when there is no memory for the first buckets. */
bool table_init(struct table *table);
void table_free(struct table *table);
void table_insert(struct table *table, struct table_link *link, uint64_t key, void *entry);
void table_remove(struct table *table, struct table_link *link);
/* The first entry with @key behind @after (NULL: from the beginning); keys need not be unique. */
struct table_link *table_find(const struct table *table, uint64_t key, struct table_link *after);

#endif
