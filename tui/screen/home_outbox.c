#include "screen/home_outbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "task/outbox_words.h"
#include "widget/job.h"
#include "widget/stack.h"

#define TEXT (ERR_TEXT_MAX + 20)

struct home_outbox {
	struct job *job;
	char text[TEXT];
	enum theme_role role;
};

struct work {
	char text[TEXT];
	enum theme_role role;
	char *told; /* it was repaired */
};

static void look(struct work *w)
{
	struct err err = ERR_INIT;
	struct outbox *box;
	int64_t counts[OUTBOX_STATES];
	char tally[200];

	if (outbox_open_there(&box, &w->told, &err) == 0 && !box)
		return;
	if (!box || outbox_recover(box, &err) < 0 || outbox_tally(box, counts, &err) < 0) {
		w->role = THEME_BAD;
		snprintf(w->text, sizeof w->text, "Outbox: %s", err.text);
	} else {
		outbox_words_tally(tally, sizeof tally, counts);
		w->role = counts[OUTBOX_FAILED] + counts[OUTBOX_UNSURE] > 0 ? THEME_WARN
									    : THEME_TEXT;
		if (tally[0] != '\0')
			snprintf(w->text, sizeof w->text, "Outbox: %s. Press o to see.", tally);
	}
	outbox_close(box);
}

static void work_run(struct job *job, void *arg)
{
	(void)job;
	look(arg);
}

static void work_done(void *owner, void *arg)
{
	struct home_outbox *o = owner;
	struct work *w = arg;

	o->job = NULL;
	o->role = w->role;
	snprintf(o->text, sizeof o->text, "%s", w->text);
	if (w->told)
		stack_notice(THEME_WARN, "%s", w->told);
}

static void work_free(void *arg)
{
	struct work *w = arg;

	free(w->told);
	free(w);
}

static const struct job_class work_class = { work_run, NULL, work_done, work_free };

struct home_outbox *home_outbox_new(void)
{
	struct home_outbox *o = xcalloc(1, sizeof *o);

	home_outbox_look(o);
	return o;
}

void home_outbox_free(struct home_outbox *o)
{
	job_drop(o->job);
	free(o);
}

void home_outbox_look(struct home_outbox *o)
{
	job_drop(o->job);
	o->job = job_start(&work_class, xcalloc(1, sizeof(struct work)), o);
}

int home_outbox_draw(const struct home_outbox *o, const struct area *area)
{
	if (o->text[0] == '\0')
		return 0;
	return draw_wrapped(&(struct area){ area->y, area->x, 4, area->w }, o->role, o->text) + 1;
}
