#include "cli/outbox_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/print.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/merge.h"
#include "task/outbox_policy.h"
#include "task/outbox_words.h"

#define STORY_MAX (4 << 20) /* bytes: 10,000 recipients with their replies */

struct outbox *outbox_open_telling(struct err *err)
{
	char *told;
	struct outbox *box = outbox_open(&told, err);

	if (told)
		print_warning("%s", told);
	free(told);
	return box;
}

/* ---- list and log ---- */

static int parse_day(const char *option, const char *text, int64_t *when, struct err *err)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *end = text ? strptime(text, "%Y-%m-%d", &tm) : NULL;

	*when = 0;
	if (!text)
		return 0;
	if (!end || *end)
		return err_set(err, ERR_USAGE, "--%s takes a day as 2026-01-31, not \"%s\".",
			       option, text);
	*when = (int64_t)mktime(&tm);
	return 0;
}

static int parse_states(const struct option_list *words, unsigned *states, struct err *err)
{
	for (size_t i = 0; i < words->count; i++) {
		unsigned s = outbox_state_parse(words->items[i]);

		if (s == OUTBOX_STATES)
			return err_set(err, ERR_USAGE,
				       "\"%s\" is no state: ready, sending, sent, "
				       "failed, unsure, held or removed.",
				       words->items[i]);
		*states |= 1u << s;
	}
	return 0;
}

static struct json *item_json(const struct outbox_item *m)
{
	struct json *one = json_new_object();

	json_put_number(one, "id", m->id);
	json_put_text(one, "state", outbox_state_name(m->state));
	json_put_text(one, "account", m->account);
	json_put_text(one, "from", m->from);
	json_put_text(one, "to", m->to);
	json_put_number(one, "recipients", m->recipients);
	json_put_number(one, "refused", m->refused);
	json_put_text(one, "subject", m->subject);
	json_put_text(one, "message_id", m->message_id);
	json_put_number(one, "size", m->size);
	json_put_number(one, "queued", m->queued_at);
	json_put_number(one, "changed", m->changed_at);
	json_put_number(one, "next", m->state == OUTBOX_READY ? m->next_at : 0);
	json_put_number(one, "attempts", m->attempts);
	json_put_text(one, "error", m->error);
	json_put_text(one, "hint", m->hint);
	json_put_text(one, "reply", m->reply);
	json_put_text(one, "server", m->server);
	return one;
}

static void print_item(const struct outbox_item *m)
{
	const char *note = outbox_words_note(m);
	char when[TEXT_WHEN], to[400], subject[1000];

	text_when(when, outbox_words_date(m));
	outbox_words_to(to, sizeof to, m);
	printf("%5lld  ", (long long)m->id);
	print_padded(stdout, outbox_state_name(m->state), 8);
	printf("%s  %s  ", when, to);
	outbox_words_subject(subject, sizeof subject, m);
	printf("%s\n", subject);
	if (!note)
		return;
	printf("       ");
	print_visible(stdout, note);
	putchar('\n');
}

static int show_items(struct call *call, const struct outbox_query *query, const char *nothing,
		      struct err *err)
{
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	struct outbox *box = outbox_open_telling(err);
	int rc = box ? outbox_find(box, query, &items, err) : -1;

	if (rc == 0 && call->global.json) {
		call->result = json_new_array();
		for (size_t i = 0; i < items.count; i++)
			json_add(call->result, item_json(&items.list[i]));
	} else if (rc == 0) {
		for (size_t i = 0; i < items.count; i++)
			print_item(&items.list[i]);
		if (items.count == 0)
			print_note("%s", nothing);
	}
	outbox_items_clear(&items);
	outbox_close(box);
	return rc;
}

static int fill_query(const struct call *call, struct outbox_query *query, struct err *err)
{
	const struct list_options *o = call->options;

	query->account = call->global.account;
	query->recipient = o->to;
	query->subject = o->subject;
	if (o->most.given)
		query->most = o->most.value;
	if (parse_states(&o->states, &query->states, err) < 0 ||
	    parse_day("since", o->since, &query->since, err) < 0)
		return -1;
	return parse_day("before", o->before, &query->before, err);
}

static void tell_limit(const char *account, const struct outbox_policy *policy, int64_t waiting)
{
	int64_t took = merge_time((size_t)waiting, policy->per_hour, policy->per_day);
	char when[TEXT_WHEN], limits[80] = "";

	if (policy->per_hour)
		snprintf(limits, sizeof limits, "%ld an hour", policy->per_hour);
	if (policy->per_day)
		snprintf(limits + strlen(limits), sizeof limits - strlen(limits), "%s%ld a day",
			 policy->per_hour ? " and " : "", policy->per_day);
	text_when(when, time(NULL) + took);
	print_note("Account %s: %lld wait%s. With its limit of %s the last goes by %s at the "
		   "latest.",
		   account, (long long)waiting, waiting == 1 ? "s" : "", limits, when);
}

