/* Every rule of writing a value, and what reads it back: the interpreter itself where one is here. */
#include "test_base_kit.h"

#include "port/program.h"
#include "task/export/place.h"
#include "task/export/quote.h"

static const char *const nasty[] = {
	"x",
	"two words",
	" at the begin and end ",
	"it's \"both\" quotes",
	"'",
	"\"",
	"'''\"\"\"",
	"back\\slash \\n \\\\ end\\",
	"# ; % $ @ : < & > ` ! * ? ~ | = , [ ] { } ( ) ^",
	"$HOME ${HOME} `id` $(id) %s %25 #{1} &amp; \\u0041",
	"pa ss\"w\\\xc3\xb6r#d;%$'",
	"Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x93\xa7",
	"-n",
	"--",
	"a=b",
	"!x",
};

static char *quoted(const char *rule, const char *value, struct err *err)
{
	const struct export_quote *q = export_quote_by_name(rule);
	struct buf out = BUF_INIT(4096);

	if (!q)
		fail_msg("there is no rule %s", rule);
	buf_adds(&out, ">");
	if (export_quote_write(q, value, "the user name", &out, err) < 0) {
		assert_string_equal(buf_text(&out), ">");
		assert_int_equal(err->kind, ERR_INPUT);
		buf_free(&out);
		return NULL;
	}
	buf_drop(&out, 1);
	return buf_detach(&out);
}

