/* Candidates: how they are judged, put in order and joined, and what is known without asking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "mail/account.h"
#include "mail/provider.h"
#include "task/discover/hunt.h"

#define ADDRESS "alice@example.org"

static struct discover_candidate candidate(enum discover_source source, const char *host, int port,
					   enum discover_secured secured)
{
	struct discover_candidate c = {
		.source = source,
		.also = 1u << source,
		.port = port,
		.security = port == 587 ? NET_STARTTLS : port == 25 ? NET_NONE : NET_TLS,
		.secured = secured,
		.user = ADDRESS,
	};

	snprintf(c.host, sizeof c.host, "%s", host);
	return c;
}

static void add(struct discover_list *list, struct discover_candidate c)
{
	list_judge(&c, "example.org");
	list_add(list, &c);
}

/* "srv a.example.org:465, ...": the list in its order. */
static const char *shown(const struct discover_list *list)
{
	static char out[4096];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->count; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, "%s%s %s:%d", i ? ", " : "",
				      discover_source_name(list->list[i].source),
				      list->list[i].host, list->list[i].port);
	return out;
}

/* ---- judging ---- */

/* Short, for the table. */
enum {
	SRV = DISCOVER_SRV,
	PACC = DISCOVER_PACC,
	AUTOCONFIG = DISCOVER_AUTOCONFIG,
	ISPDB = DISCOVER_ISPDB,
	MX_AUTOCONFIG = DISCOVER_MX_AUTOCONFIG,
	MX_ISPDB = DISCOVER_MX_ISPDB,
	PROBE = DISCOVER_PROBE,
	DNSSEC = DISCOVER_DNSSEC,
	HTTPS = DISCOVER_HTTPS,
	CLEAR = DISCOVER_CLEAR,
};

static const struct {
	const char *host, *domain;
	int source, port, secured;
	bool is_private;
	const char *sure;
	bool foreign, trusted;
} judged[] = {
	{ "mail.example.org", "example.org", SRV, 465, CLEAR, false, "likely", false, true },
	{ "mail.example.org", "example.org", SRV, 465, DNSSEC, false, "certain", false, true },
	{ "mail.example.net", "example.org", SRV, 465, CLEAR, false, "unsure", true, false },
	{ "mail.example.net", "example.org", SRV, 465, DNSSEC, false, "certain", true, true },
	{ "smtp.gmail.com", "example.org", SRV, 465, CLEAR, false, "likely", true, true },
	{ "mail.example.org", "a.b.example.org", SRV, 465, CLEAR, false, "likely", false, true },
	{ "mail.b.co.uk", "a.co.uk", SRV, 465, CLEAR, false, "unsure", true, false },
	{ "mail.a.co.uk", "co.uk", SRV, 465, CLEAR, false, "unsure", true, false },
	{ "EXAMPLE.ORG", "example.org", PROBE, 465, CLEAR, false, "guess", false, true },
	{ "192.0.2.1", "example.org", AUTOCONFIG, 465, HTTPS, false, "certain", true, true },
	{ "192.0.2.1", "example.org", AUTOCONFIG, 465, CLEAR, false, "unsure", true, false },
	{ "mail.example.org", "example.org", AUTOCONFIG, 25, HTTPS, false, "unsure", false, false },
	{ "mail.example.org", "example.org", AUTOCONFIG, 465, HTTPS, true, "unsure", false, false },
	{ "mail.example.net", "example.org", PACC, 465, HTTPS, false, "certain", true, true },
	{ "mail.example.net", "example.org", ISPDB, 465, HTTPS, false, "likely", true, true },
	{ "mail.example.net", "example.org", MX_AUTOCONFIG, 465, CLEAR, false, "unsure", true, false },
	{ "mail.example.net", "example.org", MX_ISPDB, 465, HTTPS, false, "likely", true, true },
	{ "mail.example.org", "example.org", PROBE, 25, CLEAR, false, "guess", false, false },
};

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		struct discover_candidate c = candidate(
			(enum discover_source)judged[i].source, judged[i].host, judged[i].port,
			(enum discover_secured)judged[i].secured);

		c.is_private = judged[i].is_private;
		list_judge(&c, judged[i].domain);
		if (strcmp(discover_sure_name(c.sure), judged[i].sure) != 0 ||
		    c.foreign != judged[i].foreign || discover_trusted(&c) != judged[i].trusted)
			fail_msg("%zu %s for %s: %s, foreign %d, trusted %d", i, c.host,
				 judged[i].domain, discover_sure_name(c.sure), c.foreign,
				 discover_trusted(&c));
	}
}

