#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "mail/account.h"
#include "port/ini.h"

/* What 'signature = ""' leaves of a line. */
#define SIGNATURE_MAX (INI_LINE_MAX - 14)

static struct account *sample(void)
{
	struct account *a = account_new("work");

	assert_int_equal(account_set(a, ACCOUNT_ADDRESS, "alice@example.org", NULL), 0);
	assert_int_equal(account_set(a, ACCOUNT_HOST, "mail.example.org", NULL), 0);
	return a;
}

/* ---- the table ---- */

static void test_table(void **state)
{
	(void)state;
	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		const struct account_setting *s = account_setting((enum account_key)key);
		struct account *a = account_new("x");

		assert_int_equal(s->key, key);
		assert_ptr_equal(account_setting_by_name(s->name), s);
		assert_true(*s->label && *s->arg && *s->help);
		assert_string_equal(account_get(a, s->key), s->fallback);
		if (*s->fallback)
			assert_int_equal(account_set(a, s->key, s->fallback, NULL), 0);
		account_free(a);
	}
	assert_ptr_equal(account_setting_by_name("From-Name"), account_setting(ACCOUNT_FROM_NAME));
	assert_null(account_setting_by_name("colour"));
}

/* The choices are the names that the modules behind them know, all of them. */
static void test_choices(void **state)
{
	const char *const *password = account_setting(ACCOUNT_PASSWORD)->choices;
	const char *const *auth = account_setting(ACCOUNT_AUTH)->choices;
	unsigned kinds = 0, auths = 0;

	(void)state;
	for (; *password; password++) {
		enum store_kind kind;

		assert_int_equal(store_kind_parse(*password, &kind), 0);
		kinds |= 1u << kind;
	}
	for (; *auth; auth++) {
		enum smtp_auth which;

		assert_int_equal(smtp_auth_parse(*auth, &which), 0);
		auths |= 1u << which;
	}
	assert_int_equal(kinds, (1u << STORE_KINDS) - 1);
	assert_int_equal(auths, (1u << SMTP_AUTHS) - 1);
}

