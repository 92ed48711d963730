/*
 * What a format can say of an account: one table of names.
 *
 *   id address local domain name       of the account; name may be ""
 *   from                               Name <address>, as a header writes it
 *   host port user
 *   tls starttls plain                 "yes" for the one that is used, else ""
 *   auth                               "yes" when there is a sign-in
 *   mechanism                          "plain", ... when one was chosen, else ""
 *   ca_file client_cert client_key     "" none
 *   password                           only with --with-password
 *   password_command                   prints the password, one line: what the account's own
 *                                      store says, for /bin/sh, without quotes or backslashes
 *                                      where it can be
 *   keyring                            "yes" when the password is in the keyring
 *   outpost                            path of this program
 *   uid                                a UUID that is always the same for this account
 *   file folder                        path of the file, and of its folder (bodies, next, run)
 *   to                                 in check only
 */
#ifndef OUTPOST_EXPORT_VALUES_H
#define OUTPOST_EXPORT_VALUES_H

#include <stdbool.h>

#include "task/export/export.h"

struct export_values;

struct export_values *export_values_new(const struct export_params *params, struct err *err);
void export_values_free(struct export_values *v);	/* wipes */
/* NULL: no such name. */
const char *export_value(const struct export_values *v, const char *name);
int export_value_set(struct export_values *v, const char *name, const char *value);
bool export_value_exists(const char *name);

#endif
