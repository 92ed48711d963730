#include "test_base_kit.h"

#include "base/template.h"

/* a: "A", b: "{{a}}", none: "", refuse: cannot be written. */
static const char *value(void *arg, const char *name)
{
	static const char *const list[][2] = { { "a", "A" }, { "b", "{{a}}" }, { "none", "" },
					       { "refuse", "x" } };

	(void)arg;
	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(list[i][0], name) == 0)
			return list[i][1];
	return NULL;
}

static int write_value(void *arg, const struct template_place *place, const char *text,
		       struct buf *out, struct err *err)
{
	(void)arg;
	if (strcmp(place->name, "refuse") == 0)
		return err_set(err, ERR_INPUT, "Not this one.");
	return buf_printf(out, "%s%s%s", place->rule ? place->rule : "", place->rule ? "=" : "",
			  text);
}

static const struct template_filler filler = { NULL, value, write_value };

/* What comes of it, or the sentence; free it. */
static char *made(const char *text)
{
	struct buf out = BUF_INIT(4096);
	struct err err = ERR_INIT;
	struct template *t = template_parse(text, strlen(text), "x.tmpl", 5, &err);
	int rc = t ? template_fill(t, &filler, &out, &err) : -1;
	char *got = rc == 0 ? buf_detach(&out) : xstrdup(err.text);

	assert_true(rc == 0 || out.len == 0);
	template_free(t);
	buf_free(&out);
	return got;
}

struct row {
	const char *text, *want;
};

static void expect(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *got = made(rows[i].text);

		if (strcmp(got, rows[i].want) != 0)
			fail_msg("\"%s\" gives \"%s\", not \"%s\"", rows[i].text, got, rows[i].want);
		free(got);
	}
}

TEST(fills)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "no mark { here }", "no mark { here }" },
		{ "{{a}}", "A" },
		{ "x{{a:sh}}y", "xsh=Ay" },
		{ "{{b}}", "{{a}}" },
		{ "{{{{}}a}}", "{{a}}" },
		{ "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "yes" },
		{ "{{#none}}yes{{/none}}{{^none}}no{{/none}}", "no" },
		{ "1\n{{#a}}\n2\n{{/a}}\n3\n", "1\n2\n3\n" },
		{ "1\n{{#none}}\n2\n{{/none}}\n3\n", "1\n3\n" },
		{ "1\n{{#none}}{{^a}}\n2\n{{/a}}{{/none}}\n3", "1\n3" },
		{ "1\n\t {{#a}} \n2\n{{/a}}", "1\n2\n" },
		{ "1\n{{#a}}x\n{{/a}}\n", "1\nx\n" },
		{ "{{#a}}{{#none}}1{{/none}}2{{/a}}", "2" },
		{ "{{#none}}{{#a}}1{{/a}}{{/none}}3", "3" },
		{ "{{none}}\n", "\n" },
		{ "\xc3\xa9{{a}}\xc3\xa9", "\xc3\xa9"
					   "A\xc3\xa9" },
	};

	expect(rows, COUNT(rows));
}

TEST(faults_have_their_line)
{
	static const struct row rows[] = {
		{ "\n{{a", "x.tmpl, line 6: this does not close: {{a" },
		{ "{{a\n}}", "x.tmpl, line 5: this does not close: {{a\\x0a}}" },
		{ "{{}}", "x.tmpl, line 5: this is no name: " },
		{ "{{A}}", "x.tmpl, line 5: this is no name: A" },
		{ "{{a:}}", "x.tmpl, line 5: this is no name: a:" },
		{ "{{#a:b}}{{/a}}", "x.tmpl, line 5: this is no name: a:b" },
		{ "{{#a}}", "x.tmpl, line 5: this does not end: a" },
		{ "\n\n{{/a}}", "x.tmpl, line 7: nothing is open here that could end: a" },
		{ "{{#a}}{{/b}}", "x.tmpl, line 5: this ends something else: b" },
		{ "x{{nobody}}", "There is no value called nobody." },
		{ "{{#nobody}}{{/nobody}}", "There is no value called nobody." },
		{ "before {{refuse}}", "Not this one." },
	};

	expect(rows, COUNT(rows));
}

TEST(depth_is_bounded)
{
	struct buf text = BUF_INIT(4096);

	for (int i = 0; i < TEMPLATE_DEPTH; i++)
		buf_adds(&text, "{{#a}}");
	buf_adds(&text, "x");
	for (int i = 0; i < TEMPLATE_DEPTH; i++)
		buf_adds(&text, "{{/a}}");
	expect(&(struct row){ buf_text(&text), "x" }, 1);
	buf_clear(&text);
	for (int i = 0; i <= TEMPLATE_DEPTH; i++)
		buf_adds(&text, "{{#a}}");
	expect(&(struct row){ buf_text(&text), "x.tmpl, line 5: too many are open: a" }, 1);
	buf_free(&text);
}

TEST(too_long_leaves_nothing)
{
	struct buf out = BUF_INIT(5);
	struct err err = ERR_INIT;
	struct template *t = template_parse("456", 3, "x", 1, &err);

	buf_adds(&out, "123");
	assert_int_equal(template_fill(t, &filler, &out, &err), -1);
	assert_string_equal(buf_text(&out), "123");
	assert_string_equal(err.text, "What the template makes is too long.");
	template_free(t);
	buf_free(&out);
}

static void collect(void *arg, const char *name, const char *rule)
{
	buf_printf(arg, "%s/%s ", name, rule ? rule : "-");
}

TEST(tells_its_names)
{
	static const char text[] = "{{#a}}{{b:sh}}{{/a}}{{^none}}{{a}}{{/none}}";
	struct buf names = BUF_INIT(200);
	struct err err = ERR_INIT;
	struct template *t = template_parse(text, strlen(text), "x", 1, &err);

	template_each(t, collect, &names);
	assert_string_equal(buf_text(&names), "a/- b/sh none/- a/- ");
	template_free(t);
	template_free(NULL);
	buf_free(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills),
		cmocka_unit_test(faults_have_their_line),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(too_long_leaves_nothing),
		cmocka_unit_test(tells_its_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