static void test_bad_certificate_is_not_trusted(void **state)
{
	struct discover_candidate c = candidate(DISCOVER_PACC, "a.example.org", 465, DISCOVER_HTTPS);

	(void)state;
	list_judge(&c, "example.org");
	assert_true(discover_trusted(&c));
	c.live = DISCOVER_BAD_CERT;
	assert_false(discover_trusted(&c));
}

/* A preset's hints apply whoever named its host. */
static void test_known_host(void **state)
{
	struct discover_candidate c = candidate(DISCOVER_SRV, "Smtp.Office365.com", 587,
						DISCOVER_CLEAR);

	(void)state;
	list_judge(&c, "example.org");
	assert_non_null(c.provider);
	assert_string_equal(c.provider->id, "microsoft365");
	assert_string_equal(c.name, c.provider->name);
	c = candidate(DISCOVER_SRV, "smtp.example.net", 587, DISCOVER_CLEAR);
	list_judge(&c, "example.org");
	assert_null(c.provider);
}

/* ---- order ---- */

static void test_ranks(void **state)
{
	struct discover_list list = { .count = 0 };

	(void)state;
	for (int s = DISCOVER_PROBE; s >= DISCOVER_SRV; s--)
		add(&list, candidate((enum discover_source)s, "mail.example.org", 1000 + s,
				     DISCOVER_HTTPS));
	assert_string_equal(shown(&list),
			    "srv mail.example.org:1002, pacc mail.example.org:1003, "
			    "autoconfig mail.example.org:1004, ispdb mail.example.org:1005, "
			    "mx-preset mail.example.org:1006, mx-autoconfig mail.example.org:1007, "
			    "mx-ispdb mail.example.org:1008, probe mail.example.org:1009");
}

static void test_srv_to_strangers(void **state)
{
	struct discover_list list = { .count = 0 };

	(void)state;
	add(&list, candidate(DISCOVER_SRV, "far.example.net", 465, DISCOVER_CLEAR));
	add(&list, candidate(DISCOVER_MX_PRESET, "smtp.gmail.com", 465, DISCOVER_CLEAR));
	add(&list, candidate(DISCOVER_ISPDB, "i.example.net", 465, DISCOVER_HTTPS));
	assert_string_equal(shown(&list), "ispdb i.example.net:465, srv far.example.net:465, "
			    "mx-preset smtp.gmail.com:465");
}

static void test_clear_text_comes_last(void **state)
{
	struct discover_list list = { .count = 0 };
	struct discover_candidate here = candidate(DISCOVER_OWN, "127.0.0.1", 25,
						   DISCOVER_BUILT_IN);

	(void)state;
	add(&list, candidate(DISCOVER_AUTOCONFIG, "a.example.org", 25, DISCOVER_HTTPS));
	assert_null(discover_best(&list));
	add(&list, candidate(DISCOVER_PROBE, "smtp.example.org", 587, DISCOVER_CLEAR));
	list.list[0].live = DISCOVER_NO_ANSWER;
	list_sort(&list);
	assert_string_equal(shown(&list), "probe smtp.example.org:587, autoconfig a.example.org:25");
	assert_null(discover_best(&list));
	list.count = 0;
	here.provider = provider_by_id("gmail");
	list_add(&list, &here);
	assert_ptr_equal(discover_best(&list), list.list);
}

static void test_who_answers_comes_first(void **state)
{
	struct discover_list list = { .count = 0 };

	(void)state;
	add(&list, candidate(DISCOVER_SRV, "a.example.org", 465, DISCOVER_CLEAR));
	add(&list, candidate(DISCOVER_SRV, "b.example.org", 465, DISCOVER_CLEAR));
	add(&list, candidate(DISCOVER_ISPDB, "c.example.org", 465, DISCOVER_HTTPS));
	list.list[1].order = 1;
	list.list[0].live = DISCOVER_NO_ANSWER;
	list.list[1].live = DISCOVER_BAD_CERT;
	list.list[2].live = DISCOVER_ANSWERS;
	list_sort(&list);
	assert_string_equal(shown(&list), "ispdb c.example.org:465, srv b.example.org:465, "
			    "srv a.example.org:465");
}

