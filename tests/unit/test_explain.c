#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "mail/explain.h"
#include "mail/explain_file.h"
#include "mail/smtp_internal.h"

#define DATA "data/replies.ini"

static struct explain_file file;

static void on_fault(void *arg, const char *name, int line, const char *reason)
{
	(void)arg;
	print_message("%s:%d: %s\n", name, line, reason);
}

static int setup(void **state)
{
	struct buf text = BUF_INIT(1024 * 1024);
	struct err err = ERR_INIT;
	int rc = file_read(DATA, &text, &err);

	(void)state;
	if (rc == 0)
		rc = explain_file_parse(&file, DATA, buf_text(&text), text.len, on_fault, NULL);
	buf_free(&text);
	return rc;
}

static int teardown(void **state)
{
	(void)state;
	explain_file_clear(&file);
	return 0;
}

/* The row that speaks when these bytes come from a server, through the session's own reader. */
static struct explanation say(enum explain_step step, const char *bytes, const char *host)
{
	struct smtp_reader reader = { .code = 0 };
	struct smtp_reply reply = { .code = 0 };
	struct explanation x;
	int whole = 0;

	smtp_reader_reset(&reader);
	while (*bytes) {
		size_t n = strcspn(bytes, "\n");
		char *line = xstrndup(bytes, n);

		assert_int_equal(whole, 0);
		whole = smtp_reader_line(&reader, line, n);
		free(line);
		bytes += n + (bytes[n] == '\n');
	}
	assert_int_equal(whole, 1);
	smtp_reader_take(&reader, &reply);
	x = explain_reply(step, reply.code, reply.enhanced, reply.text, host);
	smtp_reply_clear(&reply);
	smtp_reader_reset(&reader);
	return x;
}

static void is_row(const struct explain_row *row, const char *example, enum explain_step step,
		   const char *host)
{
	struct explanation x = say(step, example, host);
	bool soft = example[0] == '4';

	if (strcmp(x.id, row->x.id) != 0)
		fail_msg("[%s] at %s from %s, not [%s]: %s", x.id, explain_step_name(step), host,
			 row->x.id, example);
	assert_string_equal(x.says, row->x.says);
	assert_string_equal(x.cause, row->x.cause);
	assert_string_equal(x.hint, row->x.hint);
	assert_string_equal(x.link, row->x.link);
	assert_int_equal(x.kind, row->x.kind);
	assert_int_equal(x.temporary, row->retry == EXPLAIN_RETRY_BY_CODE
					      ? soft
					      : row->retry == EXPLAIN_RETRY_YES);
}

static void each_example_meets_its_row(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < file.count; i++) {
		const struct explain_row *row = &file.rows[i];
		size_t n = strcspn(row->hosts, " ");
		char *host = xasprintf("smtp.%.*s", n > 0 ? (int)n : 12,
				       n > 0 ? row->hosts : "mail.example");

		for (size_t e = 0; row->examples[e]; e++, count++) {
			if (row->steps == 0)
				is_row(row, row->examples[e], EXPLAIN_ANY, host);
			for (unsigned step = 1; step < EXPLAIN_STEPS; step++)
				if (row->steps ? row->steps & 1u << step : row->match[0] != NULL)
					is_row(row, row->examples[e], step, host);
		}
		free(host);
	}
	print_message("%zu examples of %zu rows\n", count, file.count);
	assert_true(count >= file.count);
}

/* ---- what there is ---- */

static bool of_a_standard(const char *from)
{
	return strncmp(from, "RFC ", 4) == 0 || strcmp(from, "IANA") == 0;
}

static size_t add_name(const char **names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return count;
	names[count] = name;
	return count + 1;
}

static void there_is_enough_of_it(void **state)
{
	char **copies = xcalloc(file.count, sizeof *copies);
	const char *names[500];
	size_t rows = 0, examples = 0, count = 0;

	(void)state;
	for (size_t i = 0; i < file.count; i++) {
		char *save = NULL;

		if (of_a_standard(file.rows[i].from))
			continue;
		rows++;
		assert_non_null(file.rows[i].sources[0]);
		for (size_t e = 0; file.rows[i].examples[e]; e++)
			examples++;
		copies[i] = xstrdup(file.rows[i].from);
		for (char *w = strtok_r(copies[i], ",", &save); w; w = strtok_r(NULL, ",", &save))
			count = add_name(names, count, w + (*w == ' '));
	}
	print_message("%zu rows, %zu replies, of %zu providers and servers\n", rows, examples,
		      count);
	assert_true(rows >= 130);
	assert_true(count >= 32);
	for (size_t i = 0; i < file.count; i++)
		free(copies[i]);
	free(copies);
}

