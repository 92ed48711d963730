#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/provider.h"

static char folder[] = "/tmp/outpost-provider.XXXXXX";

/* ---- what is built in ---- */

static const char *const ids[] = {
	"gmail", "google-workspace", "outlook", "microsoft365", "yahoo", "icloud", "fastmail",
	"zoho", "zoho-pro", "zoho-eu", "zoho-in", "zoho-au", "gmx", "gmx-com", "proton-bridge",
	"proton-token", "brevo", "mailgun", "mailgun-eu", "sendgrid", "amazon-ses", "mandrill",
	"mailtrap-sandbox", "mailtrap", "postmark", "localhost", "mailpit", "mailhog", "sandbox",
	"custom",
};

static void test_built_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		const struct provider *p = provider_by_id(ids[i]);

		assert_non_null(p);
		assert_string_equal(p->id, ids[i]);
		assert_true(*p->name && *p->hint && strlen(p->hint) <= 200);
	}
	assert_null(provider_by_id("nobody"));
	assert_null(provider_by_id(""));
	assert_null(provider_at(provider_count()));
}

struct claim {
	const char *address, *id;	/* NULL: nobody */
};

static const struct claim claims[] = {
	{ "alice@gmail.com", "gmail" },
	{ "gmail.com", "gmail" },
	{ "Alice@GoogleMail.COM", "gmail" },
	{ "alice@gmail.com.", "gmail" },
	{ "\"a@b\"@gmail.com", "gmail" },
	{ "a@outlook.com", "outlook" },
	{ "a@hotmail.co.uk", "outlook" },
	{ "a@livemail.tw", "outlook" },
	{ "a@onmicrosoft.com", "microsoft365" },
	{ "a@yahoo.co.jp", "yahoo-jp" },
	{ "a@yahoo.fr", "yahoo" },
	{ "a@ymail.com", "yahoo" },
	{ "a@me.com", "icloud" },
	{ "a@123mail.org", "fastmail" },
	{ "a@fastmail.com", "fastmail" },
	{ "a@your-mail.com", "fastmail" },
	{ "a@zoho.com", "zoho" },
	{ "a@zohomail.eu", "zoho-eu" },
	{ "a@zoho.in", "zoho-in" },
	{ "a@zoho.com.au", "zoho-au" },
	{ "a@gmx.de", "gmx" },
	{ "a@mein.gmx", "gmx" },
	{ "a@gmx.com", "gmx-com" },
	{ "a@proton.me", "proton-bridge" },
	{ "a@pm.me", "proton-bridge" },
	{ "a@example.org", NULL },
	{ "a@mail.gmail.com", NULL },
	{ "a@agmail.com", NULL },
	{ "a@gmail", NULL },
	{ "a@", NULL },
	{ "", NULL },
	{ ".", NULL },
	{ "@", NULL },
	{ "a@\xff\xfe", NULL },
};

static void test_by_domain(void **state)
{
	char longest[600];

	(void)state;
	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
		const struct provider *p = provider_by_domain(claims[i].address);

		if (!claims[i].id && p)
			fail_msg("%s is claimed by %s", claims[i].address, p->id);
		if (claims[i].id) {
			if (!p)
				fail_msg("nobody claims %s", claims[i].address);
			assert_string_equal(p->id, claims[i].id);
		}
	}
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_null(provider_by_domain(longest));
}

static void test_matches(void **state)
{
	const struct provider *p = provider_by_id("outlook");

	(void)state;
	assert_true(provider_matches(p, "OUTL"));
	assert_true(provider_matches(p, "hotmail.co.uk"));
	assert_true(provider_matches(p, "/ msn"));
	assert_true(provider_matches(p, ""));
	assert_false(provider_matches(p, "gmail"));
	assert_true(provider_matches(provider_by_id("custom"), "another"));
}

