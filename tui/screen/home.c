#include "screen/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "mail/account.h"
#include "mail/provider.h"
#include "mail/sandbox.h"
#include "screen/app.h"
#include "screen/caught.h"
#include "screen/compose.h"
#include "screen/export.h"
#include "screen/home_outbox.h"
#include "screen/outbox.h"
#include "screen/provider_faults.h"
#include "screen/remove.h"
#include "screen/setup.h"
#include "screen/test.h"
#include "task/password.h"
#include "widget/job.h"
#include "widget/list.h"
#include "widget/stack.h"

enum {
	ACT_COMPOSE = 1,
	ACT_NEW,
	ACT_EDIT,
	ACT_TEST,
	ACT_DEFAULT,
	ACT_REMOVE,
	ACT_UNDO,
	ACT_CAUGHT,
	ACT_EXPORT,
	ACT_OUTBOX,
	ACT_QUIT,
};

struct home {
	const struct app_demo *demo; /* or NULL */
	struct accounts *all;
	struct list *list;
	struct job *follow; /* after an undo; or NULL */
	struct home_outbox *outbox;
};

static const struct keys_row keys[] = {
	{ ACT_COMPOSE, TERM_ENTER, 'c', "Enter", "compose",
	  "write a message from this account (also c)" },
	{ ACT_NEW, 'n', 0, "n", "new", "set up another account" },
	{ ACT_OUTBOX, 'o', 0, "o", "outbox", "messages that wait, and what became of the others" },
	{ ACT_TEST, 't', 0, "t", "test", "check that the account works, step by step" },
	{ ACT_EDIT, 'e', 0, "e", "edit", "change the settings or the password of the account" },
	{ ACT_CAUGHT, 's', 0, "s", "caught", "read what the sandbox caught" },
	{ ACT_DEFAULT, 'd', 0, "d", "default", "use this account where none is named" },
	{ ACT_QUIT, 'q', 0, "q", "quit", "leave outpost" },
	{ ACT_EXPORT, 'x', 0, "x", "hand over", "give the account to another mail program" },
	{ ACT_REMOVE, 'r', TERM_DELETE, "r", "remove", "remove the account" },
	{ ACT_UNDO, 'u', 0, "u", "undo", "take back the last change of the accounts; again: redo" },
	{ 0, 0, 0, "Up, Down", NULL, "move between the accounts" },
	{ 0 }
};

static const char *title(const void *self)
{
	(void)self;
	return "Accounts";
}

