#include "port/json.h"

#include <jansson.h>
#include <stdlib.h>
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

/* What base/text shows as something else: a terminal would obey it, or the writing turn around. */
static bool must_escape(const char *s, size_t len, unsigned code)
{
	char shown[16];

	if (code < 0x7f)
		return false;
	return text_visible_into(shown, sizeof shown, s, len) != len || memcmp(shown, s, len) != 0;
}

static void put_escaped(FILE *to, unsigned code)
{
	if (code < 0x10000)
		fprintf(to, "\\u%04X", code);
	else
		fprintf(to, "\\u%04X\\u%04X", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
}

/* jansson escapes what JSON demands and leaves the rest to the terminal's mercy. Only
 * strings can hold such characters, so the escape is right wherever one is. */
static void put_tame(FILE *to, const char *text, size_t len)
{
	size_t plain = 0, at = 0;

	while (at < len) {
		unsigned code = 0;
		size_t n = text_utf8_next(text + at, len - at, &code);

		n = n ? n : 1;
		if (must_escape(text + at, n, code)) {
			fwrite(text + plain, 1, at - plain, to);
			put_escaped(to, code);
			plain = at + n;
		}
		at += n;
	}
	fwrite(text + plain, 1, at - plain, to);
}

int json_print(const struct json *value, bool one_line, FILE *to)
{
	size_t flags = one_line ? JSON_COMPACT : JSON_INDENT(2);
	char *text = json_dumps(inner(value), flags | JSON_ENCODE_ANY);

	if (!text)
		die("out of memory for JSON");
	put_tame(to, text, strlen(text));
	free(text);
	return fputc('\n', to) == EOF || ferror(to) ? -1 : 0;
}

char *json_text_of(const char *object, const char *key)
{
	json_t *root = json_loads(object, 0, NULL);
	const json_t *value = json_object_get(root, key);
	char *text = NULL;

	if (json_is_string(value))
		text = xstrdup(json_string_value(value));
	else if (json_is_integer(value))
		text = xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	json_decref(root);
	return text;
}

/* jansson has a bound of its own, which is far above what a stack of a thread may hold. */
static bool too_deep(const char *text, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!quoted && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > JSON_DEPTH)
			return true;
	}
	return false;
}

struct json *json_read(const void *bytes, size_t len, struct err *err)
{
	const char *text = bytes ? bytes : "";
	json_error_t why;
	json_t *value;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (too_deep(text, len)) {
		err_set(err, ERR_INPUT, "The JSON cannot be read: it lies too deep within itself.");
		return NULL;
	}
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!value)
		err_set(err, ERR_INPUT, "The JSON cannot be read: line %d: %s.", why.line,
			why.text);
	return (struct json *)value;
}

const struct json *json_get_object(const struct json *object, const char *key)
{
	const json_t *value = json_object_get(inner(object), key);

	return json_is_object(value) ? (const struct json *)value : NULL;
}

const char *json_get_text(const struct json *object, const char *key)
{
	return json_string_value(json_object_get(inner(object), key));
}

bool json_get_bool(const struct json *object, const char *key)
{
	return json_is_true(json_object_get(inner(object), key));
}

long long json_get_number(const struct json *object, const char *key)
{
	return json_integer_value(json_object_get(inner(object), key));
}

const struct json *json_get_array(const struct json *object, const char *key)
{
	const json_t *value = json_object_get(inner(object), key);

	return json_is_array(value) ? (const struct json *)value : NULL;
}

size_t json_count(const struct json *array)
{
	return json_array_size(inner(array));
}

const struct json *json_at(const struct json *array, size_t i)
{
	return (const struct json *)json_array_get(inner(array), i);
}

const char *json_library(void)
{
	return "jansson " JANSSON_VERSION;
}
