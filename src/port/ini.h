/*
 * Ini files, read safely and written so that they read back.
 *
 * iniparser is used here and nowhere else. It fails a whole file over one bad
 * line, ends a value at ';' or '#', reads \" wrong, lower-cases sections, and
 * complains on stderr (measured, 4.1). So the text is looked at line by line
 * first: bad lines become faults (line number, section, reason) and only good
 * lines reach iniparser. The intact sections of a damaged file stay usable.
 *
 * Reading: UTF-8; a byte order mark and CRLF are accepted. A line is blank, a
 * comment (';' or '#'), "[section]", or "key = value" with key
 * [A-Za-z0-9][A-Za-z0-9_.-]*. Section names are made of the same characters and
 * blanks; both have at most INI_NAME_MAX bytes. A value may be quoted ("..."); in both forms %XX is
 * the byte with that hex value, so any UTF-8 survives (the one escape there
 * is; a lone % is a fault). Unquoted, ';' or '#' after a blank begins a
 * comment. Section and key names are ASCII case-insensitive. Faults: no
 * section, no '=', key or section given twice, line over INI_LINE_MAX, not
 * UTF-8, NUL or control bytes, unclosed quote, bad %XX. Lines under a heading
 * that is faulty or repeated belong nowhere: they are passed over.
 *
 * Writing (ini_write_*): key = "value", with %, ", \, ;, #, control bytes and a
 * blank at either end as %XX. A value whose line would be over INI_LINE_MAX is
 * refused (ERR_INPUT) and nothing is added.
 *
 * Bounds (ERR_CONFIG): 1 MiB of text, 1,000 sections, 10,000 lines. 100 faults are
 * kept; ini_section_faults counts on.
 */
#ifndef OUTPOST_INI_H
#define OUTPOST_INI_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct ini;

#define INI_LINE_MAX 1000	/* bytes of a line; iniparser 4.1 stops at 1024 */
#define INI_NAME_MAX 200
#define INI_TEXT_MAX (1024 * 1024)

struct ini_fault {
	int line;		/* from 1 */
	const char *section;	/* "" before the first; lower case */
	const char *reason;	/* "no '=' after the key", without a full stop */
};

/* Never fails over bad lines (see ini_fault_count); fails (NULL) when the file
 * is not there (ERR_NOINPUT), cannot be read, or is over the bounds. */
struct ini *ini_read(const char *path, struct err *err);
struct ini *ini_parse(const char *name, const char *text, size_t len, struct err *err);
void ini_free(struct ini *ini);

size_t ini_fault_count(const struct ini *ini);
const struct ini_fault *ini_fault(const struct ini *ini, size_t i);

/* Faulty lines in that section; a second heading of the same name is one. */
size_t ini_section_faults(const struct ini *ini, const char *section);

/* In file order. Names are lower case and live as long as ini. */
size_t ini_section_count(const struct ini *ini);
const char *ini_section(const struct ini *ini, size_t i);
int ini_section_line(const struct ini *ini, size_t i);	/* where it begins */
size_t ini_key_count(const struct ini *ini, const char *section);
const char *ini_key(const struct ini *ini, const char *section, size_t i);
/* Decoded value, or NULL when there is none. Lives as long as ini. */
const char *ini_get(const struct ini *ini, const char *section, const char *key);
/* Line of the key, 0 when there is none. */
int ini_line(const struct ini *ini, const char *section, const char *key);

/* Can it be the name of a section, or of a key? */
bool ini_is_name(const char *name, bool section);

int ini_write_section(struct buf *out, const char *section, struct err *err);
int ini_write_value(struct buf *out, const char *key, const char *value, struct err *err);
/* Lines "; ..."; -1 when one is too long or out is full, and nothing is added. */
int ini_write_comment(struct buf *out, const char *text);

#endif
