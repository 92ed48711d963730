/*
 * enqueue COUNT ACCOUNT: puts so many small messages into the outbox, each durable before the
 * next, and prints how many a second and the median microseconds of one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "mail/message.h"
#include "task/outbox.h"

static int ascending(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void add(struct outbox *box, const char *account, long n)
{
	struct message_draft draft = { .text = "Nothing much.\n", .text_len = 14 };
	struct outbox_entry entry = { .account = account };
	char to[64], subject[64];
	struct err err = ERR_INIT;
	struct message *msg = NULL;
	int64_t id;

	snprintf(to, sizeof to, "r%ld@example.net", n);
	snprintf(subject, sizeof subject, "Message number %ld", n);
	draft.subject = entry.subject = subject;
	draft.from.address = (char *)"alice@example.org";
	if (message_parse_addresses(to, &draft.to, &err) == 0)
		msg = message_build(&draft, &err);
	entry.msg = msg;
	if (!msg || outbox_add(box, &entry, NULL, &id, &err) < 0)
		die("%s", err.text);
	message_free(msg);
	addr_list_clear(&draft.to);
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	long long *took, begin, end;
	struct err err = ERR_INIT;
	struct outbox *box;
	char *told;

	if (count < 1)
		die("enqueue COUNT ACCOUNT");
	box = outbox_open(&told, &err);
	if (!box)
		die("%s", err.text);
	took = xcalloc((size_t)count, sizeof *took);
	begin = end = clock_us();
	for (long i = 0; i < count; i++) {
		long long before = end;

		add(box, argv[2], i);
		end = clock_us();
		took[i] = end - before;
	}
	qsort(took, (size_t)count, sizeof *took, ascending);
	printf("%.0f a second, median %lld us\n", (double)count * 1e6 / (double)(end - begin),
	       took[count / 2]);
	free(told);
	free(took);
	outbox_close(box);
	return 0;
}
