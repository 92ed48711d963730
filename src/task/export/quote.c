#include "task/export/quote.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

/* ---- rules that are no rows ---- */

/* RFC 3986: all but the unreserved. */
static int write_url(const char *value, struct buf *out, struct err *err)
{
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || strchr("-._~", c);

		if (buf_printf(out, safe ? "%c" : "%%%02X", c) < 0)
			return err_set(err, ERR_INPUT, "The value is too long.");
	}
	return 0;
}

/* RFC 3986, 3.2.2: an IPv6 address in a URL stands in brackets. */
static int write_urlhost(const char *value, struct buf *out, struct err *err)
{
	size_t n = strcspn(value, " \"'\\#/?@%");

	if (value[n])
		return err_set(err, ERR_INPUT, "This format cannot hold the %s in the name of the "
			       "server.", value[n] == ' ' ? "blank" : (char[]){ value[n], '\0' });
	return buf_printf(out, strchr(value, ':') && *value != '[' ? "[%s]" : "%s", value) < 0
		       ? err_set(err, ERR_INPUT, "The value is too long.")
		       : 0;
}

/* java.util.Properties: Latin-1 files, so whatever is not ASCII becomes an escape in UTF-16. */
static int write_properties(const char *value, struct buf *out, struct err *err)
{
	size_t left = strlen(value), n;
	bool first = true;
	unsigned code;
	int rc = 0;

	for (; left > 0 && rc == 0; value += n, left -= n, first = false) {
		n = text_utf8_next(value, left, &code);
		if (n == 0)
			return err_set(err, ERR_INPUT, "The value is not UTF-8.");
		if (code > 0xffff)
			rc = buf_printf(out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10),
					0xdc00 + (code & 0x3ff));
		else if (code > 0x7e)
			rc = buf_printf(out, "\\u%04x", code);
		else if (strchr("\\:=#!", (int)code) || (code == ' ' && first))
			rc = buf_printf(out, "\\%c", (int)code);
		else
			rc = buf_addc(out, (char)code);
	}
	return rc < 0 ? err_set(err, ERR_INPUT, "The value is too long.") : 0;
}

/* Readers differ in what a backslash and a $ do, but agree on either kind of quotes around
 * what needs none of them. */
static int write_dotenv(const char *value, struct buf *out, struct err *err)
{
	char quote = strchr(value, '\'') ? '"' : '\'';

	if (quote == '"' && strpbrk(value, "\"$`"))
		return err_set(err, ERR_INPUT, "This format cannot hold a ' together with one "
			       "of \" $ `.");
	return buf_printf(out, "%c%s%c", quote, value, quote) < 0
		       ? err_set(err, ERR_INPUT, "The value is too long.")
		       : 0;
}

/* ---- rows ---- */

static const struct export_escape single_sh[] = { { '\'', "'\\''" }, { 0, NULL } };
static const struct export_escape backslash_double[] = { { '"', "\\\"" },
							 { '\\', "\\\\" },
							 { 0, NULL } };
static const struct export_escape backslash_single[] = { { '\'', "\\'" },
							 { '\\', "\\\\" },
							 { 0, NULL } };
