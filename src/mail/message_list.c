#include "mail/message_gmime.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

enum { ENTRY_MAX = 2000 };

/* Where in a typed list the scanner is. Commas count only outside of all. */
struct scan {
	const char *entry; /* begin of the entry */
	int comment; /* depth of ( */
	bool quoted, angle, literal, group;
};

static int refuse(struct err *err, const char *entry, const char *fault)
{
	char shown[100];

	entry += strspn(entry, " ");
	text_visible_into(shown, sizeof shown, entry, strlen(entry));
	return err_set(err, ERR_INPUT, "In the address list, \"%s\" %s.", shown, fault);
}

/* GMime decodes names: what comes out may hold anything. */
static void clean_name(char *name)
{
	if (!text_utf8_valid(name, strlen(name)))
		*name = '\0';
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			*name = ' ';
}

static void note_warning(gint64 offset, GMimeParserWarning code, const gchar *item, gpointer data)
{
	(void)offset;
	(void)code;
	(void)item;
	*(bool *)data = true;
}

/* One entry that is more than a bare address. GMime guesses where it can; a
 * guess that drops something would send mail to the wrong person, so all but
 * one clean mailbox is refused. */
static int parse_mailbox(const char *entry, struct addr_list *list, struct err *err)
{
	GMimeParserOptions *options = g_mime_parser_options_new();
	InternetAddressList *parsed;
	InternetAddress *one = NULL;
	const char *address;
	bool warned = false;
	char *name;
	int rc = -1;

	g_mime_parser_options_set_warning_callback(options, note_warning, &warned);
	parsed = internet_address_list_parse(options, entry);
	g_mime_parser_options_free(options);
	if (parsed && internet_address_list_length(parsed) == 1)
		one = internet_address_list_get_address(parsed, 0);
	if (parsed && internet_address_list_length(parsed) > 1) {
		refuse(err, entry, "is more than one address");
		err_hint(err, "Separate addresses with commas.");
	} else if (!one || warned || !INTERNET_ADDRESS_IS_MAILBOX(one)) {
		refuse(err, entry, "cannot be read as a mail address");
		err_hint(err, "Write it as name@example.org or Name <name@example.org>.");
	} else {
		address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
		name = xstrdup(internet_address_get_name(one) ? internet_address_get_name(one)
							      : "");
		clean_name(name);
		rc = addr_check(address, err);
		if (rc == 0)
			addr_list_add(list, text_trim(name), address);
		free(name);
	}
	if (parsed)
		g_object_unref(parsed);
	return rc;
}

static int add_entry(const char *start, size_t len, struct addr_list *list, struct err *err)
{
	char *copy = xstrndup(start, len), *entry = text_trim(copy);
	int rc = -1;

	if (*entry == '\0')
		rc = 0;
	else if (strlen(entry) > ENTRY_MAX)
		refuse(err, entry, "... is too long");
	else if (list->count >= ADDR_LIST_MAX)
		err_set(err, ERR_INPUT, "The address list has over %d addresses.", ADDR_LIST_MAX);
	else if (addr_check(entry, NULL) == 0 || !strpbrk(entry, " \"(<)")) {
		rc = addr_check(entry, err);
		if (rc == 0)
			addr_list_add(list, NULL, entry);
	} else if (message_gmime_load(err) == 0) {
		rc = parse_mailbox(entry, list, err);
	}
	free(copy);
	return rc;
}

/* Keeps track of what p stands in. Returns true when p is a separator: ',',
 * ';' or the ':' after a group's name. */
static bool scan_step(struct scan *scan, const char **p)
{
	char c = **p;

	if (c == '\\' && (scan->quoted || scan->comment) && (*p)[1])
		++*p;
	else if (c == '"' && !scan->comment)
		scan->quoted = !scan->quoted;
	else if (scan->quoted)
		return false;
	else if (c == '(')
		scan->comment++;
	else if (scan->comment)
		scan->comment -= c == ')';
	else if (c == '[' || c == ']')
		scan->literal = c == '[';
	else if (c == '<' || c == '>')
		scan->angle = c == '<';
	else if (!scan->literal)
		return (c == ',' && !scan->angle) || (c == ';' && !scan->angle) ||
		       (c == ':' && !scan->angle && !scan->group);
	return false;
}

static int check_closed(const struct scan *scan, struct err *err)
{
	if (scan->quoted)
		return refuse(err, scan->entry, "has a quote that is not closed");
	if (scan->comment)
		return refuse(err, scan->entry, "has a parenthesis that is not closed");
	if (scan->angle)
		return refuse(err, scan->entry, "has a < that is not closed");
	if (scan->literal)
		return refuse(err, scan->entry, "has a [ that is not closed");
	if (scan->group)
		return refuse(err, scan->entry, "belongs to a group that is not closed with ;");
	return 0;
}

static int parse_list(const char *text, struct addr_list *list, struct err *err)
{
	struct scan scan = { .entry = text };

	for (const char *p = text; *p; p++) {
		if (!scan_step(&scan, &p))
			continue;
		if (*p == ':')
			scan.group = true;
		else if (add_entry(scan.entry, (size_t)(p - scan.entry), list, err) < 0)
			return -1;
		if (*p == ';')
			scan.group = false;
		scan.entry = p + 1;
	}
	if (check_closed(&scan, err) < 0)
		return -1;
	return add_entry(scan.entry, strlen(scan.entry), list, err);
}

int message_parse_addresses(const char *text, struct addr_list *list, struct err *err)
{
	struct addr_list found = ADDR_LIST_INIT;
	char *copy = xstrdup(text ? text : "");
	int rc = -1;

	for (char *p = copy; *p; p++)
		if (*p == '\t')
			*p = ' ';
	if (!text_utf8_valid(copy, strlen(copy)))
		refuse(err, copy, "is not UTF-8");
	else if (text_has_control(copy, strlen(copy)))
		refuse(err, copy, "has a line break or another control character");
	else
		rc = parse_list(copy, &found, err);
	if (rc == 0 && list->count + found.count > ADDR_LIST_MAX)
		rc = err_set(err, ERR_INPUT, "The address list has over %d addresses.",
			     ADDR_LIST_MAX);
	for (size_t i = 0; rc == 0 && i < found.count; i++)
		addr_list_add(list, found.list[i].name, found.list[i].address);
	addr_list_clear(&found);
	free(copy);
	return rc;
}
