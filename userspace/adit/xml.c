// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expat, and not a library that makes trees by itself: those that do bring tens of megabytes
 * along, which each start of the tool would have to link.
 */
#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "adit/xml.h"

/* Between a namespace and a name, as expat gives them: in no URI, in no name */
#define SEPARATOR '|'

struct reading {
	XML_Parser parser;
	struct xml_element *root, *open;
	unsigned int depth;
};

static const char *local_name(const char *name)
{
	const char *separator = strrchr(name, SEPARATOR);

	return separator ? separator + 1 : name;
}

static struct xml_element *element_new(const char *name, const char **attributes)
{
	struct xml_element *element = calloc(1, sizeof(*element));

	if (!element)
		return NULL;
	element->name = strdup(local_name(name));
	while (*attributes && strcmp(attributes[0], "id"))
		attributes += 2;
	if (*attributes)
		element->id = strdup(attributes[1]);
	if (!element->name || (*attributes && !element->id)) {
		xml_free(element);
		return NULL;
	}
	return element;
}

static void give_up(struct reading *reading)
{
	XML_StopParser(reading->parser, XML_FALSE);
}

static void on_start(void *data, const char *name, const char **attributes)
{
	struct reading *reading = data;
	struct xml_element *element, *parent = reading->open;

	element = reading->depth < XML_DEPTH ? element_new(name, attributes) : NULL;
	if (!element) {
		give_up(reading);
		return;
	}
	reading->depth++;
	element->parent = parent;
	if (!parent)
		reading->root = element;
	else if (parent->last)
		parent->last->next = element;
	else
		parent->children = element;
	if (parent)
		parent->last = element;
	reading->open = element;
}

static void on_end(void *data, const char *name)
{
	struct reading *reading = data;

	/* The end of an empty element is told also after on_start() has given up at it */
	if (!reading->open)
		return;
	reading->open = reading->open->parent;
	reading->depth--;
}

/* None of a text may be left where realloc() had it; and it comes in pieces, a line each or less */
static bool make_room(struct xml_element *element, size_t length)
{
	size_t size = 2 * (element->length + length) + 1;
	char *room;

	if (element->length + length < element->size)
		return true;
	room = malloc(size);
	if (!room)
		return false;
	if (element->text) {
		memcpy(room, element->text, element->length);
		explicit_bzero(element->text, element->length);
		free(element->text);
	}
	element->text = room;
	element->size = size;
	return true;
}

static void on_text(void *data, const char *text, int length)
{
	struct reading *reading = data;
	struct xml_element *element = reading->open;

	if (!make_room(element, (size_t)length)) {
		give_up(reading);
		return;
	}
	memcpy(element->text + element->length, text, (size_t)length);
	element->length += (size_t)length;
	element->text[element->length] = '\0';
}

static void on_document_type(void *data, const char *name, const char *system, const char *public,
			     int has_internal)
{
	give_up(data);
}

struct xml_element *xml_read(const char *content, size_t length)
{
	struct reading reading = { .parser = NULL };
	bool whole;

	if (length > INT_MAX)
		return NULL;
	reading.parser = XML_ParserCreateNS("UTF-8", SEPARATOR);
	if (!reading.parser)
		return NULL;
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reading.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reading.parser, on_document_type);
	whole = XML_Parse(reading.parser, content, (int)length, XML_TRUE) == XML_STATUS_OK;
	XML_ParserFree(reading.parser);
	if (whole)
		return reading.root;
	xml_free(reading.root);
	return NULL;
}

void xml_free(struct xml_element *element)
{
	struct xml_element *child, *next;

	if (!element)
		return;
	for (child = element->children; child; child = next) {
		next = child->next;
		xml_free(child);
	}
	if (element->text)
		explicit_bzero(element->text, element->length);
	free(element->text);
	free(element->name);
	free(element->id);
	free(element);
}

const struct xml_element *xml_child(const struct xml_element *element, const char *name)
{
	const struct xml_element *child = element ? element->children : NULL;

	while (child && strcmp(child->name, name))
		child = child->next;
	return child;
}
