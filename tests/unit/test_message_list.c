#include "message_kit.h"

struct list_row {
	const char *text, *want;	/* "name|address " each; or words of the error */
};

static void lists_are_parsed(void **state)
{
	static const struct list_row good[] = {
		{ "", "" },
		{ " , ,", "" },
		{ "bob@x.org", "|bob@x.org " },
		{ "bob@x.org,eve@y.org", "|bob@x.org |eve@y.org " },
		{ "bob@x.org; eve@y.org;", "|bob@x.org |eve@y.org " },
		{ "Zoë <zoe@x.org>", "Zoë|zoe@x.org " },
		{ "<zoe@x.org>", "|zoe@x.org " },
		{ "\"Last, First\" <a@x.org>, b@x.org", "Last, First|a@x.org |b@x.org " },
		{ "\"say \\\"hi\\\"\" <a@x.org>", "say \"hi\"|a@x.org " },
		{ "Joe Q. Public <joe@x.org>", "Joe Q. Public|joe@x.org " },
		{ "joe@x.org (Joe, here)", "Joe, here|joe@x.org " },
		{ "=?utf-8?q?Zo=C3=AB?= <z@x.org>", "Zoë|z@x.org " },
		{ "=?utf-8?q?Z=0D=0AX=3A_y?= <z@x.org>", "Z  X: y|z@x.org " },
		{ "=?iso-8859-1?q?Zo=EB?= <z@x.org>", "Zoë|z@x.org " },
		{ "Team: a@x.org, B <b@x.org>;, c@x.org", "|a@x.org B|b@x.org |c@x.org " },
		{ "undisclosed-recipients:;", "" },
		{ "\"a b\"@x.org", "|\"a b\"@x.org " },
		{ "\"a,b\"@x.org, c@x.org", "|\"a,b\"@x.org |c@x.org " },
		{ "a@[IPv6:::1], b@[192.0.2.1]", "|a@[IPv6:::1] |b@[192.0.2.1] " },
		{ "A <a@[IPv6:::1]>", "A|a@[IPv6:::1] " },
		{ "zoë@bücher.example", "|zoë@bücher.example " },
		{ "a@xn--bcher-kva.example", "|a@xn--bcher-kva.example " },
		{ "a@x.org <a@x.org>", "a@x.org|a@x.org " },
		{ "\tbob@x.org\t", "|bob@x.org " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct addr_list list = ADDR_LIST_INIT;
		struct buf got = BUF_INIT(1000);
		struct err err = ERR_INIT;

		if (message_parse_addresses(good[i].text, &list, &err) < 0)
			fail_msg("%s: %s", good[i].text, err.text);
		for (size_t k = 0; k < list.count; k++)
			buf_printf(&got, "%s|%s ", list.list[k].name, list.list[k].address);
		assert_string_equal(buf_text(&got), good[i].want);
		buf_free(&got);
		addr_list_clear(&list);
	}
}

static void wrong_entries_are_named(void **state)
{
	static const struct list_row bad[] = {
		{ "bob", "\"bob\" has no @" },
		{ "a@x.org, bob, c@x.org", "\"bob\" has no @" },
		{ "Bob <bob>", "\"bob\" has no @" },
		{ "a@x.org b@x.org", "\"a@x.org b@x.org\" is more than one address" },
		{ "A <a@x.org> <b@x.org>", "is more than one address" },
		{ "<a@x.org> junk", "\"<a@x.org> junk\"" },
		{ "bob smith@x.org", "\"bob smith@x.org\" cannot be read" },
		{ "Foo, <a@x.org>", "\"Foo\" has no @" },
		{ "a@b@c.org", "more than one @" },
		{ "Foo <a@b@c.org>", "cannot be read" },
		{ "a..b@x.org", "a dot too many" },
		{ "Foo <a@x.org", "\"Foo <a@x.org\" has a < that is not closed" },
		{ "\"Foo <a@x.org>", "has a quote that is not closed" },
		{ "(Foo a@x.org", "parenthesis that is not closed" },
		{ "a@[192.0.2.1", "[ that is not closed" },
		{ "Team: a@x.org", "\"a@x.org\" belongs to a group that is not closed" },
		{ "a@x.org\r\nBcc: b@x.org", "line break" },
		{ "a@x.org\033", "control character" },
		{ "caf\xe9@x.org", "not UTF-8" },
		{ "<>", "\"<>\"" },
		{ "a@x.org>", "a '>'" },
	};
	struct addr_list list = ADDR_LIST_INIT;

	(void)state;
	addr_list_add(&list, NULL, "first@x.org");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = ERR_INIT;

		if (message_parse_addresses(bad[i].text, &list, &err) == 0)
			fail_msg("accepted: %s", bad[i].text);
		assert_int_equal(err.kind, ERR_INPUT);
		if (!strstr(err.text, bad[i].want))
			fail_msg("%s: \"%s\"", bad[i].text, err.text);
		assert_int_equal(list.count, 1);
	}
	addr_list_clear(&list);
}

static void random_lists_never_smuggle(void **state)
{
	struct buf text = BUF_INIT(4000);

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct addr_list list = ADDR_LIST_INIT;

		buf_clear(&text);
		for (unsigned n = rnd(5); n > 0; n--) {
			random_line(&text, 5);
			buf_adds(&text, rnd(2) ? "a@x.org" : "<b@y.org>,");
		}
		message_parse_addresses(buf_text(&text), &list, NULL);
		for (size_t i = 0; i < list.count; i++) {
			assert_int_equal(addr_check(list.list[i].address, NULL), 0);
			assert_false(text_has_control(list.list[i].name, strlen(list.list[i].name)));
			assert_true(text_utf8_valid(list.list[i].name, strlen(list.list[i].name)));
		}
		addr_list_clear(&list);
	}
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_parsed),
		cmocka_unit_test(wrong_entries_are_named),
		cmocka_unit_test(random_lists_never_smuggle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
