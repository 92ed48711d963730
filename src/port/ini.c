#include "port/ini.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if __has_include(<iniparser/iniparser.h>)
#include <iniparser/iniparser.h>
#else
#include <iniparser.h>
#endif

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"

#define SECTIONS_MAX 1000
#define LINES_MAX    10000
#define FAULTS_MAX   100

struct entry {
	char *key;
	unsigned hash;
	int line;
	char *value;
};

struct section {
	char *name;
	unsigned hash;
	int line;
	size_t faults;
	struct entry *entries;
	size_t count, cap;
};

struct ini {
	struct section *sections;
	size_t count, cap;
	struct ini_fault faults[FAULTS_MAX];
	size_t fault_count;
};

/* One pass over the text: what is good goes into ini (values still as written)
 * and, normalised, into feed for iniparser. */
struct scan {
	struct ini *ini;
	struct buf feed;
	struct section *section;	/* the one that keys belong to; NULL: none */
	bool heading;			/* a heading, good or bad, was seen */
	int line;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

static bool is_comment(const char *s)
{
	return *s == ';' || *s == '#';
}

bool ini_is_name(const char *s, bool section)
{
	size_t n = 0;

	for (; s[n]; n++) {
		char c = s[n];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			continue;
		if (n == 0 || !strchr(section ? "._- " : "._-", c))
			return false;
	}
	return n > 0 && n <= INI_NAME_MAX;
}

/* ---- finding ---- */

/* FNV-1a over the lower-case name: spares most of the comparing. */
static unsigned name_hash(const char *s)
{
	unsigned h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s)) * 16777619u;
	return h;
}

static struct section *find_section(const struct ini *ini, const char *name)
{
	unsigned hash = name_hash(name);

	for (size_t i = 0; i < ini->count; i++) {
		struct section *s = &ini->sections[i];

		if (s->hash == hash && text_eq_nocase(s->name, name))
			return s;
	}
	return NULL;
}

static struct entry *find_entry(const struct section *s, const char *key)
{
	unsigned hash = name_hash(key);

	for (size_t i = 0; s && i < s->count; i++) {
		struct entry *e = &s->entries[i];

		if (e->hash == hash && text_eq_nocase(e->key, key))
			return e;
	}
	return NULL;
}

/* ---- values ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place. Returns why it cannot be decoded, or NULL. */
static const char *decode(char *s)
{
	char *out = s, *begin = s;

	for (; *s; s++) {
		int hi, lo;

		if (*s != '%') {
			*out++ = *s;
			continue;
		}
		hi = hex_digit(s[1]);
		lo = hi < 0 ? -1 : hex_digit(s[2]);
		if (lo < 0)
			return "a '%' without two hex digits after it (a % itself is %25)";
		if (hi == 0 && lo == 0)
			return "%00 cannot be part of a value";
		*out++ = (char)(hi << 4 | lo);
		s += 2;
	}
	*out = '\0';
	return text_utf8_valid(begin, strlen(begin)) ? NULL : "not valid UTF-8";
}

/* What iniparser would take for its own syntax travels through it as control
 * bytes, which a good line cannot hold: one byte for one byte, so that a
 * line does not grow past iniparser's limit. The last one ends each value: its
 * stripping of blanks follows the locale, and in an 8-bit one takes the end of
 * a UTF-8 character for a blank. */
static const char special[] = "\"\\;#' \t";
#define VALUE_END ((char)sizeof special)

static void add_disguised(struct buf *feed, const char *value)
{
	for (; *value; value++) {
		const char *p = strchr(special, *value);

		buf_addc(feed, p ? (char)(1 + (p - special)) : *value);
	}
	buf_addc(feed, VALUE_END);
}

static void undisguise(char *s)
{
	for (; *s; s++) {
		if (*s >= 1 && (size_t)*s < sizeof special)
			*s = special[*s - 1];
		else if (*s == VALUE_END)
			break;
	}
	*s = '\0';
}

/* Cuts the value, without quotes and comment, out of what follows the '='. */
static const char *take_value(char *s, char **value)
{
	char *p = skip_blanks(s);

	if (*p == '"') {
		char *end = strchr(p + 1, '"');

		if (!end)
			return "the quote is not closed";
		*end = '\0';
		*value = p + 1;
		p = skip_blanks(end + 1);
		return *p == '\0' || is_comment(p) ? NULL :
			"text after the closing quote (a quote itself is %22)";
	}
	for (p = s; *p; p++) {
		if (is_comment(p) && p > s && is_blank(p[-1])) {
			*p = '\0';
			break;
		}
	}
	*value = text_trim(s);
	return NULL;
}

/* ---- scanning ---- */

