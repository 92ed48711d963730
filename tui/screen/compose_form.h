/*
 * Private to compose: the message as it is written, header fields, attached
 * files and text, without anything of how it is sent.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_FORM_H
#define OUTPOST_SCREEN_COMPOSE_FORM_H

#include <stdbool.h>

#include "mail/account.h"
#include "screen/run.h"
#include "task/drafts.h"
#include "task/drafts_doubt.h"
#include "widget/draw.h"
#include "widget/term.h"

struct compose_form;

/* all must outlive the form. */
struct compose_form *compose_form_new(const struct accounts *all, const struct account *from);
void compose_form_free(struct compose_form *c);
void compose_form_empty(struct compose_form *c);	/* all but From */
bool compose_form_dirty(const struct compose_form *c);	/* something was written */
bool compose_form_typing(const struct compose_form *c);
/* Tab: completes what is typed, or goes on to the next field. */
void compose_form_next(struct compose_form *c);
/* Offers people for the row that has the focus; the account's address book is asked, too. */
void compose_form_find(struct compose_form *c);
bool compose_form_in_people(const struct compose_form *c);
bool compose_form_asking(const struct compose_form *c);	/* the address book */
void compose_form_stop(struct compose_form *c);		/* asking it */
void compose_form_event(struct compose_form *c, const struct term_event *event);
void compose_form_draw(struct compose_form *c, const struct area *area);

const struct account *compose_form_account(const struct compose_form *c);
/* Can it be sent? Otherwise the fault is on its row, which has the focus. */
bool compose_form_judge(struct compose_form *c);
void compose_form_fault(struct compose_form *c, enum run_part part, const char *why);
/* A copy of all, attached files with their whole path; draft_clear. */
struct draft compose_form_keep(const struct compose_form *c);
const char *compose_form_text(const struct compose_form *c);	/* the message's, without a head */
void compose_form_set_text(struct compose_form *c, const char *text);
void compose_form_fill(struct compose_form *c, const struct draft *draft);
long long compose_form_file_bytes(const struct compose_form *c);
/* The first doubt that is not asked again: the field it is about gets the focus. */
void compose_form_to_doubt(struct compose_form *c, enum draft_doubt doubt);
struct run_draft compose_form_draft(const struct compose_form *c);	/* run_draft_clear */

#endif
