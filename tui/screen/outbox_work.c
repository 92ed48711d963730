#include "screen/outbox_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "mail/account.h"
#include "mail/message_read.h"
#include "task/outbox_words.h"
#include "widget/list.h"

/* More of one message than anybody reads on a screen. */
#define TEXT_MAX (512 * 1024)

/* ---- what was found ---- */

void outbox_seen_clear(struct outbox_seen *seen)
{
	free(seen->ids);
	outbox_items_clear(&seen->items);
	for (size_t i = 0; i < seen->bar_count; i++)
		free(seen->bars[i].account);
	free(seen->bars);
	*seen = (struct outbox_seen){ .ids = NULL };
}

size_t outbox_seen_row(const struct outbox_seen *seen, int64_t id, size_t *near)
{
	size_t low = 0, high = seen->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (seen->ids[mid] > id)
			low = mid + 1;
		else
			high = mid;
	}
	if (near)
		*near = low;
	return low < seen->count && seen->ids[low] == id ? low : LIST_NONE;
}

static int newer_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = ((const struct outbox_item *)b)->id;

	return x == y ? 0 : x > y ? -1 : 1;
}

const struct outbox_item *outbox_seen_item(const struct outbox_seen *seen, int64_t id)
{
	return seen->items.count == 0 ? NULL
				      : bsearch(&id, seen->items.list, seen->items.count,
						sizeof *seen->items.list, newer_first);
}

const struct err *outbox_seen_bar(const struct outbox_seen *seen, const char *account)
{
	for (size_t i = 0; i < seen->bar_count; i++)
		if (strcmp(seen->bars[i].account, account) == 0)
			return &seen->bars[i].why;
	return NULL;
}

/* ---- reading the list ---- */

static void find_bars(struct outbox_work *w)
{
	struct outbox_seen *seen = &w->seen;

	for (size_t i = 0; i < seen->items.count; i++) {
		const struct outbox_item *m = &seen->items.list[i];
		struct outbox_bar *bar;

		if (m->state != OUTBOX_READY || outbox_seen_bar(seen, m->account))
			continue;
		seen->bars = xreallocarray(seen->bars, seen->bar_count + 1, sizeof *seen->bars);
		bar = &seen->bars[seen->bar_count++];
		*bar = (struct outbox_bar){ xstrdup(m->account), ERR_INIT };
		outbox_why(w->box, m->account, &bar->why);
	}
}

static int read_list(struct outbox_work *w)
{
	const struct outbox_order *o = &w->order;
	struct outbox_query query = { .states = o->states, .either = o->word[0] ? o->word : NULL };
	struct outbox_seen *seen = &w->seen;
	size_t at, last;

	/* Before it is read: what changes meanwhile is read the next time. */
	outbox_changed(w->box);
	if (outbox_recover(w->box, &w->err) < 0 ||
	    outbox_tally(w->box, seen->tally, &w->err) < 0 ||
	    outbox_ids(w->box, &query, &seen->ids, &seen->count, &w->err) < 0)
		return -1;
	if (seen->count == 0)
		return 0;
	at = o->id ? outbox_seen_row(seen, o->id, NULL) : 0;
	if (at == LIST_NONE)
		at = o->at < seen->count ? o->at : seen->count - 1;
	last = at + OUTBOX_WINDOW < seen->count ? at + OUTBOX_WINDOW : seen->count - 1;
	query.to_id = seen->ids[at > OUTBOX_WINDOW ? at - OUTBOX_WINDOW : 0];
	query.from_id = seen->ids[last];
	if (outbox_find(w->box, &query, &seen->items, &w->err) < 0)
		return -1;
	find_bars(w);
	return 0;
}

/* ---- one message, to be read ---- */

static void add_mailboxes(struct buf *out, const char *label, const struct message_mailboxes *of)
{
	for (size_t i = 0; i < of->count; i++) {
		buf_adds(out, i == 0 ? label : ", ");
		text_visible(out, of->list[i].name, strlen(of->list[i].name));
		buf_adds(out, of->list[i].name[0] ? " <" : "");
		text_visible(out, of->list[i].address, strlen(of->list[i].address));
		buf_adds(out, of->list[i].name[0] ? ">" : "");
	}
	if (of->count > 0)
		buf_addc(out, '\n');
}

static void add_mail(struct buf *out, const struct message_read *m)
{
	buf_adds(out, "\nThe message\n");
	add_mailboxes(out, "  From: ", &m->from);
	add_mailboxes(out, "  To: ", &m->to);
	add_mailboxes(out, "  Cc: ", &m->cc);
	for (size_t i = 0; i < m->file_count; i++) {
		buf_adds(out, "  Attached: ");
		text_visible(out, m->files[i], strlen(m->files[i]));
		buf_adds(out, m->files[i][0] ? "\n" : "a part without a name\n");
	}
	buf_addc(out, '\n');
	text_visible_lines(out, m->text, m->text_len < TEXT_MAX / 2 ? m->text_len : TEXT_MAX / 2);
	if (m->cut || m->text_len > TEXT_MAX / 2)
		buf_adds(out, "\n(The text goes on.)\n");
}

