/* Accounts that other programs have here, offered while outpost has none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/text.h"
#include "screen/setup_state.h"
#include "task/import/import.h"
#include "widget/job.h"
#include "widget/picker.h"
#include "widget/stack.h"

#define OFFERS 50

struct offer {
	struct import_found found;
	const char *title; /* of the program */
	size_t notes; /* lines of its file that were not taken over */
};

struct setup_offers {
	struct job *job; /* NULL: it has ended */
	struct offer list[OFFERS];
	size_t count;
};

static void clear(struct setup_offers *o)
{
	for (size_t i = 0; i < o->count; i++) {
		account_free(o->list[i].found.account);
		secret_free(o->list[i].found.password);
		free(o->list[i].found.where);
	}
	o->count = 0;
}

/* ---- looking, on a thread of its own: files may lie far away ---- */

static bool is_offered(const struct setup_offers *o, const struct account *a)
{
	static const enum account_key keys[] = { ACCOUNT_ADDRESS, ACCOUNT_HOST, ACCOUNT_PORT };

	for (size_t i = 0; i < o->count; i++) {
		const struct account *b = o->list[i].found.account;
		bool same = strcmp(account_user(a), account_user(b)) == 0;

		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			same = same && text_eq_nocase(account_get(a, keys[k]),
						      account_get(b, keys[k]));
		if (same)
			return true;
	}
	return false;
}

static void add(void *arg, const struct import_source *source, struct import_result *result)
{
	struct setup_offers *o = arg;

	for (size_t i = 0; i < result->count && o->count < OFFERS; i++) {
		const struct import_found *f = &result->found[i];

		if (is_offered(o, f->account))
			continue;
		o->list[o->count++] = (struct offer){
			.found = { account_copy(f->account), secret_copy(f->password),
				   xstrdup(f->where) },
			.title = source->title,
			.notes = result->note_count + result->notes_lost };
	}
}

static void work_run(struct job *job, void *arg)
{
	(void)job;
	import_each(add, arg);
}

static void work_done(void *owner, void *arg)
{
	struct setup *s = owner;
	struct setup_offers *found = arg;

	memcpy(s->offers->list, found->list, sizeof found->list);
	s->offers->count = found->count;
	s->offers->job = NULL;
	found->count = 0;
}

static void work_free(void *arg)
{
	clear(arg);
	free(arg);
}

static const struct job_class job_class = { work_run, NULL, work_done, work_free };

void setup_import_look(struct setup *s)
{
	struct accounts *all = accounts_open(false, NULL);
	bool none = all && account_count(all) == 0 && account_faults(all, NULL) == 0;

	accounts_close(all);
	if (!none)
		return;
	s->offers = xcalloc(1, sizeof *s->offers);
	s->offers->job = job_start(&job_class, xcalloc(1, sizeof(struct setup_offers)), s);
}

void setup_import_clear(struct setup *s)
{
	if (!s->offers)
		return;
	job_drop(s->offers->job);
	clear(s->offers);
	free(s->offers);
}

/* ---- offering ---- */

bool setup_import_can(const struct setup *s)
{
	return s->step == SETUP_ADDRESS && s->offers && s->offers->count > 0;
}

bool setup_import_words(const struct setup *s, char *text, size_t size)
{
	const struct setup_offers *o = s->offers;
	const char *address;

	if (!setup_import_can(s))
		return false;
	address = account_get(o->list[0].found.account, ACCOUNT_ADDRESS);
	if (o->count == 1)
		snprintf(text, size, "%s has an account here%s%.250s: F9 takes it over.",
			 o->list[0].title, *address ? ", " : "", address);
	else
		snprintf(text, size,
			 "Other programs have %zu accounts here: F9 shows them, to take one over.",
			 o->count);
	return true;
}

/* Set-up begins anew, with all of it filled in. */
static void take(void *arg, int choice)
{
	const struct setup *s = arg;
	struct setup_start start = { .account = NULL };
	struct account *account;
	struct secret *secret;
	const struct offer *offer;
	char *where;
	size_t notes;

	if (choice < 0)
		return;
	offer = &s->offers->list[choice];
	account = account_copy(offer->found.account);
	secret = secret_copy(offer->found.password);
	where = xstrdup(offer->found.where);
	notes = offer->notes;
	start.account = account;
	start.secret = secret;
	start.imported = true;
	stack_pop(s);
	setup_push(&start);
	if (notes > 0)
		stack_notice(THEME_WARN, "From %s. %zu line%s of it %s not taken over: outpost "
			     "import shows them.", where, notes, notes == 1 ? "" : "s",
			     notes == 1 ? "was" : "were");
	else
		stack_notice(THEME_OK, "From %s. Look it through; Enter goes on.", where);
	account_free(account);
	secret_free(secret);
	free(where);
}

static size_t count(const void *arg)
{
	return ((const struct setup *)arg)->offers->count;
}

static bool matches(const void *arg, size_t i, const char *word)
{
	const struct offer *o = &((const struct setup *)arg)->offers->list[i];

	return text_has_nocase(o->title, word) ||
	       text_has_nocase(account_get(o->found.account, ACCOUNT_ADDRESS), word) ||
	       text_has_nocase(account_get(o->found.account, ACCOUNT_HOST), word);
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct offer *o = &((const struct setup *)arg)->offers->list[i];
	const char *address = account_get(o->found.account, ACCOUNT_ADDRESS);

	draw_text(y, x, 2, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_text(y, x + 2, 14, selected ? THEME_SELECTED : THEME_TEXT, o->title);
	draw_text(y, x + 17, 30, selected ? THEME_SELECTED : THEME_TEXT,
		  *address ? address : "(no address)");
	draw_text(y, x + 48, w - 48, THEME_DIM, account_get(o->found.account, ACCOUNT_HOST));
}

void setup_import_push(struct setup *s)
{
	const struct picker_look look = {
		.title = "Accounts of other programs",
		.rows = { count, draw_row, matches, s },
		.nothing = "None fits. Esc goes back: then type the address.",
	};

	if (s->offers->count == 1)
		take(s, 0);
	else
		picker_push(&look, 0, take, s);
}