static void test_bounded(void **state)
{
	struct discover_list list = { .count = 0 };
	char host[64];

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct discover_candidate c;

		snprintf(host, sizeof host, "m%u.example.org", i);
		c = candidate(DISCOVER_PROBE, host, 465, DISCOVER_CLEAR);
		c.order = 100 - i;
		add(&list, c);
		assert_true(list.count <= DISCOVER_MAX);
	}
	assert_int_equal(list.count, DISCOVER_MAX);
	assert_string_equal(list.list[0].host, "m99.example.org");
	assert_string_equal(list.list[DISCOVER_MAX - 1].host, "m76.example.org");
	add(&list, candidate(DISCOVER_SRV, "best.example.org", 465, DISCOVER_CLEAR));
	assert_string_equal(list.list[0].host, "best.example.org");
	assert_int_equal(list.count, DISCOVER_MAX);
}

/* ---- doubles ---- */

static void test_doubles(void **state)
{
	struct discover_candidate file = candidate(DISCOVER_AUTOCONFIG, "Mail.example.org", 465,
						   DISCOVER_HTTPS);
	struct discover_candidate srv = candidate(DISCOVER_SRV, "mail.example.org", 465,
						  DISCOVER_CLEAR);
	struct discover_candidate probe = candidate(DISCOVER_PROBE, "mail.example.org", 465,
						    DISCOVER_CLEAR);

	(void)state;
	snprintf(file.user, sizeof file.user, "alice");
	snprintf(file.name, sizeof file.name, "Example Mail");
	snprintf(file.help_url, sizeof file.help_url, "https://example.org/help");
	snprintf(srv.other_user, sizeof srv.other_user, "alice");
	probe.live = DISCOVER_ANSWERS;
	snprintf(probe.live_text, sizeof probe.live_text, "TLSv1.3");
	for (int turn = 0; turn < 2; turn++) {
		struct discover_list list = { .count = 0 };
		const struct discover_candidate *c = list.list;

		add(&list, turn ? file : srv);
		add(&list, probe);
		add(&list, turn ? srv : file);
		assert_int_equal(list.count, 1);
		assert_int_equal(c->source, DISCOVER_SRV);
		assert_int_equal(c->also, 1u << DISCOVER_SRV | 1u << DISCOVER_AUTOCONFIG |
				 1u << DISCOVER_PROBE);
		assert_int_equal(c->sure, DISCOVER_CERTAIN);
		assert_int_equal(c->secured, DISCOVER_HTTPS);
		assert_string_equal(c->name, "Example Mail");
		assert_string_equal(c->help_url, "https://example.org/help");
		assert_int_equal(c->live, DISCOVER_ANSWERS);
		assert_string_equal(c->live_text, "TLSv1.3");
		/* SRV does not know the user, the file does. */
		assert_string_equal(c->user, "alice");
		assert_string_equal(c->other_user, "");
	}
}

static void test_no_doubles(void **state)
{
	struct discover_list list = { .count = 0 };
	struct discover_candidate c = candidate(DISCOVER_SRV, "a.example.org", 465, DISCOVER_CLEAR);

	(void)state;
	add(&list, c);
	add(&list, candidate(DISCOVER_SRV, "a.example.org", 587, DISCOVER_CLEAR));
	c.security = NET_STARTTLS;
	add(&list, c);
	add(&list, candidate(DISCOVER_SRV, "b.example.org", 465, DISCOVER_CLEAR));
	assert_int_equal(list.count, 4);
}

/* ---- where hosts lead ---- */

static void test_pending(void **state)
{
	struct discover_list list = { .count = 0 };
	struct discover_candidate c = candidate(DISCOVER_SRV, "a.example.org", 465, DISCOVER_CLEAR);

	(void)state;
	for (int port = 465; port <= 466; port++) {
		c.port = port;
		c.pending = true;
		add(&list, c);
	}
	add(&list, candidate(DISCOVER_ISPDB, "b.example.org", 465, DISCOVER_HTTPS));
	assert_null(discover_best(&list));
	assert_false(discover_trusted(list.list));
	list_settle_host(&list, "b.example.org", NET_THIS_HOST, "example.org");
	assert_int_equal(list.count, 3);
	list_settle_host(&list, "a.example.org", NET_PRIVATE, "example.org");
	for (size_t i = 0; i < list.count; i++) {
		bool is_private = list.list[i].source == DISCOVER_SRV;

		assert_int_equal(list.list[i].is_private, is_private);
		assert_int_equal(discover_trusted(&list.list[i]), !is_private);
		assert_false(list.list[i].pending);
		list.list[i].pending = is_private;
	}
	list_settle_host(&list, "a.example.org", NET_THIS_HOST, "example.org");
	assert_string_equal(shown(&list), "ispdb b.example.org:465");
	list.list[0].pending = true;
	list_drop_pending(&list);
	assert_int_equal(list.count, 0);
}

