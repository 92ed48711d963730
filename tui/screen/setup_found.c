#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "screen/setup_state.h"
#include "widget/picker.h"

static const char by_hand[] = "by hand";

static const char *domain_of(const struct setup *s)
{
	return addr_domain(account_get(s->account, ACCOUNT_ADDRESS));
}

void setup_found_build(struct form *f)
{
	static const char *const nothing[] = { by_hand, NULL };

	form_add_choice(f, ROW_FOUND, "Found", nothing, NULL);
	form_show(f, ROW_FOUND, false);
}

/* ---- the row ---- */

static void add_live(struct buf *text, const struct setup *s, const struct discover_candidate *c)
{
	switch (c->live) {
	case DISCOVER_ANSWERS:
		buf_printf(text, " It answers: %s.", c->live_text);
		break;
	case DISCOVER_BAD_CERT:
	case DISCOVER_NO_ANSWER:
		buf_printf(text, " It cannot be used: %s", c->live_text);
		break;
	default:
		if (find_state(s->found.find) == FIND_TRYING && !c->is_private)
			buf_adds(text, " Trying whether it answers ...");
	}
}

/* What a person has to decide; true when there is something. */
static bool add_warnings(struct buf *text, const struct discover_candidate *c, const char *domain)
{
	size_t before = text->len;
	char foreign[400];

	discover_foreign_words(c, domain, foreign, sizeof foreign);
	if (foreign[0] != '\0' && !c->provider)
		buf_printf(text, " Careful: %s. Take it only if you know whose it is.", foreign);
	if (c->is_private)
		buf_adds(text, " It is in a private network, so it was not tried.");
	if (c->security == NET_NONE)
		buf_adds(text, " It is not encrypted.");
	return text->len > before;
}

static void add_other(struct buf *text, const struct setup *s)
{
	const struct discover_candidate *other = setup_find_other(s);
	char sentence[400];

	if (!other)
		return;
	discover_sentence(other, sentence, sizeof sentence);
	buf_printf(text, " But %s answers: Space lists it.", sentence);
}

static void mark_taken(struct setup *s, struct form *f, const struct discover_candidate *c)
{
	struct buf text = BUF_INIT(560);
	char sure[100];
	bool warn;

	discover_sure_words(c, sure, sizeof sure);
	buf_printf(&text, "In %s: %s.", discover_source_words(c->source), sure);
	warn = add_warnings(&text, c, domain_of(s)) || c->live == DISCOVER_NO_ANSWER ||
	       c->live == DISCOVER_BAD_CERT;
	add_live(&text, s, c);
	add_other(&text, s);
	form_mark(f, ROW_FOUND, warn ? FORM_WARNING : FORM_NOTE, "%s", buf_text(&text));
	buf_free(&text);
}

static void mark(struct setup *s, struct form *f, const struct discover_list *list)
{
	const struct discover_candidate *c = setup_find_taken(s);

	form_unmark(f, ROW_FOUND);
	if (c)
		mark_taken(s, f, c);
	else if (!discover_best(list))
		form_mark(f, ROW_FOUND, FORM_WARNING,
			  "What was found is not encrypted or does not answer as it should: it is "
			  "only taken when you choose it. Space lists it.");
	else
		form_mark(f, ROW_FOUND, FORM_NOTE,
			  "What was found can still be taken: Space lists it.");
}

void setup_found_load(struct setup *s)
{
	const struct discover_list *list = setup_find_list(s);
	char sentences[DISCOVER_MAX][400];
	const char *labels[DISCOVER_MAX + 2] = { NULL };
	struct form *f = s->forms[SETUP_SERVER];
	size_t n = 0, chosen;

	if (!f)
		return;
	form_set_placeholder(f, ACCOUNT_HOST, setup_find_looks(s) ? "is being looked for" : "");
	form_show(f, ROW_FOUND, list != NULL);
	if (!list)
		return;
	for (chosen = list->count; n < list->count; n++) {
		if (s->found.taken && find_equal(&list->list[n], s->found.taken))
			chosen = n;
		discover_sentence(&list->list[n], sentences[n], sizeof *sentences);
		labels[n] = sentences[n];
	}
	labels[n] = by_hand;
	form_set_choices(f, ROW_FOUND, labels);
	form_set_choice(f, ROW_FOUND, (int)chosen);
	mark(s, f, list);
}