static const struct export_escape dollar_double[] = {
	{ '"', "\\\"" }, { '\\', "\\\\" }, { '$', "\\$" }, { '`', "\\`" }, { 0, NULL }
};
static const struct export_escape markup[] = {
	{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
	{ '"', "&quot;" }, { '\'', "&#39;" }, { 0, NULL }
};
static const struct export_escape ruby[] = {
	{ '"', "\\\"" }, { '\\', "\\\\" }, { '#', "\\#" }, { 0, NULL }
};
static const struct export_escape keyfile[] = { { '\\', "\\\\" }, { 0, NULL } };
static const struct export_escape single_mixed[] = { { '\'', "'\"'\"'" }, { 0, NULL } };
static const struct export_escape exim[] = { { '\\', "\\x5c" }, { '$', "\\$" }, { 0, NULL } };
static const struct export_escape smtpd[] = { { '"', "\\\"" }, { ' ', "\\ " }, { 0, NULL } };
static const struct export_escape double_only[] = { { '"', "\\\"" }, { 0, NULL } };
static const struct export_escape keylist[] = { { '\\', "\\\\" }, { ';', "\\;" }, { 0, NULL } };
static const struct export_escape kconfig[] = { { '\\', "\\\\" }, { ' ', "\\s" }, { 0, NULL } };
static const struct export_escape dollar_twice[] = { { '$', "$$" }, { 0, NULL } };

static const struct export_escape dollar_php[] = {
	{ '"', "\\\"" }, { '\\', "\\\\" }, { '$', "\\$" }, { 0, NULL }
};
static const struct export_escape percent_twice[] = {
	{ '"', "\\\"" }, { '\\', "\\\\" }, { '%', "%%" }, { 0, NULL }
};

/* What a program takes for the name of something else, wherever it stands. */
static const char *const dollar_brace[] = { "${", NULL };
static const char *const two_braces[] = { "{{", NULL };
static const char *const percent_names[] = { "%(", NULL };
static const char *const grafana_names[] = { "%(", "${", "$__", NULL };

static const struct export_quote quotes[] = {
	{ "plain", "as it is, to the end of the line or of the value", "", "", .escapes = NULL },
	{ "line", "as it is to the end of the line; blanks at the ends would get lost", "", "",
	  .no_edge = true },
	{ "word", "as it is, one word without quotes, backslash or comment mark", "", "",
	  .refused = " \"'\\#;", .not_empty = true },
	{ "sh", "a word of /bin/sh, in single quotes", "'", "'", .escapes = single_sh },
	{ "double", "in double quotes; backslash before a quote and before itself", "\"", "\"",
	  .escapes = backslash_double },
	{ "mutt", "in double quotes, also $ and ` with a backslash", "\"", "\"",
	  .escapes = dollar_double },
	{ "msmtp", "in double quotes that know no escapes: the last one ends it", "\"", "\"",
	  .escapes = NULL },
	{ "json", "a string of JSON; serves YAML, TOML and JavaScript as well", "\"", "\"",
	  .escapes = backslash_double },
	{ "xml", "text or attribute of XML and HTML", "", "", .escapes = markup },
	{ "php", "a string in single quotes of PHP", "'", "'", .escapes = backslash_single },
	{ "python", "a string in single quotes of Python", "'", "'", .escapes = backslash_single },
	{ "ruby", "a string in double quotes of Ruby", "\"", "\"", .escapes = ruby },
	{ "lisp", "a string of Emacs Lisp", "\"", "\"", .escapes = backslash_double },
	{ "keyfile", "a value of GLib's key files", "", "", .escapes = keyfile, .no_edge = true },
	{ "postfix", "a value of main.cf: $ doubled", "", "", .escapes = dollar_twice,
	  .no_edge = true },
	{ "login", "as it is, in a line where : ends the user's name", "", "", .refused = ":",
	  .no_edge = true },
	{ "nullmailer", "in single quotes, a single quote itself in double ones", "'", "'",
	  .escapes = single_mixed },
	{ "keylist", "one of a list in GLib's key files", "", "", .escapes = keylist,
	  .no_edge = true },
	{ "kconfig", "a value of KDE's configuration files", "", "", .escapes = kconfig },
	{ "dns", "a name in a zone file", "", "", .refused = " \"\\;()@$", .not_empty = true },
	{ "exim", "a setting of Exim that it expands", "", "", .escapes = exim, .no_edge = true },
	{ "smtpd", "a string of OpenSMTPD's smtpd.conf", "\"", "\"", .escapes = smtpd,
	  .refused = "\\" },
	{ "dma", "the user's name in dma's auth.conf, up to a |", "", "", .refused = "|",
	  .no_edge = true },
	{ "ssmtp", "a value of ssmtp.conf, which knows no quotes", "", "", .refused = " #=",
	  .not_empty = true },
	{ "esmtp", "in double quotes that can hold neither a quote nor a backslash", "\"", "\"",
	  .refused = "\"\\" },
	{ "backquoted", "a command between backquotes that stand in double quotes", "", "",
	  .refused = "\"\\`" },
	{ "gitname", "a display name inside the double quotes of a git config", "", "",
	  .escapes = backslash_double, .refused = "\"<>", .no_edge = true },
	{ "inside", "inside double quotes; backslash before a quote and before itself", "", "",
	  .escapes = backslash_double },
	{ "curluser", "the same, and up to a colon", "", "", .escapes = backslash_double,
	  .refused = ":" },
	{ "dollar", "a word of a shell in $'...', which knows \\' and \\\\", "$'", "'",
	  .escapes = backslash_single },
	{ "goini", "a raw value of Go's ini package, in backquotes; the last one ends it", "`", "`",
	  .escapes = NULL },
	{ "pinerc", "one of a list in .pinerc, inside what is not quoted", "", "",
	  .refused = " \"',/\\#$(){}", .not_empty = true },
	{ "pinercname", "a name inside double quotes in .pinerc, where $ is a variable", "", "",
	  .escapes = double_only, .refused = "\\$", .no_edge = true },
	{ "aercname", "a name inside double quotes for aerc", "", "", .refused = "\"\\",
	  .no_edge = true },
	{ "url", "percent-encoded", "", "", .write = write_url },
	{ "urlhost", "the host of a URL", "", "", .write = write_urlhost },
	{ "hostname", "a name of a host that a colon follows, so no IPv6 address", "", "",
	  .refused = " \"'\\#;:", .not_empty = true },
	{ "mailutils", "a word in a URL of Mailutils that stands in double quotes", "", "",
	  .refused = " \"\\?&%$#", .not_empty = true },
	{ "autoconfig", "a user's name in autoconfig, where % begins a placeholder", "", "",
	  .escapes = markup, .refused = "%", .no_edge = true },
	{ "properties", "a value of Java properties", "", "", .write = write_properties },
	{ "bare", "as it is, where it is a word for every program on the way", "", "",
	  .refused = " \"'\\#;$`&|<>(){}[]*?!~^%", .ascii = true, .not_empty = true },
	{ "smtplib", "a string of Python for smtplib, which signs in with ASCII only", "'", "'",
	  .escapes = backslash_single, .ascii = true },
	{ "dotenv", "in quotes as all readers of .env files take them alike", "", "",
	  .refused = "\\", .refused_words = dollar_brace, .write = write_dotenv },
	{ "phpdotenv", "in double quotes of a .env file of PHP", "\"", "\"",
	  .escapes = dollar_php },
	{ "gitea", "in backquotes of an .ini whose values may name others", "`", "`",
	  .escapes = NULL, .refused_words = percent_names },
	{ "grafana", "in three double quotes; Grafana replaces names of variables", "\"\"\"",
	  "\"\"\"", .escapes = NULL, .refused_words = grafana_names },
	{ "grafanaenv", "for a variable in double quotes of sh, read by Grafana", "\"", "\"",
	  .escapes = dollar_double, .refused_words = grafana_names },
	{ "spring", "a value of Java properties whose ${...} Spring replaces", "", "",
	  .refused_words = dollar_brace, .write = write_properties },
	{ "dollaryaml", "a string of YAML whose ${...} the program replaces", "\"", "\"",
	  .escapes = backslash_double, .refused_words = dollar_brace },
	{ "gotext", "a string of YAML that is a template of Go", "\"", "\"",
	  .escapes = backslash_double, .refused_words = two_braces },
	{ "symfony", "a string of YAML of Symfony: % doubled", "\"", "\"",
	  .escapes = percent_twice },
	{ "symfonyname", "a display name inside such a string, before <", "", "",
	  .escapes = percent_twice, .refused = "<>", .lost_edge = "'\"", .no_edge = true },
	{ "gitlab", "a string of Ruby that GitLab puts into files with other quotes", "\"", "\"",
	  .escapes = ruby, .refused = "\"'\\" },
	{ .name = NULL },
};

const struct export_quote *export_quote_at(size_t i)
{
	return i < sizeof quotes / sizeof *quotes - 1 ? &quotes[i] : NULL;
}

const struct export_quote *export_quote_by_name(const char *name)
{
	for (const struct export_quote *q = quotes; q->name; q++)
		if (strcmp(q->name, name) == 0)
			return q;
	return NULL;
}

static const char *found(const char *const *words, const char *value)
{
	while (words && *words && !strstr(value, *words))
		words++;
	return words ? *words : NULL;
}

/* The value itself is not told: it may be the password. */
static int check(const struct export_quote *q, const char *value, const char *what,
		 struct err *err)
{
	size_t len = strlen(value);
	size_t bad = q->refused ? strcspn(value, q->refused) : len;

	if (text_has_control(value, len))
		return err_set(err, ERR_INPUT, "%s holds a control character.", what);
	if (bad < len)
		return err_set(err, ERR_INPUT, "This format cannot hold the %s in %s.",
			       value[bad] == ' ' ? "blank" : (char[]){ value[bad], '\0' }, what);
	if (found(q->refused_words, value))
		return err_set(err, ERR_INPUT, "This format would read the %s in %s as the begin "
			       "of a name.", found(q->refused_words, value), what);
	if (q->lost_edge && len > 0 &&
	    (strchr(q->lost_edge, value[0]) || strchr(q->lost_edge, value[len - 1])))
		return err_set(err, ERR_INPUT, "This format would lose a quote at an end of %s.",
			       what);
	if (q->no_edge && len > 0 && (value[0] == ' ' || value[len - 1] == ' '))
		return err_set(err, ERR_INPUT, "This format would lose the blank at an end of "
			       "%s.", what);
	if (q->ascii && !text_ascii(value))
		return err_set(err, ERR_INPUT, "This format holds ASCII only, and %s is more.",
			       what);
	if (q->not_empty && len == 0)
		return err_set(err, ERR_INPUT, "This format needs %s, which is empty.", what);
	return 0;
}

static int add(const struct export_quote *q, const char *value, struct buf *out)
{
	if (buf_adds(out, q->open) < 0)
		return -1;
	for (; *value; value++) {
		const struct export_escape *e = q->escapes;

		while (e && e->from && e->from != *value)
			e++;
		if ((e && e->from ? buf_adds(out, e->to) : buf_addc(out, *value)) < 0)
			return -1;
	}
	return buf_adds(out, q->close);
}

int export_quote_write(const struct export_quote *q, const char *value, const char *what,
		       struct buf *out, struct err *err)
{
	size_t before = out->len;
	int rc = check(q, value, what, err);

	if (rc == 0 && q->write)
		rc = q->write(value, out, err);
	else if (rc == 0 && add(q, value, out) < 0)
		rc = err_set(err, ERR_INPUT, "A value is too long for this format.");
	if (rc < 0)
		buf_cut(out, before);
	return rc;
}