/* What holds the messages of an account back, and for how long. */
static void tell_account(struct outbox *box, const struct account *a)
{
	struct outbox_policy policy;
	struct err why = ERR_INIT;
	int64_t waiting = 0;

	if (outbox_waiting(box, account_id(a), &waiting, NULL) < 0 || waiting == 0)
		return;
	outbox_why(box, account_id(a), &why);
	if (why.kind != ERR_NONE)
		print_note("%s", why.text);
	outbox_policy_of(a, &policy);
	if (why.kind != ERR_AUTH && ((policy.per_hour && waiting > policy.per_hour) ||
				     (policy.per_day && waiting > policy.per_day)))
		tell_limit(account_id(a), &policy, waiting);
}

static bool is_meant(const char *only, const char *name)
{
	return !only || strcmp(only, name) == 0;
}

static void tell_accounts(const char *only)
{
	struct accounts *all = accounts_open(false, NULL);
	struct outbox *box = all ? outbox_open(NULL, NULL) : NULL;
	char **names = NULL;

	if (box)
		(void)outbox_accounts(box, &names, NULL);
	for (size_t i = 0; names && names[i]; i++) {
		const struct account *a = account_find(all, names[i]);

		if (a && is_meant(only, names[i]))
			tell_account(box, a);
		else if (is_meant(only, names[i]))
			print_note("There is no account called %s: its messages wait until one of "
				   "that name is set up.", names[i]);
		free(names[i]);
	}
	free(names);
	outbox_close(box);
	accounts_close(all);
}

int outbox_list(struct call *call, struct err *err)
{
	struct outbox_query query = { .most = 100 };

	if (fill_query(call, &query, err) < 0)
		return -1;
	if (!query.states)
		query.states = OUTBOX_OPEN;
	if (show_items(call, &query, "Nothing waits in the outbox.", err) < 0)
		return -1;
	if (!call->global.json)
		tell_accounts(call->global.account);
	return 0;
}

static bool narrowed(const struct call *call)
{
	const struct list_options *o = call->options;

	return call->global.account || o->states.count > 0 || o->to || o->subject || o->since ||
	       o->before;
}

int outbox_log(struct call *call, struct err *err)
{
	struct outbox_query query = { .most = 100 };

	if (fill_query(call, &query, err) < 0)
		return -1;
	return show_items(call, &query,
			  narrowed(call) ? "No message is like that. outpost outbox log without "
					   "options shows them all."
					 : "Nothing was sent yet.", err);
}

/* ---- one message ---- */

int outbox_parse_id(const char *word, int64_t *id, struct err *err)
{
	long n;

	if (text_number(word, 1, 2000000000, &n) < 0)
		return err_set(err, ERR_USAGE, "\"%s\" is not the number of a message.", word);
	*id = n;
	return 0;
}

static struct json *rcpts_json(const struct outbox_story *story)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < story->rcpt_count; i++) {
		const struct outbox_rcpt *rcpt = &story->rcpts[i];
		struct json *one = json_new_object();

		json_put_text(one, "address", rcpt->address);
		json_put_text(one, "state", rcpt->state);
		json_put_number(one, "code", rcpt->code);
		json_put_text(one, "reply", rcpt->reply);
		json_add(all, one);
	}
	return all;
}

static struct json *events_json(const struct outbox_story *story)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < story->event_count; i++) {
		const struct outbox_event *event = &story->events[i];
		struct json *one = json_new_object();

		json_put_number(one, "at", event->at);
		json_put_text(one, "what", event->what);
		json_put_text(one, "text", event->text);
		json_put_text(one, "reply", event->reply);
		json_add(all, one);
	}
	return all;
}

int outbox_show(struct call *call, struct err *err)
{
	struct outbox_story story = OUTBOX_STORY_INIT;
	struct outbox *box;
	int64_t id = 0;
	int rc;

	if (outbox_parse_id(call->args[0], &id, err) < 0 || !(box = outbox_open_telling(err)))
		return -1;
	rc = outbox_story_read(box, id, &story, err);
	if (rc == 0 && call->global.json) {
		call->result = item_json(&story.item);
		json_put(call->result, "to", rcpts_json(&story));
		json_put(call->result, "events", events_json(&story));
	} else if (rc == 0) {
		struct buf text = BUF_INIT(STORY_MAX);

		outbox_words_story(&text, &story);
		fputs(buf_text(&text), stdout);
		buf_free(&text);
	}
	outbox_story_clear(&story);
	outbox_close(box);
	return rc;
}

#define LIST_AT(member) offsetof(struct list_options, member)

const struct option_row outbox_list_rows[] = {
	{ "state", 0, "STATE", "only these: ready, sending, sent, failed, unsure, held, removed",
	  OPTION_LIST, LIST_AT(states), NULL, 0, 0 },
	{ "to", 't', "TEXT", "only with a recipient that has this in it", OPTION_TEXT, LIST_AT(to),
	  NULL, 0, 0 },
	{ "subject", 's', "TEXT", "only with this in the subject", OPTION_TEXT, LIST_AT(subject),
	  NULL, 0, 0 },
	{ "since", 0, "DAY", "only from that day on: 2026-01-31", OPTION_TEXT, LIST_AT(since), NULL,
	  0, 0 },
	{ "before", 0, "DAY", "only before that day", OPTION_TEXT, LIST_AT(before), NULL, 0, 0 },
	{ "most", 'n', "NUMBER", "so many at most, the newest; 0 is all (default: 100)",
	  OPTION_NUMBER, LIST_AT(most), NULL, 0, 1000000000 },
	{ .name = NULL },
};
