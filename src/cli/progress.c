#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/print.h"

#define PLAIN_MS  5000 /* between two lines where there is no terminal */
#define LIVE_MS   200
#define BAR_WIDTH 24

static void write_left(char out[40], double seconds)
{
	long s = (long)seconds + 1;

	if (s < 3600)
		snprintf(out, 40, ", %ld:%02ld left", s / 60, s % 60);
	else
		snprintf(out, 40, ", %ld:%02ld:%02ld left", s / 3600, s / 60 % 60, s % 60);
}

static int terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* One line, which must not reach the last column: it would be two. */
static void show_live(const struct progress *p, const char *told, bool last)
{
	size_t full = p->total ? p->done * BAR_WIDTH / p->total : BAR_WIDTH;
	int columns = terminal_columns();
	char line[160];

	snprintf(line, sizeof line, "[%.*s%*s] %s", (int)full, "########################",
		 BAR_WIDTH - (int)full, "", told);
	fprintf(stderr, "\r%.*s\033[K%s", columns - 1, (int)strlen(line) < columns ? line : told,
		last ? "\n" : "");
	fflush(stderr);
}

void progress_show(struct progress *p)
{
	long long now = clock_ms(), took = now - p->began;
	bool last = p->done == p->total;
	size_t did = p->done - p->from;
	double rate = took > 0 ? (double)did * 1000 / (double)took : 0;
	char left[40] = "", told[120];

	if (p->quiet || (!last && now - p->shown < (p->live ? LIVE_MS : PLAIN_MS)))
		return;
	p->shown = now;
	if (rate > 0 && p->done < p->total)
		write_left(left, (double)(p->total - p->done) / rate);
	snprintf(told, sizeof told, "%s %zu of %zu, %.*f a second%s", p->what, p->done, p->total,
		 rate > 0 && rate < 10 ? 1 : 0, rate, left);
	if (p->live)
		show_live(p, told, last);
	else
		print_note("%s.", told);
}

bool progress_watched(const struct call *call)
{
	return call->global.verbose || isatty(STDERR_FILENO);
}

struct progress progress_new(const struct call *call, const char *what, size_t total)
{
	struct progress p = { .what = what, .total = total, .began = clock_ms() };
	const char *term = getenv("TERM");

	p.live = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
	p.quiet = call->global.json || total == 0 || !progress_watched(call);
	p.shown = p.began;
	return p;
}

void progress_break(const struct progress *p, bool ended)
{
	if (p->live && !p->quiet)
		fputs(ended ? "\n" : "\r\033[K", stderr);
}
