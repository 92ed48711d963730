/*
 * Candidates in words, shared by the commands that show one.
 */
#ifndef OUTPOST_CLI_DISCOVER_H
#define OUTPOST_CLI_DISCOVER_H

#include <stddef.h>

struct discover_candidate;

/* "mail.example.org, port 465, TLS" */
void discover_sentence(const struct discover_candidate *candidate, char *out, size_t size);

#endif