static const struct {
	enum account_key key;
	const char *value;
	const char *fault;	/* words of the sentence; NULL: accepted */
} values[] = {
	{ ACCOUNT_ADDRESS, "bob@example.org", NULL },
	{ ACCOUNT_ADDRESS, "bob", "@" },
	{ ACCOUNT_ADDRESS, "bob@example.org\r\nRCPT TO:<x@y>", "control" },
	{ ACCOUNT_FROM_NAME, "Zo\xc3\xab \"Z\" O'Neil; #1 \\ 100%", NULL },
	{ ACCOUNT_FROM_NAME, "a\nb", "one line" },
	{ ACCOUNT_FROM_NAME, "a\tb", "control characters" },
	{ ACCOUNT_FROM_NAME, "\x1b[1m", "control characters" },
	{ ACCOUNT_FROM_NAME, "\xff", "UTF-8" },
	{ ACCOUNT_PROVIDER, "gmail", NULL },
	{ ACCOUNT_PROVIDER, "../x", "provider" },
	{ ACCOUNT_HOST, "mail.example.org", NULL },
	{ ACCOUNT_HOST, "127.0.0.1", NULL },
	{ ACCOUNT_HOST, "a b", "blank" },
	{ ACCOUNT_PORT, "1", NULL },
	{ ACCOUNT_PORT, "65535", NULL },
	{ ACCOUNT_PORT, "0", "1 to 65535" },
	{ ACCOUNT_PORT, "65536", "1 to 65535" },
	{ ACCOUNT_PORT, "smtp", "1 to 65535" },
	{ ACCOUNT_PORT, "25 ", "1 to 65535" },
	{ ACCOUNT_SECURITY, "starttls", NULL },
	{ ACCOUNT_SECURITY, "STARTTLS", NULL },
	{ ACCOUNT_SECURITY, "ssl", "tls, starttls or none, not \"ssl\"" },
	{ ACCOUNT_AUTH, "cram-md5", NULL },
	{ ACCOUNT_AUTH, "md5", "xoauth2, oauthbearer or none" },
	{ ACCOUNT_USER, "DOMAIN\\alice", NULL },
	{ ACCOUNT_USER, "a\rb", "one line" },
	{ ACCOUNT_PASSWORD, "ask", NULL },
	{ ACCOUNT_PASSWORD, "secret1", "keyring, command, credential, file, ask or none" },
	{ ACCOUNT_PASSWORD_COMMAND, "pass show \"mail; #1\" | head -n1", NULL },
	{ ACCOUNT_PASSWORD_COMMAND, "a\nb", "one line" },
	{ ACCOUNT_PASSWORD_FILE, "/etc/outpost/x", NULL },
	{ ACCOUNT_PASSWORD_FILE, "~/x", NULL },
	{ ACCOUNT_PASSWORD_FILE, "x", "begin with /" },
	{ ACCOUNT_PASSWORD_FILE, "~/", "begin with /" },
	{ ACCOUNT_CREDENTIAL, "smtp", NULL },
	{ ACCOUNT_CREDENTIAL, "..", "without '/'" },
	{ ACCOUNT_CREDENTIAL, "a/b", "without '/'" },
	{ ACCOUNT_EHLO_NAME, "host.example.org", NULL },
	{ ACCOUNT_EHLO_NAME, "[192.0.2.1]", NULL },
	{ ACCOUNT_EHLO_NAME, "[IPv6:2001:db8::1]", NULL },
	{ ACCOUNT_EHLO_NAME, "[x]", "address literal" },
	{ ACCOUNT_EHLO_NAME, "a b", "blank" },
	{ ACCOUNT_TIMEOUT, "0", NULL },
	{ ACCOUNT_TIMEOUT, "3600", NULL },
	{ ACCOUNT_TIMEOUT, "3601", "0 to 3600" },
	{ ACCOUNT_TIMEOUT, "-1", "0 to 3600" },
	{ ACCOUNT_SIGNATURE, "--\n\tAlice\n", NULL },
	{ ACCOUNT_SIGNATURE, "a\rb", "no other control" },
	{ ACCOUNT_SIGNATURE, "a\x1b", "no other control" },
	{ ACCOUNT_SENT_FOLDER, "/a b/\xc3\xa4;#\"", NULL },
	{ ACCOUNT_SENT_FOLDER, "Mail/sent", "begin with /" },
};

static void test_values(void **state)
{
	struct account *a = account_new("x");

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct err err = ERR_INIT;
		char *before = strdup(account_get(a, values[i].key));
		int rc = account_set(a, values[i].key, values[i].value, &err);

		if ((rc == 0) != (values[i].fault == NULL))
			fail_msg("%s: %s", values[i].value, rc ? err.text : "accepted");
		if (rc < 0) {
			assert_int_equal(err.kind, ERR_INPUT);
			if (!strstr(err.text, values[i].fault))
				fail_msg("%s: %s", values[i].value, err.text);
			assert_string_equal(account_get(a, values[i].key), before);
		}
		free(before);
	}
	assert_string_equal(account_get(a, ACCOUNT_SECURITY), "starttls");
	account_free(a);
}