static void is_sentence(const char *s)
{
	size_t n = strlen(s);

	if (n < 10 || s[n - 1] != '.' || strstr(s, "  "))
		fail_msg("no sentence: %s", s);
}

static void sentences_are_sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < file.count; i++) {
		const struct explanation *x = &file.rows[i].x;

		is_sentence(x->says);
		is_sentence(x->hint);
		if (x->cause[0])
			is_sentence(x->cause);
		assert_int_not_equal(x->kind, ERR_NONE);
	}
}

/* ---- special before general ---- */

static const struct {
	enum explain_step step;
	const char *reply, *host, *id;
} ranks[] = {
	/* who says it */
	{ EXPLAIN_AUTH, "535 Authentication Failed", "smtp.zoho.eu", "zoho-wrong-password" },
	{ EXPLAIN_AUTH, "535 Authentication Failed", "SMTP.ZOHO.EU.", "zoho-wrong-password" },
	{ EXPLAIN_AUTH, "535 Authentication Failed", "zoho.eu", "zoho-wrong-password" },
	{ EXPLAIN_AUTH, "535 Authentication Failed", "smtp.notzoho.eu", "auth-failed" },
	{ EXPLAIN_AUTH, "535 Authentication Failed", "", "auth-failed" },
	{ EXPLAIN_AUTH, "535 Authentication Failed", NULL, "auth-failed" },
	/* more of the text */
	{ EXPLAIN_RCPT, "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user c",
	  "m.example", "sender-not-owned" },
	{ EXPLAIN_RCPT, "553 5.7.1 <a@b.example>: Sender address rejected: because", "m.example",
	  "sender-rejected" },
	{ EXPLAIN_RCPT, "553 5.7.1 because", "m.example", "x-not-authorized" },
	{ EXPLAIN_RCPT, "553 because", "m.example", "code-553" },
	{ EXPLAIN_RCPT, "577 because", "m.example", "code-refused" },
	{ EXPLAIN_RCPT, "477 because", "m.example", "code-later" },
	/* case and line ends do not matter, an enhanced code on each line neither */
	{ EXPLAIN_DATA, "550-5.4.5 DAILY user\n550-5.4.5 sending   limit\n550 5.4.5 exceeded",
	  "smtp.gmail.com", "gmail-daily-limit" },
	/* enhanced before reply code, exact before not */
	{ EXPLAIN_RCPT, "550 5.1.1 nix", "m.example", "x-mailbox" },
	{ EXPLAIN_RCPT, "550 5.1.99 nix", "m.example", "x-any-address" },
	{ EXPLAIN_RCPT, "550 5.9.99 nix", "m.example", "code-550" },
	{ EXPLAIN_RCPT, "450 4.2.2 nix", "m.example", "x-mailbox-full" },
	/* an enhanced code in the text */
	{ EXPLAIN_RCPT, "550 sorry, no mailbox here by that name (#5.1.1)", "m.example",
	  "x-mailbox" },
	{ EXPLAIN_RCPT, "550 sorry #4.1.1 (#5.1) # #5.1.1.1 (#5.2.2)", "m.example",
	  "x-mailbox-full" },
	{ EXPLAIN_RCPT, "550 5.7.1 sorry (#5.1.1)", "m.example", "x-not-authorized" },
	/* at the sign-in the reply code says more than 5.7.0 */
	{ EXPLAIN_AUTH, "535 5.7.0 no", "m.example", "code-auth-535" },
	{ EXPLAIN_AUTH, "454 4.7.0 no", "m.example", "code-auth-454" },
	{ EXPLAIN_AUTH, "421 4.7.0 no", "m.example", "code-auth-later" },
	{ EXPLAIN_AUTH, "451 no", "m.example", "code-auth-later" },
	{ EXPLAIN_AUTH, "500 no", "m.example", "code-auth-refused" },
	{ EXPLAIN_AUTH, "566 no", "m.example", "code-refused" },
	{ EXPLAIN_MAIL, "530 5.7.0 no", "m.example", "code-530" },
	{ EXPLAIN_STARTTLS, "454 no", "m.example", "code-starttls-later" },
	{ EXPLAIN_STARTTLS, "502 5.5.1 Error: command not implemented", "m.example",
	  "starttls-unknown" },
	{ EXPLAIN_GREETING, "554 no", "m.example", "code-greeting-refused" },
	{ EXPLAIN_GREETING, "421 no", "m.example", "code-421" },
	{ EXPLAIN_DATA, "554 no", "m.example", "code-554" },
	/* what is no refusal */
	{ EXPLAIN_DATA, "250 fine", "m.example", "unexpected" },
	{ EXPLAIN_ANY, "354", "m.example", "unexpected" },
};