static const char *scan_heading(struct scan *scan, char *s, struct section **repeated)
{
	struct ini *ini = scan->ini;
	char *end = strchr(s, ']'), *name, *out;

	if (!end)
		return "no ']' after the section's name";
	*end = '\0';
	end = skip_blanks(end + 1);
	if (*end && !is_comment(end))
		return "text after the ']'";
	name = out = text_trim(s + 1);
	for (char *p = name; *p; p++)	/* any run of blanks counts as one */
		if (!is_blank(*p) || !is_blank(p[-1]))
			*out++ = is_blank(*p) ? ' ' : *p;
	*out = '\0';
	if (!ini_is_name(name, true))
		return "a section's name may hold only letters, digits, blanks, '.', '_' and '-'";
	text_lower(name);
	*repeated = find_section(ini, name);
	if (*repeated)
		return "this section was there before";
	if (ini->count == ini->cap) {
		ini->cap = ini->cap ? ini->cap * 2 : 8;
		ini->sections = xreallocarray(ini->sections, ini->cap, sizeof *ini->sections);
	}
	scan->section = &ini->sections[ini->count++];
	*scan->section = (struct section){ .name = xstrdup(name), .hash = name_hash(name),
					   .line = scan->line };
	buf_printf(&scan->feed, "[%s]\n", name);
	return NULL;
}

static const char *check_encoding(const char *value)
{
	char copy[INI_LINE_MAX + 1];

	strcpy(copy, value);
	return decode(copy);
}

static void add_entry(struct section *section, const char *key, int line)
{
	if (section->count == section->cap) {
		section->cap = section->cap ? section->cap * 2 : 8;
		section->entries = xreallocarray(section->entries, section->cap,
						 sizeof *section->entries);
	}
	section->entries[section->count++] =
		(struct entry){ .key = xstrdup(key), .hash = name_hash(key), .line = line };
}

static const char *scan_key(struct scan *scan, char *s)
{
	struct section *section = scan->section;
	char *equals = strchr(s, '='), *key, *value;
	const char *reason;

	if (!section)
		return scan->heading ? NULL : "no [section] before it";
	if (!equals)
		return "no '=' after the key";
	*equals = '\0';
	key = text_trim(s);
	if (!ini_is_name(key, false))
		return "a key may hold only letters, digits, '.', '_' and '-'";
	text_lower(key);
	if (find_entry(section, key))
		return "this key was there before in the same section";
	reason = take_value(equals + 1, &value);
	if (reason)
		return reason;
	reason = check_encoding(value);
	if (reason)
		return reason;
	add_entry(section, key, scan->line);
	buf_printf(&scan->feed, "%s=", key);
	add_disguised(&scan->feed, value);
	buf_addc(&scan->feed, '\n');
	return NULL;
}

static void add_fault(struct scan *scan, struct section *section, const char *reason)
{
	struct ini *ini = scan->ini;

	if (section)
		section->faults++;
	if (ini->fault_count == FAULTS_MAX)
		return;
	ini->faults[ini->fault_count++] = (struct ini_fault){
		.line = scan->line, .section = section ? section->name : "", .reason = reason };
}

static const char *line_bytes(const char *s, size_t len)
{
	if (len > INI_LINE_MAX)
		return "longer than 1000 bytes";
	if (memchr(s, '\0', len))
		return "it holds a NUL byte";
	if (!text_utf8_valid(s, len))
		return "not valid UTF-8";
	for (size_t i = 0; i < len; i++)
		if (s[i] != '\t' && text_has_control(s + i, 1))
			return "it holds a control character";
	return NULL;
}

static void scan_line(struct scan *scan, const char *s, size_t len)
{
	char line[INI_LINE_MAX + 1];
	struct section *repeated = NULL;
	const char *reason;
	char *p;

	if (len > 0 && s[len - 1] == '\r')
		len--;
	reason = line_bytes(s, len);
	if (len > INI_LINE_MAX)
		len = INI_LINE_MAX;
	memcpy(line, s, len);
	line[len] = '\0';
	p = skip_blanks(line);
	if (*p == '[') {
		/* Whatever is wrong with it: keys that follow are not the section's before. */
		scan->heading = true;
		scan->section = NULL;
		if (!reason)
			reason = scan_heading(scan, p, &repeated);
		if (reason)
			add_fault(scan, repeated, reason);
		return;
	}
	if (!reason && *p && !is_comment(p))
		reason = scan_key(scan, p);
	if (reason)
		add_fault(scan, scan->section, reason);
}

static int scan_text(struct scan *scan, const char *name, const char *text, size_t len,
		     struct err *err)
{
	const char *end = text + len;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		const char *stop = nl ? nl : end;

		if (++scan->line > LINES_MAX)
			return err_set(err, ERR_CONFIG, "%s has more than %d lines.", name,
				       LINES_MAX);
		scan_line(scan, text, (size_t)(stop - text));
		if (scan->ini->count > SECTIONS_MAX)
			return err_set(err, ERR_CONFIG, "%s has more than %d sections.", name,
				       SECTIONS_MAX);
		text = stop + 1;
	}
	return 0;
}

