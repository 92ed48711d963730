/* What is exported and imported again is the same account, as far as the format has it: random
 * accounts with nasty values, for every format that has both. OUTPOST_SEED begins elsewhere. */
#include "test_base_kit.h"


#include "base/dirs.h"
#include "base/secret.h"
#include "base/template.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/values.h"
#include "task/import/import.h"

#define ROUNDS 300 /* a format */

static char *folder;
static uint64_t dice;

/* Formats of other names that a reader knows; what they mention and cannot say. */
static const struct {
	const char *format, *source, *without;
} others[] = { { "dotenv", "env", "" } };

/* xorshift64*: the same accounts for the same seed everywhere. */
static unsigned roll(unsigned sides)
{
	dice ^= dice >> 12;
	dice ^= dice << 25;
	dice ^= dice >> 27;
	return (unsigned)(dice * 0x2545f4914f6cdd1dULL >> 33) % sides;
}

static const char *pick(const char *const *list, size_t count)
{
	return list[roll((unsigned)count)];
}
#define PICK(list) pick(list, sizeof(list) / sizeof *(list))

/* ---- an account ---- */

static char *nasty(void)
{
	static const char *const bits[] = { "a", "Z", "9", " ", "\"", "'", "\\", "#", ";", "%", "$", "@", ":",
		"<", ">", "&", "`", "{", "}", "(", ")", "|", "=", "!", "ü", "日", "\\n", "$(x)", "${HOME}",
		"%40", "''", "\"\"", "  ", "//", "*", "~", "^", "?", "[", "]", ",", "-", "_", ".", "#x", " #"
		  };
	struct buf text = BUF_INIT(1000);

	for (unsigned i = 0, n = 1 + roll(12); i < n; i++)
		buf_adds(&text, roll(3) ? PICK(bits) : "k");
	return buf_detach(&text);
}

static void set(struct account *a, enum account_key key, const char *value)
{
	struct err err = ERR_INIT;

	if (account_set(a, key, value, &err) < 0)
		fail_msg("%s: %s", value, err.text);
}

static void set_nasty(struct account *a, enum account_key key, const char *before)
{
	char *text = nasty(), *whole = xasprintf("%s%s", before, text);

	set(a, key, whole);
	free(whole);
	free(text);
}

static void set_password(struct account *a)
{
	switch (roll(5)) {
	case 0:
		set(a, ACCOUNT_PASSWORD, "command");
		if (roll(2))
			set(a, ACCOUNT_PASSWORD_COMMAND, "pass show 'mail of mine' | head -n 1");
		else
			set_nasty(a, ACCOUNT_PASSWORD_COMMAND, "gpg -d ");
		break;
	case 1:
		set(a, ACCOUNT_PASSWORD, "file");
		set_nasty(a, ACCOUNT_PASSWORD_FILE, "/nowhere/at all/");
		break;
	case 2:
		set(a, ACCOUNT_PASSWORD, "ask");
		break;
	default:
		break;
	}
}

static struct account *random_account(void)
{
	static const char *const ids[] = { "work", "a", "x.y_z-1", "0", "default-2", "end-" };
	static const char *const addresses[] = { "alice@example.org", "a.b+c%d@example.org",
		"o'neil@xn--bcher-kva.example",
		"zoë@bücher.example", "\"a b\"@example.org", "$x`y@example.org", "a@[192.0.2.1]",
		  "a&b=c#d@example.org" };
	static const char *const hosts[] = { "smtp.example.org", "192.0.2.1", "2001:db8::1", "localhost",
		"a-b.c" };
	static const char *const securities[] = { "tls", "starttls", "none" };
	static const char *const ports[] = { "465", "587", "25", "2525", "1" };
	static const char *const auths[] = { "plain", "login", "cram-md5", "scram-sha-256" };
	struct account *a = account_new(PICK(ids));