/* ---- what is known ---- */

static void test_two_ways(void **state)
{
	struct discover_list list = { .count = 0 };

	(void)state;
	assert_true(discover_known("alice@gmail.com", &list));
	assert_string_equal(shown(&list), "preset smtp.gmail.com:465, preset smtp.gmail.com:587");
	for (size_t i = 0; i < list.count; i++) {
		assert_string_equal(list.list[i].user, "alice@gmail.com");
		assert_string_equal(list.list[i].provider->id, "gmail");
		assert_int_equal(list.list[i].secured, DISCOVER_BUILT_IN);
		assert_true(discover_trusted(&list.list[i]));
	}
	list.count = 0;
	assert_false(discover_known(ADDRESS, &list));
	assert_int_equal(list.count, 0);
	assert_true(discover_known("alice@tuta.com", &list));
	assert_int_equal(list.count, 0);
}

/* Every preset gives its ways, unless it has no SMTP or a name has to be chosen. */
static void test_all_presets(void **state)
{
	(void)state;
	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);
		struct discover_list list = { .count = 0 };
		struct discover_candidate base = { .source = DISCOVER_PRESET,
						   .secured = DISCOVER_BUILT_IN };

		if (p->kind != PROVIDER_MAILBOX || p->password == PROVIDER_NO_SMTP ||
		    p->placeholder[0])
			continue;
		list_add_provider(&list, p, ADDRESS, &base);
		if (list.count != (p->alt_port ? 2 : 1) || !list.list[0].host[0] ||
		    list.list[0].port != p->port || list.list[0].provider != p)
			fail_msg("%s gives %zu: %s", p->id, list.count, shown(&list));
	}
}

/* ---- applied ---- */

static void test_apply(void **state)
{
	struct account *a = account_new("test");
	struct discover_candidate c = candidate(DISCOVER_SRV, "mail.example.org", 587,
						DISCOVER_CLEAR);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(account_set(a, ACCOUNT_ADDRESS, ADDRESS, &err), 0);
	c.signin = DISCOVER_NO_SIGNIN;
	assert_int_equal(discover_apply(&c, a, &err), 0);
	assert_string_equal(account_get(a, ACCOUNT_AUTH), "none");
	assert_string_equal(account_user(a), "");
	/* Another choice undoes that. */
	c = candidate(DISCOVER_PRESET, "smtp.gmail.com", 465, DISCOVER_BUILT_IN);
	list_judge(&c, "example.org");
	assert_int_equal(discover_apply(&c, a, &err), 0);
	assert_string_not_equal(account_get(a, ACCOUNT_AUTH), "none");
	assert_string_not_equal(account_get(a, ACCOUNT_PASSWORD), "none");
	assert_string_equal(account_user(a), ADDRESS);
	assert_string_equal(account_get(a, ACCOUNT_HOST), "smtp.gmail.com");
	assert_int_equal(account_port(a), 465);
	assert_int_equal(account_security(a), NET_TLS);
	assert_ptr_equal(provider_by_id(account_get(a, ACCOUNT_PROVIDER)), c.provider);
	account_free(a);
}

/* ---- wording ---- */

static void test_names(void **state)
{
	(void)state;
	for (int s = 0; s < DISCOVER_SOURCES; s++) {
		assert_non_null(discover_source_name((enum discover_source)s));
		assert_non_null(discover_source_words((enum discover_source)s));
		for (int t = 0; t < s; t++)
			assert_string_not_equal(discover_source_name((enum discover_source)s),
						discover_source_name((enum discover_source)t));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_bad_certificate_is_not_trusted),
		cmocka_unit_test(test_known_host),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_srv_to_strangers),
		cmocka_unit_test(test_clear_text_comes_last),
		cmocka_unit_test(test_who_answers_comes_first),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_no_doubles),
		cmocka_unit_test(test_pending),
		cmocka_unit_test(test_two_ways),
		cmocka_unit_test(test_all_presets),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
