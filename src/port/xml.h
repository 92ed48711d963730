/*
 * XML from strangers, by expat, which is used here and nowhere else.
 *
 * A reader gets the elements in their order. There is no document type: a <!DOCTYPE> is refused,
 * and with it every entity but the five that XML itself knows, so nothing expands and nothing is
 * fetched. Bounded: XML_DEPTH elements within each other, XML_TEXT bytes of text in one (in UTF-8,
 * blanks at its begin not counted), XML_ELEMENTS in all, XML_BYTES of the whole; what is beyond is
 * an error. Encodings: UTF-8, UTF-16, ISO-8859-1, US-ASCII.
 */
#ifndef OUTPOST_XML_H
#define OUTPOST_XML_H

#include <stddef.h>

struct err;

#define XML_DEPTH    32
#define XML_TEXT     4096
#define XML_ELEMENTS 20000
#define XML_BYTES    (4u << 20)

struct xml_reader {
	void *arg;
	/* Either may be NULL. attributes: name, value, name, value, ..., NULL; all UTF-8 */
	void (*begin)(void *arg, const char *name, const char *const *attributes);
	/* text: that of the element itself, blanks at both ends taken off */
	void (*end)(void *arg, const char *name, const char *text);
};
/* The value of one of them, NULL without. */
const char *xml_attribute(const char *const *attributes, const char *name);

/* 0, or -1 with ERR_INPUT: line and reason. What was read before was told. */
int xml_read(const void *bytes, size_t len, const struct xml_reader *reader, struct err *err);

const char *xml_library(void);	/* "expat 2.5.0" */

#endif
