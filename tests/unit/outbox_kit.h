/*
 * An outbox in a folder of its own: messages put in, taken, and given a result.
 */
#ifndef OUTPOST_OUTBOX_KIT_H
#define OUTPOST_OUTBOX_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "mail/message.h"
#include "port/db.h"
#include "task/outbox_private.h"

static char folder[64];
static const struct outbox_policy free_policy = { .retry_days = 5 };

static inline struct message *build(const char *to, size_t size)
{
	struct message_draft draft = { .subject = "Lunch" };
	struct err err = ERR_INIT;
	char *text = malloc(size + 1);
	struct message *msg;

	memset(text, 'x', size);
	for (size_t i = 70; i < size; i += 70)
		text[i] = '\n';
	draft.from.address = (char *)"alice@example.org";
	assert_int_equal(message_parse_addresses(to, &draft.to, &err), 0);
	draft.text = text;
	draft.text_len = size;
	msg = message_build(&draft, &err);
	assert_non_null(msg);
	addr_list_clear(&draft.to);
	free(text);
	return msg;
}

static inline int64_t add(struct outbox *box, const char *to, size_t size, const char *tag,
		   const struct outbox_policy *take, int want)
{
	struct message *msg = build(to, size);
	struct outbox_entry entry = { .account = "work", .msg = msg, .subject = "Lunch", .tag = tag };
	struct err err = ERR_INIT;
	int64_t id;

	assert_int_equal(outbox_add(box, &entry, take, &id, &err), want);
	message_free(msg);
	return id;
}

static inline struct outbox *open_box(void)
{
	struct err err = ERR_INIT;
	struct outbox *box = outbox_open(NULL, &err);

	assert_string_equal(err.text, "");
	assert_non_null(box);
	return box;
}

static inline int64_t number(const char *sql)
{
	char *path = dirs_state_path("outbox.db");
	struct err err = ERR_INIT;
	struct db *db = db_open(path, outbox_schema, NULL, &err);
	int64_t value = -1;

	assert_non_null(db);
	assert_true(db_number(db, &err, &value, sql, "") >= 0);
	db_close(db);
	free(path);
	return value;
}

static inline void execute(const char *sql)
{
	char *path = dirs_state_path("outbox.db");
	struct err err = ERR_INIT;
	struct db *db = db_open(path, outbox_schema, NULL, &err);

	assert_non_null(db);
	assert_true(db_run(db, &err, sql, "") >= 0);
	db_close(db);
	free(path);
}

static inline int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/outbox-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	dirs_set_config(folder);
	return 0;
}

static inline int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	dirs_set_config(NULL);
	return system(command);
}

static inline int take(struct outbox *box, const struct outbox_policy *policy, struct outbox_job *job)
{
	struct err err = ERR_INIT;
	int rc = outbox_take(box, "work", policy, job, &err);

	assert_string_equal(err.text, "");
	return rc;
}

/* Records what the server said of each recipient, "ARDU": accepted, refused, deferred, unknown. */
static inline struct outbox_outcome record(struct outbox *box, const struct outbox_policy *policy,
					   struct outbox_job *job, const char *said,
					   const struct err *failure)
{
	struct smtp_result result = SMTP_RESULT_INIT;
	struct outbox_outcome out;
	struct err err = ERR_INIT;

	result.count = strlen(said);
	result.rcpts = calloc(result.count + 1, sizeof *result.rcpts);
	for (size_t i = 0; i < result.count; i++)
		result.rcpts[i].state = said[i] == 'A'	 ? SMTP_RCPT_ACCEPTED
					: said[i] == 'R' ? SMTP_RCPT_REFUSED
					: said[i] == 'D' ? SMTP_RCPT_DEFERRED
							 : SMTP_RCPT_UNKNOWN;
	assert_int_equal(outbox_record(box, policy, job, &result, failure, &out, &err), 0);
	free(result.rcpts);
	return out;
}

#endif
