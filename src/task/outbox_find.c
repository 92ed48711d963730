#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "task/outbox_hand.h"
#include "task/outbox_private.h"

#define VALUES 12

struct search {
	struct buf sql;
	struct db_value values[VALUES];
	size_t count;
	char *owned[3]; /* patterns */
};

static void add_text(struct search *s, const char *condition, const char *text)
{
	buf_adds(&s->sql, condition);
	s->values[s->count++] = (struct db_value){ .type = 't', .text = text };
}

static void add_number(struct search *s, const char *condition, int64_t n)
{
	buf_adds(&s->sql, condition);
	s->values[s->count++] = (struct db_value){ .type = 'i', .number = n };
}

/* Parts are found anywhere; % and _ mean themselves. */
static char *pattern(const char *part)
{
	struct buf out = BUF_INIT(4096);

	buf_addc(&out, '%');
	for (; *part; part++) {
		if (strchr("%_\\", *part))
			buf_addc(&out, '\\');
		buf_addc(&out, *part);
	}
	buf_addc(&out, '%');
	return buf_detach(&out);
}

/* With a plus, the index of states is left alone: where every subject is read in any case, the
 * table in its order is quicker. So it is for an account, which may have them all: an index
 * would have to be put into order first. */
static void add_states(struct search *s, unsigned states, bool every)
{
	char between = '(';

	buf_adds(&s->sql, every ? " AND +m.state IN " : " AND m.state IN ");
	for (unsigned i = 0; i < OUTBOX_STATES; i++) {
		if (!(states & 1u << i))
			continue;
		buf_printf(&s->sql, "%c%u", between, i);
		between = ',';
	}
	buf_addc(&s->sql, ')');
}

#define ITEM                                                                              \
	"m.id, m.queued_at, m.next_at, m.changed_at, m.tries, m.attempts, m.size,"        \
	" m.state, (SELECT count(*) FROM recipient r WHERE r.message = m.id),"            \
	" (SELECT count(*) FROM recipient r WHERE r.message = m.id AND r.state = 2),"     \
	" m.account, m.sender, (SELECT address FROM recipient r WHERE r.message = m.id"   \
	" ORDER BY n LIMIT 1), m.subject, m.message_id, m.error_text, m.error_hint,"      \
	" m.reply, m.server"
#define IS_FOR "m.id IN (SELECT message FROM recipient WHERE address LIKE ? ESCAPE '\\')"

static void add_parts(struct search *s, const struct outbox_query *q)
{
	if (q->recipient) {
		s->owned[0] = pattern(q->recipient);
		add_text(s, " AND " IS_FOR, s->owned[0]);
	}
	if (q->subject) {
		s->owned[1] = pattern(q->subject);
		add_text(s, " AND m.subject LIKE ? ESCAPE '\\'", s->owned[1]);
	}
	if (q->either) {
		s->owned[2] = pattern(q->either);
		add_text(s, " AND (m.subject LIKE ? ESCAPE '\\'", s->owned[2]);
		add_text(s, " OR " IS_FOR ")", s->owned[2]);
	}
}

static struct db_rows *search(struct outbox *box, const char *columns,
			      const struct outbox_query *q, struct err *err)
{
	struct search s = { .sql = BUF_INIT(4096) };
	struct db_rows *rows;

	buf_printf(&s.sql, "SELECT %s FROM message m WHERE 1", columns);
	if (q->id)
		add_number(&s, " AND m.id = ?", q->id);
	if (q->states)
		add_states(&s, q->states, q->subject || q->either);
	else if (!q->id)
		add_number(&s, " AND +m.state <> ?", OUTBOX_REMOVED);
	if (q->account)
		add_text(&s, " AND +m.account = ?", q->account);
	add_parts(&s, q);
	if (q->from_id)
		add_number(&s, " AND m.id >= ?", q->from_id);
	if (q->to_id)
		add_number(&s, " AND m.id <= ?", q->to_id);
	if (q->since)
		add_number(&s, " AND m.queued_at >= ?", q->since);
	if (q->before)
		add_number(&s, " AND m.queued_at < ?", q->before);
	add_number(&s, " ORDER BY m.id DESC LIMIT ?", q->most > 0 ? q->most : -1);
	rows = db_select_values(box->db, err, buf_text(&s.sql), s.values, s.count);
	for (size_t i = 0; i < sizeof s.owned / sizeof *s.owned; i++)
		free(s.owned[i]);
	buf_free(&s.sql);
	return rows;
}

static void take_item(struct db_rows *rows, struct outbox_item *item)
{
	*item = (struct outbox_item){
		.id = db_int(rows, 0),
		.queued_at = db_int(rows, 1),
		.next_at = db_int(rows, 2),
		.changed_at = db_int(rows, 3),
		.tries = db_int(rows, 4),
		.attempts = db_int(rows, 5),
		.size = db_int(rows, 6),
		.state = (enum outbox_state)((unsigned)db_int(rows, 7) % OUTBOX_STATES),
		.recipients = db_int(rows, 8),
		.refused = db_int(rows, 9),
		.account = xstrdup(db_text(rows, 10)),
		.from = xstrdup(db_text(rows, 11)),
		.to = xstrdup(db_text(rows, 12)),
		.subject = xstrdup(db_text(rows, 13)),
		.message_id = xstrdup(db_text(rows, 14)),
		.error = xstrdup(db_text(rows, 15)),
		.hint = xstrdup(db_text(rows, 16)),
		.reply = xstrdup(db_text(rows, 17)),
		.server = xstrdup(db_text(rows, 18)),
	};
}

