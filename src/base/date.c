#include "base/date.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* Between least and most digits; -1: they are not there. */
static int take_number(const char **at, int least, int most)
{
	int n = 0, value = 0;

	for (; n < most && **at >= '0' && **at <= '9'; n++)
		value = value * 10 + *(*at)++ - '0';
	return n >= least ? value : -1;
}

static bool take(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static bool take_blanks(const char **at)
{
	size_t n = strspn(*at, " \t");

	*at += n;
	return n > 0;
}

/* Which of the names of three letters; -1: none. */
static int take_name(const char **at, const char *names)
{
	for (int i = 0; names[3 * i]; i++) {
		char name[4] = { names[3 * i], names[3 * i + 1], names[3 * i + 2], '\0' };

		if (!text_prefix_nocase(*at, name))
			continue;
		*at += 3;
		return i;
	}
	return -1;
}

/* 09:30 or 09:30:15 */
static bool take_clock(const char **at, struct tm *tm)
{
	tm->tm_hour = take_number(at, 2, 2);
	if (!take(at, ':'))
		return false;
	tm->tm_min = take_number(at, 2, 2);
	tm->tm_sec = take(at, ':') ? take_number(at, 2, 2) : 0;
	return tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 && tm->tm_min < 60 &&
	       tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

/* +0100, and with colon +01:00: seconds east of Greenwich. */
static bool take_offset(const char **at, bool colon, long *east)
{
	bool west = **at == '-';
	int hours, minutes;

	if (!take(at, '+') && !take(at, '-'))
		return false;
	hours = take_number(at, 2, 2);
	if (colon && !take(at, ':'))
		return false;
	minutes = take_number(at, 2, 2);
	*east = (hours * 60L + minutes) * (west ? -60 : 60);
	return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

/* Nothing more, or the name of the zone as a comment: "(CET)". */
static bool at_end(const char *at)
{
	take_blanks(&at);
	return *at == '\0' || (*at == '(' && at[1 + strcspn(at + 1, "()")] == ')' &&
			       at[2 + strcspn(at + 1, "()")] == '\0');
}

/* What two-digit years meant is past (RFC 5322 4.3). */
static bool mail_date(const char *at, struct tm *tm, long *east)
{
	int day = take_name(&at, days);

	if (day >= 0 && !take(&at, ','))
		return false;
	take_blanks(&at);
	tm->tm_mday = take_number(&at, 1, 2);
	take_blanks(&at);
	tm->tm_mon = take_name(&at, months);
	take_blanks(&at);
	tm->tm_year = take_number(&at, 4, 4) - 1900;
	if (tm->tm_mon < 0 || !take_blanks(&at) || !take_clock(&at, tm) || !take_blanks(&at))
		return false;
	tm->tm_wday = day;
	if (text_eq_nocase(at, "GMT") || text_eq_nocase(at, "UT") || text_eq_nocase(at, "Z"))
		return true;
	return take_offset(&at, false, east) && at_end(at);
}

/* Behind the day: with a zone, or in ours. */
static bool iso_date(const char *at, struct tm *tm, long *east, bool *ours)
{
	tm->tm_year = take_number(&at, 4, 4) - 1900;
	if (!take(&at, '-'))
		return false;
	tm->tm_mon = take_number(&at, 2, 2) - 1;
	if (!take(&at, '-'))
		return false;
	tm->tm_mday = take_number(&at, 2, 2);
	tm->tm_wday = -1;
	if ((!take(&at, ' ') && !take(&at, 'T') && !take(&at, 't')) || !take_clock(&at, tm))
		return false;
	if (take(&at, '.') && take_number(&at, 1, 9) < 0)
		return false;
	*ours = *at == '\0';
	if (*ours || ((*at == 'Z' || *at == 'z') && at[1] == '\0'))
		return true;
	return take_offset(&at, true, east) && *at == '\0';
}

/* The 31st of June would become the 1st of July. */
static bool same_day(const struct tm *a, const struct tm *b)
{
	return a->tm_mday == b->tm_mday && a->tm_mon == b->tm_mon && a->tm_year == b->tm_year &&
	       (a->tm_wday < 0 || a->tm_wday == b->tm_wday);
}

int date_parse(const char *text, time_t *out)
{
	struct tm tm = { .tm_sec = 0 }, day;
	bool ours = false;
	long east = 0;
	time_t when;

	text += strspn(text, " \t");
	if (!iso_date(text, &tm, &east, &ours)) {
		tm = (struct tm){ .tm_sec = 0 };
		east = 0;
		ours = false;
		if (!mail_date(text, &tm, &east))
			return -1;
	}
	day = tm;
	day.tm_hour = 12;
	day.tm_min = day.tm_sec = 0;
	timegm(&day);
	if (!same_day(&tm, &day))
		return -1;
	tm.tm_isdst = -1;
	when = ours ? mktime(&tm) : timegm(&tm) - east;
	if (when <= 0 || tm.tm_year > 9999 - 1900)
		return -1;
	*out = when;
	return 0;
}
