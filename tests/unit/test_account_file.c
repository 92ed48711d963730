#include "account_kit.h"

/* ---- round trips ---- */

static unsigned seed = 20240229;

static unsigned dice(unsigned sides)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % sides;
}

static void add_utf8(struct buf *out, unsigned c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
	} else if (c < 0x800) {
		buf_addc(out, (char)(0xc0 | c >> 6));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(out, (char)(0xe0 | c >> 12));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(out, (char)(0xf0 | c >> 18));
		buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* Half of it is what ini files trip over. Free it. */
static char *any_text(const char *start, bool lines)
{
	static const char tricky[] = "\"\"'';;##\\\\%%  ==[]:,&~`$!?{}<>%25%0A";
	struct buf out = BUF_INIT(4000);
	unsigned n = dice(dice(4) == 0 ? 300 : 40);

	buf_adds(&out, start);
	while (n-- > 0) {
		unsigned c;

		switch (dice(8)) {
		case 0:
		case 1:
		case 2:
		case 3:
			buf_addc(&out, tricky[dice(sizeof tricky - 1)]);
			break;
		case 4:
			if (lines)
				buf_addc(&out, dice(3) ? '\n' : '\t');
			break;
		case 5:
			buf_addc(&out, (char)(0x20 + dice(0x5f)));
			break;
		default:
			do
				c = dice(3) ? 0x80 + dice(0x780) : dice(0x110000);
			while (c < 0x80 || (c >= 0xd800 && c <= 0xdfff));
			add_utf8(&out, c);
		}
	}
	return buf_detach(&out);
}

static const struct {
	enum account_key key;
	const char *start;
	bool lines;
} fields[] = {
	{ ACCOUNT_FROM_NAME, "", false },        { ACCOUNT_SIGNATURE, "", true },
	{ ACCOUNT_SENT_FOLDER, "/", false },     { ACCOUNT_USER, "", false },
	{ ACCOUNT_PASSWORD_COMMAND, "", false },
};
#define FIELDS (sizeof fields / sizeof fields[0])

/* Sets any text; gives back what was set. */
static char *set_any(struct account *a, size_t field)
{
	for (;;) {
		char *text = any_text(fields[field].start, fields[field].lines);
		struct err err = ERR_INIT;

		if (account_set(a, fields[field].key, text, &err) == 0)
			return text;
		/* The one reason there may be. */
		if (!strstr(err.text, "too long"))
			fail_msg("%s: %s", err.text, text);
		assert_true(strlen(text) > 250);
		free(text);
	}
}

static void test_round_trips(void **state)
{
	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct accounts *all = opened(true);
		struct account *a = sample("work");
		struct err err = ERR_INIT;
		char *want[FIELDS];

		for (size_t i = 0; i < FIELDS; i++)
			want[i] = set_any(a, i);
		ok(account_add(all, a, &err), &err);
		ok(accounts_save(all, &err), &err);
		accounts_close(all);

		all = opened(false);
		assert_int_equal(account_faults(all, NULL), 0);
		a = account_find(all, "work");
		assert_non_null(a);
		for (size_t i = 0; i < FIELDS; i++) {
			assert_string_equal(account_get(a, fields[i].key), want[i]);
			free(want[i]);
		}
		assert_string_equal(account_get(a, ACCOUNT_ADDRESS), "alice@example.org");
		accounts_close(all);
	}
}

