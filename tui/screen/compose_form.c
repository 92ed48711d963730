#include "screen/compose_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "mail/message.h"
#include "screen/compose_files.h"
#include "screen/compose_people.h"
#include "widget/editor.h"
#include "widget/form.h"
#include "widget/path.h"
#include "widget/stack.h"

#define LINE_MAX_BYTES   8000
#define PEOPLE_MAX_BYTES 150000 /* of a row; a draft has room for three */
#define TEXT_MAX_BYTES   DRAFT_TEXT_MAX

enum zone { ZONE_HEAD, ZONE_FILES, ZONE_BODY };
enum { ROW_FROM, ROW_TO, ROW_CC, ROW_BCC, ROW_SUBJECT, ROW_FILE };

struct compose_form {
	const struct accounts *all;
	struct form *form;
	struct editor *body;
	struct compose_files *files;
	struct compose_people *people;
	enum zone zone; /* what has the focus */
	int hinted; /* the row whose line below tells who fits; -1: none */
};

static bool is_people_row(int row)
{
	return row == ROW_TO || row == ROW_CC || row == ROW_BCC;
}

static const char *part_of(const struct compose_form *c)
{
	return compose_people_part(form_text(c->form, form_focus(c->form)));
}

static void unhint(struct compose_form *c)
{
	if (c->hinted >= 0 && !form_has_fault(c->form, c->hinted))
		form_unmark(c->form, c->hinted);
	c->hinted = -1;
}

/* Somebody was chosen, who takes the place of what was typed of them. */
static void take_person(void *arg, const char *text)
{
	struct compose_form *c = arg;
	int row = form_focus(c->form);
	const char *typed = form_text(c->form, row);
	char *whole;

	if (!is_people_row(row))
		return;
	whole = xasprintf("%.*s%s", (int)(compose_people_part(typed) - typed), typed, text);
	form_set_text(c->form, row, whole);
	free(whole);
	unhint(c);
	form_unmark(c->form, row);
}

static void hint(struct compose_form *c)
{
	int row = form_focus(c->form);
	char text[400];

	unhint(c);
	if (!is_people_row(row) || form_has_fault(c->form, row))
		return;
	compose_people_hint(c->people, part_of(c), text, sizeof text);
	if (text[0] == '\0')
		return;
	form_mark(c->form, row, FORM_NOTE, "%s", text);
	c->hinted = row;
}

/* Every account as one label; they live until the form has copied them. */
static void add_from(struct compose_form *c, const struct account *from)
{
	size_t n = account_count(c->all), chosen = 0;
	const char **labels = xcalloc(n + 1, sizeof *labels);
	char **made = xcalloc(n, sizeof *made);

	for (size_t i = 0; i < n; i++) {
		const struct account *a = account_at(c->all, i);

		made[i] = xasprintf("%s  (%s)", account_get(a, ACCOUNT_ADDRESS), account_id(a));
		labels[i] = made[i];
		if (a == from)
			chosen = i;
	}
	form_add_choice(c->form, ROW_FROM, "From", labels, NULL);
	form_set_choice(c->form, ROW_FROM, (int)chosen);
	for (size_t i = 0; i < n; i++)
		free(made[i]);
	free(made);
	free(labels);
}

struct compose_form *compose_form_new(const struct accounts *all, const struct account *from)
{
	struct compose_form *c = xcalloc(1, sizeof *c);

	c->all = all;
	c->form = form_new();
	c->body = editor_new(TEXT_MAX_BYTES);
	c->files = compose_files_new();
	c->people = compose_people_new(take_person, c);
	c->hinted = -1;
	add_from(c, from);
	form_add_field(c->form, ROW_TO, "To", PEOPLE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_CC, "Cc", PEOPLE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_BCC, "Bcc", PEOPLE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_SUBJECT, "Subject", LINE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_FILE, "Attach", 4095, NULL);
	form_set_placeholder(c->form, ROW_FILE, "path of a file; Tab completes, Enter adds");
	form_set_focus(c->form, ROW_TO);
	return c;
}

void compose_form_free(struct compose_form *c)
{
	if (!c)
		return;
	compose_people_free(c->people);
	compose_files_free(c->files);
	form_free(c->form);
	editor_free(c->body);
	free(c);
}

void compose_form_empty(struct compose_form *c)
{
	for (int row = ROW_TO; row <= ROW_FILE; row++) {
		form_set_text(c->form, row, "");
		form_unmark(c->form, row);
	}
	compose_files_clear(c->files);
	editor_set(c->body, "");
	form_set_focus(c->form, ROW_TO);
	c->zone = ZONE_HEAD;
	c->hinted = -1;
}

