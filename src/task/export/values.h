/*
 * What a format can say of an account: one table of names.
 *
 *   id address local domain name       of the account; name may be ""
 *   from                               Name <address>, as a header writes it
 *   host port user
 *   tls starttls plain                 "yes" for the one that is used, else ""
 *   auth                               "yes" when there is a sign-in
 *   mechanism                          "plain", ... when one was chosen, else ""
 *   oauth                              "yes" when it signs in with a token
 *   ca_file client_cert client_key     "" none
 *   password                           only with --with-password
 *   password_command                   prints the password, one line: what the account's own
 *                                      store says, for /bin/sh, without quotes or backslashes
 *                                      where it can be
 *   keyring                            "yes" when the password is in the keyring
 *   outpost                            path of this program
 *   uid                                a UUID that is always the same for this account's name and
 *                                      address
 *   file folder                        path of the file, and of its folder (bodies, next, run)
 *   to                                 in check only
 */
#ifndef OUTPOST_EXPORT_VALUES_H
#define OUTPOST_EXPORT_VALUES_H

#include <stdbool.h>

#include "task/export/export.h"

struct template;

struct export_values;

enum { EXPORT_NAMES = 26 };
struct export_name {
	const char *name, *words;	/* words: how a sentence calls it */
};
extern const struct export_name export_names[EXPORT_NAMES + 1]; /* ends in NULL */
long export_name_at(const char *name); /* -1: no such name */
bool export_value_exists(const char *name);
const char *export_name_words(const char *name);

struct export_values *export_values_new(const struct export_params *params, struct err *err);
void export_values_free(struct export_values *v);	/* NULL is fine */
/* NULL: no such name. The password is lent by the secret of the parameters. */
const char *export_value(const struct export_values *v, const char *name);
/* Of a name that exists; takes a copy. */
void export_value_set(struct export_values *v, const char *name, const char *value);

/* Fills a template with them; quote is the rule of places that name none. */
int export_fill(const struct export_values *v, const struct template *t, const char *quote,
		struct buf *out, struct err *err);
/* The same for a short text that has not been read yet ("next", paths): owned by the caller,
 * NULL with err. */
char *export_fill_text(const struct export_values *v, const char *text, const char *quote,
		       struct err *err);

#endif
