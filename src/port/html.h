/*
 * HTML as plain text, for readers who see no HTML.
 *
 * libxml2 reads it as a stream of elements, no tree is built; nothing it names is fetched.
 * Paragraphs have an empty line between them, blanks and line ends run together except in
 * <pre>, lists have "* " or numbers and are indented, a quote has "> " in front, a link is
 * "words <address>" unless the words are the address, an image is what its alt says, cells
 * of a table have " | " between them. Script, style and what else nobody sees is left out,
 * entities are decoded. Lines are not wrapped and end in LF; there is no empty line at either
 * end.
 */
#ifndef OUTPOST_HTML_H
#define OUTPOST_HTML_H

#include <stddef.h>

struct buf;
struct err;

/* UTF-8, well-formed or not, appended to out. ERR_INPUT when out is full, or the HTML is
 * nested too deeply or has too many attributes at once; ERR_SYSTEM when the library is not
 * there. */
int html_text(const char *html, size_t len, struct buf *out, struct err *err);
/* What it was built with, "libxml2 2.9.14", for --version. */
const char *html_library(void);

#endif
