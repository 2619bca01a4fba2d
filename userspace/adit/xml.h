/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An XML document as a tree of its elements. No document type and so no entities but XML's own
 * five, no network: the document may be anybody's. It may hold keys: its text is erased before it
 * is freed.
 */
#ifndef ADIT_XML_H
#define ADIT_XML_H

#include <stddef.h>

/* Deeper than any document that is meant, and shallow enough for recursion. */
#define XML_DEPTH 64

/**
 * struct xml_element - an element
 * @name: without the prefix of its namespace
 * @id: its attribute of that name, or NULL
 * @text: what stands in it, but not in the elements that it has; NULL when nothing does
 * @length: of @text in bytes, without the byte 0 at its end
 * @size: of the memory that @text has
 * @parent: the element that it is in; NULL for the root
 * @children: the first of those in it
 * @last: the last of those in it
 * @next: the next one in @parent
 */
struct xml_element {
	char *name, *id, *text;
	size_t length, size;
	struct xml_element *parent, *children, *last, *next;
};

/**
 * xml_read - reads a document
 * @content: UTF-8, whatever its prolog says
 * @length: of @content, in bytes
 *
 * Return: its root, to be freed with xml_free(), or NULL when it is damaged, declares a document
 * type, is deeper than XML_DEPTH or longer than INT_MAX, or when there is no memory.
 */
struct xml_element *xml_read(const char *content, size_t length);

/* xml_free - frees @element, which may be NULL, and all that is in it */
void xml_free(struct xml_element *element);

/* xml_child - the first child of @element (or NULL) with that name, or NULL */
const struct xml_element *xml_child(const struct xml_element *element, const char *name);

#endif