static int open_it(struct outbox_work *w, int64_t id, struct err *err)
{
	struct outbox_story story = OUTBOX_STORY_INIT;
	struct smtp_body body = { -1, 0 };
	struct message_read *mail = NULL;
	struct err why = ERR_INIT;
	int rc = outbox_story_read(w->box, id, &story, err);

	if (rc == 0) {
		snprintf(w->title, sizeof w->title, "Message %lld", (long long)id);
		outbox_words_story(&w->text, &story);
		if (outbox_body_open(w->box, id, &body, &why) == 0)
			mail = message_read_open(body.fd, body.size, &why);
		if (mail)
			add_mail(&w->text, mail);
		else
			buf_printf(&w->text, "\n%s\n", why.text);
		message_read_free(mail);
		if (body.fd >= 0)
			close(body.fd);
	}
	outbox_story_clear(&story);
	return rc;
}

/* ---- asks ---- */

static int edit(struct outbox_work *w, int64_t id, struct err *err)
{
	struct accounts *all = accounts_open(false, err);
	struct draft_file *file = all ? drafts_begin(err) : NULL;
	int rc = -1;

	if (file)
		rc = outbox_edit_begin(w->box, id, all, drafts_files_path(file), &w->edit, err);
	accounts_close(all);
	if (rc == 0 && drafts_save(file, &w->edit.draft, err) == 0) {
		w->file = file;
		return 0;
	}
	if (rc == 0 && w->edit.draft.waited)
		(void)outbox_release(w->box, id, NULL);
	draft_clear(&w->edit.draft);
	if (file)
		drafts_remove(file);
	drafts_leave(file);
	return -1;
}

static int undo(struct outbox_work *w, int64_t id, struct err *err)
{
	if (outbox_undo(w->box, &id, err) < 0)
		return -1;
	w->back = id;
	return 0;
}

static void carry_out(struct outbox_work *w, const struct outbox_ask *ask)
{
	static const char *const done[] = {
		[OUTBOX_HOLD] = "is held back",
		[OUTBOX_RELEASE] = "waits again",
		[OUTBOX_REMOVE] = "was removed; u brings it back",
		[OUTBOX_UNDO] = "is back as it was",
		[OUTBOX_EDIT] = NULL,
	};
	struct err err = ERR_INIT;
	int rc = 0;

	switch (ask->op) {
	case OUTBOX_HOLD:
		rc = outbox_hold(w->box, ask->id, &err);
		break;
	case OUTBOX_RELEASE:
		rc = outbox_release(w->box, ask->id, &err);
		break;
	case OUTBOX_REMOVE:
		rc = outbox_remove(w->box, ask->id, &err);
		break;
	case OUTBOX_UNDO:
		rc = undo(w, ask->id, &err);
		break;
	case OUTBOX_OPEN_IT:
		rc = open_it(w, ask->id, &err);
		break;
	case OUTBOX_EDIT:
		rc = edit(w, ask->id, &err);
		break;
	}
	if (rc < 0)
		w->trouble = err;
	else if (done[ask->op])
		snprintf(w->notice, sizeof w->notice, "Message %lld %s.", (long long)ask->id,
			 done[ask->op]);
}

struct outbox_work *outbox_work_new(struct outbox *box, const struct outbox_order *order)
{
	struct outbox_work *w = xcalloc(1, sizeof *w);

	w->box = box;
	w->order = *order;
	w->text = (struct buf)BUF_INIT(TEXT_MAX);
	return w;
}

void outbox_work_run(struct job *job, void *arg)
{
	struct outbox_work *w = arg;

	(void)job;
	if (!w->box)
		w->box = outbox_open(&w->told, &w->err);
	if (!w->box)
		return;
	for (size_t i = 0; i < w->order.ask_count; i++)
		carry_out(w, &w->order.asks[i]);
	/* Damage on the way is noted when it is closed, and mended when it is opened again. */
	if (read_list(w) < 0) {
		outbox_close(w->box);
		w->box = NULL;
	}
}

void outbox_work_free(void *arg)
{
	struct outbox_work *w = arg;

	/* A draft that nobody waits for any more is offered when a message is written next. */
	drafts_leave(w->file);
	draft_clear(&w->edit.draft);
	outbox_close(w->box);
	outbox_seen_clear(&w->seen);
	buf_free(&w->text);
	free(w->told);
	free(w);
}
