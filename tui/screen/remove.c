#include "screen/remove.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/password.h"
#include "widget/dialog.h"
#include "widget/job.h"
#include "widget/stack.h"

enum { ACT_STOP = 1 };
enum { OPTION_BOTH, OPTION_ACCOUNT, OPTION_KEEP };

/* The screen that is shown while the keyring may take its time. */
struct removal {
	struct account *account;
	struct job *job;
};

struct work {
	struct account *account;
	bool forget;
	struct err err;
	int rc; /* of the account */
	int password; /* of its password, then */
	enum password_fate fate;
};

static const struct keys_row keys[] = {
	{ ACT_STOP, TERM_ESC, 0, "Esc", "stop", "do not wait for the keyring" }, { 0 }
};

static int take_out(const char *id, struct err *err)
{
	struct accounts *all = accounts_open(true, err);
	int rc = all ? account_remove(all, id, err) : -1;

	if (rc == 0)
		rc = accounts_save(all, err);
	accounts_close(all);
	return rc;
}

static void work_run(struct job *job, void *arg)
{
	struct work *w = arg;
	struct store_ref ref;
	char label[256];

	account_store_ref(w->account, &ref, label);
	ref.cancel_fd = job_cancel_fd(job);
	w->rc = take_out(account_id(w->account), &w->err);
	if (w->rc < 0 || !w->forget)
		return;
	if (ref.kind == STORE_FILE)
		w->password = store_forget(&ref, &w->err) == STORE_OK ? 0 : -1;
	else
		w->password =
			password_follow(w->account, NULL, false, ref.cancel_fd, &w->fate, &w->err);
}

static void work_free(void *arg)
{
	struct work *w = arg;

	account_free(w->account);
	free(w);
}

static const char *outcome(const struct work *w)
{
	if (!w->forget)
		return "u brings it back.";
	return w->fate == PASSWORD_SHARED ? "its password stays, another account uses it."
					  : "u brings it back, but not its password.";
}

static void work_done(void *owner, void *arg)
{
	struct removal *r = owner;
	const struct work *w = arg;

	r->job = NULL;
	stack_pop(r);
	if (w->rc < 0)
		stack_notice(THEME_BAD, "%s was not removed: %s", account_id(w->account),
			     w->err.text);
	else if (w->password < 0)
		stack_notice(THEME_WARN, "%s was removed, its password was not: %s",
			     account_id(w->account), w->err.text);
	else
		stack_notice(THEME_OK, "%s was removed; %s", account_id(w->account), outcome(w));
}

static const struct job_class work_class = { work_run, NULL, work_done, work_free };

static void act(void *self, int action)
{
	(void)action;
	stack_pop(self);
	stack_notice(THEME_WARN, "Stopped. The password may still be in the keyring.");
}

static bool animated(const void *self)
{
	(void)self;
	return true;
}

static void draw(void *self, const struct area *area)
{
	const struct removal *r = self;

	draw_textf(area->y + 1, area->x, area->w, THEME_BUSY, "%s Removing %s ...",
		   theme_spinner(clock_ms()), account_id(r->account));
	draw_cursor(area->y + 1, area->x);
}

static void free_removal(void *self)
{
	struct removal *r = self;

	job_drop(r->job);
	account_free(r->account);
	free(r);
}

static const struct screen_ops ops = {
	.keys = keys,
	.draw = draw,
	.act = act,
	.animated = animated,
	.free = free_removal,
};

static void answer(void *arg, int choice)
{
	struct removal *r = arg;
	struct work *w;

	if (choice != OPTION_BOTH && choice != OPTION_ACCOUNT) {
		free_removal(r);
		return;
	}
	w = xcalloc(1, sizeof *w);
	w->account = account_copy(r->account);
	w->forget = choice == OPTION_BOTH;
	r->job = job_start(&work_class, w, r);
	stack_push(&ops, r);
}

void remove_push(const struct account *a)
{
	static const char *const options[] = {
		"Remove the account and its password",
		"Remove the account, keep the password",
		"Keep both",
		NULL,
	};
	struct removal *r = xcalloc(1, sizeof *r);
	char *others = export_noted_ids(account_id(a)), text[700];

	r->account = account_copy(a);
	snprintf(text, sizeof text, "Remove the account %.64s (%.200s)?%s%.200s%s", account_id(a),
		 account_get(a, ACCOUNT_ADDRESS),
		 others ? " It was handed to other programs, which keep it: " : "",
		 others ? others : "",
		 others ? ". Esc, and x takes it out of them." : "");
	free(others);
	dialog_push("Remove", text, options, OPTION_KEEP, answer, r);
}
