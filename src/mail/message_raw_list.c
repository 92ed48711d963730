#include "mail/message_raw.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"

char *message_raw_bare(const char *text)
{
	char *copy = xstrdup(text), *name = text_trim(copy), *result = NULL;
	size_t len = strlen(name);

	if (len > 0 && name[len - 1] == '>' && strrchr(name, '<')) {
		name[len - 1] = '\0';
		name = strrchr(name, '<') + 1;
	} else if (len > 0 && name[len - 1] == ')' && strchr(name, '(')) {
		*strchr(name, '(') = '\0';
	}
	name = text_trim(name);
	len = 0;
	while (isalnum((unsigned char)name[len]) || (name[len] && strchr("._+-", name[len])))
		len++;
	if (len > 0 && name[len] == '\0')
		result = xstrdup(name);
	free(copy);
	return result;
}

bool message_raw_local(const char *address)
{
	const char *domain = addr_domain(address);
	char host[256] = "";

	if (text_eq_nocase(domain, "localhost") || text_eq_nocase(domain, "localhost.localdomain"))
		return true;
	if (gethostname(host, sizeof host - 1) < 0 || !host[0] || strchr(host, '.'))
		return false;
	return text_eq_nocase(domain, host);
}

static int no_names(const char *name, struct err *err)
{
	err_set(err, ERR_INPUT, "%s is no mail address.", name);
	err_hint(err, "Write it as name@example.org.");
	return -1;
}

/* An address of this machine is an alias, or one that the server has to know. */
static int add_local(const struct addr *addr, message_raw_resolve resolve, void *arg,
		     struct addr_list *list, struct err *err)
{
	char *name = xstrndup(addr->address, strcspn(addr->address, "@"));
	struct err own = ERR_INIT;
	int rc = resolve(arg, name, list, &own);

	free(name);
	if (rc < 0 && own.kind != ERR_INPUT) {
		if (err)
			*err = own;
		return -1;
	}
	if (rc < 0)
		addr_list_add(list, addr->name, addr->address);
	return 0;
}

static int add_addresses(const char *entry, message_raw_resolve resolve, void *arg,
			 struct addr_list *list, struct err *err)
{
	struct addr_list found = ADDR_LIST_INIT;
	int rc = message_parse_addresses(entry, &found, err);

	for (size_t i = 0; rc == 0 && i < found.count; i++)
		if (resolve && message_raw_local(found.list[i].address))
			rc = add_local(&found.list[i], resolve, arg, list, err);
		else
			addr_list_add(list, found.list[i].name, found.list[i].address);
	addr_list_clear(&found);
	return rc;
}

static int add_entry(const char *entry, message_raw_resolve resolve, void *arg,
		     struct addr_list *list, struct err *err)
{
	char *name = message_raw_bare(entry);
	int rc;

	if (!name)
		return add_addresses(entry, resolve, arg, list, err);
	if (list->count >= ADDR_LIST_MAX)
		rc = err_set(err, ERR_INPUT, "The address list has over %d addresses.",
			     ADDR_LIST_MAX);
	else
		rc = resolve ? resolve(arg, name, list, err) : no_names(name, err);
	free(name);
	return rc;
}

/* Where an entry ends: at a separator outside of quotes, comments, <> and []. What is not
 * closed runs to the end, and is refused as an address. */
static const char *entry_end(const char *p)
{
	bool quoted = false, angle = false, literal = false;
	int comment = 0;

	for (; *p; p++) {
		if (*p == '\\' && (quoted || comment) && p[1])
			p++;
		else if (*p == '"' && !comment)
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (*p == '(')
			comment++;
		else if (comment)
			comment -= *p == ')';
		else if (*p == '<' || *p == '>')
			angle = *p == '<';
		else if (*p == '[' || *p == ']')
			literal = *p == '[';
		else if (!angle && !literal && strchr(",;:", *p))
			break;
	}
	return p;
}

int message_raw_parse(const char *text, message_raw_resolve resolve, void *arg,
		      struct addr_list *list, struct err *err)
{
	struct addr_list found = ADDR_LIST_INIT;
	int rc = 0;

	/* Before anything is cut off: a break in a group's name is refused too. */
	for (const char *p = text; *p; p++)
		if (*p != '\t' && text_has_control(p, 1))
			return err_set(err, ERR_INPUT,
				       "The address list has a line break or another control "
				       "character.");
	while (rc == 0) {
		const char *end = entry_end(text);
		char *entry = xstrndup(text, (size_t)(end - text));

		/* Before a colon is the name of a group. */
		if (*end != ':')
			rc = add_entry(entry, resolve, arg, &found, err);
		free(entry);
		if (!*end)
			break;
		text = end + 1;
	}
	if (rc == 0 && list->count + found.count > ADDR_LIST_MAX)
		rc = err_set(err, ERR_INPUT, "The address list has over %d addresses.",
			     ADDR_LIST_MAX);
	for (size_t i = 0; rc == 0 && i < found.count; i++)
		addr_list_add(list, found.list[i].name, found.list[i].address);
	addr_list_clear(&found);
	return rc;
}