static void special_before_general(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
		struct explanation x = say(ranks[i].step, ranks[i].reply, ranks[i].host);

		if (strcmp(x.id, ranks[i].id) != 0)
			fail_msg("[%s], not [%s]: %s", x.id, ranks[i].id, ranks[i].reply);
	}
}

/* ---- any reply at all ---- */

static void every_code_gets_a_sentence(void **state)
{
	(void)state;
	for (int step = -1; step <= EXPLAIN_STEPS; step++) {
		for (int code = -1; code <= 1000; code++) {
			struct explanation x = explain_reply((enum explain_step)step, code, NULL,
							     NULL, NULL);

			is_sentence(x.says);
			is_sentence(x.hint);
			assert_int_not_equal(x.kind, ERR_NONE);
			if (code >= 400 && code < 500)
				assert_true(x.temporary);
			if (code >= 500 && code < 600)
				assert_false(x.temporary);
		}
	}
}

static char *repeated(const char *piece, size_t len)
{
	char *s = xcalloc(len + 1, 1);

	for (size_t i = 0; i < len; i++)
		s[i] = piece[i % strlen(piece)];
	return s;
}

/* Megabytes of what would cost most: beginnings of patterns that never end. */
static void hostile_texts_do_no_harm(void **state)
{
	static const char *const pieces[] = {
		"a", " ", "\n", "#", "#5.", "#5.7.8", "*", "**a", "\x1b[31m", "\xff", "%s%n",
		"550 ", "authentication require", "please log in * your web browse",
		"blocked usin", "\r\n5.7.1 ", "is not authorized to send email directly to our server",
	};

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		char *text = repeated(pieces[i], 4 * 1024 * 1024);
		struct explanation x = explain_reply(EXPLAIN_DATA, 550, "5.7.1", text, text);

		is_sentence(x.says);
		x = explain_reply(EXPLAIN_AUTH, 535, text, text, "m.example");
		is_sentence(x.says);
		free(text);
	}
}

/* Only the beginning counts, wherever the cut falls. */
static void the_end_of_a_long_text_is_not_read(void **state)
{
	char *text = repeated("x", EXPLAIN_TEXT_MAX + 100);

	(void)state;
	memcpy(text + EXPLAIN_TEXT_MAX - 20, " user unknown ", 14);
	assert_string_equal(explain_reply(EXPLAIN_RCPT, 550, "", text, "").id, "user-unknown");
	memset(text, 'x', EXPLAIN_TEXT_MAX);
	for (size_t at = EXPLAIN_TEXT_MAX - 11; at < EXPLAIN_TEXT_MAX + 50; at++) {
		memcpy(text + at, "user unknown", 12);
		assert_string_equal(explain_reply(EXPLAIN_RCPT, 550, "", text, "").id, "code-550");
		memset(text + at, 'x', 12);
	}
	free(text);
}

static void enhanced_codes_that_are_none(void **state)
{
	static const char *const codes[] = { "5", "5.", "5.7", "5.7.", "5.7.1.", "5.7.x", "x",
					     ".", "5..1", "99999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_string_equal(explain_reply(EXPLAIN_RCPT, 550, codes[i], "", "").id,
				    "code-550");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_example_meets_its_row),
		cmocka_unit_test(there_is_enough_of_it),
		cmocka_unit_test(sentences_are_sentences),
		cmocka_unit_test(special_before_general),
		cmocka_unit_test(every_code_gets_a_sentence),
		cmocka_unit_test(hostile_texts_do_no_harm),
		cmocka_unit_test(the_end_of_a_long_text_is_not_read),
		cmocka_unit_test(enhanced_codes_that_are_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