/* What a newcomer's settings depend on. */
static void test_facts(void **state)
{
	const struct provider *p = provider_by_id("gmail");

	(void)state;
	assert_string_equal(p->host, "smtp.gmail.com");
	assert_int_equal(p->port, 465);
	assert_int_equal(p->security, NET_TLS);
	assert_int_equal(p->alt_port, 587);
	assert_int_equal(p->alt_security, NET_STARTTLS);
	assert_int_equal(p->password, PROVIDER_OAUTH2_OR_APP);
	assert_int_equal(p->per_day, 500);
	assert_int_equal(p->max_size_mb, 25);
	assert_true(p->sent_copy);
	assert_string_equal(p->app_password_url, "https://myaccount.google.com/apppasswords");
	assert_string_equal(provider_by_id("google-workspace")->mx[0], "google.com");
	assert_string_equal(provider_by_id("sendgrid")->user, "apikey");
	assert_string_equal(provider_by_id("mailtrap")->user, "api");
	assert_true(provider_by_id("postmark")->same_password);
	assert_string_equal(provider_by_id("postmark")->user, "");
	assert_false(provider_by_id("mandrill")->same_password);
	assert_int_equal(provider_by_id("outlook")->password, PROVIDER_OAUTH2);
	assert_int_equal(provider_by_id("localhost")->password, PROVIDER_NO_PASSWORD);
	assert_int_equal(provider_by_id("mailhog")->port, 1025);
	assert_int_equal(provider_by_id("sandbox")->port, 2525);
	assert_int_equal(provider_by_id("sandbox")->security, NET_NONE);
	assert_int_equal(provider_by_id("custom")->kind, PROVIDER_CUSTOM);
}

