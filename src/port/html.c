#include "port/html.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "late_html.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

enum {
	CHUNK = 32768,
	DEPTH_MAX = 2000,
	LISTS_MAX = 40,
	INDENT_MAX = 20,
	LINK_MAX = 4000,
	WORDS_MAX = 1000, /* of a tag, outside of quotes */
};

enum effect {
	INLINE,
	LINE,	/* on lines of its own */
	BLOCK,	/* with an empty line around it */
	HIDDEN, /* with all that is in it */
};

static const struct element {
	const char *name;
	enum effect effect;
} elements[] = {
	{ "script", HIDDEN },
	{ "style", HIDDEN },
	{ "title", HIDDEN },
	{ "template", HIDDEN },
	{ "svg", HIDDEN },
	{ "object", HIDDEN },
	{ "select", HIDDEN },
	{ "p", BLOCK },
	{ "h1", BLOCK },
	{ "h2", BLOCK },
	{ "h3", BLOCK },
	{ "h4", BLOCK },
	{ "h5", BLOCK },
	{ "h6", BLOCK },
	{ "blockquote", BLOCK },
	{ "ul", BLOCK },
	{ "ol", BLOCK },
	{ "dl", BLOCK },
	{ "table", BLOCK },
	{ "pre", BLOCK },
	{ "figure", BLOCK },
	{ "hr", BLOCK },
	{ "div", LINE },
	{ "section", LINE },
	{ "article", LINE },
	{ "header", LINE },
	{ "footer", LINE },
	{ "main", LINE },
	{ "nav", LINE },
	{ "aside", LINE },
	{ "address", LINE },
	{ "form", LINE },
	{ "fieldset", LINE },
	{ "li", LINE },
	{ "dt", LINE },
	{ "dd", LINE },
	{ "tr", LINE },
	{ "caption", LINE },
	{ "figcaption", LINE },
	{ "center", LINE },
};

struct page {
	struct buf *out;
	bool full;		/* out is */
	bool deep;
	size_t depth, hidden;	/* open elements; those of them inside a hidden one, and it */
	size_t from;		/* where in out the text begins */
	int ends;		/* line ends that are due before the next word */
	bool gap;		/* a blank is */
	bool bullet;		/* the item has its sign, and no word yet */
	int pre, quotes;
	int between;		/* the fewest quotes since the last word */
	int lists, count[LISTS_MAX]; /* -1: no numbers */
	int cells;		/* of the row, so far */
	char *link;		/* the address of the open one */
	size_t link_from;
};

static enum effect effect_of(const char *name)
{
	for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
		if (strcmp(elements[i].name, name) == 0)
			return elements[i].effect;
	return INLINE;
}

static void put(struct page *p, const char *bytes, size_t len)
{
	if (buf_add(p->out, bytes, len) < 0)
		p->full = true;
}

static void puts_(struct page *p, const char *text)
{
	put(p, text, strlen(text));
}

/* What stands in front of a line. */
static void put_margin(struct page *p)
{
	for (int i = 0; i < p->quotes && i < INDENT_MAX; i++)
		puts_(p, "> ");
	for (int i = 1; i < p->lists && i < INDENT_MAX; i++)
		puts_(p, "  ");
	if (p->lists > 0 && !p->bullet)
		puts_(p, "  ");
}

static bool at_begin(const struct page *p)
{
	return p->out->len == p->from;
}

static void put_ends(struct page *p)
{
	for (int i = 0; i < p->ends; i++) {
		for (int k = 0; i > 0 && k < p->between && k < INDENT_MAX; k++)
			puts_(p, k > 0 ? " >" : ">");
		puts_(p, "\n");
	}
	p->ends = 0;
}

/* Before a word: what was put off. */
static void begin_word(struct page *p)
{
	bool fresh = at_begin(p) || p->ends > 0;

	if (!at_begin(p))
		put_ends(p);
	p->ends = 0;
	p->between = p->quotes;
	if (fresh)
		put_margin(p);
	else if (p->gap)
		puts_(p, " ");
	p->gap = false;
	if (p->bullet) {
		char sign[24] = "* ";
		int nth = p->lists > 0 ? p->count[p->lists - 1] : -1;

		if (nth >= 0)
			snprintf(sign, sizeof sign, "%d. ", nth);
		puts_(p, sign);
		p->bullet = false;
	}
}

static void end_lines(struct page *p, int count)
{
	if (count == 0)
		return;
	if (p->ends < count)
		p->ends = count;
	p->gap = false;
}

/* ---- words ---- */