static size_t count(const void *arg)
{
	const struct home *h = arg;

	return account_count(h->all);
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct home *h = arg;
	const struct account *a = account_at(h->all, i);
	bool is_default = strcmp(account_default(h->all), account_id(a)) == 0;
	int half = (w - 14) / 2;

	draw_text(y, x, 1, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_text(y, x + 2, half - 4, selected ? THEME_SELECTED : THEME_TITLE, account_id(a));
	draw_text(y, x + half, half, THEME_TEXT, account_get(a, ACCOUNT_ADDRESS));
	if (is_default)
		draw_text(y, x + w - 10, 10, THEME_OK, "* default");
}

static const struct account *selected(const struct home *h)
{
	size_t i = list_selected(h->list);

	return i == LIST_NONE ? NULL : account_at(h->all, i);
}

/* Reads the file anew; what cannot be read is shown, not fatal. */
static int reload(struct home *h, struct err *err)
{
	struct accounts *all = accounts_open(false, err);

	if (!all)
		return -1;
	accounts_close(h->all);
	h->all = all;
	list_reload(h->list);
	return 0;
}

static void resumed(void *self)
{
	struct home *h = self;
	struct err err = ERR_INIT;

	if (reload(h, &err) < 0)
		stack_notice(THEME_BAD, "%s", err.text);
	home_outbox_look(h->outbox);
}

static bool can(const void *self, int action)
{
	const struct home *h = self;

	if (action == ACT_UNDO)
		return !h->follow;
	if (action == ACT_CAUGHT)
		return h->demo != NULL;
	if (action == ACT_NEW || action == ACT_QUIT || action == ACT_OUTBOX)
		return true;
	if (!selected(h))
		return false;
	return action != ACT_DEFAULT ||
	       strcmp(account_default(h->all), account_id(selected(h))) != 0;
}

static void make_default(struct home *h)
{
	char *id = xstrdup(account_id(selected(h)));
	struct err err = ERR_INIT;
	struct accounts *all = accounts_open(true, &err);
	int rc = all ? account_make_default(all, id, &err) : -1;

	if (rc == 0)
		rc = accounts_save(all, &err);
	accounts_close(all);
	resumed(h);
	if (rc == 0)
		stack_notice(THEME_OK, "%s is the default account now.", id);
	else
		stack_notice(THEME_BAD, "%s", err.text);
	free(id);
}

/* Passwords in the keyring go back with their accounts; that may take its time. */
struct follow {
	struct accounts *before, *now;
	int rc;
	struct err err;
};

static void follow_run(struct job *job, void *arg)
{
	struct follow *w = arg;

	w->rc = password_follow_all(w->before, w->now, job_cancel_fd(job), &w->err);
}

static void follow_done(void *owner, void *arg)
{
	struct home *h = owner;
	const struct follow *w = arg;

	h->follow = NULL;
	if (w->rc < 0)
		stack_notice(THEME_WARN, "A password could not follow in the keyring: %s",
			     w->err.text);
}

static void follow_free(void *arg)
{
	struct follow *w = arg;

	accounts_close(w->before);
	accounts_close(w->now);
	free(w);
}

static const struct job_class follow_class = { follow_run, NULL, follow_done, follow_free };

static void undo(struct home *h)
{
	char done[200] = "The last change was taken back.";
	struct err err = ERR_INIT;
	struct follow *w = xcalloc(1, sizeof *w);

	w->before = accounts_open(false, NULL);
	if (account_undo(&err) < 0) {
		stack_notice(THEME_WARN, "%s", err.text);
		follow_free(w);
		return;
	}
	resumed(h);
	w->now = accounts_open(false, NULL);
	if (w->before && w->now)
		accounts_undone(w->before, w->now, done);
	stack_notice(THEME_OK, "%s u again takes this back.", done);
	if (w->before && w->now)
		h->follow = job_start(&follow_class, w, h);
	else
		follow_free(w);
}

static void act(void *self, int action)
{
	struct home *h = self;
	struct setup_start start = { .account = NULL };

	switch (action) {
	case ACT_COMPOSE:
		compose_push(account_id(selected(h)));
		break;
	case ACT_NEW:
		start.demo = account_count(h->all) == 0 ? h->demo : NULL;
		setup_push(&start);
		break;
	case ACT_EDIT:
		start.account = selected(h);
		start.editing = true;
		setup_push(&start);
		break;
	case ACT_TEST:
		test_push(selected(h));
		break;
	case ACT_DEFAULT:
		make_default(h);
		break;
	case ACT_REMOVE:
		remove_push(selected(h));
		break;
	case ACT_UNDO:
		undo(h);
		break;
	case ACT_EXPORT:
		export_push(selected(h));
		break;
	case ACT_OUTBOX:
		outbox_push();
		break;
	case ACT_CAUGHT:
		caught_push(h->demo->sandbox);
		break;
	default:
		stack_quit();
		break;
	}
}

static void event(void *self, const struct term_event *ev)
{
	struct home *h = self;

	list_event(h->list, ev);
}

static int draw_detail(const struct area *a, int y, const char *label, const char *value)
{
	if (value[0] == '\0')
		return y;
	draw_text(y, a->x + 2, 14, THEME_DIM, label);
	draw_text(y, a->x + 16, a->w - 16, THEME_TEXT, value);
	return y + 1;
}

static void draw_account(const struct account *a, const struct area *area, int y)
{
	static const char *const words[] = {
		[NET_NONE] = "not encrypted",
		[NET_STARTTLS] = "STARTTLS",
		[NET_TLS] = "TLS",
	};
	const struct provider *p = provider_by_id(account_get(a, ACCOUNT_PROVIDER));
	enum store_kind kind = STORE_NONE;
	char server[400];

	snprintf(server, sizeof server, "%s, port %s, %s", account_get(a, ACCOUNT_HOST),
		 account_get(a, ACCOUNT_PORT), words[account_security(a)]);
	store_kind_parse(account_get(a, ACCOUNT_PASSWORD), &kind);
	y = draw_detail(area, y, "Name", account_get(a, ACCOUNT_FROM_NAME));
	y = draw_detail(area, y, "Provider", p ? p->name : "");
	y = draw_detail(area, y, "Server", server);
	y = draw_detail(area, y, "User", account_user(a));
	draw_detail(area, y, "Password", store_backend(kind)->label);
}

/* Lines of accounts.ini that are wrong, so that nobody looks for a lost account. */
static int draw_faults(const struct home *h, const struct area *area, int y)
{
	const struct account_fault *faults;
	size_t n = account_faults(h->all, &faults);

	for (size_t i = 0; i < n && i < 3; i++) {
		char text[600];
		struct area a = { y, area->x, 2, area->w };

		snprintf(text, sizeof text, "! accounts.ini, line %d%s%s: %s", faults[i].line,
			 faults[i].id[0] != '\0' ? ", account " : "", faults[i].id,
			 faults[i].reason);
		y += draw_wrapped(&a, THEME_WARN, text);
	}
	return n > 0 ? y + 1 : y;
}

static int draw_demo(const struct home *h, const struct area *area, int y)
{
	struct area a = { y, area->x, 2, area->w };
	size_t n = sandbox_count(h->demo->sandbox);
	char text[200];

	snprintf(text, sizeof text,
		 "This is the demo: its sandbox catches every message and delivers none; so far "
		 "%zu message%s. Press s to read them.",
		 n, n == 1 ? "" : "s");
	return y + draw_wrapped(&a, THEME_TEXT, text) + 1;
}

static void draw(void *self, const struct area *area)
{
	struct home *h = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };

	if (h->demo)
		a.y = draw_demo(h, &a, a.y);
	a.y = draw_faults(h, &a, a.y);
	a.y += home_outbox_draw(h->outbox, &a);
	a.y += provider_faults_draw(&(struct area){ a.y, a.x, 6, a.w });
	if (!selected(h)) {
		draw_text(a.y, a.x, a.w, THEME_TEXT,
			  "There is no account yet. Press n to set one up.");
		draw_cursor(a.y, a.x);
		return;
	}
	a.h = area->y + area->h - a.y - 8;
	list_draw(h->list, &a);
	draw_rule(area->y + area->h - 7, area->x, area->w);
	draw_account(selected(h), area, area->y + area->h - 6);
}

static void free_home(void *self)
{
	struct home *h = self;

	job_drop(h->follow);
	home_outbox_free(h->outbox);
	list_free(h->list);
	accounts_close(h->all);
	free(h);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.resumed = resumed,
	.free = free_home,
};

int home_push(const char *id, const struct app_demo *demo, struct err *err)
{
	struct home *h = xcalloc(1, sizeof *h);
	const struct list_source source = { count, draw_row, NULL, h };
	const struct account_fault *faults;

	h->demo = demo;
	h->all = accounts_open(false, err);
	if (!h->all) {
		free(h);
		return -1;
	}
	h->list = list_new(&source);
	if (!id)
		id = account_default(h->all);
	for (size_t i = 0; i < account_count(h->all); i++)
		if (strcmp(account_id(account_at(h->all, i)), id) == 0)
			list_select(h->list, i);
	h->outbox = home_outbox_new();
	stack_push(&ops, h);
	if (account_count(h->all) == 0 && account_faults(h->all, &faults) == 0)
		setup_push(&(struct setup_start){ .demo = demo });
	return 0;
}