int outbox_find(struct outbox *box, const struct outbox_query *query, struct outbox_items *items,
		struct err *err)
{
	struct db_rows *rows = search(box, ITEM, query, err);
	size_t cap = 0;
	int rc = -1;

	while (rows && (rc = db_next(rows, err)) == 1) {
		if (items->count == cap) {
			cap = cap ? cap * 2 : 16;
			items->list = xreallocarray(items->list, cap, sizeof *items->list);
		}
		take_item(rows, &items->list[items->count++]);
	}
	db_end(rows);
	return rc;
}

int outbox_ids(struct outbox *box, const struct outbox_query *query, int64_t **ids, size_t *count,
	       struct err *err)
{
	struct db_rows *rows = search(box, "m.id", query, err);
	size_t cap = 0;
	int rc = -1;

	*ids = NULL;
	*count = 0;
	while (rows && (rc = db_next(rows, err)) == 1) {
		if (*count == cap) {
			cap = cap ? cap * 2 : 64;
			*ids = xreallocarray(*ids, cap, sizeof **ids);
		}
		(*ids)[(*count)++] = db_int(rows, 0);
	}
	db_end(rows);
	return rc;
}

int outbox_tally(struct outbox *box, int64_t counts[OUTBOX_STATES], struct err *err)
{
	struct db_rows *rows = db_select(
		box->db, err, "SELECT state, count(*) FROM message GROUP BY state", "");
	int rc = -1;

	for (int i = 0; i < OUTBOX_STATES; i++)
		counts[i] = 0;
	while (rows && (rc = db_next(rows, err)) == 1)
		if (db_int(rows, 0) >= 0 && db_int(rows, 0) < OUTBOX_STATES)
			counts[db_int(rows, 0)] = db_int(rows, 1);
	db_end(rows);
	return rc;
}

void outbox_items_clear(struct outbox_items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		struct outbox_item *m = &items->list[i];

		free(m->account);
		free(m->from);
		free(m->to);
		free(m->subject);
		free(m->message_id);
		free(m->error);
		free(m->hint);
		free(m->reply);
		free(m->server);
	}
	free(items->list);
	*items = (struct outbox_items)OUTBOX_ITEMS_INIT;
}

int outbox_rcpts(struct outbox *box, int64_t id, struct outbox_rcpt **list, size_t *count,
		 struct err *err)
{
	static const char *const states[] = { "waiting", "sent", "failed", "unsure" };
	struct db_rows *rows = db_select(box->db, err,
					 "SELECT address, state, code, reply FROM recipient WHERE "
					 "message = ? ORDER BY n",
					 "i", id);
	int rc;

	*list = NULL;
	*count = 0;
	if (!rows)
		return -1;
	while ((rc = db_next(rows, err)) == 1) {
		*list = xreallocarray(*list, *count + 1, sizeof **list);
		(*list)[(*count)++] = (struct outbox_rcpt){ .address = xstrdup(db_text(rows, 0)),
							    .state = states[db_int(rows, 1) & 3],
							    .code = (int)db_int(rows, 2),
							    .reply = xstrdup(db_text(rows, 3)) };
	}
	db_end(rows);
	return rc;
}

void outbox_rcpts_free(struct outbox_rcpt *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].address);
		free(list[i].reply);
	}
	free(list);
}

int outbox_events(struct outbox *box, int64_t id, struct outbox_event **list, size_t *count,
		  struct err *err)
{
	struct db_rows *rows = db_select(
		box->db, err,
		"SELECT at, what, text, reply FROM (SELECT * FROM event WHERE message = ? ORDER BY "
		"id DESC LIMIT ?) ORDER BY id",
		"id", id, OUTBOX_EVENTS);
	int rc;

	*list = NULL;
	*count = 0;
	if (!rows)
		return -1;
	*list = xcalloc(OUTBOX_EVENTS, sizeof **list);
	while ((rc = db_next(rows, err)) == 1)
		(*list)[(*count)++] = (struct outbox_event){ .at = db_int(rows, 0),
							     .what = xstrdup(db_text(rows, 1)),
							     .text = xstrdup(db_text(rows, 2)),
							     .reply = xstrdup(db_text(rows, 3)) };
	db_end(rows);
	return rc;
}

void outbox_events_free(struct outbox_event *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].what);
		free(list[i].text);
		free(list[i].reply);
	}
	free(list);
}

int outbox_correspondents(struct outbox *box, long most, char ***addresses, struct err *err)
{
	struct db_rows *rows = db_select(box->db, err,
					 "SELECT address FROM recipient WHERE state <> 2 GROUP BY "
					 "lower(address) ORDER BY max(message) DESC LIMIT ?",
					 "i", (int64_t)most);
	size_t count = 0;
	int rc;

	*addresses = NULL;
	if (!rows)
		return -1;
	*addresses = xcalloc((size_t)most + 1, sizeof **addresses);
	while ((rc = db_next(rows, err)) == 1)
		(*addresses)[count++] = xstrdup(db_text(rows, 0));
	db_end(rows);
	return rc;
}