/* Blanks that never break, marks that nobody sees: plain ones for programs, or nothing. */
static const char *plainly(unsigned c, const char *as_is)
{
	if (c == 0xa0 || c == 0x202f || c == 0x2007)
		return " ";
	if (c == 0xad || c == 0xfeff || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x202a && c <= 0x202e) || c < 0x20 || (c >= 0x7f && c < 0xa0))
		return "";
	return as_is;
}

static void add_character(struct page *p, const char *at, size_t n, unsigned c)
{
	char own[5] = "";
	const char *text = plainly(c, own);

	memcpy(own, at, n);
	if (p->pre > 0 && c == '\n') {
		p->ends += at_begin(p) || p->ends > 1 ? 0 : 1;
	} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
		if (p->pre > 0) {
			begin_word(p);
			puts_(p, c == '\t' ? "\t" : " ");
		} else {
			p->gap = !at_begin(p) && p->ends == 0 && !p->bullet;
		}
	} else if (*text) {
		begin_word(p);
		puts_(p, text);
	}
}

static void on_characters(void *arg, const xmlChar *bytes, int len)
{
	struct page *p = arg;
	const char *at = (const char *)bytes;
	size_t left = len > 0 ? (size_t)len : 0, n;
	unsigned c = 0;

	if (p->hidden || p->full)
		return;
	for (; left > 0; at += n, left -= n) {
		n = text_utf8_next(at, left, &c);
		if (n > 0)
			add_character(p, at, n, c);
		else
			n = 1;
	}
}

static void add_text(struct page *p, const char *text)
{
	on_characters(p, (const xmlChar *)text, (int)strlen(text));
}

/* ---- elements ---- */

static const char *attribute(const xmlChar **list, const char *name)
{
	for (; list && list[0]; list += 2)
		if (strcmp((const char *)list[0], name) == 0)
			return list[1] ? (const char *)list[1] : "";
	return NULL;
}

static void open_list(struct page *p, const char *name, const xmlChar **attributes)
{
	const char *start = attribute(attributes, "start");
	long first = 1;

	if (start)
		text_number(start, 0, 1000000, &first);
	if (p->lists < LISTS_MAX)
		p->count[p->lists] = strcmp(name, "ol") == 0 ? (int)first - 1 : -1;
	p->lists += p->lists < LISTS_MAX;
}

static void open_item(struct page *p)
{
	if (p->lists > 0 && p->count[p->lists - 1] >= 0)
		p->count[p->lists - 1]++;
	p->bullet = p->lists > 0;
}

static bool worth_telling(const char *address)
{
	static const char *const schemes[] = { "http://", "https://", "mailto:", "ftp://", "tel:" };

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (text_prefix_nocase(address, schemes[i]))
			return strlen(address) <= LINK_MAX;
	return false;
}

static void open_link(struct page *p, const char *address)
{
	free(p->link);
	p->link = NULL;
	p->link_from = p->out->len;
	if (!address)
		return;
	address += strspn(address, " \t\r\n");
	if (worth_telling(address)) {
		p->link = xstrdup(address);
		text_trim(p->link);
	}
}

/* "Home <https://example.org/>", but not "https://example.org/ <https://example.org/>". */
static void close_link(struct page *p)
{
	const char *words, *bare = p->link;

	if (!p->link)
		return;
	words = buf_text(p->out) + p->link_from;
	words += strspn(words, " \n>*");
	if (text_prefix_nocase(bare, "mailto:") || text_prefix_nocase(bare, "tel:"))
		bare = strchr(bare, ':') + 1;
	if (strcmp(words, p->link) != 0 && strcmp(words, bare) != 0) {
		p->gap = p->out->len > p->link_from;
		add_text(p, "<");
		add_text(p, bare);
		add_text(p, ">");
	}
	free(p->link);
	p->link = NULL;
}

static void put_break(struct page *p)
{
	if (!at_begin(p))
		p->ends = p->ends < 2 ? p->ends + 1 : 2;
	p->gap = false;
}

static void open_element(struct page *p, const char *name, const xmlChar **attributes)
{
	if (strcmp(name, "br") == 0)
		put_break(p);
	else if (strcmp(name, "hr") == 0)
		add_text(p, "----------");
	else if (strcmp(name, "img") == 0)
		add_text(p, attribute(attributes, "alt") ? attribute(attributes, "alt") : "");
	else if (strcmp(name, "a") == 0)
		open_link(p, attribute(attributes, "href"));
	else if (strcmp(name, "ul") == 0 || strcmp(name, "ol") == 0)
		open_list(p, name, attributes);
	else if (strcmp(name, "li") == 0)
		open_item(p);
	else if (strcmp(name, "pre") == 0)
		p->pre++;
	else if (strcmp(name, "blockquote") == 0)
		p->quotes++;
	else if (strcmp(name, "tr") == 0)
		p->cells = 0;
	else if ((strcmp(name, "td") == 0 || strcmp(name, "th") == 0) && p->cells++ > 0)
		add_text(p, " | ");
}

