#include "task/people.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "mail/addr.h"
#include "port/program.h"
#include "task/outbox_hand.h"

#define ANSWER_MAX    (256 * 1024)
#define COMPLAINT_MAX 4096

void people_clear(struct people *people)
{
	for (size_t i = 0; i < people->count; i++) {
		free(people->list[i].address);
		free(people->list[i].name);
	}
	free(people->list);
	*people = (struct people)PEOPLE_INIT;
}

void people_add(struct people *people, const char *address, const char *name)
{
	for (size_t i = 0; i < people->count; i++)
		if (text_eq_nocase(people->list[i].address, address))
			return;
	if (people->count == PEOPLE_MAX)
		return;
	people->list = xreallocarray(people->list, people->count + 1, sizeof *people->list);
	people->list[people->count++] =
		(struct person){ xstrdup(address), name && *name ? xstrdup(name) : NULL };
}

int people_past(struct people *people, char **told, struct err *err)
{
	struct outbox *box;
	char **list = NULL;
	/* Looking for people is no reason to make an outbox. */
	int rc = outbox_open_there(&box, told, err);

	if (box)
		rc = outbox_correspondents(box, PEOPLE_MAX, &list, err);
	for (size_t i = 0; list && list[i]; i++) {
		people_add(people, list[i], NULL);
		free(list[i]);
	}
	free(list);
	outbox_close(box);
	return rc;
}

/* address TAB name TAB anything */
static void take_line(struct people *people, char *line)
{
	char *name = strchr(line, '\t'), *end;

	if (!name)
		return;
	*name++ = '\0';
	end = strchr(name, '\t');
	if (end)
		*end = '\0';
	line = text_trim(line);
	name = text_trim(name);
	if (addr_check(line, NULL) < 0)
		return;
	if (text_has_control(name, strlen(name)) || !text_utf8_valid(name, strlen(name)))
		name = NULL;
	people_add(people, line, name);
}

int people_ask(const char *command, const char *part, int cancel_fd, struct people *people,
	       struct err *err)
{
	struct program_answer answer = { BUF_INIT(ANSWER_MAX), BUF_INIT(COMPLAINT_MAX) };
	struct err why = ERR_INIT;
	char **words, *line, *rest;
	int rc = -1;

	/* What is typed must not be taken for an option. */
	while (*part == '-')
		part++;
	words = program_words(command, part, &why);
	if (words)
		rc = program_run((const char *const *)words, NULL, cancel_fd, PEOPLE_ASK_MS,
				 &answer, &why);
	program_words_free(words);
	if (rc > 128)
		rc = err_set(&why, ERR_SYSTEM, "Signal %d ended it.", rc - 128);
	/* To find nobody is a failure to some of them: the exit status alone says nothing. */
	if (rc >= 0 && answer.out.len > 0 && (rest = strchr(buf_text(&answer.out), '\n')))
		while ((line = strtok_r(rest, "\r\n", &rest)))
			take_line(people, line);
	if (rc > 0 && answer.out.len == 0 && *program_complaint(&answer))
		rc = err_set(&why, ERR_SYSTEM, "It says: %s", program_complaint(&answer));
	program_answer_clear(&answer);
	if (rc < 0)
		return err_set(err, why.kind == ERR_CANCELLED ? ERR_CANCELLED : ERR_CONFIG,
			       "The address query did not work. %s", why.text);
	return 0;
}

bool person_fits(const struct person *person, const char *part)
{
	const char *const texts[] = { person->address, person->name ? person->name : "" };

	for (size_t i = 0; i < 2; i++)
		for (const char *at = texts[i]; *at; at++)
			if ((at == texts[i] || strchr(" .-_@\"(", at[-1])) &&
			    text_prefix_nocase(at, part))
				return true;
	return false;
}

char *person_text(const struct person *person)
{
	struct buf out = BUF_INIT(8192);
	char *text;

	if (!person->name)
		return xstrdup(person->address);
	if (!strpbrk(person->name, "()<>[]:;@\\,.\"'")) {
		text = xasprintf("%s <%s>", person->name, person->address);
	} else {
		for (const char *p = person->name; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_addc(&out, '\\');
			buf_addc(&out, *p);
		}
		text = xasprintf("\"%s\" <%s>", buf_text(&out), person->address);
	}
	buf_free(&out);
	return text;
}
