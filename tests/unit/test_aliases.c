#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "task/aliases.h"

static char told[2000];

static void tell(void *arg, const char *sentence)
{
	(void)arg;
	snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", sentence);
}

static int add_text(struct aliases *all, const char *text, size_t len, struct err *err)
{
	char path[] = "/tmp/outpost-aliases-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	rc = aliases_add_file(all, path, err);
	unlink(path);
	return rc;
}

static struct aliases *from_text(const char *text)
{
	struct aliases *all = aliases_new(tell, NULL);
	struct err err = ERR_INIT;

	told[0] = '\0';
	if (add_text(all, text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	return all;
}

/* The addresses with blanks between, or the error. */
static void leads(struct aliases *all, const char *name, const char *want)
{
	struct addr_list list = ADDR_LIST_INIT;
	struct err err = ERR_INIT;
	char got[2000] = "";

	if (aliases_resolve(all, name, &list, &err) < 0) {
		assert_int_equal(list.count, 0);
		if (!strstr(err.text, want))
			fail_msg("%s: \"%s\" lacks \"%s\"", name, err.text, want);
		return;
	}
	for (size_t i = 0; i < list.count; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "",
			 list.list[i].address);
	addr_list_clear(&list);
	assert_string_equal(got, want);
}

static void follows_names(void **state)
{
	struct aliases *all = from_text("# comment\n\npostmaster: root\n"
					"Root:\tadmin@example.org, # who it is\n"
					"  \"bob\",\n\n\tadmin@example.org\n"
					"bob: bob@example.net\r\n\"two words\": x@example.org");

	(void)state;
	leads(all, "root", "admin@example.org bob@example.net");
	leads(all, "POSTMASTER", "admin@example.org bob@example.net");
	leads(all, "two words", "x@example.org");
	leads(all, "nobody", "nobody is no mail address, and there is no alias for it.");
	assert_string_equal(told, "");
	aliases_free(all);
}

static void first_file_counts(void **state)
{
	struct aliases *all = from_text("root: a@example.org\n");
	static const char second[] = "root: b@example.org\ndefault: c@example.org\n";

	(void)state;
	assert_int_equal(add_text(all, second, strlen(second), NULL), 0);
	leads(all, "root", "a@example.org");
	leads(all, "anyone", "c@example.org");
	aliases_free(all);
}

static void finds_loops(void **state)
{
	struct aliases *all = from_text("a: b\nb: c, x@example.org\nc: a\ndefault: whoever\n");

	(void)state;
	leads(all, "a", "leads to itself");
	leads(all, "stranger", "leads to itself");
	aliases_free(all);
}

/* "and keep a copy here", as people write it for sendmail: here is no mailbox. */
static void own_mailbox_is_skipped(void **state)
{
	struct aliases *all = from_text("bob: \\bob, bob@example.org\nEve: eve, eve@example.org\n"
					"self: \\Self\nroot: bob, eve\n");

	(void)state;
	leads(all, "bob", "bob@example.org");
	assert_non_null(strstr(told, "The alias bob in line 1 of "));
	assert_non_null(strstr(told, " leads to a mailbox of this machine (\\bob), which is skipped"));
	leads(all, "eve", "eve@example.org");
	leads(all, "root", "bob@example.org eve@example.org");
	leads(all, "self", "leads to no mail address");
	aliases_free(all);
}

/* Each name twice the one before: must end at once, not after 2^n steps. */
static void deep_ones_end(void **state)
{
	char text[4000] = "";
	struct aliases *all;

	(void)state;
	for (int i = 0; i < 40; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "n%d: n%d, n%d\n", i,
			 i + 1, i + 1);
	all = from_text(text);
	leads(all, "n0", "more than 20 names away");
	aliases_free(all);
	text[0] = '\0';
	for (int i = 0; i < 19; i++)
		for (int n = 0; n < 8; n++)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d%s",
				 n || i == 0 ? "" : "\n", n ? i + 1 : i, n == 7 ? "" : n ? "," : ":");
	snprintf(text + strlen(text), sizeof text - strlen(text), "\n19: a@example.org\n");
	all = from_text(text);
	leads(all, "0", "a@example.org");
	leads(all, "0", "a@example.org");
	aliases_free(all);
}

static void skips_what_would_run(void **state)
{
	struct aliases *all = from_text("root: \"|/bin/sh -c 'x, y'\", /dev/null, a@example.org\n"
					"list: :include:/etc/list\n");

	(void)state;
	leads(all, "root", "a@example.org");
	assert_non_null(strstr(told, "leads to a command (|/bin/sh -c 'x, y'), which is skipped."));
	assert_non_null(strstr(told, "leads to a file (/dev/null), which is skipped."));
	leads(all, "list", "The alias list leads to no mail address.");
	assert_non_null(strstr(told, "a list in another file (:include:/etc/list)"));
	aliases_free(all);
}

static void faulty(const char *text, size_t len, const char *words)
{
	struct aliases *all = aliases_new(NULL, NULL);
	struct err err = ERR_INIT;

	assert_int_equal(add_text(all, text, len, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" lacks \"%s\"", err.text, words);
	aliases_free(all);
}

static void faults_have_their_line(void **state)
{
	struct aliases *all = from_text("a: b@c@d e\n");

	(void)state;
	leads(all, "a", "line 1 of");
	aliases_free(all);
	faulty("a: b@example.org\nno colon\n", 26, "Line 2 of");
	faulty("  a: b\n", 7, "continues a line");
	faulty(": b\n", 4, "no name");
	faulty("a\0b: c\n", 7, "NUL");
	all = aliases_new(NULL, NULL);
	assert_int_equal(aliases_add_file(all, "/nowhere/aliases", NULL), 0);
	aliases_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_names),	 cmocka_unit_test(first_file_counts),
		cmocka_unit_test(finds_loops),		 cmocka_unit_test(own_mailbox_is_skipped),
				 cmocka_unit_test(deep_ones_end),
		cmocka_unit_test(skips_what_would_run),	 cmocka_unit_test(faults_have_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