static void close_element(struct page *p, const char *name)
{
	if (strcmp(name, "a") == 0)
		close_link(p);
	else if (strcmp(name, "ul") == 0 || strcmp(name, "ol") == 0)
		p->lists -= p->lists > 0;
	else if (strcmp(name, "li") == 0)
		p->bullet = false;
	else if (strcmp(name, "pre") == 0)
		p->pre -= p->pre > 0;
	else if (strcmp(name, "blockquote") == 0)
		p->quotes -= p->quotes > 0;
	if (p->between > p->quotes)
		p->between = p->quotes;
}

/* A list within a list, and a paragraph that an item begins with, need no empty line. */
static int ends_around(const struct page *p, const char *name, enum effect effect)
{
	bool list = strcmp(name, "ul") == 0 || strcmp(name, "ol") == 0;

	if (effect == INLINE)
		return 0;
	return effect == BLOCK && !(list && p->lists > 0) && !p->bullet ? 2 : 1;
}

static void on_start(void *arg, const xmlChar *bytes, const xmlChar **attributes)
{
	struct page *p = arg;
	const char *name = (const char *)bytes;
	enum effect effect = effect_of(name);

	p->deep = p->deep || ++p->depth > DEPTH_MAX;
	if (p->hidden || effect == HIDDEN)
		p->hidden++;
	if (p->hidden || p->full)
		return;
	end_lines(p, p->bullet ? 0 : ends_around(p, name, effect));
	open_element(p, name, attributes);
}

static void on_end(void *arg, const xmlChar *bytes)
{
	struct page *p = arg;
	const char *name = (const char *)bytes;

	p->depth -= p->depth > 0;
	if (p->hidden) {
		p->hidden--;
		return;
	}
	if (p->full)
		return;
	close_element(p, name);
	end_lines(p, ends_around(p, name, effect_of(name)));
}

/* ---- tags ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* The words of the tag that begins at html; *at: where it ends. */
static size_t count_words(const char *html, size_t len, size_t *at)
{
	size_t words = 0;
	char quote = '\0', before = ' ';

	for (; *at < len && (quote || html[*at] != '>'); ++*at) {
		char c = html[*at];

		if (quote)
			quote = c == quote ? '\0' : quote;
		else if ((c == '"' || c == '\'') && before == '=')
			quote = c;
		else if (is_blank(before) && !is_blank(c))
			words++;
		before = c;
	}
	return words;
}

/* libxml2 compares each attribute with all that stand before it in the tag: with a million of
 * them it would not come to an end. */
static bool is_wide(const char *html, size_t len)
{
	for (size_t at = 0; at + 1 < len; at++) {
		char letter = (char)(html[at + 1] | 0x20);

		if (html[at] == '<' && letter >= 'a' && letter <= 'z' &&
		    count_words(html, len, &at) > WORDS_MAX)
			return true;
	}
	return false;
}

static int parse(struct page *p, const char *html, size_t len)
{
	xmlSAXHandler handler = { .startElement = on_start,
				  .endElement = on_end,
				  .characters = on_characters,
				  .ignorableWhitespace = on_characters };
	htmlParserCtxtPtr parser =
		htmlCreatePushParserCtxt(&handler, p, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);

	if (!parser)
		return -1;
	for (size_t at = 0; at < len && !p->full && !p->deep; at += CHUNK)
		htmlParseChunk(parser, html + at, (int)(len - at < CHUNK ? len - at : CHUNK), 0);
	htmlParseChunk(parser, "", 0, 1);
	if (parser->myDoc)
		xmlFreeDoc(parser->myDoc);
	htmlFreeParserCtxt(parser);
	return 0;
}

int html_text(const char *html, size_t len, struct buf *out, struct err *err)
{
	struct page p = { .out = out, .from = out->len };
	int rc;

	if (is_wide(html, len))
		return err_set(err, ERR_INPUT, "A tag of the HTML has over %d attributes.",
			       WORDS_MAX);
	if (late_load(&late_html_library, err) < 0)
		return -1;
	rc = parse(&p, html, len);
	free(p.link);
	if (rc < 0)
		return err_set(err, ERR_SYSTEM, "The HTML cannot be read: libxml2 does not start.");
	if (p.deep)
		return err_set(err, ERR_INPUT, "The HTML is nested over %d deep.", DEPTH_MAX);
	if (!p.full && !at_begin(&p))
		puts_(&p, "\n");
	if (p.full)
		return err_set(err, ERR_INPUT, "The text of the HTML is too long.");
	return 0;
}

const char *html_library(void)
{
	return "libxml2 " LIBXML_DOTTED_VERSION;
}