	set(a, ACCOUNT_ADDRESS, PICK(addresses));
	set(a, ACCOUNT_HOST, PICK(hosts));
	set(a, ACCOUNT_SECURITY, PICK(securities));
	if (roll(2))
		set(a, ACCOUNT_PORT, PICK(ports));
	if (roll(2))
		set_nasty(a, ACCOUNT_FROM_NAME, "");
	if (roll(3))
		set_nasty(a, ACCOUNT_USER, roll(2) ? "" : "u");
	if (roll(4) == 0)
		set(a, ACCOUNT_AUTH, PICK(auths));
	if (roll(3) == 0)
		set_nasty(a, ACCOUNT_CA_FILE, "/etc/ca s/");
	if (roll(8) > 0) {
		set_password(a);
	} else {
		set(a, ACCOUNT_USER, NULL);
		set(a, ACCOUNT_AUTH, NULL);
		set(a, ACCOUNT_PASSWORD, "none");
	}
	return a;
}

/* ---- there and back ---- */

static char *write_files(const struct export_plan *plan)
{
	char *first = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < plan->count; i++) {
		const struct export_target *t = &plan->targets[i];
		const char *slash = t->path ? strrchr(t->path, '/') : NULL;
		char *path = xasprintf("%s/%s", folder, slash ? slash + 1 : "printed");

		if (file_replace(path, t->part, t->part_len, 0600, &err) < 0)
			fail_msg("%s", err.text);
		if (first)
			free(path);
		else
			first = path;
	}
	return first;
}

struct mentions {
	bool names[EXPORT_NAMES];
};

static void mention(void *arg, const char *name, const char *rule)
{
	struct mentions *m = arg;
	long at = export_name_at(name);

	(void)rule;
	if (at >= 0)
		m->names[at] = true;
}

/* Of those that say what an account is. */
static bool counts(const struct mentions *m, const char *name)
{
	static const char *const skip[] = { "password", "password_command", "keyring", "outpost", "uid",
		"file",
		"folder", "to", "from", "domain", "local", "oauth", "oauth2", NULL };

	for (size_t i = 0; skip[i]; i++)
		if (strcmp(skip[i], name) == 0)
			return false;
	return m->names[export_name_at(name)];
}

static struct mentions mentions_of(const struct export_plan *plan)
{
	struct mentions m = { .names = { false } };

	for (size_t i = 0; i < plan->count; i++)
		template_each(plan->targets[i].file->body, mention, &m);
	if (m.names[export_name_at("from")])
		m.names[export_name_at("address")] = m.names[export_name_at("name")] = true;
	return m;
}

/* What a file does not say, a person does. */
static void complete(const struct mentions *m, const struct account *a, struct account *b)
{
	char *user = xstrdup(account_user(b));

	if (!m->names[export_name_at("address")]) {
		if (m->names[export_name_at("user")])
			set(b, ACCOUNT_USER, user);
		set(b, ACCOUNT_ADDRESS, account_get(a, ACCOUNT_ADDRESS));
	}
	free(user);
}

static void compare_values(const char *what, const struct mentions *m, const char *without,
			   const struct account *a, const struct account *b)
{
	struct export_params pa = { .account = a }, pb = { .account = b };
	struct err err = ERR_INIT;
	struct export_values *va = export_values_new(&pa, &err), *vb = export_values_new(&pb, &err);

	assert_non_null(va);
	assert_non_null(vb);
	for (size_t i = 0; i < EXPORT_NAMES; i++) {
		const char *name = export_names[i].name;

		if (!counts(m, name) || strcmp(name, without) == 0)
			continue;
		/* Without encryption there is no certificate. */
		if (strcmp(name, "ca_file") == 0 && account_security(a) == NET_NONE)
			continue;
		if (strcmp(export_value(va, name), export_value(vb, name)) != 0)
			fail_msg("%s: %s is |%s| and was |%s|", what, name, export_value(vb, name),
				 export_value(va, name));
	}
	export_values_free(va);
	export_values_free(vb);
}

