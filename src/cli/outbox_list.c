#include "cli/outbox_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/print.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/merge.h"
#include "task/outbox_hand.h"
#include "task/outbox_policy.h"

#define OPEN_STATES                                                                              \
	(1u << OUTBOX_READY | 1u << OUTBOX_SENDING | 1u << OUTBOX_FAILED | 1u << OUTBOX_UNSURE | \
	 1u << OUTBOX_HELD)

struct outbox *outbox_open_telling(struct err *err)
{
	char *told;
	struct outbox *box = outbox_open(&told, err);

	if (told)
		print_warning("%s", told);
	free(told);
	return box;
}

void outbox_write_time(char out[32], int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, 32, "%Y-%m-%d %H:%M", &tm);
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
		unsigned s = 0;

		while (s < OUTBOX_STATES && strcmp(words->items[i], outbox_state_name(s)) != 0)
			s++;
		if (s == OUTBOX_STATES)
			return err_set(err, ERR_USAGE,
				       "\"%s\" is no state: ready, sending, sent, "
				       "failed, unsure or held.",
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
	char when[32], more[32] = "";

	outbox_write_time(when, m->state == OUTBOX_SENT ? m->changed_at : m->queued_at);
	if (m->recipients > 1)
		snprintf(more, sizeof more, " +%lld", (long long)m->recipients - 1);
	printf("%5lld  ", (long long)m->id);
	print_padded(stdout, outbox_state_name(m->state), 8);
	printf("%s  ", when);
	print_visible(stdout, m->to ? m->to : "");
	printf("%s  ", more);
	print_visible(stdout, m->subject ? m->subject : "");
	putchar('\n');
	if (m->error && m->state != OUTBOX_SENT) {
		printf("       ");
		print_visible(stdout, m->error);
		putchar('\n');
	} else if (m->reply) {
		printf("       ");
		print_visible(stdout, m->reply);
		putchar('\n');
	}
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
	char when[32], limits[80] = "";

	if (policy->per_hour)
		snprintf(limits, sizeof limits, "%ld an hour", policy->per_hour);
	if (policy->per_day)
		snprintf(limits + strlen(limits), sizeof limits - strlen(limits), "%s%ld a day",
			 policy->per_hour ? " and " : "", policy->per_day);
	outbox_write_time(when, (int64_t)time(NULL) + took);
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

static void tell_accounts(const char *only)
{
	struct accounts *all = accounts_open(false, NULL);
	struct outbox *box = all ? outbox_open(NULL, NULL) : NULL;
	char **names = NULL;

	if (box)
		(void)outbox_accounts(box, &names, NULL);
	for (size_t i = 0; names && names[i]; i++) {
		const struct account *a = account_find(all, names[i]);

		if (a && (!only || strcmp(only, names[i]) == 0))
			tell_account(box, a);
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
		query.states = OPEN_STATES;
	if (show_items(call, &query, "Nothing waits in the outbox.", err) < 0)
		return -1;
	if (!call->global.json)
		tell_accounts(call->global.account);
	return 0;
}

int outbox_log(struct call *call, struct err *err)
{
	struct outbox_query query = { .most = 100 };

	if (fill_query(call, &query, err) < 0)
		return -1;
	return show_items(call, &query, "Nothing of that kind was sent.", err);
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

static void print_rcpts(const struct outbox_rcpt *list_, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("  ");
		print_padded(stdout, list_[i].state, 9);
		print_visible(stdout, list_[i].address);
		if (list_[i].reply) {
			printf("  %d ", list_[i].code);
			print_visible(stdout, list_[i].reply);
		}
		putchar('\n');
	}
}

static void print_field(const char *label, const char *text)
{
	if (!text || !*text)
		return;
	print_padded(stdout, label, 12);
	print_visible(stdout, text);
	putchar('\n');
}

static void print_message(const struct outbox_item *m, const struct outbox_rcpt *rcpts,
			  size_t count)
{
	char when[32];

	printf("Message %lld: %s\n", (long long)m->id, outbox_state_name(m->state));
	print_field("Account", m->account);
	print_field("From", m->from);
	print_field("Subject", m->subject);
	print_field("Message-ID", m->message_id);
	outbox_write_time(when, m->queued_at);
	print_field("Queued", when);
	if (m->state == OUTBOX_READY && m->next_at > (int64_t)time(NULL)) {
		outbox_write_time(when, m->next_at);
		print_field("Not before", when);
	}
	print_field("Trouble", m->error);
	print_field("", m->hint);
	print_field("Server", m->server);
	print_field("Reply", m->reply);
	printf("Recipients\n");
	print_rcpts(rcpts, count);
}

int outbox_show(struct call *call, struct err *err)
{
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	struct outbox_query query = { .most = 1 };
	struct outbox_rcpt *rcpts = NULL;
	struct outbox *box;
	size_t count = 0;
	int rc = -1;

	if (outbox_parse_id(call->args[0], &query.id, err) < 0 || !(box = outbox_open_telling(err)))
		return -1;
	if (outbox_find(box, &query, &items, err) == 0 && items.count == 0)
		err_set(err, ERR_NOINPUT, "There is no message %s in the outbox.", call->args[0]);
	else if (items.count == 1)
		rc = outbox_rcpts(box, query.id, &rcpts, &count, err);
	if (rc == 0 && call->global.json) {
		struct json *all = json_new_array();

		for (size_t i = 0; i < count; i++) {
			struct json *one = json_new_object();

			json_put_text(one, "address", rcpts[i].address);
			json_put_text(one, "state", rcpts[i].state);
			json_put_number(one, "code", rcpts[i].code);
			json_put_text(one, "reply", rcpts[i].reply);
			json_add(all, one);
		}
		call->result = item_json(&items.list[0]);
		json_put(call->result, "to", all);
	} else if (rc == 0) {
		print_message(&items.list[0], rcpts, count);
	}
	outbox_rcpts_free(rcpts, count);
	outbox_items_clear(&items);
	outbox_close(box);
	return rc;
}

#define LIST_AT(member) offsetof(struct list_options, member)

const struct option_row outbox_list_rows[] = {
	{ "state", 0, "STATE", "only these: ready, sending, sent, failed, unsure, held",
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