static void test_every_setting(void **state)
{
	static const char *const value[ACCOUNT_KEYS] = {
		"a@b.example", "Name",
		"gmail",       "h.example",
		"2525",        "starttls",
		"plain",       "u",
		"command",     "pass x",
		"/p",          "cred",
		"/ca",         "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		"1.3",         "/cert",
		"/key",        "socks5h://[2001:db8::1]:1080",
		"2001:db8::2", "e.example",
		"60",          "-- \nA",
		"~/Sent",      "100",
		"1000",        "50",
		"3",           "30",
		"yes",         "khard email --parsable"
	};
	struct accounts *all = opened(true);
	struct account *a = account_new("all"), *plain;
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	for (int key = 0; key < ACCOUNT_KEYS; key++)
		ok(account_set(a, (enum account_key)key, value[key], &err), &err);
	ok(account_add(all, a, &err), &err);
	ok(account_add(all, sample("plain"), &err), &err);
	ok(accounts_save(all, &err), &err);
	accounts_close(all);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(dirs_config(), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);

	all = opened(false);
	assert_int_equal(account_count(all), 2);
	assert_string_equal(account_default(all), "all");
	a = account_at(all, 0);
	plain = account_at(all, 1);
	assert_null(account_at(all, 2));
	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		assert_string_equal(account_get(a, (enum account_key)key), value[key]);
		assert_int_equal(account_is_set(plain, (enum account_key)key),
				 key == ACCOUNT_ADDRESS || key == ACCOUNT_HOST);
	}
	accounts_close(all);
}

/* ---- a file that a person wrote ---- */

static const struct {
	const char *text;
	int line;
	const char *id;
	const char *reason; /* words of it */
} broken[] = {
	{ GOOD "[account bad]\naddress = a@b.example\nhost\n", 6, "bad", "no '='" },
	{ GOOD "[account bad]\naddress = a@b.example\nhost = h\ncolour = red\n", 7, "bad",
	  "no setting is called colour" },
	{ GOOD "[account bad]\naddress = a@b.example\nhost = h\nport = 0\n", 7, "bad",
	  "1 to 65535, not \"0\"" },
	{ GOOD "[account bad]\naddress = nobody\nhost = h\n", 5, "bad", "@" },
	{ GOOD "[account bad]\naddress = a@b.example\n", 4, "bad", "needs a value for host" },
	{ GOOD "[account bad]\naddress = a@b.example\nhost = h\nfrom-name = \"%0Ax\"\n", 7, "bad",
	  "one line" },
	{ GOOD "[account bad]\naddress = a@b.example\nhost = h\nhost = i\n", 7, "bad",
	  "there before" },
	{ GOOD "[account bad]\naddress = a@b.example\nhost = h\n[account bad]\nport = 1\n", 7,
	  "bad", "there before" },
	{ GOOD "[account bad]\naddress = a@b.example\nhost = h\n[Account BAD]\n", 7, "bad",
	  "there before" },
	{ GOOD "[account -x]\naddress = a@b.example\nhost = h\n", 4, "-x", "cannot be the name" },
	{ GOOD "[acount bad]\naddress = a@b.example\n", 4, "", "a section is" },
	{ GOOD "[account bad\naddress = a@b.example\n", 4, "", "no ']'" },
	{ "x = 1\n" GOOD, 1, "", "no [section]" },
	{ GOOD "[settings]\ndefault = bad\n", 5, "", "not there" },
	{ GOOD "[settings]\ncolour = red\n", 5, "", "only \"default\"" },
	{ GOOD "[account bad]\nfrom-name = \"Z\xf6"
	       "e\"\n",
	  5, "bad", "UTF-8" },
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		const struct account_fault *faults;
		struct accounts *all;
		struct err err = ERR_INIT;
		char want[160], *now;

		put(broken[i].text);
		all = opened(true);
		if (account_faults(all, &faults) != 1)
			fail_msg("%s: %zu faults", broken[i].text, account_faults(all, &faults));
		assert_int_equal(faults->line, broken[i].line);
		assert_string_equal(faults->id, broken[i].id);
		if (!strstr(faults->reason, broken[i].reason))
			fail_msg("%s", faults->reason);
		assert_int_not_equal(faults->reason[strlen(faults->reason) - 1], '.');

		assert_int_equal(account_count(all), 1);
		assert_non_null(account_pick(all, "good", &err));
		assert_null(account_find(all, "bad"));

		/* No change is made, and the sentence says where and why. */
		ok(account_add(all, sample("new"), &err), &err);
		assert_int_equal(accounts_save(all, &err), -1);
		assert_int_equal(err.kind, ERR_CONFIG);
		snprintf(want, sizeof want, "%s, line %d", path, broken[i].line);
		assert_non_null(strstr(err.text, want));
		assert_non_null(strstr(err.text, broken[i].reason));
		assert_true(*err.hint);
		accounts_close(all);
		now = get();
		assert_string_equal(now, broken[i].text);
		free(now);
	}
}

