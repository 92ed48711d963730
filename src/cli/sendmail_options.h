/*
 * sendmail's own command line, as programs have given it for forty years: options of one
 * letter with their value joined or apart, -o and -b with a second letter, recipients as words.
 *
 * Those that are for queues, daemons and configurations that are not ours are taken and
 * ignored, with their values.
 */
#ifndef OUTPOST_SENDMAIL_OPTIONS_H
#define OUTPOST_SENDMAIL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/smtp.h"

struct call;
struct err;

enum sendmail_mode {
	SENDMAIL_SEND, /* -bm */
	SENDMAIL_SMTP, /* -bs */
	SENDMAIL_LIST, /* -bp, or called as mailq */
	SENDMAIL_RUN, /* -q */
	SENDMAIL_VERSION, /* --version, -bV */
	SENDMAIL_NOTHING /* -bi, or called as newaliases */
};

struct sendmail_options {
	enum sendmail_mode mode;
	bool from_header; /* -t */
	bool dots; /* -i: a line of a dot ends nothing */
	bool sender_from_header; /* --read-envelope-from */
	bool queue_only; /* -odq, -odd */
	bool verbose; /* -v */
	const char *sender, *name, *log, *account;
	struct smtp_wishes wishes;
	const char **words; /* recipients; lent by the call, the array is ours */
	size_t count;
};

/* Reads the words of the call. ERR_USAGE. Clear options in any case. */
int sendmail_options_parse(const struct call *call, struct sendmail_options *options,
			   struct err *err);
void sendmail_options_clear(struct sendmail_options *options);

#endif
