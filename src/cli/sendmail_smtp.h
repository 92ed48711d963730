/*
 * sendmail -bs: SMTP (RFC 5321) on standard input and output, for programs that speak it
 * to a sendmail that they start, as nmh and Alpine do.
 *
 * Each message goes the way of all others (sendmail_pass) when its last line is in, and the
 * reply to it says what became of it: 250 sent or waiting in the outbox, 451 and 554 with the
 * reason. Addresses without "@" are aliases. PIPELINING, SIZE, 8BITMIME, SMTPUTF8 and
 * ENHANCEDSTATUSCODES are offered. Lines may end in LF alone; in a message they do only for
 * a client that ended DATA so, so that no text can end its message early. Bounded: a command
 * line, recipients, the size of a message, commands that are wrong, and the time without a byte.
 */
#ifndef OUTPOST_SENDMAIL_SMTP_H
#define OUTPOST_SENDMAIL_SMTP_H

struct err;
struct sendmail_way;

#define SENDMAIL_SMTP_LINE   2000 /* bytes of a command, with room for its extensions */
#define SENDMAIL_SMTP_FAULTS 100 /* commands that are wrong */
#define SENDMAIL_SMTP_IDLE   300 /* seconds without a byte */

/* Until QUIT, or the end of standard input between messages: 0. Else -1: ERR_INPUT, or
 * ERR_CANCELLED after a signal. */
int sendmail_smtp_run(const struct sendmail_way *way, struct err *err);

#endif
