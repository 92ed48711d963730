/*
 * JSON for programs that read our output, and from those that write to us.
 *
 * jansson is used here and nowhere else. Values are built from the leaves up: who
 * puts a value into another gives it away. Text that is not UTF-8 is made
 * visible first (base/text), so that what is printed is always valid JSON; NULL
 * text is null. Nothing here fails but for want of memory, which ends in die(), and reading:
 * what comes from outside may be no JSON, or lie deeper within each other than JSON_DEPTH.
 */
#ifndef OUTPOST_JSON_H
#define OUTPOST_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct err;
struct json;

#define JSON_DEPTH 32

struct json *json_new_object(void);
struct json *json_new_array(void);
void json_free(struct json *value); /* NULL is fine */

/* Into an object, in the order they are put; the same key again replaces. */
void json_put(struct json *object, const char *key, struct json *value);
void json_put_text(struct json *object, const char *key, const char *text);
void json_put_number(struct json *object, const char *key, long long number);
void json_put_bool(struct json *object, const char *key, bool truth);
void json_put_null(struct json *object, const char *key);
/* Onto the end of an array. */
void json_add(struct json *array, struct json *value);
void json_add_text(struct json *array, const char *text);

/* The text of this key in an object of any origin, or a number as text; NULL when it has none or
 * is no object. Free with free(). */
char *json_text_of(const char *object, const char *key);

/* A whole text (RFC 8259), with or without a byte order mark; a key twice in one object is
 * refused, and so are texts with a NUL. NULL with ERR_INPUT: line and reason. Free with
 * json_free. */
struct json *json_read(const void *bytes, size_t len, struct err *err);
/* The object under this key of an object, lent; NULL when that is something else. NULL has none. */
const struct json *json_get_object(const struct json *object, const char *key);
/* The text or truth under this key, lent; NULL or false when that is something else. */
const char *json_get_text(const struct json *object, const char *key);
bool json_get_bool(const struct json *object, const char *key);
/* The whole number under this key; 0 when that is something else. */
long long json_get_number(const struct json *object, const char *key);
/* The array under this key, lent; NULL when that is something else. NULL has none. */
const struct json *json_get_array(const struct json *object, const char *key);
size_t json_count(const struct json *array);	/* NULL has none */
const struct json *json_at(const struct json *array, size_t i);	/* lent */

/* With a line end: indented for reading, or all on one line. What a terminal would obey
 * is escaped. -1 when writing failed. */
int json_print(const struct json *value, bool one_line, FILE *to);
/* "jansson 2.14" for --version. */
const char *json_library(void);

#endif
