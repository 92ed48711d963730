/*
 * search ACCOUNT: lists and searches the outbox as outpost outbox list and log do, and prints
 * for each question the median milliseconds of the library call and how many it found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "task/outbox_hand.h"

#define RUNS 21
#define OPEN (~(1u << OUTBOX_SENT))

static int ascending(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static size_t ask(struct outbox *box, const struct outbox_query *query)
{
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	struct err err = ERR_INIT;
	size_t count;

	if (outbox_find(box, query, &items, &err) < 0)
		die("%s", err.text);
	count = items.count;
	outbox_items_clear(&items);
	return count;
}

int main(int argc, char **argv)
{
	int64_t now = (int64_t)time(NULL);
	const struct {
		const char *name;
		struct outbox_query query;
	} questions[] = {
		{ "what is open", { .states = OPEN, .most = 100 } },
		{ "what is open, one account", { .states = OPEN, .account = argv[1], .most = 100 } },
		{ "the newest", { .most = 100 } },
		{ "one account", { .account = argv[1], .most = 100 } },
		{ "an account without any", { .account = "none", .most = 100 } },
		{ "a recipient", { .recipient = "r777@", .most = 100 } },
		{ "a recipient not there", { .recipient = "nobody@", .most = 100 } },
		{ "a subject", { .subject = "number 777", .most = 100 } },
		{ "a subject not there", { .subject = "nothing", .most = 100 } },
		{ "sent since yesterday", { .states = 1u << OUTBOX_SENT, .since = now - 86400, .most = 100 } },
		{ "before yesterday", { .before = now - 86400, .most = 100 } },
		{ "failed", { .states = 1u << OUTBOX_FAILED, .most = 100 } },
		{ "all at once", { .states = OPEN, .account = argv[1], .recipient = "r77", .subject = "77",
				   .since = now - 86400, .before = now + 86400, .most = 100 } },
	};
	struct err err = ERR_INIT;
	struct outbox *box = argc == 2 ? outbox_open(NULL, &err) : NULL;

	if (!box)
		die("search ACCOUNT: %s", err.text);
	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		long long took[RUNS];
		size_t found = 0;

		for (int n = 0; n < RUNS; n++) {
			long long begin = clock_us();

			found = ask(box, &questions[i].query);
			took[n] = clock_us() - begin;
		}
		qsort(took, RUNS, sizeof *took, ascending);
		printf("  %-26s %8.2f ms   %zu found\n", questions[i].name,
		       (double)took[RUNS / 2] / 1000, found);
	}
	outbox_close(box);
	return 0;
}
