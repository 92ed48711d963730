#include "screen/compose_offer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "screen/compose_old.h"
#include "task/drafts.h"
#include "task/drafts_sent.h"
#include "widget/dialog.h"
#include "widget/picker.h"
#include "widget/stack.h"

enum { GO_ON, THROW_AWAY, OTHERS, KEEP };

struct compose_offer {
	compose_offer_take take;
	void *arg;
	struct draft_file *file; /* held while it is asked about */
	struct draft draft;
	char all[48]; /* the option that shows all; "" with one only */
	const char *options[5];
	/* What the picker shows, the newest first: labels end in NULL. */
	char **labels;
	long *numbers;
};

struct compose_offer *compose_offer_new(compose_offer_take take, void *arg)
{
	struct compose_offer *o = xcalloc(1, sizeof *o);

	o->take = take;
	o->arg = arg;
	return o;
}

static void let_go(struct compose_offer *o)
{
	drafts_leave(o->file);
	o->file = NULL;
	draft_clear(&o->draft);
}

static void free_labels(struct compose_offer *o)
{
	for (size_t i = 0; o->labels && o->labels[i]; i++)
		free(o->labels[i]);
	free(o->labels);
	free(o->numbers);
	o->labels = NULL;
	o->numbers = NULL;
}

void compose_offer_free(struct compose_offer *o)
{
	if (!o)
		return;
	let_go(o);
	free_labels(o);
	free(o);
}

static void give(struct compose_offer *o)
{
	struct draft_file *file = o->file;

	o->file = NULL;
	o->take(o->arg, file, &o->draft);
	draft_clear(&o->draft);
}

static const char *subject_of(const struct draft *d)
{
	return d->subject && *d->subject ? d->subject : "no subject";
}

static const char *to_of(const struct draft *d)
{
	return d->to && *d->to ? d->to : "nobody yet";
}

/* ---- all of them ---- */

static void picked(void *arg, int choice)
{
	struct compose_offer *o = arg;
	struct err err = ERR_INIT;
	long number = choice >= 0 ? o->numbers[choice] : 0;

	free_labels(o);
	if (choice < 0) {
		compose_offer_ask(o);
		return;
	}
	o->file = drafts_open(number, &o->draft, &err);
	if (o->file)
		give(o);
	else
		stack_notice(THEME_BAD, "%s", err.text);
}

static void show_all(struct compose_offer *o)
{
	size_t count, n = 0;
	struct draft_seen *seen;

	let_go(o);
	seen = drafts_list(&count);
	o->labels = xcalloc(count + 1, sizeof *o->labels);
	o->numbers = xcalloc(count + 1, sizeof *o->numbers);
	for (size_t i = count; i > 0; i--) {
		const struct draft_seen *one = &seen[i - 1];
		char when[TEXT_WHEN];

		if (one->held)
			continue;
		text_when(when, one->saved);
		o->labels[n] = xasprintf("%s  %s, to %s", when, subject_of(&one->draft),
					 to_of(&one->draft));
		o->numbers[n++] = one->number;
	}
	drafts_seen_free(seen, count);
	picker_push_labels("Messages you did not finish", (const char *const *)o->labels, 0, picked,
			   o);
}

/* ---- the newest ---- */

static void answer(void *arg, int choice)
{
	struct compose_offer *o = arg;

	if (choice == OTHERS && !o->all[0])
		choice = KEEP;
	switch (choice) {
	case GO_ON:
		give(o);
		break;
	case THROW_AWAY:
		drafts_remove(o->file);
		compose_old_release(&o->draft);
		let_go(o);
		compose_offer_ask(o);
		break;
	case OTHERS:
		show_all(o);
		break;
	default:
		let_go(o);
		break;
	}
}

/* How many there are beside the one that is held, and when that was saved. */
static size_t count_others(const struct compose_offer *o, time_t *saved)
{
	size_t count, others = 0;
	struct draft_seen *seen = drafts_list(&count);

	for (size_t i = 0; i < count; i++) {
		others += !seen[i].held;
		if (seen[i].number == drafts_number(o->file))
			*saved = seen[i].saved;
	}
	drafts_seen_free(seen, count);
	return others;
}

void compose_offer_ask(struct compose_offer *o)
{
	char text[500], when[TEXT_WHEN], more[48] = "", sent[120] = "";
	enum outbox_state state;
	time_t saved = 0;
	int64_t id;
	size_t others;

	o->file = drafts_take(&o->draft);
	if (!o->file)
		return;
	others = count_others(o, &saved);
	text_when(when, saved);
	o->all[0] = '\0';
	if (others > 0) {
		snprintf(o->all, sizeof o->all, "Choose among all %zu", others + 1);
		snprintf(more, sizeof more, " There %s %zu more.", others == 1 ? "is" : "are",
			 others);
	}
	id = drafts_sent_id(&o->draft, &state);
	if (id)
		snprintf(sent, sizeof sent,
			 " It was being sent when the program ended: it is message %lld of the "
			 "outbox, %s.",
			 (long long)id, outbox_state_name(state));
	o->options[GO_ON] = "Go on with it";
	o->options[THROW_AWAY] = "Throw it away";
	o->options[OTHERS] = others > 0 ? o->all : "Keep it, and write another";
	o->options[KEEP] = others > 0 ? "Keep them, and write another" : NULL;
	snprintf(text, sizeof text, "\"%.120s\", to %.120s, of %s.%s%s", subject_of(&o->draft),
		 to_of(&o->draft), when, sent, more);
	dialog_push("A message you did not finish", text, o->options, id ? THROW_AWAY : GO_ON,
		    answer, o);
}
