/*
 * What went wrong, for a person and for a program.
 *
 * Library code returns 0 or -1 and fills a struct err that its caller owns
 * (usually on the stack, starting as ERR_INIT). Nothing in it needs freeing.
 * The kind decides the exit code (sysexits(3)), the colour, and whether trying
 * again makes sense. The text is one whole sentence that can stand alone on a
 * line; the hint says what to do next; the reply holds the server's own words.
 * Text that comes from outside is made visible here (text_visible), so that
 * none of the three ever carries an escape byte to a terminal or a log.
 *
 * Out of memory and broken invariants do not come back as errors: die() gives
 * the terminal back through the hook and ends the process.
 */
#ifndef OUTPOST_ERR_H
#define OUTPOST_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum err_kind {
	ERR_NONE,	/* no error                                      0 */
	ERR_USAGE,	/* the command line is wrong                    64 */
	ERR_INPUT,	/* data given by the user is wrong              65 */
	ERR_NOINPUT,	/* a file or an account asked for is not there  66 */
	ERR_CONFIG,	/* a configuration file is wrong                78 */
	ERR_KEYRING,	/* no secret could be had or kept               69 */
	ERR_HOST,	/* the name of the server is not known          68 */
	ERR_NETWORK,	/* refused, unreachable, too slow, dropped      75 */
	ERR_TLS,	/* no encryption, or a certificate not trusted  76 */
	ERR_AUTH,	/* the server did not accept the sign-in        77 */
	ERR_REFUSED,	/* the server refused sender, recipient or mail 69, 75 if temporary */
	ERR_UNSURE,	/* lost after the last byte: maybe delivered    74 */
	ERR_SYSTEM,	/* disk full, no permission, no terminal        71 */
	ERR_CANCELLED,	/* the user said stop                          130 */
};

#define ERR_TEXT_MAX  512
#define ERR_REPLY_MAX 2048

struct err {
	enum err_kind kind;
	bool temporary;	/* the same thing may work later */
	char text[ERR_TEXT_MAX];
	char hint[ERR_TEXT_MAX];
	char reply[ERR_REPLY_MAX];
};

#define ERR_INIT { .kind = ERR_NONE }

/* All err_* accept NULL for err and do nothing then. err_set clears hint and
 * reply, sets temporary by kind (network and cancelled: true) and returns -1. */
int  err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* As err_set, with ": " and strerror(errno) added; kind is ERR_SYSTEM. */
int  err_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_hint(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The server's words; may hold several lines joined by \n, each made visible. */
void err_reply(struct err *err, const char *text, size_t len);
void err_clear(struct err *err);

int         err_exit_code(const struct err *err);
const char *err_kind_name(enum err_kind kind);	/* "usage", "input", ... for --json */

typedef void (*die_hook)(void);
void die_set_hook(die_hook hook);	/* called once before the message is printed */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Never NULL: out of memory ends in die(). Free with free(). */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);		/* NULL gives NULL */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
