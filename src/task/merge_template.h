/*
 * The file that a mail merge writes its messages by:
 *
 *     Subject: Your seat, {{name}}
 *     Reply-To: desk@example.org
 *
 *     Dear {{name}}, ...
 *
 * Header lines (RFC 5322 2.2, folded ones too), an empty line, then the text. A file whose
 * first line is no header line is all text; so is what follows an empty first line.
 * Refused are headers that the program writes itself, or the table does (To).
 */
#ifndef OUTPOST_MERGE_TEMPLATE_H
#define OUTPOST_MERGE_TEMPLATE_H

#include <stddef.h>

struct err;

#define MERGE_HEADS_MAX 50

struct merge_head {
	char *name, *value; /* value: one line, blanks around it gone */
	long line;
};

struct merge_template {
	struct merge_head heads[MERGE_HEADS_MAX];
	size_t head_count;
	const char *text; /* lent by what was parsed */
	size_t text_len;
	long text_line;
};

/* name is for messages. ERR_INPUT names the line. Clear t in any case. */
int merge_template_parse(struct merge_template *t, const char *name, const char *bytes, size_t len,
			 struct err *err);
void merge_template_clear(struct merge_template *t);
/* NULL: there is none of that name, in any case. */
const struct merge_head *merge_template_head(const struct merge_template *t, const char *name);

#endif
