#include "screen/compose_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "task/people.h"
#include "widget/job.h"
#include "widget/picker.h"
#include "widget/stack.h"

#define HINTED 4

/* What a worker has. */
struct work {
	char *command; /* NULL: the outbox is read */
	char *part;
	struct people found;
	char *told;
	struct err err;
	int rc;
};

struct compose_people {
	compose_people_take take;
	void *arg;
	struct people past;
	struct job *reading, *asking;
	char *vain; /* the last part that nobody was found for */
	char **labels; /* what the picker shows; ends in NULL */
};

static void work_run(struct job *job, void *arg)
{
	struct work *w = arg;

	if (w->command)
		w->rc = people_ask(w->command, w->part, job_cancel_fd(job), &w->found, &w->err);
	else
		w->rc = people_past(&w->found, &w->told, &w->err);
}

static void work_free(void *arg)
{
	struct work *w = arg;

	people_clear(&w->found);
	free(w->command);
	free(w->part);
	free(w->told);
	free(w);
}

static void have_past(void *owner, void *arg)
{
	struct compose_people *p = owner;
	struct work *w = arg;

	p->reading = NULL;
	for (size_t i = 0; i < w->found.count; i++)
		people_add(&p->past, w->found.list[i].address, w->found.list[i].name);
	if (w->told)
		stack_notice(THEME_WARN, "%s", w->told);
}

struct compose_people *compose_people_new(compose_people_take take, void *arg)
{
	static const struct job_class reading = { work_run, NULL, have_past, work_free };
	struct compose_people *p = xcalloc(1, sizeof *p);

	p->take = take;
	p->arg = arg;
	p->reading = job_start(&reading, xcalloc(1, sizeof(struct work)), p);
	return p;
}

static void free_labels(struct compose_people *p)
{
	for (size_t i = 0; p->labels && p->labels[i]; i++)
		free(p->labels[i]);
	free(p->labels);
	p->labels = NULL;
}

void compose_people_free(struct compose_people *p)
{
	if (!p)
		return;
	job_drop(p->reading);
	job_drop(p->asking);
	people_clear(&p->past);
	free_labels(p);
	free(p->vain);
	free(p);
}

/* The ',' or ';' that ends the item which begins at s, or the end of the text. */
static const char *item_end(const char *s)
{
	bool quoted = false;

	for (; *s && (quoted || (*s != ',' && *s != ';')); s++) {
		if (*s == '\\' && quoted && s[1])
			s++;
		else if (*s == '"')
			quoted = !quoted;
	}
	return s;
}

const char *compose_people_part(const char *row)
{
	const char *end;

	while (*(end = item_end(row)))
		row = end + 1;
	return row + strspn(row, " ");
}

size_t compose_people_count(const char *row)
{
	size_t count = 0;

	for (;;) {
		const char *end = item_end(row);

		count += row + strspn(row, " ") < end;
		if (!*end)
			return count;
		row = end + 1;
	}
}

/* Where a line that ended needs nothing but a blank: between a name and its address, and behind
 * a separator. */
static bool goes_on(const struct buf *before, char next)
{
	char last = before->data[before->len - 1];

	return next == '<' || last == ',' || last == ';';
}

char *compose_people_line(const char *text, size_t len, const char *between)
{
	struct buf out = BUF_INIT(len * 2 + 2);
	const char *end = text + len;

	while (text < end) {
		const char *from = text;
		bool ended = false;

		for (; text < end && strchr(" \t\n", *text) && *text; text++)
			ended = ended || *text == '\n';
		if (text == end)
			break;
		if (ended && out.len > 0)
			buf_adds(&out, goes_on(&out, *text) ? " " : between);
		else if (!ended)
			buf_add(&out, from, (size_t)(text - from));
		buf_addc(&out, *text++);
	}
	return buf_detach(&out);
}

