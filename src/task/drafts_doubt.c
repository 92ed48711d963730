#include "task/drafts_doubt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/message.h"
#include "mail/typo.h"
#include "task/drafts.h"
#include "task/outbox.h"
#include "task/outbox_flag.h"

#define MANY_TAKE 25000000LL /* bytes that most servers take */

/* Words for something that is attached. What is no ASCII is compared as it stands. */
static const char *const words[] = {
	/* English */
	"attached", "attach", "attaching", "attachment", "attachments", "enclosed", "enclosing",
	"PFA",
	/* German */
	"Anhang", "angehängt", "anbei", "beigefügt", "angefügt", "Anlage", "Anlagen", "beiliegend",
	/* French */
	"ci-joint", "ci-jointe", "ci-joints", "ci-jointes", "pièce jointe", "pièces jointes",
	"pièce-jointe", "fichier joint", "document joint", "en annexe",
	/* Spanish, Portuguese, Italian, Romanian */
	"adjunto", "adjunta", "adjuntos", "adjuntas", "anexo", "anexos", "anexado", "anexada",
	"allegato", "allegata", "allegati", "allego", "atașat", "atasat", "anexat",
	/* Dutch, Swedish, Danish, Norwegian, Finnish */
	"bijlage", "bijlagen", "bijgevoegd", "bijgevoegde", "bifogad", "bifogat", "bifogade",
	"bifogar", "bilaga", "bilagor", "vedhæftet", "vedhæftede", "vedlagt", "vedlagte", "vedlegg",
	"liitteenä", "oheisena",
	/* Polish, Czech, Hungarian, Turkish */
	"załączniku", "załączeniu", "załączam", "příloze", "přiloženo", "mellékelten", "mellékelt",
	"csatolva", "csatoltam", "ekte", "ekteki", "ilişikte",
	/* Russian, Ukrainian, Greek */
	"во вложении", "Во вложении", "в приложении", "В приложении", "прилагаю", "Прилагаю",
	"прикрепил", "прикрепила", "у вкладенні", "У вкладенні", "συνημμένο", "επισυνάπτω",
	"Επισυνάπτω", NULL
};
/* Of languages that put no blanks between words, or other letters before them: anywhere. */
static const char *const parts[] = { "添付", "附件", "附檔", "첨부", "مرفق", "מצורף", NULL };

/* Does a letter or digit begin there, of any script? Not so the quotation marks, dashes
 * and blanks of U+00A0-00BF, U+2000-2FFF and U+3000-303F. */
static bool is_letter(const char *p)
{
	unsigned char u = (unsigned char)p[0], next = u ? (unsigned char)p[1] : 0;

	if (u < 0x80)
		return (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
	return u != 0xc2 && u != 0xe2 && !(u == 0xe3 && next == 0x80);
}

static bool letter_before(const char *line, size_t i)
{
	if (i == 0)
		return false;
	do
		i--;
	while (i > 0 && ((unsigned char)line[i] & 0xc0) == 0x80);
	return is_letter(line + i);
}

static bool stands_at(const char *line, size_t len, size_t i, const char *word, bool anywhere)
{
	size_t n = strlen(word);

	if (i + n > len || !text_prefix_nocase(line + i, word))
		return false;
	return anywhere || (!letter_before(line, i) && (i + n == len || !is_letter(line + i + n)));
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

bool draft_doubt_address(const char *address, char sentence[300])
{
	const char *at = strrchr(address, '@');
	char meant[TYPO_MAX];

	if (typo_find(address, meant)) {
		snprintf(sentence, 300, "%.110s may be mistyped: did you mean %.110s?", address,
			 meant);
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
		wrong = draft_doubt_address(list.list[i].address, sentence);
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
