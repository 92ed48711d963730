/*
 * A message that the sandbox caught, as it is shown.
 */
#ifndef OUTPOST_CAUGHT_H
#define OUTPOST_CAUGHT_H

#include <stdio.h>

struct json;
struct sandbox_mail;

void caught_print(FILE *to, const struct sandbox_mail *mail);
struct json *caught_json(const struct sandbox_mail *mail);

#endif