static void test_set(void **state)
{
	struct account *a = sample(), *b;
	char big[1100];
	struct err err = ERR_INIT;

	(void)state;
	assert_false(account_is_set(a, ACCOUNT_SIGNATURE));
	assert_int_equal(account_set(a, ACCOUNT_SIGNATURE, "a\r\nb\r\n", &err), 0);
	assert_string_equal(account_get(a, ACCOUNT_SIGNATURE), "a\nb\n");
	b = account_copy(a);
	assert_int_equal(account_set(a, ACCOUNT_SIGNATURE, "", &err), 0);
	assert_false(account_is_set(a, ACCOUNT_SIGNATURE));
	assert_string_equal(account_get(b, ACCOUNT_SIGNATURE), "a\nb\n");
	assert_int_equal(account_set(b, ACCOUNT_SIGNATURE, NULL, &err), 0);
	assert_string_equal(account_get(b, ACCOUNT_SIGNATURE), "");
	account_free(b);

	/* One line of the file holds a value, so its length is known at once. */
	memset(big, 'x', sizeof big);
	big[SIGNATURE_MAX] = '\0';
	assert_int_equal(account_set(a, ACCOUNT_SIGNATURE, big, &err), 0);
	big[SIGNATURE_MAX] = 'x';
	big[SIGNATURE_MAX + 1] = '\0';
	assert_int_equal(account_set(a, ACCOUNT_SIGNATURE, big, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_non_null(strstr(err.text, "signature is too long"));
	memset(big, '\n', 400);
	big[400] = '\0';
	assert_int_equal(account_set(a, ACCOUNT_SIGNATURE, big, &err), -1);
	assert_int_equal(strlen(account_get(a, ACCOUNT_SIGNATURE)), SIGNATURE_MAX);
	account_free(a);
}

/* ---- all together ---- */

static void test_check(void **state)
{
	struct account *a = account_new("work");
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(account_check(a, &err), -1);
	assert_non_null(strstr(err.text, "needs a value for address"));
	account_set(a, ACCOUNT_ADDRESS, "alice@example.org", NULL);
	assert_int_equal(account_check(a, &err), -1);
	assert_non_null(strstr(err.text, "needs a value for host"));
	account_set(a, ACCOUNT_HOST, "mail.example.org", NULL);
	assert_int_equal(account_check(a, &err), 0);
	account_set(a, ACCOUNT_PASSWORD, "command", NULL);
	assert_int_equal(account_check(a, &err), -1);
	assert_non_null(strstr(err.text, "needs a value for password-command"));
	account_set(a, ACCOUNT_PASSWORD_COMMAND, "pass", NULL);
	assert_int_equal(account_check(a, &err), 0);
	account_set(a, ACCOUNT_PASSWORD, "file", NULL);
	assert_int_equal(account_check(a, &err), -1);
	account_set(a, ACCOUNT_AUTH, "none", NULL);
	assert_int_equal(account_check(a, &err), 0);
	account_free(a);
}

static void test_ports(void **state)
{
	static const struct {
		const char *port, *security;
		int want;
		bool advice;
	} rows[] = {
		{ NULL, NULL, 465, false }, { NULL, "starttls", 587, false },
		{ NULL, "none", 25, false }, { "465", "tls", 465, false },
		{ "465", "starttls", 465, true }, { "465", "none", 465, true },
		{ "587", "tls", 587, true }, { "587", "starttls", 587, false },
		{ "25", "tls", 25, true }, { "25", "starttls", 25, false },
		{ "2525", "tls", 2525, false }, { "2465", "none", 2465, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct account *a = sample();
		char text[16];

		assert_int_equal(account_set(a, ACCOUNT_PORT, rows[i].port, NULL), 0);
		assert_int_equal(account_set(a, ACCOUNT_SECURITY, rows[i].security, NULL), 0);
		assert_int_equal(account_port(a), rows[i].want);
		snprintf(text, sizeof text, "%d", rows[i].want);
		assert_string_equal(account_get(a, ACCOUNT_PORT), text);
		assert_int_equal(account_port_advice(a) != NULL, rows[i].advice);
		assert_int_equal(account_check(a, NULL), 0);
		account_free(a);
	}
}

static void test_user(void **state)
{
	static const struct {
		const char *user, *auth, *password, *want;
	} rows[] = {
		{ NULL, NULL, NULL, "alice@example.org" },
		{ "al", NULL, NULL, "al" },
		{ NULL, "none", NULL, "" },
		{ NULL, NULL, "none", "" },
		{ "al", "none", NULL, "" },
		{ NULL, "plain", "ask", "alice@example.org" },
		{ NULL, "external", NULL, "" },
		{ "al", "external", "keyring", "al" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct account *a = sample();

		account_set(a, ACCOUNT_USER, rows[i].user, NULL);
		account_set(a, ACCOUNT_AUTH, rows[i].auth, NULL);
		account_set(a, ACCOUNT_PASSWORD, rows[i].password, NULL);
		assert_string_equal(account_user(a), rows[i].want);
		account_free(a);
	}
}

static void test_store_ref(void **state)
{
	struct account *a = sample();
	struct store_ref ref;
	char label[256], big[400];

	(void)state;
	setenv("HOME", "/home/alice", 1);
	account_store_ref(a, &ref, label);
	assert_int_equal(ref.kind, STORE_KEYRING);
	assert_string_equal(ref.host, "mail.example.org");
	assert_int_equal(ref.port, 465);
	assert_string_equal(ref.user, "alice@example.org");
	assert_string_equal(ref.label, "outpost: alice@example.org at mail.example.org");
	assert_null(ref.source);
	assert_int_equal(ref.cancel_fd, -1);

	account_set(a, ACCOUNT_PASSWORD_COMMAND, "pass show x", NULL);
	account_set(a, ACCOUNT_PASSWORD_FILE, "~/pw", NULL);
	account_set(a, ACCOUNT_CREDENTIAL, "smtp", NULL);
	account_set(a, ACCOUNT_PASSWORD, "command", NULL);
	account_store_ref(a, &ref, label);
	assert_int_equal(ref.kind, STORE_COMMAND);
	assert_string_equal(ref.source, "pass show x");
	account_set(a, ACCOUNT_PASSWORD, "file", NULL);
	account_store_ref(a, &ref, label);
	assert_string_equal(ref.source, "/home/alice/pw");
	assert_string_equal(account_get(a, ACCOUNT_PASSWORD_FILE), "~/pw");
	account_set(a, ACCOUNT_PASSWORD, "credential", NULL);
	account_store_ref(a, &ref, label);
	assert_string_equal(ref.source, "smtp");

	for (size_t i = 0; i + 2 < sizeof big; i += 2)
		memcpy(big + i, "\xc3\xa4", 3);
	assert_int_equal(account_set(a, ACCOUNT_USER, big, NULL), 0);
	account_store_ref(a, &ref, label);
	assert_true(strlen(label) > 250 && strlen(label) < 256);
	assert_int_equal((unsigned char)label[strlen(label) - 1], 0xa4);
	account_free(a);
}

static void test_smtp_params(void **state)
{
	struct account *a = sample();
	struct smtp_params p;

	(void)state;
	setenv("HOME", "/home/alice", 1);
	account_smtp_params(a, &p);
	assert_string_equal(p.host, "mail.example.org");
	assert_int_equal(p.port, 465);
	assert_int_equal(p.security, NET_TLS);
	assert_int_equal(p.auth, SMTP_AUTH_AUTO);
	assert_string_equal(p.user, "alice@example.org");
	assert_null(p.secret);
	assert_null(p.options.ca_file);
	assert_null(p.ehlo_name);
	assert_int_equal(p.cancel_fd, -1);
	assert_int_equal(p.timeout, 0);
	account_set(a, ACCOUNT_CA_FILE, "~/ca.pem", NULL);
	account_set(a, ACCOUNT_EHLO_NAME, "h.example.org", NULL);
	account_set(a, ACCOUNT_TIMEOUT, "7", NULL);
	account_set(a, ACCOUNT_AUTH, "login", NULL);
	account_set(a, ACCOUNT_SECURITY, "none", NULL);
	account_smtp_params(a, &p);
	assert_string_equal(p.options.ca_file, "/home/alice/ca.pem");
	assert_string_equal(p.ehlo_name, "h.example.org");
	assert_int_equal(p.timeout, 7000);
	assert_int_equal(p.auth, SMTP_AUTH_LOGIN);
	assert_int_equal(p.security, NET_NONE);
	assert_int_equal(p.port, 25);
	account_free(a);
}

static void test_ids(void **state)
{
	static const char *const good[] = { "a", "9", "work", "example.org", "a-b_c.d" };
	static const char *const bad[] = { "", "A", "-a", ".a", "a b", "a]", "\xc3\xa4", "a/b",
		"aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaa" };
	static const struct { const char *address, *id; } ideas[] = {
		{ "alice@example.org", "example.org" }, { "alice@Example.ORG", "example.org" },
		{ "a@b\xc3\xa4r.de", "b--r.de" }, { "a@\xc3\xa4", "mail" }, { "", "mail" },
		{ "a@[192.0.2.1]", "192.0.2.1" },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(account_check_id(good[i], &err), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(account_check_id(bad[i], &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
	}
	for (size_t i = 0; i < sizeof ideas / sizeof ideas[0]; i++) {
		char *id = account_suggest_id(NULL, ideas[i].address);

		assert_string_equal(id, ideas[i].id);
		assert_int_equal(account_check_id(id, NULL), 0);
		free(id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_store_ref),
		cmocka_unit_test(test_smtp_params),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