TEST(writes)
{
	static const struct {
		const char *rule, *value, *want; /* NULL: refused */
	} rows[] = {
		{ "plain", " a'\"\\#$ ", " a'\"\\#$ " },
		{ "line", "a b", "a b" },
		{ "line", " a", NULL },
		{ "line", "a ", NULL },
		{ "word", "a@b.c:1", "a@b.c:1" },
		{ "word", "", NULL },
		{ "word", "a b", NULL },
		{ "word", "a#b", NULL },
		{ "word", "a\\b", NULL },
		{ "sh", "", "''" },
		{ "sh", "it's", "'it'\\''s'" },
		{ "double", "a\"b\\c$", "\"a\\\"b\\\\c$\"" },
		{ "mutt", "a\"b\\c$d`e", "\"a\\\"b\\\\c\\$d\\`e\"" },
		{ "msmtp", "a\"b\\c", "\"a\"b\\c\"" },
		{ "json", "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
		{ "xml", "<a b='c'>&\"", "&lt;a b=&#39;c&#39;&gt;&amp;&quot;" },
		{ "php", "it's \\", "'it\\'s \\\\'" },
		{ "python", "it's \\", "'it\\'s \\\\'" },
		{ "ruby", "#{1} \" \\", "\"\\#{1} \\\" \\\\\"" },
		{ "lisp", "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "keyfile", "a\\b", "a\\\\b" },
		{ "postfix", "a$b$$", "a$$b$$$$" },
		{ "url", "a@b c/\xc3\xb6~", "a%40b%20c%2F%C3%B6~" },
		{ "properties", " a=b: \xc3\xb6 \xf0\x9f\x93\xa7", "\\ a\\=b\\: \\u00f6 \\ud83d\\udce7" },
		{ "hostname", "mail.example.org", "mail.example.org" },
		{ "hostname", "2001:db8::1", NULL },
		{ "mailutils", "/opt/out post", NULL },
		{ "mailutils", "/usr/bin/outpost", "/usr/bin/outpost" },
		{ "autoconfig", "a&b@example.org", "a&amp;b@example.org" },
		{ "autoconfig", "a%b", NULL },
		{ "autoconfig", " a", NULL },
		{ "bare", "a+b@c-d_e.f/g:h,i=j", "a+b@c-d_e.f/g:h,i=j" },
		{ "bare", "a$b", NULL },
		{ "bare", "a b", NULL },
		{ "bare", "\xc3\xb6", NULL },
		{ "bare", "", NULL },
		{ "smtplib", "it's \\", "'it\\'s \\\\'" },
		{ "smtplib", "\xc3\xb6", NULL },
		{ "dotenv", "a\"b$c#d", "'a\"b$c#d'" },
		{ "dotenv", "it's #1", "\"it's #1\"" },
		{ "dotenv", "it's $1", NULL },
		{ "dotenv", "a\\b", NULL },
		{ "dotenv", "a${b}", NULL },
		{ "phpdotenv", "a\"b\\c$d`e", "\"a\\\"b\\\\c\\$d`e\"" },
		{ "gitea", "a`b %s", "`a`b %s`" },
		{ "gitea", "%(host)s", NULL },
		{ "grafana", "a\"b$c\"", "\"\"\"a\"b$c\"\"\"\"" },
		{ "grafana", "$__env{x}", NULL },
		{ "grafana", "${x}", NULL },
		{ "grafanaenv", "a$b", "\"a\\$b\"" },
		{ "grafanaenv", "%(x)s", NULL },
		{ "spring", "$x: y", "$x\\: y" },
		{ "spring", "${x}", NULL },
		{ "dollaryaml", "a\"$b", "\"a\\\"$b\"" },
		{ "dollaryaml", "${x}", NULL },
		{ "gotext", "a{b", "\"a{b\"" },
		{ "gotext", "{{x}}", NULL },
		{ "symfony", "50% \"", "\"50%% \\\"\"" },
		{ "symfonyname", "it's \"x\" 1%", "it's \\\"x\\\" 1%%" },
		{ "symfonyname", "'x'", NULL },
		{ "symfonyname", "x ", NULL },
		{ "symfonyname", "a<b", NULL },
		{ "gitlab", "a#b c", "\"a\\#b c\"" },
		{ "gitlab", "it's", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		char *got = quoted(rows[i].rule, rows[i].value, &err);

		if (!got != !rows[i].want || (got && strcmp(got, rows[i].want) != 0))
			fail_msg("%s of \"%s\" is %s", rows[i].rule, rows[i].value,
				 got ? got : err.text);
		free(got);
	}
}

/* No rule lets a line break or another control character through, or makes one. */
TEST(no_rule_makes_a_line)
{
	static const char *const bad[] = { "a\nb", "a\r", "\x1b[31m", "\x7f", "\t" };
	const struct export_quote *q;

	for (size_t i = 0; (q = export_quote_at(i)); i++) {
		assert_ptr_equal(export_quote_by_name(q->name), q);
		assert_true(q->about[0] != '\0');
		for (size_t n = 0; n < COUNT(bad); n++) {
			struct err err = ERR_INIT;

			assert_null(quoted(q->name, bad[n], &err));
			assert_string_equal(err.text, "the user name holds a control character.");
		}
		for (size_t n = 0; n < COUNT(nasty); n++) {
			struct err err = ERR_INIT;
			char *got = quoted(q->name, nasty[n], &err);

			assert_true(got ? !strpbrk(got, "\r\n") : err.text[0] != '\0');
			free(got);
		}
	}
	assert_null(export_quote_by_name("no such rule"));
}

TEST(names_what_it_cannot_hold)
{
	struct err err = ERR_INIT;

	assert_null(quoted("word", "a b", &err));
	assert_string_equal(err.text, "This format cannot hold the blank in the user name.");
	assert_null(quoted("word", "a\"b", &err));
	assert_string_equal(err.text, "This format cannot hold the \" in the user name.");
	assert_null(quoted("word", "", &err));
	assert_string_equal(err.text, "This format needs the user name, which is empty.");
}

/* ---- read back ---- */

/* Gets quoted values, one a line, and prints what each of them is, one a line. */
struct reader {
	const char *rule;
	const char *words[5];
};

#define PYTHON(import, value) \
	{ "python3", "-c", "import sys," import "\nfor l in open(0,encoding='utf-8'):\n" \
	  " sys.stdout.buffer.write((" value "+'\\n').encode())", NULL }

static const struct reader readers[] = {
	{ "sh", { "sh", "-c", "while IFS= read -r l; do eval \"printf '%s\\n' $l\"; done", NULL } },
	{ "json", PYTHON("json", "json.loads(l)") },
	{ "python", PYTHON("ast", "ast.literal_eval(l[:-1])") },
	{ "xml", PYTHON("xml.etree.ElementTree as e", "e.fromstring('<a>'+l[:-1]+'</a>').text") },
	{ "xml", PYTHON("xml.etree.ElementTree as e", "e.fromstring('<a b=\"'+l[:-1]+'\"/>').get('b')") },
	{ "url", PYTHON("urllib.parse as u", "u.unquote(l[:-1])") },
	{ "double", PYTHON("shlex", "shlex.split(l)[0]") },
	{ "php", { "php", "-r", "foreach (file('php://stdin') as $l)"
		   " echo eval('return '.trim($l).';'),\"\\n\";",
		   NULL } },
	{ "ruby", { "ruby", "-Ku", "-e", "STDIN.each_line { |l| puts eval(l) }", NULL } },
};

static void read_back(const struct reader *r)
{
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	struct buf lines = BUF_INIT(65536), want = BUF_INIT(65536);
	struct err err = ERR_INIT;

	for (size_t n = 0; n < COUNT(nasty); n++) {
		char *text = quoted(r->rule, nasty[n], &err);

		assert_non_null(text);
		buf_printf(&lines, "%s\n", text);
		buf_printf(&want, "%s\n", nasty[n]);
		free(text);
	}
	assert_int_equal(program_run(r->words, buf_text(&lines), -1, 30000, &answer, &err), 0);
	assert_string_equal(buf_text(&answer.out), buf_text(&want));
	program_answer_clear(&answer);
	buf_free(&lines);
	buf_free(&want);
}

TEST(interpreters_read_it_back)
{
	for (size_t i = 0; i < COUNT(readers); i++)
		if (export_in_path(readers[i].words[0]))
			read_back(&readers[i]);
		else
			print_message("# %s is not here\n", readers[i].words[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),
		cmocka_unit_test(no_rule_makes_a_line),
		cmocka_unit_test(names_what_it_cannot_hold),
		cmocka_unit_test(interpreters_read_it_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
