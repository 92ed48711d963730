#include "task/drafts_doubt.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/message.h"
#include "task/drafts.h"
#include "task/outbox.h"
#include "task/outbox_flag.h"

#define MANY_TAKE 25000000LL /* bytes that most servers take */

/* Words for something that is attached. */
static const char *const words[] = {
	"attached",       "attachment", "attachments", "enclosed",  "Anhang",      "angehängt",
	"anbei",          "beigefügt",  "ci-joint",    "ci-jointe", "ci-joints",   "pièce jointe",
	"pièces jointes", "adjunto",    "adjunta",     "adjuntos",  "allegato",    "allegata",
	"allegati",       "anexo",      "anexos",      "anexado",   "bijlage",     "bijlagen",
	"bijgevoegd",     "bifogad",    "bifogat",     "bilaga",    "vedhæftet",   "vedlagt",
	"liitteenä",      "załączniku", "załączam",    "příloze",   "во вложении", NULL,
};
/* Of languages that put no blanks between words: found anywhere. */
static const char *const parts[] = { "添付", "附件", NULL };

/* A letter of any script, or a digit: what goes on inside of a word. */
static bool in_word(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x80 || (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

static bool stands_at(const char *line, size_t len, size_t i, const char *word, bool anywhere)
{
	size_t n = strlen(word);

	if (i + n > len || !text_prefix_nocase(line + i, word))
		return false;
	return anywhere ||
	       ((i == 0 || !in_word(line[i - 1])) && (i + n == len || !in_word(line[i + n])));
}

static bool says(const char *line, size_t len, const char *const *list, bool anywhere)
{
	for (size_t i = 0; i < len; i++)
		for (size_t k = 0; list[k]; k++)
			if (stands_at(line, len, i, list[k], anywhere))
				return true;
	return false;
}

bool draft_speaks_of_file(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (strncmp(text, "-- \n", 4) == 0)
			return false;
		if (text[0] != '>' &&
		    (says(text, len, words, false) || says(text, len, parts, true)))
			return true;
		text += len + (text[len] == '\n');
	}
	return false;
}

/* Endings that nobody has, next to ones that many have. */
static const struct {
	const char *wrong, *right;
} typos[] = {
	{ ".con", ".com" },
	{ ".cmo", ".com" },
	{ ".ogr", ".org" },
	{ "@gmial.com", "gmail.com" },
	{ "@gmai.com", "gmail.com" },
	{ "@gmal.com", "gmail.com" },
	{ "@gamil.com", "gmail.com" },
	{ "@hotmial.com", "hotmail.com" },
	{ "@hotmal.com", "hotmail.com" },
	{ "@outlok.com", "outlook.com" },
	{ "@yaho.com", "yahoo.com" },
	{ "@yahooo.com", "yahoo.com" },
	{ "@iclod.com", "icloud.com" },
};

static bool looks_wrong(const char *address, char sentence[300])
{
	size_t len = strlen(address);
	const char *at = strrchr(address, '@');

	for (size_t i = 0; i < sizeof typos / sizeof *typos; i++) {
		size_t n = strlen(typos[i].wrong);

		if (len <= n || !text_eq_nocase(address + len - n, typos[i].wrong))
			continue;
		snprintf(sentence, 300, "%.200s may be mistyped: did you mean %s?", address,
			 typos[i].right);
		return true;
	}
	if (!at || at[1] == '[' || strchr(at, '.'))
		return false;
	snprintf(sentence, 300,
		 "%.200s has no dot behind its @: it is known in this network at most.", address);
	return true;
}

static bool blank(const char *text)
{
	return !text || strspn(text, " \t\n") == strlen(text);
}

/* ---- one for each doubt ---- */

static bool no_subject(const struct draft *draft, long long bytes, char sentence[300])
{
	(void)bytes;
	snprintf(sentence, 300, "It has no subject.");
	return blank(draft->subject);
}

static bool no_text(const struct draft *draft, long long bytes, char sentence[300])
{
	(void)bytes;
	snprintf(sentence, 300, "It has no text and no file.");
	return blank(draft->text) && draft->file_count == 0;
}

static bool no_file(const struct draft *draft, long long bytes, char sentence[300])
{
	(void)bytes;
	snprintf(sentence, 300, "The text speaks of an attachment, and no file is attached.");
	return draft->file_count == 0 && draft->text && draft_speaks_of_file(draft->text);
}

static struct addr_list recipients(const struct draft *draft)
{
	const char *const rows[] = { draft->to, draft->cc, draft->bcc };
	struct addr_list list = ADDR_LIST_INIT;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i] && rows[i][strspn(rows[i], " ,;")])
			message_parse_addresses(rows[i], &list, NULL);
	return list;
}

static bool wrong_address(const struct draft *draft, long long bytes, char sentence[300])
{
	struct addr_list list = recipients(draft);
	bool wrong = false;

	(void)bytes;
	for (size_t i = 0; i < list.count && !wrong; i++)
		wrong = looks_wrong(list.list[i].address, sentence);
	addr_list_clear(&list);
	return wrong;
}

static bool large(const struct draft *draft, long long bytes, char sentence[300])
{
	(void)draft;
	snprintf(sentence, 300,
		 "It will have about %lld MB; many servers take no more than %lld MB.",
		 bytes / 3 * 4 / 1000000, MANY_TAKE / 1000000);
	return bytes / 3 * 4 > MANY_TAKE;
}

static bool refused_before(const struct draft *draft, long long bytes, char sentence[300])
{
	struct addr_list list = recipients(draft);
	struct outbox *box;
	bool flagged = false;

	(void)bytes;
	/* An outbox that cannot be used is told when the message goes. */
	(void)outbox_open_there(&box, NULL, NULL);
	for (size_t i = 0; i < list.count && !flagged; i++)
		flagged = outbox_flag(box, list.list[i].address, sentence);
	outbox_close(box);
	addr_list_clear(&list);
	return flagged;
}

enum draft_doubt draft_doubt(const struct draft *draft, enum draft_doubt from, long long bytes,
			     char sentence[300])
{
	static bool (*const holds[DRAFT_DOUBTS])(const struct draft *, long long, char[300]) = {
		[DRAFT_DOUBT_SUBJECT] = no_subject, [DRAFT_DOUBT_TEXT] = no_text,
		[DRAFT_DOUBT_FILES] = no_file,      [DRAFT_DOUBT_ADDRESS] = wrong_address,
		[DRAFT_DOUBT_SIZE] = large,	    [DRAFT_DOUBT_REFUSED] = refused_before,
	};
	int i = (int)from;

	while (i < DRAFT_DOUBTS && !holds[i](draft, bytes, sentence))
		i++;
	return (enum draft_doubt)i;
}
