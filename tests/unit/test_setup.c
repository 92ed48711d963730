#include "account_kit.h"

#include "base/secret.h"
#include "task/password.h"
#include "task/setup.h"

static struct account *filled(const char *address, const struct provider *p)
{
	struct account *a = account_new("x");
	struct err err = ERR_INIT;

	ok(account_set(a, ACCOUNT_ADDRESS, address, &err), &err);
	ok(setup_fill(a, p, NULL, &err), &err);
	return a;
}

static void test_fill(void **state)
{
	static const struct {
		const char *provider, *host, *port, *security, *user;
	} rows[] = {
		{ "gmail", "smtp.gmail.com", "465", "tls", "z@e.example" },
		{ "custom", "smtp.e.example", "465", "tls", "z@e.example" },
		{ "sendgrid", "smtp.sendgrid.net", "587", "starttls", "apikey" },
		{ "localhost", "localhost", "25", "none", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct account *a = filled("z@e.example", provider_by_id(rows[i].provider));

		assert_string_equal(account_get(a, ACCOUNT_HOST), rows[i].host);
		assert_string_equal(account_get(a, ACCOUNT_PORT), rows[i].port);
		assert_string_equal(account_get(a, ACCOUNT_SECURITY), rows[i].security);
		assert_string_equal(account_user(a), rows[i].user);
		account_free(a);
	}
}

/* What was set stays, and its partner follows. */
static void test_fill_port(void **state)
{
	static const struct {
		enum account_key key;
		const char *value, *port, *security;
	} rows[] = {
		{ ACCOUNT_PORT, "587", "587", "starttls" },
		{ ACCOUNT_PORT, "465", "465", "tls" },
		{ ACCOUNT_PORT, "4711", "4711", "tls" },
		{ ACCOUNT_SECURITY, "starttls", "587", "starttls" },
		{ ACCOUNT_SECURITY, "none", "25", "none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct account *a = account_new("x");
		struct err err = ERR_INIT;

		ok(account_set(a, ACCOUNT_ADDRESS, "z@e.example", &err), &err);
		ok(account_set(a, rows[i].key, rows[i].value, &err), &err);
		ok(setup_fill(a, NULL, NULL, &err), &err);
		assert_string_equal(account_get(a, ACCOUNT_PORT), rows[i].port);
		assert_string_equal(account_get(a, ACCOUNT_SECURITY), rows[i].security);
		account_free(a);
	}
}

/* Brevo gives out user names: the address is not guessed to be one. */
static void test_own_user(void **state)
{
	const struct provider *p = provider_by_id("brevo");
	struct account *a = account_new("x");
	struct err err = ERR_INIT;

	(void)state;
	ok(account_set(a, ACCOUNT_ADDRESS, "z@e.example", &err), &err);
	assert_int_equal(setup_fill(a, p, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_non_null(strstr(err.hint, "--user"));
	ok(account_set(a, ACCOUNT_USER, "7@smtp-brevo.com", &err), &err);
	ok(setup_fill(a, p, NULL, &err), &err);
	account_free(a);
}

static void test_no_password_works(void **state)
{
	const struct provider *p = provider_by_domain("z@outlook.com");
	struct account *a = filled("z@outlook.com", p);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(setup_obstacle(a, p), SETUP_OAUTH2_ONLY);
	ok(account_set(a, ACCOUNT_HOST, "smtp.e.example", &err), &err);
	assert_int_equal(setup_obstacle(a, p), SETUP_CLEAR);
	account_free(a);
	a = filled("z@gmail.com", provider_by_id("gmail"));
	assert_int_equal(setup_obstacle(a, provider_by_id("gmail")), SETUP_CLEAR);
	assert_int_equal(setup_obstacle(a, NULL), SETUP_CLEAR);
	account_free(a);
}

/* Nothing is proposed, and the reason and what to do are said. */
static void test_no_smtp(void **state)
{
	const struct provider *p = provider_by_domain("z@tutanota.com");
	struct account *a = account_new("x");
	struct err err = ERR_INIT;

	(void)state;
	ok(account_set(a, ACCOUNT_ADDRESS, "z@tutanota.com", &err), &err);
	assert_int_equal(setup_obstacle(a, p), SETUP_NO_SMTP);
	assert_int_equal(setup_fill(a, p, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_non_null(strstr(err.text, "no SMTP"));
	assert_non_null(strstr(err.hint, "relay"));
	assert_false(account_is_set(a, ACCOUNT_PROVIDER));
	assert_false(account_is_set(a, ACCOUNT_HOST));
	account_free(a);
}

/* What the user alone knows of the host is missing: all else is proposed. */
static void test_own_host(void **state)
{
	const struct provider *p = provider_by_id("netcup");
	struct account *a = account_new("x");
	struct err err = ERR_INIT;

	(void)state;
	ok(account_set(a, ACCOUNT_ADDRESS, "z@e.example", &err), &err);
	assert_int_equal(setup_fill(a, p, NULL, &err), -1);
	assert_string_equal(account_get(a, ACCOUNT_PROVIDER), "netcup");
	assert_string_equal(account_get(a, ACCOUNT_PORT), "587");
	assert_string_equal(account_get(a, ACCOUNT_SECURITY), "starttls");
	assert_false(account_is_set(a, ACCOUNT_HOST));
	ok(setup_fill(a, p, "mx2e1", &err), &err);
	assert_string_equal(account_get(a, ACCOUNT_HOST), "mx2e1.netcup.net");
	account_free(a);
}

/* TLS from the start on port 587 is odd, but it is what this provider asks for. */
static void test_odd_port(void **state)
{
	struct account *a = filled("z@charter.net", provider_by_id("charter"));
	struct err err = ERR_INIT;

	(void)state;
	assert_string_equal(account_get(a, ACCOUNT_PORT), "587");
	assert_string_equal(account_get(a, ACCOUNT_SECURITY), "tls");
	assert_null(account_port_advice(a));
	ok(account_set(a, ACCOUNT_HOST, "smtp.e.example", &err), &err);
	assert_non_null(account_port_advice(a));
	account_free(a);
}

static struct account *with_file(const char *id, const char *file)
{
	struct account *a = sample(id);
	struct err err = ERR_INIT;
	char name[160];

	snprintf(name, sizeof name, "%s/%s", folder, file);
	ok(account_set(a, ACCOUNT_PASSWORD, "file", &err), &err);
	ok(account_set(a, ACCOUNT_PASSWORD_FILE, name, &err), &err);
	return a;
}

static void assert_secret(const struct account *a, const char *text)
{
	struct secret *secret = NULL;
	struct store_ref ref;
	char label[256];

	account_store_ref(a, &ref, label);
	if (!text) {
		assert_int_equal(store_get(&ref, &secret, NULL), STORE_NOT_FOUND);
		return;
	}
	assert_int_equal(store_get(&ref, &secret, NULL), STORE_OK);
	assert_string_equal(secret_text(secret), text);
	secret_free(secret);
}

/* New; then the same under another name, which is one change of the file. */
static void test_save(void **state)
{
	struct account *a = with_file("one", "pw"), *b = with_file("two", "pw");
	struct secret *secret = secret_new("x y", 3);
	struct setup_saving saving = { .account = a, .secret = secret, .cancel_fd = -1 };
	struct err err = ERR_INIT;
	struct accounts *all;

	(void)state;
	ok(setup_save(&saving, &err), &err);
	assert_secret(a, "x y");
	saving = (struct setup_saving){ .account = b, .old_id = "one", .cancel_fd = -1 };
	ok(setup_save(&saving, &err), &err);
	all = opened(false);
	assert_int_equal(account_count(all), 1);
	assert_string_equal(account_default(all), "two");
	accounts_close(all);
	ok(account_undo(&err), &err);
	all = opened(false);
	assert_non_null(account_find(all, "one"));
	assert_null(account_find(all, "two"));
	accounts_close(all);
	secret_free(secret);
	account_free(a);
	account_free(b);
}

/* The store fails: nothing is saved. The file fails: the password is as it was. */
static void test_save_fails(void **state)
{
	struct account *a = with_file("one", "plain/pw"), *b = with_file("two", "pw");
	struct secret *secret = secret_new("new", 3);
	struct setup_saving saving = { .account = a, .secret = secret, .cancel_fd = -1 };
	struct err err = ERR_INIT;
	struct accounts *all;
	char plain[96];

	(void)state;
	snprintf(plain, sizeof plain, "%s/plain", folder);
	ok(file_replace(plain, "", 0, 0600, &err), &err);
	assert_int_equal(setup_save(&saving, &err), -1);
	assert_int_not_equal(saving.state, STORE_OK);
	all = opened(false);
	assert_int_equal(account_count(all), 0);
	accounts_close(all);
	put(GOOD "[account bad]\nport = x\n");
	saving = (struct setup_saving){ .account = b, .secret = secret, .cancel_fd = -1 };
	assert_int_equal(setup_save(&saving, &err), -1);
	assert_int_equal(saving.state, STORE_OK);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_secret(b, NULL);
	secret_free(secret);
	account_free(a);
	account_free(b);
}

/* Which accounts share an item of the keyring: server and user count. */
static void test_same_item(void **state)
{
	static const struct {
		enum account_key key;
		const char *value;
		bool same;
	} rows[] = {
		{ ACCOUNT_PORT, "2525", true },
		{ ACCOUNT_FROM_NAME, "Z", true },
		{ ACCOUNT_HOST, "other.example", false },
		{ ACCOUNT_USER, "other", false },
		{ ACCOUNT_PASSWORD, "ask", false },
	};
	struct account *a = sample("one"), *b;
	struct err err = ERR_INIT;

	(void)state;
	ok(account_set(a, ACCOUNT_USER, "u", &err), &err);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		b = account_copy(a);
		assert_true(password_same_item(a, b));
		ok(account_set(b, rows[i].key, rows[i].value, &err), &err);
		assert_int_equal(password_same_item(a, b), rows[i].same);
		account_free(b);
	}
	assert_true(password_in_keyring(a));
	ok(account_set(a, ACCOUNT_AUTH, "none", &err), &err);
	assert_false(password_in_keyring(a));
	account_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fill),
		TEST(test_fill_port),
		TEST(test_own_user),
		TEST(test_no_password_works),
		TEST(test_no_smtp),
		TEST(test_own_host),
		TEST(test_odd_port),
		TEST(test_save),
		TEST(test_save_fails),
		TEST(test_same_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