static void test_lookup_is_fast(void **state)
{
	struct timespec begin, end;
	double ms;

	(void)state;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (int i = 0; i < 1000; i++)
		assert_non_null(provider_by_domain("alice@your-mail.com"));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 +
	     (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
	assert_true(ms / 1000 < 1.0);
}

/* ---- templates ---- */

struct expand {
	const char *tmpl, *address, *choice;
	const char *want;	/* NULL: a fault whose sentence holds words */
	const char *words;
};

static const struct expand ses[] = {
	{ "{email}", "Al.Ice@Example.org", NULL, "Al.Ice@Example.org", NULL },
	{ "{local}", "Al.Ice@Example.org", NULL, "Al.Ice", NULL },
	{ "{local}", "\"a@b\"@example.org", NULL, "\"a@b\"", NULL },
	{ "{domain}", "a@Mail.Example.org", NULL, "mail.example.org", NULL },
	{ "{domain-dashed}", "a@mail.Example.org", NULL, "mail-example-org", NULL },
	{ "{local}-{domain-dashed}", "info@example.com", NULL, "info-example-com", NULL },
	{ "smtp.{domain}", "zoë@bücher.example", NULL, "smtp.bücher.example", NULL },
	{ "plain", NULL, NULL, "plain", NULL },
	{ "", NULL, NULL, "", NULL },
	{ "email-smtp.{region}.amazonaws.com", NULL, "eu-west-1",
	  "email-smtp.eu-west-1.amazonaws.com", NULL },
	{ "{region}{region}", NULL, "eu-west-1", "eu-west-1eu-west-1", NULL },
	{ "x.{region}", "a@b.org", NULL, NULL, "needs a value for \"AWS region\"" },
	{ "x.{region}", "a@b.org", "", NULL, "needs a value for \"AWS region\"" },
	{ "x.{region}", "a@b.org", "mars", NULL, "\"mars\" is no \"AWS region\"" },
	{ "x.{region}", "a@b.org", "eu-west-1\033[2J", NULL, "\\x1b[2J" },
	{ "{email}", NULL, NULL, NULL, "needs your mail address" },
	{ "{email}", "", NULL, NULL, "needs your mail address" },
	{ "{local}", "alice", NULL, NULL, "needs your mail address" },
	{ "{domain}", "alice@", NULL, NULL, "needs your mail address" },
	{ "{local}", "@example.org", NULL, NULL, "needs your mail address" },
	{ "{server}.x", "a@b.org", NULL, NULL, "unknown name" },
	{ "{", "a@b.org", NULL, NULL, "unknown name" },
	{ "a}", "a@b.org", NULL, NULL, "unknown name" },
	{ "{}", "a@b.org", NULL, NULL, "unknown name" },
	{ "{{local}}", "a@b.org", NULL, NULL, "unknown name" },
};

static void test_expand(void **state)
{
	const struct provider *p = provider_by_id("amazon-ses");

	(void)state;
	for (size_t i = 0; i < sizeof ses / sizeof ses[0]; i++) {
		const struct expand *x = &ses[i];
		struct buf out = BUF_INIT(200);
		struct err err = ERR_INIT;
		int rc;

		buf_adds(&out, "<");
		rc = provider_expand(p, x->tmpl, x->address, x->choice, &out, &err);
		assert_int_equal(rc, x->want ? 0 : -1);
		assert_string_equal(buf_text(&out) + 1, x->want ? x->want : "");
		if (!x->want) {
			assert_int_equal(err.kind, ERR_INPUT);
			if (!strstr(err.text, x->words))
				fail_msg("%s: %s", x->tmpl, err.text);
		}
		buf_free(&out);
	}
}

static void test_expand_bounds(void **state)
{
	struct buf out = BUF_INIT(10);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(provider_expand(provider_by_id("custom"), "smtp.{domain}",
					 "a@example.org", NULL, &out, &err), -1);
	assert_int_equal(out.len, 0);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_int_equal(provider_expand(provider_by_id("amazon-ses"), "{region}", "a@b.org",
					 "nowhere", &out, &err), -1);
	assert_non_null(strstr(err.hint, "us-east-1"));
	buf_free(&out);
}

/* ---- names ---- */

static void test_names(void **state)
{
	static const struct {
		int port;
		int security;	/* -1: not known */
	} ports[] = {
		{ 465, NET_TLS }, { 587, NET_STARTTLS }, { 2525, NET_STARTTLS }, { 25, NET_NONE },
		{ 1025, NET_NONE }, { 2465, NET_TLS }, { 2587, NET_STARTTLS }, { 80, -1 }, { 0, -1 },
	};
	enum net_security s;

	(void)state;
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		int rc = provider_security_of_port(ports[i].port, &s);

		assert_int_equal(rc == 0 ? (int)s : -1, ports[i].security);
	}
	for (int i = NET_NONE; i <= NET_TLS; i++) {
		assert_int_equal(provider_security_parse(provider_security_name(i), &s), 0);
		assert_int_equal((int)s, i);
		assert_int_equal(provider_security_of_port(provider_port_of_security(i), &s), 0);
		assert_int_equal((int)s, i);
	}
	assert_int_equal(provider_security_parse("ssl", &s), -1);
	assert_int_equal(provider_security_parse("", &s), -1);
	assert_string_equal(provider_kind_name(PROVIDER_RELAY), "relay");
	assert_string_equal(provider_password_name(PROVIDER_OAUTH2_OR_APP),
			    "oauth2-or-app-password");
	for (int i = PROVIDER_PASSWORD; i <= PROVIDER_NO_SMTP; i++)
		assert_true(*provider_password_label(i));
}

/* ---- the user's own ---- */

#define HEAD "[provider]\nname = N\nhost = h.example\nport = 465\nsecurity = tls\n"

struct told {
	int count;
	char all[4096];
};

static void tell(void *arg, const char *file, const char *reason)
{
	struct told *told = arg;
	size_t n = strlen(told->all);

	told->count++;
	snprintf(told->all + n, sizeof told->all - n, "%s: %s\n", strrchr(file, '/') + 1, reason);
}