/* ---- iniparser ---- */

static int keep_quiet(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

static void set_quiet(void)
{
	iniparser_set_error_callback(keep_quiet);
}

/* iniparser 4.1 reads files with a name only; that of a memfd is in /proc. */
static dictionary *load(const struct buf *feed, const char *name, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	dictionary *dict = NULL;
	char path[40];
	int fd = memfd_create("ini", MFD_CLOEXEC);

	if (fd < 0) {
		err_errno(err, "Cannot set memory aside to read %s", name);
		return NULL;
	}
	pthread_once(&once, set_quiet);
	if (file_write_all(fd, buf_text(feed), feed->len, name, err) == 0) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		dict = iniparser_load(path);
		if (!dict)
			err_set(err, ERR_SYSTEM, "Cannot read %s: /proc is not there, or no "
				"memory is left.", name);
	}
	close(fd);
	return dict;
}

/* Every good key has its value in dict; it is undone and decoded here, once. */
static int take_values(struct ini *ini, const dictionary *dict, const char *name, struct err *err)
{
	char path[2 * INI_NAME_MAX + 2];

	for (size_t i = 0; i < ini->count; i++) {
		struct section *s = &ini->sections[i];

		for (size_t j = 0; j < s->count; j++) {
			struct entry *e = &s->entries[j];
			const char *value;

			snprintf(path, sizeof path, "%s:%s", s->name, e->key);
			value = iniparser_getstring(dict, path, NULL);
			if (!value)
				return err_set(err, ERR_CONFIG, "%s, line %d cannot be read.",
					       name, e->line);
			e->value = xstrdup(value);
			undisguise(e->value);
			decode(e->value);
		}
	}
	return 0;
}

/* ---- the rest of the interface ---- */

struct ini *ini_parse(const char *name, const char *text, size_t len, struct err *err)
{
	struct ini *ini = xcalloc(1, sizeof *ini);
	struct scan scan = { .ini = ini, .feed = BUF_INIT(2 * INI_TEXT_MAX) };
	dictionary *dict = NULL;
	int rc = -1;

	if (len > INI_TEXT_MAX) {
		err_set(err, ERR_CONFIG, "%s is longer than 1 MiB.", name);
		goto out;
	}
	if (scan_text(&scan, name, text, len, err) < 0)
		goto out;
	dict = load(&scan.feed, name, err);
	if (dict)
		rc = take_values(ini, dict, name, err);
out:
	if (dict)
		iniparser_freedict(dict);
	buf_free(&scan.feed);
	if (rc == 0)
		return ini;
	ini_free(ini);
	return NULL;
}

struct ini *ini_read(const char *path, struct err *err)
{
	struct buf text = BUF_INIT(INI_TEXT_MAX);
	struct ini *ini = NULL;

	if (file_read(path, &text, err) == 0)
		ini = ini_parse(path, buf_text(&text), text.len, err);
	else if (err && err->kind == ERR_INPUT)
		err_set(err, ERR_CONFIG, "%s is longer than 1 MiB.", path);
	buf_free(&text);
	return ini;
}

void ini_free(struct ini *ini)
{
	if (!ini)
		return;
	for (size_t i = 0; i < ini->count; i++) {
		struct section *s = &ini->sections[i];

		for (size_t j = 0; j < s->count; j++) {
			free(s->entries[j].key);
			free(s->entries[j].value);
		}
		free(s->entries);
		free(s->name);
	}
	free(ini->sections);
	free(ini);
}

size_t ini_fault_count(const struct ini *ini)
{
	return ini->fault_count;
}

const struct ini_fault *ini_fault(const struct ini *ini, size_t i)
{
	return i < ini->fault_count ? &ini->faults[i] : NULL;
}

size_t ini_section_faults(const struct ini *ini, const char *section)
{
	const struct section *s = find_section(ini, section);

	return s ? s->faults : 0;
}

size_t ini_section_count(const struct ini *ini)
{
	return ini->count;
}

const char *ini_section(const struct ini *ini, size_t i)
{
	return i < ini->count ? ini->sections[i].name : NULL;
}

int ini_section_line(const struct ini *ini, size_t i)
{
	return i < ini->count ? ini->sections[i].line : 0;
}

size_t ini_key_count(const struct ini *ini, const char *section)
{
	const struct section *s = find_section(ini, section);

	return s ? s->count : 0;
}

const char *ini_key(const struct ini *ini, const char *section, size_t i)
{
	const struct section *s = find_section(ini, section);

	return s && i < s->count ? s->entries[i].key : NULL;
}

const char *ini_get(const struct ini *ini, const char *section, const char *key)
{
	const struct entry *e = find_entry(find_section(ini, section), key);

	return e ? e->value : NULL;
}

int ini_line(const struct ini *ini, const char *section, const char *key)
{
	const struct entry *e = find_entry(find_section(ini, section), key);

	return e ? e->line : 0;
}
