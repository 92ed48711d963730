/*
 * What lies between the bytes that a program gives and the outbox: which account, whom a
 * local name stands for, the envelope; then the delivery, and what is said about it.
 */
#ifndef OUTPOST_SENDMAIL_PASS_H
#define OUTPOST_SENDMAIL_PASS_H

#include <stdbool.h>

#include "cli/sendmail_options.h"
#include "mail/addr.h"
#include "task/deliver.h"

struct accounts;
struct aliases;
struct err;

/* What is the same for all messages of a call. */
struct sendmail_way {
	const struct sendmail_options *options;
	struct accounts *accounts;
	struct aliases *aliases;
};

/* Reads accounts and aliases. Close in any case. */
int sendmail_way_open(struct sendmail_way *way, const struct sendmail_options *options,
		      struct err *err);
void sendmail_way_close(struct sendmail_way *way);

/* A sender as it is given: the address; "" for the null sender; NULL for a user's name of
 * this machine, which is no address that a server would take. */
int sendmail_sender(const char *given, char **sender, struct err *err);

struct sendmail_mail {
	int fd; /* the message, read from where it stands */
	bool dot_ends; /* a line of a dot ends it */
	bool from_header; /* the recipients in the header too */
	const char *sender; /* as sendmail_sender gave it */
	const struct addr_list *to;
	const char *account; /* set by sendmail_pass; lives as long as the way */
};

/* 0: the server took it for at least one recipient, or it waits in the outbox (report says
 * which, and err then why): in both cases it is not to be sent again. Clear report in any case. */
int sendmail_pass(const struct sendmail_way *way, struct sendmail_mail *mail,
		  struct deliver_report *report, struct err *err);
/* Recipients that will never get it. */
size_t sendmail_lost(const struct deliver_report *report);
/* On standard error: who did not get it, what waits and why. */
void sendmail_tell(const struct deliver_report *report, const struct err *why);

#endif
