/* Any bytes in, CRLF lines out, dots doubled, whatever the sizes of the pieces. */
#include "scripted_body.h"

#include <stdlib.h>
#include <string.h>

#include "mail/smtp_body.h"

static void check(const char *in, size_t len, size_t most)
{
	struct smtp_body body = body_of(in, len);

	for (int stuff = 0; stuff < 2; stuff++) {
		struct buf expected = BUF_INIT(1 << 24), got = BUF_INIT(1 << 24);
		struct smtp_body_reader r;
		struct err err = ERR_INIT;

		plain_wire(&expected, in, len, stuff);
		smtp_body_start(&r, &body, stuff);
		while (!r.done) {
			size_t before = got.len;

			assert_int_equal(smtp_body_next(&r, &got, most, &err), 0);
			assert_true(got.len - before <= most);
			assert_true(r.done || got.len > before);
		}
		assert_int_equal(got.len, expected.len);
		assert_memory_equal(buf_text(&got), buf_text(&expected), got.len);
		if (!stuff) {
			struct smtp_body_facts facts;

			assert_int_equal(smtp_body_scan(&body, &facts, &err), 0);
			assert_int_equal(facts.size, expected.len);
		}
		buf_free(&expected);
		buf_free(&got);
	}
	close(body.fd);
}

static void nasty(void **state)
{
	static const char *const bodies[] = {
		"", ".", "..", "\n", "\r", "\r\n", "\n\r", "\r\r\n", ".\n.", "\n.\n", "\r\n.\r\n",
		"a", "a\n", "a\r", ".\r.\r.", "\n.\r", "x\r\n\n\r.\n..\r\n.y", "\n\n\n\n", "....\r\n....",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		for (size_t most = 6; most < 12; most++)
			check(bodies[i], strlen(bodies[i]), most);
	check("a\0\n.\0b", 6, 64);
}

static void random_bodies(void **state)
{
	static char body[600];

	(void)state;
	srand(1);
	for (int i = 0; i < 300; i++) {
		size_t len = (size_t)rand() % sizeof body;

		for (size_t j = 0; j < len; j++)
			body[j] = "\r\n.a"[rand() % 4];
		check(body, len, 6 + (size_t)rand() % 100);
	}
}

/* Where buffers end: a dot, a CR, an LF at every place around them. */
static void around_the_edges(void **state)
{
	static const size_t edges[] = { 8 * 1024, 16 * 1024, 32 * 1024, 64 * 1024 };
	static const char *const at_edge[] = { "\r\n.\r\n", "\n.", "\r\n", "\n.\n", "\r.\r" };
	static char body[70 * 1024];

	(void)state;
	for (size_t e = 0; e < 4; e++) {
		for (size_t k = 0; k < sizeof at_edge / sizeof at_edge[0]; k++) {
			for (size_t shift = 0; shift < 8; shift++) {
				size_t n = strlen(at_edge[k]);

				memset(body, 'x', sizeof body);
				memcpy(body + edges[e] - shift, at_edge[k], n);
				check(body, edges[e] - shift + n, 64 * 1024);
				check(body, edges[e] + 100, 64 * 1024);
			}
		}
	}
}

static void facts(void **state)
{
	struct smtp_body body = body_of("plain\n", 6);
	struct smtp_body_facts f;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(smtp_body_scan(&body, &f, &err), 0);
	assert_int_equal(f.size, 7);
	assert_false(f.eightbit);
	close(body.fd);
	body = body_of("\xc3\xa9", 2);
	assert_int_equal(smtp_body_scan(&body, &f, &err), 0);
	assert_true(f.eightbit);
	/* Shorter than promised: never sent as if it were whole. */
	body.size = 100;
	assert_int_equal(smtp_body_scan(&body, &f, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	close(body.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nasty),
		cmocka_unit_test(random_bodies),
		cmocka_unit_test(around_the_edges),
		cmocka_unit_test(facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