static void put(const char *name, const char *text)
{
	char path[256];
	struct err err = ERR_INIT;

	snprintf(path, sizeof path, "%s/providers/%s", folder, name);
	if (file_replace(path, text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", err.text);
}

static void take_away(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/providers/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

static void load(struct told *told)
{
	*told = (struct told){ 0 };
	provider_load_own(tell, told);
}

static void test_own_none(void **state)
{
	size_t before = provider_count();
	struct told told;

	(void)state;
	load(&told);
	assert_int_equal(told.count, 0);
	assert_int_equal(provider_count(), before);
	provider_load_own(NULL, NULL);
}

static void test_own_win(void **state)
{
	size_t before = provider_count();
	struct told told;

	(void)state;
	put("gmail.ini", "[provider]\nname = My Gmail\nhost = relay.example\nport = 587\n"
			 "security = starttls\n");
	put("work.ini", HEAD "domains = work.example, Yahoo.com\nkind = custom\n");
	put("note.txt", "not a provider");
	put(".hidden.ini", "not one either");
	load(&told);
	assert_string_equal(told.all, "");
	assert_int_equal(provider_count(), before + 1);
	assert_string_equal(provider_at(0)->id, "gmail");
	assert_string_equal(provider_at(1)->id, "work");
	assert_string_equal(provider_by_id("gmail")->host, "relay.example");
	for (size_t i = 2; i < provider_count(); i++)
		assert_string_not_equal(provider_at(i)->id, "gmail");
	assert_string_equal(provider_by_domain("a@WORK.example")->id, "work");
	assert_string_equal(provider_by_domain("a@yahoo.com")->id, "work");
	assert_string_equal(provider_by_domain("a@yahoo.de")->id, "yahoo");
	assert_string_equal(provider_by_domain("a@googlemail.com")->host, "relay.example");
	take_away("gmail.ini");
	take_away("work.ini");
	load(&told);
	assert_int_equal(provider_count(), before);
	assert_string_equal(provider_by_id("gmail")->host, "smtp.gmail.com");
	assert_string_equal(provider_by_domain("a@yahoo.com")->id, "yahoo");
}

static void test_own_faults(void **state)
{
	size_t before = provider_count();
	struct told told;
	char path[256];

	(void)state;
	put("a.ini", HEAD "domains = same.example\n");
	put("b.ini", HEAD "domains = b.example, same.example\n");
	put("bad.ini", HEAD "zzz = 1\nyyy = 2\n");
	put("gmail.ini", "[provider]\n");
	put("Upper.ini", HEAD);
	snprintf(path, sizeof path, "%s/providers/pipe.ini", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	load(&told);
	assert_string_equal(told.all,
			    "Upper.ini: line 1: the name of the file is the id: a to z, 0 to 9 and -, "
			    "beginning with a letter or digit\n"
			    "b.ini: same.example is also claimed by a.ini\n"
			    "bad.ini: line 6: unknown key zzz\n"
			    "gmail.ini: line 1: name is missing\n"
			    "pipe.ini: it is not a regular file\n");
	assert_int_equal(provider_count(), before + 1);
	assert_string_equal(provider_by_domain("x@same.example")->id, "a");
	assert_null(provider_by_domain("x@b.example"));
	assert_string_equal(provider_by_id("gmail")->host, "smtp.gmail.com");
	take_away("a.ini");
	take_away("b.ini");
	take_away("bad.ini");
	take_away("gmail.ini");
	take_away("Upper.ini");
	take_away("pipe.ini");
	load(&told);
	assert_int_equal(provider_count(), before);
}

static int set_up(void **state)
{
	char path[256];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/providers", folder);
	dirs_set_config(folder);
	return mkdir(path, 0700);
}

static int tear_down(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/providers/note.txt", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/providers/.hidden.ini", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/providers", folder);
	rmdir(path);
	dirs_set_config(NULL);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_by_domain),
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_lookup_is_fast),
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_expand_bounds),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_own_none),
		cmocka_unit_test(test_own_win),
		cmocka_unit_test(test_own_faults),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
