#include "task/merge.h"

int64_t merge_time(size_t waiting, long per_hour, long per_day)
{
	int64_t left = waiting ? (int64_t)waiting - 1 : 0, hours = 0, days = 0;

	/* A full window has just gone: each next one begins when the one before it has passed. */
	if (waiting == 0)
		return 0;
	if (per_day > 0) {
		days = left / per_day + 1;
		left %= per_day;
	}
	if (per_hour > 0)
		hours = left / per_hour + (days ? 0 : 1);
	return days * 86400 + hours * 3600;
}
