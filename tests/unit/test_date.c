/* Dates as people, programs and mail write them. */
#include "test_base_kit.h"

#include "base/date.h"

static const struct {
	const char *text;
	long long when; /* -1: refused */
} cases[] = {
	{ "Tue, 24 Nov 2026 09:30:15 +0100", 1795509015 },
	{ "24 Nov 2026 09:30 +0100", 1795509000 },
	{ "Tue, 24 Nov 2026 09:30:15 +0100 (CET)", 1795509015 },
	{ "Tue, 24 Nov 2026 09:30:15 +0100 (CET) x", -1 },
	{ "Tue, 24 Nov 2026 09:30:15 +0100 (CET", -1 },
	{ "Tue, 24 Nov 2026 09:30:15 +0100 (", -1 },
	{ "tue,24 NOV 2026 08:30:15 GMT", 1795509015 },
	{ "24 Nov 2026 08:30:15 UT", 1795509015 },
	{ "24 Nov 2026 03:00:15 -0530", 1795509015 },
	{ "2026-11-24T09:30:15+01:00", 1795509015 },
	{ "2026-11-24T08:30:15Z", 1795509015 },
	{ "2026-11-24t08:30:15.25z", 1795509015 },
	{ "2026-11-24 08:30:15+00:00", 1795509015 },
	/* Kathmandu is 5 h 45 min east */
	{ "2026-11-24 14:15", 1795509000 },
	{ " 2026-11-24 14:15:15", 1795509015 },
	{ "2026-11-24T14:15:15", 1795509015 },
	{ "2024-02-29 00:00Z", 1709164800 },
	{ "2026-02-29 00:00Z", -1 },
	{ "2026-06-31 00:00", -1 },
	{ "2026-13-01 00:00", -1 },
	{ "2026-00-01 00:00", -1 },
	{ "2026-11-24 24:00", -1 },
	{ "2026-11-24 10:60", -1 },
	{ "2026-11-24", -1 },
	{ "2026-11-24T09:30:15+0100", -1 },
	{ "2026-11-24T09:30:15+01:00 ", -1 },
	{ "2026-11-24 10:00 tomorrow", -1 },
	{ "26-11-24 10:00", -1 },
	{ "Mon, 24 Nov 2026 09:30:15 +0100", -1 },
	{ "Tue 24 Nov 2026 09:30:15 +0100", -1 },
	{ "24 Foo 2026 09:30:15 +0100", -1 },
	{ "24 Nov 26 09:30:15 +0100", -1 },
	{ "24 Nov 2026 09:30:15", -1 },
	{ "24 Nov 2026 09:30:15 +2500", -1 },
	{ "24 Nov 2026 09:30:15 +0100\r\nBcc: x@example.org", -1 },
	{ "1970-01-01T00:00:00Z", -1 },
	{ "1969-12-31T00:00:00Z", -1 },
	{ "now", -1 },
	{ "", -1 },
};

TEST(forms)
{
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		time_t when = -1;
		int rc = date_parse(cases[i].text, &when);

		if (rc != (cases[i].when < 0 ? -1 : 0) || when != cases[i].when)
			fail_msg("%s: %d, %lld", cases[i].text, rc, (long long)when);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forms) };

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