bool compose_form_dirty(const struct compose_form *c)
{
	for (int row = ROW_TO; row <= ROW_FILE; row++)
		if (form_text_len(c->form, row) > 0)
			return true;
	return editor_len(c->body) > 0 || compose_files_count(c->files) > 0;
}

bool compose_form_typing(const struct compose_form *c)
{
	return c->zone == ZONE_BODY || (c->zone == ZONE_HEAD && form_typing(c->form));
}

bool compose_form_in_people(const struct compose_form *c)
{
	return c->zone == ZONE_HEAD && is_people_row(form_focus(c->form));
}

/* Takes the path that is typed, if any, into the list. */
static bool add_file(struct compose_form *c)
{
	const char *typed = form_text(c->form, ROW_FILE);
	char why[500];

	if (typed[0] == '\0')
		return true;
	if (!compose_files_add(c->files, typed, why, sizeof why)) {
		form_mark(c->form, ROW_FILE, FORM_FAULT, "%s", why);
		return false;
	}
	form_set_text(c->form, ROW_FILE, "");
	form_unmark(c->form, ROW_FILE);
	return true;
}

/* False: there is nothing to complete, the path stands as it is. */
static bool complete_path(struct compose_form *c)
{
	const char *typed = form_text(c->form, ROW_FILE);
	char list[500] = "", *whole;
	size_t count;
	bool longer;

	if (typed[0] == '\0')
		return false;
	count = path_complete(typed, &whole, list, sizeof list);
	longer = strcmp(whole, typed) != 0;
	if (longer)
		form_set_text(c->form, ROW_FILE, whole);
	if (count > 1)
		form_mark(c->form, ROW_FILE, FORM_NOTE, "%zu there: %s", count, list);
	else if (longer)
		form_unmark(c->form, ROW_FILE);
	free(whole);
	return longer || count > 1;
}

static const char *query(const struct compose_form *c)
{
	return account_get(compose_form_account(c), ACCOUNT_ADDRESS_QUERY);
}

/* False: nothing of it is left to be completed. */
static bool complete_person(struct compose_form *c)
{
	const char *part = part_of(c);

	if (compose_people_whole(c->people, part))
		return false;
	return compose_people_complete(c->people, part) ||
	       (query(c)[0] != '\0' && compose_people_search(c->people, query(c), part));
}

void compose_form_find(struct compose_form *c)
{
	if (compose_form_in_people(c) && !compose_people_search(c->people, query(c), part_of(c)))
		stack_notice(THEME_WARN, "Nobody else is known who fits.");
}

bool compose_form_asking(const struct compose_form *c)
{
	return compose_people_asking(c->people);
}

void compose_form_stop(struct compose_form *c)
{
	compose_people_stop(c->people);
}

static void step_on(struct compose_form *c)
{
	const struct term_event down = { .kind = TERM_KEY, .key = TERM_DOWN };

	unhint(c);
	if (form_on_last(c->form))
		c->zone = ZONE_BODY;
	else
		form_event(c->form, &down);
}

void compose_form_next(struct compose_form *c)
{
	int row = form_focus(c->form);

	if (c->zone != ZONE_HEAD) {
		form_set_focus(c->form, ROW_TO);
		c->zone = c->zone == ZONE_FILES ? ZONE_BODY : ZONE_HEAD;
		return;
	}
	if (is_people_row(row) && complete_person(c))
		return;
	if (row != ROW_FILE)
		step_on(c);
	else if (!complete_path(c) && add_file(c))
		step_on(c);
}

/* Attach has keys of its own: Enter adds, Backspace in the empty field takes away. */
static bool file_event(struct compose_form *c, const struct term_event *event)
{
	bool typed = form_text_len(c->form, ROW_FILE) > 0;

	if (form_focus(c->form) != ROW_FILE || event->kind != TERM_KEY)
		return false;
	if (event->key == TERM_ENTER && typed) {
		add_file(c);
		return true;
	}
	if (event->key == TERM_BACKSPACE && !typed && compose_files_count(c->files) > 0) {
		compose_files_drop_last(c->files);
		return true;
	}
	if (event->key != TERM_DOWN || compose_files_count(c->files) == 0)
		return false;
	if (add_file(c)) {
		compose_files_enter(c->files, false);
		c->zone = ZONE_FILES;
	}
	return true;
}

