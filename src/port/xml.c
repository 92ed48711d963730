#include "port/xml.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <expat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#define BLANKS " \t\r\n"

struct state {
	const struct xml_reader *reader;
	XML_Parser parser;
	struct buf text[XML_DEPTH];
	int depth; /* elements that are open */
	int elements;
	const char *fault; /* ours, not expat's; NULL none */
};

static void refuse(struct state *s, const char *fault)
{
	if (!s->fault)
		s->fault = fault;
	XML_StopParser(s->parser, XML_FALSE);
}

static void on_begin(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct state *s = arg;

	if (s->fault)
		return;
	if (s->depth == XML_DEPTH) {
		refuse(s, "elements lie too deep within each other");
		return;
	}
	if (++s->elements > XML_ELEMENTS) {
		refuse(s, "there are too many elements");
		return;
	}
	buf_clear(&s->text[s->depth++]);
	if (s->reader->begin)
		s->reader->begin(s->reader->arg, name, (const char *const *)attributes);
}

static void on_text(void *arg, const XML_Char *text, int len)
{
	struct state *s = arg;
	size_t n = (size_t)len;

	if (s->fault || s->depth == 0)
		return;
	/* The blanks between elements need no room. */
	while (s->text[s->depth - 1].len == 0 && n > 0 && strchr(BLANKS, *text)) {
		text++;
		n--;
	}
	if (n > 0 && buf_add(&s->text[s->depth - 1], text, n) < 0)
		refuse(s, "a text is too long");
}

static void on_end(void *arg, const XML_Char *name)
{
	struct state *s = arg;
	struct buf *text;

	if (s->fault)
		return;
	text = &s->text[--s->depth];
	while (text->len > 0 && strchr(BLANKS, text->data[text->len - 1]))
		buf_cut(text, text->len - 1);
	if (s->reader->end)
		s->reader->end(s->reader->arg, name, buf_text(text));
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
		       const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	refuse(arg, "a document type (DOCTYPE) is not taken");
}

static int told(const struct state *s, struct err *err)
{
	const char *why = s->fault;

	if (!why)
		why = XML_ErrorString(XML_GetErrorCode(s->parser));
	return err_set(err, ERR_INPUT, "The XML cannot be read: line %lu: %s.",
		       (unsigned long)XML_GetCurrentLineNumber(s->parser), why ? why : "unknown");
}

int xml_read(const void *bytes, size_t len, const struct xml_reader *reader, struct err *err)
{
	struct state s = { .reader = reader };
	int rc = 0;

	if (len > XML_BYTES)
		return err_set(err, ERR_INPUT, "The XML is longer than %u bytes.", XML_BYTES);
	for (int i = 0; i < XML_DEPTH; i++)
		s.text[i].max = XML_TEXT;
	s.parser = XML_ParserCreate(NULL);
	if (!s.parser)
		die("out of memory");
	XML_SetUserData(s.parser, &s);
	XML_SetElementHandler(s.parser, on_begin, on_end);
	XML_SetCharacterDataHandler(s.parser, on_text);
	XML_SetStartDoctypeDeclHandler(s.parser, on_doctype);
	/* In one piece: expat would read a long token again with every piece. */
	if (XML_Parse(s.parser, bytes ? bytes : "", (int)len, XML_TRUE) != XML_STATUS_OK || s.fault)
		rc = told(&s, err);
	XML_ParserFree(s.parser);
	for (int i = 0; i < XML_DEPTH; i++)
		buf_free(&s.text[i]);
	return rc;
}

const char *xml_attribute(const char *const *attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

const char *xml_library(void)
{
	static char name[32];

	snprintf(name, sizeof name, "expat %d.%d.%d", XML_MAJOR_VERSION, XML_MINOR_VERSION,
		 XML_MICRO_VERSION);
	return name;
}
