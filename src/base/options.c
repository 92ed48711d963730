#include "base/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

struct reader {
	const struct options *options;
	int argc;
	char *const *argv;
	int *at;
	struct err *err;
};

bool option_is_taken(const struct option_row *row)
{
	return row->kind != OPTION_REFUSED && row->kind != OPTION_TITLE;
}

void options_add(struct options *options, const struct option_row *rows, void *values)
{
	for (; rows && rows->name; rows++) {
		struct option_slot *slot;

		options->slots =
			xreallocarray(options->slots, options->count + 1, sizeof *options->slots);
		slot = &options->slots[options->count++];
		slot->row = *rows;
		slot->value = values ? (char *)values + rows->offset : NULL;
	}
}

void options_clear(struct options *options)
{
	for (size_t i = 0; i < options->count; i++) {
		struct option_slot *slot = &options->slots[i];
		struct option_list *list = slot->value;

		if (slot->row.kind != OPTION_LIST || !list)
			continue;
		free(list->items);
		free(list->at);
		*list = (struct option_list){ .items = NULL };
	}
	free(options->slots);
	*options = (struct options)OPTIONS_INIT;
}

void option_words_free(struct option_words *words)
{
	free(words->list);
	*words = (struct option_words){ NULL, 0 };
}

const char *options_nearest(const char *word, const char *const *names, size_t count)
{
	size_t limit = strlen(word) / 3 + 1;
	size_t best = limit + 1;
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t d = text_distance(word, names[i]);

		/* "sec" for "security" is far in letters and near in mind. */
		if (d > limit && strlen(word) >= 3 && text_prefix_nocase(names[i], word))
			d = limit;
		if (d < best && d < strlen(word)) {
			best = d;
			found = names[i];
		}
	}
	return found;
}

static int unknown_name(const struct reader *r, const char *name, size_t len)
{
	char *word = xstrndup(name, len);
	const char **names = xcalloc(r->options->count, sizeof *names);
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < r->options->count; i++)
		if (option_is_taken(&r->options->slots[i].row))
			names[count++] = r->options->slots[i].row.name;
	near = options_nearest(word, names, count);
	err_set(r->err, ERR_USAGE, "There is no option --%s.", word);
	if (near)
		err_hint(r->err, "Did you mean --%s?", near);
	free(names);
	free(word);
	return -1;
}

static int take_number(const struct reader *r, const struct option_slot *slot, const char *text)
{
	struct option_number *number = slot->value;

	if (text_number(text, slot->row.min, slot->row.max, &number->value) < 0)
		return err_set(r->err, ERR_USAGE,
			       "--%s takes a number from %ld to %ld, not \"%s\".", slot->row.name,
			       slot->row.min, slot->row.max, text);
	number->given = true;
	return 0;
}

static void take_item(struct option_list *list, const char *text, int at)
{
	list->items = xreallocarray(list->items, list->count + 1, sizeof *list->items);
	list->at = xreallocarray(list->at, list->count + 1, sizeof *list->at);
	list->at[list->count] = at;
	list->items[list->count++] = text;
}

static int take(const struct reader *r, const struct option_slot *slot, const char *text)
{
	switch (slot->row.kind) {
	case OPTION_FLAG:
		*(bool *)slot->value = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)slot->value = text;
		return 0;
	case OPTION_LIST:
		take_item(slot->value, text, *r->at);
		return 0;
	case OPTION_NUMBER:
		return take_number(r, slot, text);
	case OPTION_REFUSED:
	case OPTION_TITLE:
		break;
	}
	err_set(r->err, ERR_USAGE, "%s", slot->row.help);
	if (slot->row.arg)
		err_hint(r->err, "%s", slot->row.arg);
	return -1;
}

/* The value that stands in the next word. */
static int take_next(const struct reader *r, const struct option_slot *slot)
{
	if (*r->at >= r->argc)
		return err_set(r->err, ERR_USAGE, "--%s needs a value: --%s %s.", slot->row.name,
			       slot->row.name, slot->row.arg);
	return take(r, slot, r->argv[(*r->at)++]);
}

/* word is without its two dashes. */
static int take_long(const struct reader *r, const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < r->options->count; i++) {
		const struct option_slot *slot = &r->options->slots[i];

		if (slot->row.kind == OPTION_TITLE || strlen(slot->row.name) != len ||
		    strncmp(slot->row.name, word, len) != 0)
			continue;
		if (slot->row.kind == OPTION_REFUSED)
			return take(r, slot, NULL);
		if (slot->row.kind == OPTION_FLAG && word[len] == '=')
			return err_set(r->err, ERR_USAGE, "--%s takes no value.", slot->row.name);
		if (slot->row.kind == OPTION_FLAG)
			return take(r, slot, NULL);
		if (word[len] == '=')
			return take(r, slot, word + len + 1);
		return take_next(r, slot);
	}
	return unknown_name(r, word, len);
}

static const struct option_slot *by_letter(const struct options *options, char letter)
{
	for (size_t i = 0; i < options->count; i++)
		if (options->slots[i].row.letter == letter)
			return &options->slots[i];
	return NULL;
}

/* letters is without its dash and not empty. */
static int take_letters(const struct reader *r, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_slot *slot = by_letter(r->options, *letters);

		if (!slot)
			return err_set(r->err, ERR_USAGE, "There is no option -%.*s.",
				       (unsigned char)*letters < 0x80 ? 1 : (int)strlen(letters),
				       letters);
		if (slot->row.kind == OPTION_FLAG) {
			take(r, slot, NULL);
			continue;
		}
		return letters[1] ? take(r, slot, letters + 1) : take_next(r, slot);
	}
	return 0;
}

static void add_word(const struct reader *r, struct option_words *words, const char *word)
{
	if (!words->list)
		words->list = xcalloc((size_t)r->argc, sizeof *words->list);
	words->list[words->count++] = word;
}

int options_parse(const struct options *options, int argc, char *const *argv, int *at, bool stop,
		  struct option_words *words, struct err *err)
{
	struct reader r = { options, argc, argv, at, err };
	bool ended = false;

	while (*at < argc) {
		const char *word = argv[*at];
		int rc = 0;

		if (ended || word[0] != '-' || word[1] == '\0') {
			if (stop || !words)
				return 0;
			add_word(&r, words, word);
			(*at)++;
			continue;
		}
		(*at)++;
		if (strcmp(word, "--") == 0)
			ended = true;
		else if (word[1] == '-')
			rc = take_long(&r, word + 2);
		else
			rc = take_letters(&r, word + 1);
		if (rc < 0)
			return -1;
	}
	return 0;
}