static void test_hand_written(void **state)
{
	struct accounts *all;
	struct account *a;

	(void)state;
	put("\xef\xbb\xbf# mine\r\n[Account Work] ; x\r\nAddress = a@b.example ; me\r\n"
	    "HOST=h.example\r\nsecurity = StartTLS\r\nfrom-name = Zo\xc3\xab O'Neil\r\n"
	    "[SETTINGS]\r\nDefault = WORK\r\n");
	all = opened(false);
	assert_int_equal(account_faults(all, NULL), 0);
	a = account_pick(all, NULL, NULL);
	assert_non_null(a);
	assert_string_equal(account_id(a), "work");
	assert_string_equal(account_default(all), "work");
	assert_string_equal(account_get(a, ACCOUNT_FROM_NAME), "Zo\xc3\xab O'Neil");
	assert_int_equal(account_port(a), 587);
	accounts_close(all);
}

/* More faults than are kept: still no account with one may look intact. */
static void test_wrecked(void **state)
{
	struct buf text = BUF_INIT(100000);
	struct accounts *all;

	(void)state;
	buf_adds(&text, GOOD "[account one]\n");
	for (int i = 0; i < 150; i++)
		buf_adds(&text, "junk\n");
	buf_adds(&text, "[account two]\naddress = a@b.example\nhost = h\njunk\n");
	put(buf_text(&text));
	buf_free(&text);
	all = opened(false);
	assert_int_equal(account_count(all), 1);
	assert_non_null(account_find(all, "good"));
	accounts_close(all);
}

static void test_pick(void **state)
{
	static const struct {
		const char *text, *id;
		const char *found; /* NULL: not */
		enum err_kind kind;
		const char *words;
	} rows[] = {
		{ "", NULL, NULL, ERR_NOINPUT, "no account yet" },
		{ "", "x", NULL, ERR_NOINPUT, "no account x" },
		{ GOOD, NULL, "good", ERR_NONE, "" },
		{ GOOD, "GOOD", "good", ERR_NONE, "" },
		{ GOOD, "x", NULL, ERR_NOINPUT, "no account x. There is: good." },
		{ GOOD "[account b]\naddress=a@b\nhost=h\n", NULL, NULL, ERR_NOINPUT,
		  "There is: good, b." },
		{ GOOD "[account b]\naddress=a@b\nhost=h\n[settings]\ndefault=b\n", NULL, "b",
		  ERR_NONE, "" },
		{ GOOD "[account b]\naddress=a@b\n[settings]\ndefault=b\n", NULL, NULL, ERR_CONFIG,
		  "line 4: b: " },
		{ GOOD "[account b]\naddress=a@b\n[settings]\ndefault=good\n", NULL, "good",
		  ERR_NONE, "" },
		{ GOOD "[account b]\naddress=a@b\n", "b", NULL, ERR_CONFIG, "line 4: b: " },
		/* The only intact one need not be the one that was meant. */
		{ GOOD "[account b]\naddress=a@b\n", NULL, NULL, ERR_CONFIG, "line 4: b: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct accounts *all;
		struct account *a;
		struct err err = ERR_INIT;

		put(rows[i].text);
		all = opened(false);
		a = account_pick(all, rows[i].id, &err);
		assert_int_equal(a != NULL, rows[i].found != NULL);
		if (a)
			assert_string_equal(account_id(a), rows[i].found);
		assert_int_equal(err.kind, rows[i].kind);
		if (!strstr(err.text, rows[i].words))
			fail_msg("%zu: %s", i, err.text);
		accounts_close(all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trips),  TEST(test_every_setting), TEST(test_broken),
		TEST(test_hand_written), TEST(test_wrecked),       TEST(test_pick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