/* ---- the list ---- */

static size_t count_rows(const void *arg)
{
	const struct setup *s = arg;

	return s->found.offered->count + 1;
}

static bool matches(const void *arg, size_t i, const char *word)
{
	const struct setup *s = arg;
	const struct discover_candidate *c = &s->found.offered->list[i];

	return i == s->found.offered->count || text_has_nocase(c->host, word) ||
	       text_has_nocase(discover_source_brief(c->source), word);
}

static const char *live_words(const struct discover_candidate *c)
{
	static const char *const words[] = { [DISCOVER_NOT_TRIED] = "",
					     [DISCOVER_ANSWERS] = "answers",
					     [DISCOVER_BAD_CERT] = "certificate!",
					     [DISCOVER_NO_ANSWER] = "no answer" };

	return c->is_private ? "private" : words[c->live];
}

static void draw_candidate(const struct discover_candidate *c, enum theme_role role, int y, int x,
			   int w)
{
	static const char *const ways[] = { [NET_NONE] = "unencrypted",
					    [NET_STARTTLS] = "STARTTLS",
					    [NET_TLS] = "TLS" };
	int host = w - 52;

	if ((c->foreign && !c->provider) || c->is_private || c->security == NET_NONE)
		draw_text(y, x, 1, THEME_WARN, theme_mark(MARK_WARN));
	draw_text(y, x + 2, host, role, c->host);
	draw_textf(y, x + host + 3, 5, role, "%d", c->port);
	draw_text(y, x + host + 9, 11, role, ways[c->security]);
	draw_text(y, x + host + 21, 18, THEME_DIM, discover_source_brief(c->source));
	draw_text(y, x + host + 40, 12, c->live == DISCOVER_ANSWERS ? THEME_OK : THEME_WARN,
		  live_words(c));
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct setup *s = arg;
	enum theme_role role = selected ? THEME_SELECTED : THEME_TEXT;
	const struct discover_candidate *c = &s->found.offered->list[i], *now;

	draw_text(y, x, 1, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	if (i == s->found.offered->count) {
		draw_text(y, x + 4, w - 4, role, "By hand, beginning with what is in the fields");
		return;
	}
	/* Its place stays while the list is looked at; what it answers comes in. */
	now = find_same(s->found.find, c);
	draw_candidate(now ? now : c, role, y, x + 2, w - 2);
}

static void take_row(void *arg, int choice)
{
	struct setup *s = arg;
	const struct discover_list *offered = s->found.offered;

	if (choice < 0)
		return;
	if (choice < (int)offered->count)
		setup_find_take(s, &offered->list[choice]);
	else
		setup_found_chosen(s, -1);
	form_set_focus(setup_form(s), choice < (int)offered->count ? ROW_FOUND : ACCOUNT_HOST);
}

void setup_found_push(struct setup *s)
{
	const struct picker_look look = {
		.title = "What was found",
		.rows = { count_rows, draw_row, matches, s },
	};

	free(s->found.offered);
	s->found.offered = xcalloc(1, sizeof *s->found.offered);
	*s->found.offered = *setup_find_list(s);
	picker_push(&look, (size_t)form_choice(setup_form(s), ROW_FOUND), take_row, s);
}

void setup_found_chosen(struct setup *s, int choice)
{
	const struct discover_list *list = setup_find_list(s);

	if (list && choice >= 0 && choice < (int)list->count) {
		setup_find_take(s, &list->list[choice]);
		return;
	}
	setup_find_by_hand(s);
	setup_found_load(s);
}

/* ---- in words, beside the fields ---- */

static const char *why_nothing(const struct setup *s)
{
	const struct err *err = find_why(s->found.find);

	return err->text[0] != '\0' ? err->text : "Nothing was found.";
}

static enum theme_role tell_best(const struct setup *s, const struct discover_candidate *best,
				 char *text, size_t size)
{
	bool fits = discover_trusted(best) && best->signin != DISCOVER_OAUTH2;
	char sentence[400];

	discover_sentence(best, sentence, sizeof sentence);
	if (find_state(s->found.find) == FIND_LOOKING) {
		snprintf(text, size, "Found %s. Looking whether there is a better one ...",
			 sentence);
		return THEME_BUSY;
	}
	snprintf(text, size, "Found %s, in %s. %s", sentence, discover_source_words(best->source),
		 !discover_trusted(best) ? "The next step says why to look at it twice."
		 : best->provider	 ? setup_missing(best->provider)
					 : "");
	return fits ? THEME_OK : THEME_WARN;
}

enum theme_role setup_found_knowledge(const struct setup *s, const char *address, char *text,
				      size_t size)
{
	const struct discover_list *list = find_list(s->found.find);
	const struct discover_candidate *best = discover_best(list);
	const char *domain = addr_domain(address);

	if (!find_is_for(s->found.find, address)) {
		snprintf(text, size, "%s is not in the list of providers. %s", domain,
			 s->found.quiet || !find_possible(address)
				 ? "The next step proposes the usual server, and you can change it."
				 : "Its server is looked for, and you can name another.");
		return THEME_DIM;
	}
	if (best)
		return tell_best(s, best, text, size);
	if (find_state(s->found.find) == FIND_LOOKING) {
		snprintf(text, size, "Looking for the server of %s ...", domain);
		return THEME_BUSY;
	}
	if (list->count > 0)
		snprintf(text, size,
			 "What was found for %s is not encrypted or does not answer as it should; "
			 "the next step shows it.",
			 domain);
	else
		snprintf(text, size,
			 "%s The next step proposes the usual server, and you can change it.",
			 why_nothing(s));
	return THEME_WARN;
}

static int draw_looking(const struct setup *s, const struct area *area)
{
	struct area a = { area->y, area->x + 2, area->h, area->w - 2 };
	char text[500];

	snprintf(text, sizeof text, "Looking for the server of %.250s ... %ld s%s", domain_of(s),
		 find_seconds(s->found.find),
		 s->found.typed	  ? ". What you typed stays."
		 : s->found.taken ? ". This is the best so far."
				  : ". If you know it, just type it.");
	draw_text(area->y, area->x, 1, THEME_BUSY, theme_spinner(clock_ms()));
	return draw_wrapped(&a, THEME_BUSY, text);
}

int setup_found_draw(const struct setup *s, const struct area *area)
{
	const struct err *err = find_why(s->found.find);
	char text[ERR_TEXT_MAX * 2 + 100];

	if (setup_find_looks(s))
		return draw_looking(s, area);
	if (s->provider_chosen || s->found.typed ||
	    !find_is_for(s->found.find, account_get(s->account, ACCOUNT_ADDRESS)))
		return 0;
	if (setup_find_list(s)) {
		snprintf(text, sizeof text,
			 s->found.taken ? "This was found for %.250s. Enter takes it."
					: "Nothing that could be proposed was found for %.250s.",
			 domain_of(s));
		return draw_wrapped(area, THEME_TEXT, text);
	}
	snprintf(text, sizeof text, "! %s %s", why_nothing(s), err->hint);
	return draw_wrapped(area, THEME_WARN, text);
}

int setup_found_draw_failure(const struct setup *s, const struct area *area)
{
	const struct discover_candidate *c = setup_find_taken(s), *other = setup_find_other(s);
	char sentence[400], text[900];

	if (!c || (c->live != DISCOVER_NO_ANSWER && c->live != DISCOVER_BAD_CERT))
		return 0;
	if (other)
		discover_sentence(other, sentence, sizeof sentence);
	snprintf(text, sizeof text, "! %s%s%s%s", c->live_text, other ? " But " : "",
		 other ? sentence : "",
		 other ? " answers: Esc goes back to choose it." : " Esc goes back to the server.");
	return draw_wrapped(area, THEME_WARN, text);
}