static void list_event(struct compose_form *c, const struct term_event *event)
{
	enum compose_files_result result = compose_files_event(c->files, event);

	if (result == COMPOSE_FILES_BELOW)
		c->zone = ZONE_BODY;
	else if (result == COMPOSE_FILES_ABOVE ||
		 (event->kind == TERM_KEY && event->key == TERM_BACKTAB))
		c->zone = ZONE_HEAD;
	if (c->zone == ZONE_HEAD)
		form_set_focus(c->form, ROW_FILE);
}

static void body_event(struct compose_form *c, const struct term_event *event)
{
	bool used = editor_event(c->body, event);

	if (editor_full(c->body))
		stack_notice(THEME_WARN,
			     "The text is full: it has room for %d MB. Attach the rest "
			     "as a file.",
			     TEXT_MAX_BYTES >> 20);
	if (used || event->kind != TERM_KEY)
		return;
	if (event->key == TERM_UP && compose_files_count(c->files) > 0) {
		compose_files_enter(c->files, true);
		c->zone = ZONE_FILES;
	} else if (event->key == TERM_UP || event->key == TERM_BACKTAB) {
		c->zone = ZONE_HEAD;
		form_set_focus(c->form, ROW_FILE);
	}
}

/* Lines that are pasted into a row of people, or into the subject, are one. */
static void paste(struct compose_form *c, const struct term_event *event)
{
	int row = form_focus(c->form);
	char *line = compose_people_line(event->text, event->len, is_people_row(row) ? ", " : " ");
	struct term_event one = { .kind = TERM_PASTE, .text = line, .len = strlen(line) };

	form_event(c->form, &one);
	free(line);
	hint(c);
}

static void head_event(struct compose_form *c, const struct term_event *event)
{
	int row = form_focus(c->form);

	if (event->kind == TERM_PASTE && (is_people_row(row) || row == ROW_SUBJECT)) {
		paste(c, event);
		return;
	}
	if (file_event(c, event))
		return;
	if (event->kind == TERM_KEY &&
	    (event->key == TERM_ENTER || (event->key == TERM_DOWN && form_on_last(c->form)))) {
		step_on(c);
		return;
	}
	if (form_event(c->form, event) == FORM_MOVED)
		unhint(c);
	else
		hint(c);
}

void compose_form_event(struct compose_form *c, const struct term_event *event)
{
	compose_people_stop(c->people);
	if (c->zone == ZONE_BODY)
		body_event(c, event);
	else if (c->zone == ZONE_FILES)
		list_event(c, event);
	else
		head_event(c, event);
}

static size_t count_people(const struct compose_form *c)
{
	size_t count = 0;

	for (int row = ROW_TO; row <= ROW_BCC; row++)
		count += compose_people_count(form_text(c->form, row));
	return count;
}

/* How many it is for, and how large it will be; attached files grow by a third. */
static void draw_sum(const struct compose_form *c, const struct area *area, int y)
{
	size_t people = count_people(c);
	long long bytes = compose_files_bytes(c->files);
	char size[24], text[100];
	int w;

	compose_files_size(size, bytes / 3 * 4 + (long long)editor_len(c->body));
	w = snprintf(text, sizeof text, " %zu recipient%s, %s ", people, people == 1 ? "" : "s",
		     size);
	if (w < area->w)
		draw_text(y, area->x + area->w - w, w, THEME_DIM, text);
}

void compose_form_draw(struct compose_form *c, const struct area *area)
{
	struct area rest = *area;
	bool in_body = c->zone == ZONE_BODY;

	rest.y += form_draw(c->form, area, c->zone == ZONE_HEAD);
	rest.h = area->y + area->h - rest.y;
	rest.y += compose_files_draw(c->files, &rest, c->zone == ZONE_FILES);
	draw_rule(rest.y, rest.x, rest.w);
	draw_sum(c, area, rest.y);
	rest.y++;
	rest.h = area->y + area->h - rest.y;
	editor_draw(c->body, &rest, in_body);
	if (!in_body && editor_len(c->body) == 0)
		draw_text(rest.y, rest.x, rest.w, THEME_DIM, "Your text");
}

const struct account *compose_form_account(const struct compose_form *c)
{
	return account_at(c->all, (size_t)form_choice(c->form, ROW_FROM));
}

/* Marks what is no address. How many there are. */
static size_t judge_people(struct compose_form *c, int row)
{
	struct addr_list list = ADDR_LIST_INIT;
	const char *text = form_text(c->form, row);
	struct err err = ERR_INIT;
	size_t count;

	form_unmark(c->form, row);
	if (strspn(text, " ,;") == strlen(text))
		return 0;
	if (message_parse_addresses(text, &list, &err) < 0)
		form_mark(c->form, row, FORM_FAULT, "%s", err.text);
	count = list.count;
	addr_list_clear(&list);
	return count;
}

