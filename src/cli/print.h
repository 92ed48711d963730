/*
 * What people read: errors, notes, tables. Everything from outside that is
 * printed goes through here and is made visible.
 */
#ifndef OUTPOST_PRINT_H
#define OUTPOST_PRINT_H

#include <stddef.h>
#include <stdio.h>

struct account;
struct account_fault;
struct accounts;
struct call;
struct err;
struct json;

/* "outpost: SENTENCE", the server's words and the hint below it, to stderr. */
void print_error(const struct err *err);
/* A sentence to stderr. */
void print_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void print_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A warning when the address looks mistyped, and what becomes of it all the same. */
void print_typo(const char *address, const char *goes_on);
/* Bytes from outside, made visible. */
void print_visible(FILE *to, const char *text);
/* The same, line by line. */
void print_lines(FILE *to, const char *text);
/* Blank-padded to a number of characters. */
void print_padded(FILE *to, const char *text, size_t width);
/* Paragraphs broken at blanks so that no line is over 79; indent blanks before each. */
void print_wrapped(FILE *to, const char *text, int indent);
/* A label, and text in a column beside it, broken and indented as above. */
void print_beside(FILE *to, const char *label, const char *text, int column);
/* Characters, not bytes. */
size_t print_width(const char *text);

/* A warning for each part of accounts.ini that could not be read. */
void print_faults(const struct accounts *all);

/* { "kind", "exit", "temporary", "message", "hint", "reply" } */
struct json *error_json(const struct err *err);

#endif
