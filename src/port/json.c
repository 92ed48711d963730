#include "port/json.h"

#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

/* struct json is never defined: it is jansson's json_t under our own name. */
static json_t *inner(const struct json *value)
{
	return (json_t *)value;
}

static struct json *outer(json_t *value)
{
	if (!value)
		die("out of memory for JSON");
	return (struct json *)value;
}

static void must(int rc)
{
	if (rc < 0)
		die("out of memory for JSON");
}

static json_t *text_value(const char *text)
{
	struct buf safe = BUF_INIT((size_t)-1 / 4);
	json_t *value;

	if (!text)
		return json_null();
	if (text_utf8_valid(text, strlen(text)))
		return inner(outer(json_string_nocheck(text)));
	text_visible(&safe, text, strlen(text));
	value = json_string_nocheck(buf_text(&safe));
	buf_free(&safe);
	return inner(outer(value));
}

struct json *json_new_object(void)
{
	return outer(json_object());
}

struct json *json_new_array(void)
{
	return outer(json_array());
}

void json_free(struct json *value)
{
	json_decref(inner(value));
}

void json_put(struct json *object, const char *key, struct json *value)
{
	must(json_object_set_new_nocheck(inner(object), key, inner(value)));
}

void json_put_text(struct json *object, const char *key, const char *text)
{
	must(json_object_set_new_nocheck(inner(object), key, text_value(text)));
}

void json_put_number(struct json *object, const char *key, long long number)
{
	must(json_object_set_new_nocheck(inner(object), key, json_integer(number)));
}

void json_put_bool(struct json *object, const char *key, bool truth)
{
	must(json_object_set_new_nocheck(inner(object), key, json_boolean(truth)));
}

void json_put_null(struct json *object, const char *key)
{
	must(json_object_set_new_nocheck(inner(object), key, json_null()));
}

void json_add(struct json *array, struct json *value)
{
	must(json_array_append_new(inner(array), inner(value)));
}

void json_add_text(struct json *array, const char *text)
{
	must(json_array_append_new(inner(array), text_value(text)));
}

int json_print(const struct json *value, bool one_line, FILE *to)
{
	size_t flags = one_line ? JSON_COMPACT : JSON_INDENT(2);

	if (json_dumpf(inner(value), to, flags | JSON_ENCODE_ANY) < 0 || fputc('\n', to) == EOF)
		return -1;
	return 0;
}

const char *json_library(void)
{
	return "jansson " JANSSON_VERSION;
}