bool compose_people_whole(const struct compose_people *p, const char *part)
{
	const char *at = strrchr(part, '@'), *dot = at ? strrchr(at, '.') : NULL;

	if (part[0] == '\0' || strchr(part, '>') || (dot && strlen(dot) > 2))
		return true;
	for (size_t i = 0; i < p->past.count; i++)
		if (text_eq_nocase(p->past.list[i].address, part))
			return true;
	return false;
}

void compose_people_hint(const struct compose_people *p, const char *part, char *out, size_t size)
{
	size_t count = 0, at = 0;

	out[0] = '\0';
	if (compose_people_whole(p, part))
		return;
	for (size_t i = 0; i < p->past.count; i++) {
		if (!person_fits(&p->past.list[i], part))
			continue;
		if (++count <= HINTED && at < size)
			at += (size_t)snprintf(out + at, size - at, "%s%.60s",
					       count == 1 ? "Tab: " : ", ",
					       p->past.list[i].address);
	}
	if (count > HINTED && at < size)
		snprintf(out + at, size - at, ", and %zu more", count - HINTED);
}

static void chosen(void *arg, int choice)
{
	struct compose_people *p = arg;

	if (choice >= 0)
		p->take(p->arg, p->labels[choice]);
	free_labels(p);
}

/* Takes the only one, or offers them. False: there is none. */
static bool offer(struct compose_people *p, const struct people *people)
{
	free_labels(p);
	p->labels = xcalloc(people->count + 1, sizeof *p->labels);
	for (size_t i = 0; i < people->count; i++)
		p->labels[i] = person_text(&people->list[i]);
	if (people->count == 1)
		chosen(p, 0);
	else if (people->count > 1)
		picker_push_labels("Whom is it for?", (const char *const *)p->labels, 0, chosen, p);
	return people->count > 0;
}

static void add_fitting(const struct compose_people *p, const char *part, struct people *out)
{
	for (size_t i = 0; i < p->past.count; i++)
		if (person_fits(&p->past.list[i], part))
			people_add(out, p->past.list[i].address, p->past.list[i].name);
}

bool compose_people_complete(struct compose_people *p, const char *part)
{
	struct people fitting = PEOPLE_INIT;
	bool some;

	job_drop(p->asking);
	p->asking = NULL;
	add_fitting(p, part, &fitting);
	some = offer(p, &fitting);
	people_clear(&fitting);
	return some;
}

static void nobody(struct compose_people *p, const char *part)
{
	free(p->vain);
	p->vain = xstrdup(part);
	stack_notice(THEME_WARN, "Nobody is known that fits \"%.60s\".", part);
}

static void have_answer(void *owner, void *arg)
{
	struct compose_people *p = owner;
	struct work *w = arg;

	p->asking = NULL;
	/* With their names first; those who are in both are there once. */
	add_fitting(p, w->part, &w->found);
	if (offer(p, &w->found))
		stack_notice(THEME_DIM, "%s", "");
	else
		nobody(p, w->part);
	if (w->rc < 0)
		stack_notice(THEME_BAD, "%s", w->err.text);
}

bool compose_people_search(struct compose_people *p, const char *command, const char *part)
{
	static const struct job_class asking = { work_run, NULL, have_answer, work_free };
	struct work *w;

	if (p->vain && strcmp(p->vain, part) == 0)
		return false;
	compose_people_stop(p);
	if (!command || command[0] == '\0') {
		if (!compose_people_complete(p, part))
			nobody(p, part);
		return true;
	}
	w = xcalloc(1, sizeof *w);
	w->command = xstrdup(command);
	w->part = xstrdup(part);
	p->asking = job_start(&asking, w, p);
	stack_notice(THEME_DIM, "Asking your address book ...");
	return true;
}

bool compose_people_asking(const struct compose_people *p)
{
	return p->asking != NULL;
}

void compose_people_stop(struct compose_people *p)
{
	if (p->asking)
		stack_notice(THEME_DIM, "%s", "");
	job_drop(p->asking);
	p->asking = NULL;
	free(p->vain);
	p->vain = NULL;
}
