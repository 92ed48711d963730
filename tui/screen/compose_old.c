#include "screen/compose_old.h"

#include <stdlib.h>

#include "base/err.h"
#include "task/outbox_edit.h"
#include "widget/job.h"
#include "widget/stack.h"

/* The screen may be gone before this is done: it belongs to nobody. */
struct work {
	struct draft draft; /* what it says of the old message only */
	int rc;
	struct err err;
};

static void work_run(struct job *job, void *arg)
{
	struct work *w = arg;

	(void)job;
	w->rc = outbox_edit_cancel(&w->draft, &w->err);
}

static void work_done(void *owner, void *arg)
{
	const struct work *w = arg;

	(void)owner;
	if (w->rc < 0)
		stack_notice(THEME_WARN, "Message %lld is still held: %s", w->draft.replaces,
			     w->err.text);
}

static void work_free(void *arg)
{
	struct work *w = arg;

	draft_clear(&w->draft);
	free(w);
}

static const struct job_class work_class = { work_run, NULL, work_done, work_free };

void compose_old_release(const struct draft *draft)
{
	struct work *w;

	if (!draft->replaces || (!draft->waited && !draft->sent_as))
		return;
	w = xcalloc(1, sizeof *w);
	w->draft.replaces = draft->replaces;
	w->draft.waited = draft->waited;
	w->draft.sent_as = xstrdup(draft->sent_as);
	job_start(&work_class, w, NULL);
}
