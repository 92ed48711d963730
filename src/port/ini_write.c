#include "port/ini.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

static int write_full(struct buf *out, size_t before, struct err *err)
{
	buf_cut(out, before);
	return err_set(err, ERR_INPUT, "The file would grow past %zu bytes.", out->max);
}

int ini_write_section(struct buf *out, const char *section, struct err *err)
{
	size_t before = out->len;

	if (!ini_is_name(section, true) || section[strlen(section) - 1] == ' ')
		return err_set(err, ERR_INPUT, "\"%s\" cannot be the name of a section: use "
			       "letters, digits, blanks, '.', '_' and '-'.", section);
	if (buf_printf(out, "%s[%s]\n", before ? "\n" : "", section) < 0)
		return write_full(out, before, err);
	return 0;
}

static void add_encoded(struct buf *line, const char *value)
{
	for (const char *p = value; *p; p++) {
		bool at_end = p == value || p[1] == '\0';

		if (strchr("%\"\\;#", *p) || text_has_control(p, 1) || (*p == ' ' && at_end))
			buf_printf(line, "%%%02X", (unsigned char)*p);
		else
			buf_addc(line, *p);
	}
}

int ini_write_value(struct buf *out, const char *key, const char *value, struct err *err)
{
	size_t before = out->len;
	struct buf line = BUF_INIT(4 * INI_TEXT_MAX);
	int rc = -1;

	if (!ini_is_name(key, false)) {
		err_set(err, ERR_INPUT, "\"%s\" cannot be a key: use letters, digits, "
			"'.', '_' and '-'.", key);
	} else if (!text_utf8_valid(value, strlen(value))) {
		err_set(err, ERR_INPUT, "The value of %s is not valid UTF-8.", key);
	} else {
		buf_printf(&line, "%s = \"", key);
		add_encoded(&line, value);
		buf_adds(&line, "\"");
		if (line.len > INI_LINE_MAX) {
			err_set(err, ERR_INPUT, "The value of %s is too long: its line would have "
				"%zu bytes, and %d are possible.", key, line.len, INI_LINE_MAX);
		} else if (buf_adds(&line, "\n") == 0 && buf_add(out, line.data, line.len) < 0) {
			write_full(out, before, err);
		} else {
			rc = 0;
		}
	}
	buf_free(&line);
	return rc;
}

int ini_write_comment(struct buf *out, const char *text)
{
	size_t before = out->len;

	for (;;) {
		size_t n = strcspn(text, "\n");
		size_t start = out->len;

		if (buf_adds(out, "; ") < 0)
			break;
		text_visible(out, text, n);
		if (out->len - start > INI_LINE_MAX || buf_addc(out, '\n') < 0)
			break;
		if (text[n] == '\0')
			return 0;
		text += n + 1;
	}
	buf_cut(out, before);
	return -1;
}
