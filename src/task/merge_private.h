/*
 * What the files of merge share. Not for anyone else.
 */
#ifndef OUTPOST_MERGE_PRIVATE_H
#define OUTPOST_MERGE_PRIVATE_H

#include "task/merge.h"
#include "task/merge_table.h"
#include "task/merge_template.h"
#include "task/merge_text.h"

/* Columns with a meaning of their own; -1: not there. */
enum merge_special { SPECIAL_TO, SPECIAL_NAME, SPECIAL_CC, SPECIAL_BCC, SPECIAL_ATTACH, SPECIALS };

#define MERGE_LINKS_MAX 5

struct merge {
	struct merge_params params;
	struct merge_template template;
	struct merge_table table;
	long special[SPECIALS];
	/* NULL: not there. */
	struct merge_text *subject, *text, *html, *from, *reply_to, *cc, *bcc;
	struct merge_text **lines; /* of the headers that are given for all; may be fewer */
	struct {
		const char *name;
		struct merge_text *value;
	} heads[MERGE_HEADS_MAX];
	size_t head_count;
	struct merge_text *links[MERGE_LINKS_MAX];
	size_t *nth; /* of each row: how many before it have its address */
	struct merge_fault faults[MERGE_FAULTS];
	size_t fault_count;
};

/* Compiles what the parameters and the template say; the columns are known. */
int merge_compile(struct merge *m, struct err *err);
/* Of a filled row. */
int merge_tag(const struct merge *m, size_t row, const struct merge_message *msg,
	      char tag[MERGE_TAG_MAX], struct err *err);

#endif