/* Where the password comes from, for a format that says it. */
static void compare_stores(const char *what, const struct account *a, const struct account *b)
{
	struct store_ref ra, rb;
	char label[256];

	account_store_ref(a, &ra, label);
	account_store_ref(b, &rb, label);
	/* Then the command is outpost itself, which this program is not called. */
	if (ra.kind == STORE_ASK)
		return;
	if (ra.kind != rb.kind || (ra.source && strcmp(ra.source, rb.source) != 0))
		fail_msg("%s: the password comes from %d |%s| and came from %d |%s|", what, rb.kind,
			 rb.source ? rb.source : "", ra.kind, ra.source ? ra.source : "");
}

/* 1: it went there and came back; 0: the format cannot carry it. */
static int try_one(const struct export_format *f, const struct import_source *source, const char *without)
{
	struct account *a = random_account();
	char *text = nasty(), *what, *path;
	struct secret *secret = roll(2) ? secret_new(text, strlen(text)) : NULL;
	struct export_params params = { .format = f, .account = a, .password = secret, .print = true };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct import_result result = IMPORT_RESULT_INIT;
	struct mentions m;
	struct err err = ERR_INIT;
	int went = 0;

	if (export_plan(&params, &plan, &err) == 0) {
		went = 1;
		path = write_files(&plan);
		m = mentions_of(&plan);
		struct import_params in = { .source = source, .path = path };

		what = xasprintf("%s (%s, part %s)", f->id, account_id(a), plan.targets[0].part);
		if (import_read(&in, &result, &err) < 0)
			fail_msg("%s: %s", what, err.text);
		if (result.count != 1)
			fail_msg("%s: %zu accounts came back, %s", what, result.count,
				 result.note_count ? result.notes[0].text : "");
		complete(&m, a, result.found[0].account);
		compare_values(what, &m, without, a, result.found[0].account);
		if (account_user(a)[0] && plan.targets[plan.count - 1].secret &&
		    (!result.found[0].password || !secret_equal(secret, result.found[0].password)))
			fail_msg("%s: the password is |%s| and was |%s|", what, result.found[0].password ?
				 secret_text(result.found[0].password) : "", text);
		if (!secret && account_user(a)[0] && m.names[export_name_at("password_command")])
			compare_stores(what, a, result.found[0].account);
		free(what);
		free(path);
	} else if (err.kind != ERR_INPUT) {
		fail_msg("%s: %s", f->id, err.text);
	}
	import_result_clear(&result);
	export_plan_clear(&plan);
	secret_free(secret);
	account_free(a);
	free(text);
	return went;
}

TEST(test_there_and_back)
{
	for (size_t i = 0; i < export_format_count(); i++) {
		const struct export_format *f = export_format_at(i);
		const char *without = "";
		const struct import_source *source = import_source_by_id(f->id);
		int went = 0;

		for (size_t k = 0; k < sizeof others / sizeof *others; k++)
			if (strcmp(others[k].format, f->id) == 0) {
				source = import_source_by_id(others[k].source);
				without = others[k].without;
			}
		if (!source)
			continue;
		for (int round = 0; round < ROUNDS; round++)
			went += try_one(f, source, without);
		print_message("%-12s %d of %d went there and back\n", f->id, went, ROUNDS);
		/* One that refuses nearly everything would prove nothing. */
		assert_true(went > ROUNDS / 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_there_and_back) };
	const char *seed = getenv("OUTPOST_SEED");
	char config[200];
	int rc;

	dice = seed ? strtoull(seed, NULL, 10) | 1 : 20260101;
	folder = new_folder();
	snprintf(config, sizeof config, "%s/config", folder);
	dirs_set_config(config);
	setenv("HOME", folder, 1);
	unsetenv("XDG_CONFIG_HOME");
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	return rc;
}