bool compose_form_judge(struct compose_form *c)
{
	size_t people = 0;
	bool fault = false;

	unhint(c);
	compose_people_stop(c->people);
	for (int row = ROW_TO; row <= ROW_BCC; row++) {
		people += judge_people(c, row);
		fault = fault || form_has_fault(c->form, row);
	}
	if (people == 0 && !fault)
		form_mark(c->form, ROW_TO, FORM_FAULT, "Whom is it for? Type an address.");
	if (add_file(c) && people > 0 && !fault)
		return true;
	c->zone = ZONE_HEAD;
	form_to_fault(c->form);
	return false;
}

void compose_form_to_doubt(struct compose_form *c, enum draft_doubt doubt)
{
	static const int rows[DRAFT_DOUBTS] = {
		[DRAFT_DOUBT_SUBJECT] = ROW_SUBJECT, [DRAFT_DOUBT_TEXT] = -1,
		[DRAFT_DOUBT_FILES] = ROW_FILE,      [DRAFT_DOUBT_ADDRESS] = ROW_TO,
		[DRAFT_DOUBT_SIZE] = ROW_FILE,	     [DRAFT_DOUBT_REFUSED] = ROW_TO,
	};

	c->zone = rows[doubt] < 0 ? ZONE_BODY : ZONE_HEAD;
	if (rows[doubt] >= 0)
		form_set_focus(c->form, rows[doubt]);
}

long long compose_form_file_bytes(const struct compose_form *c)
{
	return compose_files_bytes(c->files);
}

void compose_form_fault(struct compose_form *c, enum run_part part, const char *why)
{
	static const int rows[] = {
		[RUN_PART_TO] = ROW_TO,
		[RUN_PART_CC] = ROW_CC,
		[RUN_PART_BCC] = ROW_BCC,
		[RUN_PART_FILES] = ROW_FILE,
	};

	form_mark(c->form, rows[part], FORM_FAULT, "%s", why);
	c->zone = ZONE_HEAD;
	form_set_focus(c->form, rows[part]);
}

struct run_draft compose_form_draft(const struct compose_form *c)
{
	const struct run_draft lent = {
		.to = (char *)form_text(c->form, ROW_TO),
		.cc = (char *)form_text(c->form, ROW_CC),
		.bcc = (char *)form_text(c->form, ROW_BCC),
		.subject = (char *)form_text(c->form, ROW_SUBJECT),
		.text = (char *)editor_text(c->body),
		.files = (char **)compose_files_paths(c->files),
		.file_count = compose_files_count(c->files),
	};

	return run_draft_copy(&lent);
}

/* Whoever goes on with it may stand in another folder. */
static char *whole_path(const char *path)
{
	char *whole = realpath(path, NULL);

	return whole ? whole : xstrdup(path);
}

struct draft compose_form_keep(const struct compose_form *c)
{
	size_t count = compose_files_count(c->files);
	struct draft draft = {
		.account = xstrdup(account_id(compose_form_account(c))),
		.to = xstrdup(form_text(c->form, ROW_TO)),
		.cc = xstrdup(form_text(c->form, ROW_CC)),
		.bcc = xstrdup(form_text(c->form, ROW_BCC)),
		.subject = xstrdup(form_text(c->form, ROW_SUBJECT)),
		.files = xcalloc(count + 1, sizeof *draft.files),
		.file_count = count,
		.text = xstrdup(editor_text(c->body)),
	};

	for (size_t i = 0; i < count; i++)
		draft.files[i] = whole_path(compose_files_paths(c->files)[i]);
	return draft;
}

const char *compose_form_text(const struct compose_form *c)
{
	return editor_text(c->body);
}

void compose_form_set_text(struct compose_form *c, const char *text)
{
	editor_change(c->body, text);
	c->zone = ZONE_BODY;
}

void compose_form_fill(struct compose_form *c, const struct draft *draft)
{
	const char *const fields[] = { draft->to, draft->cc, draft->bcc, draft->subject };

	compose_form_empty(c);
	for (size_t i = 0; i < account_count(c->all); i++)
		if (draft->account &&
		    strcmp(account_id(account_at(c->all, i)), draft->account) == 0)
			form_set_choice(c->form, ROW_FROM, (int)i);
	for (int i = 0; i < 4; i++)
		form_set_text(c->form, ROW_TO + i, fields[i] ? fields[i] : "");
	for (size_t i = 0; i < draft->file_count; i++)
		compose_files_restore(c->files, draft->files[i]);
	editor_set(c->body, draft->text ? draft->text : "");
}
