/*
 * What runs the outbox when nobody is there: a systemd timer of the user, or a line of crontab.
 *
 * The units are $XDG_CONFIG_HOME/systemd/user/outpost.service and outpost.timer
 * (systemd.service(5), systemd.timer(5)); the line of crontab ends in a remark by which it
 * is found again. Each is written once however often it is asked for, a new time replaces the old.
 */
#ifndef OUTPOST_TIMER_H
#define OUTPOST_TIMER_H

#include "base/buf.h"

struct err;

enum timer_kind { TIMER_SYSTEMD, TIMER_CRON };

struct timer {
	const char *program; /* path of outpost */
	const char *config; /* --config-dir, absolute; NULL: the usual one */
	int minutes; /* 1 to 59 between two runs */
};

/* What would be written, for people to read. ERR_INPUT: a path with a character that such a
 * file cannot hold. */
int timer_text(enum timer_kind kind, const struct timer *timer, struct buf *out, struct err *err);
/* 0: runs from now on. 1: it is written, but does not run: err says why, and what to do. -1. */
int timer_install(enum timer_kind kind, const struct timer *timer, struct err *err);
/* 1: it was there, 0: it was not, -1. */
int timer_remove(enum timer_kind kind, struct err *err);
/* The file a person would look at; free with free(). */
char *timer_path(enum timer_kind kind);

#endif
