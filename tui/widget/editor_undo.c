#include "widget/editor_undo.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void free_step(struct undo *u, struct undo_step *step)
{
	u->bytes -= step->gone_len + step->came_len;
	free(step->gone);
	free(step->came);
}

void undo_clear(struct undo *u)
{
	for (size_t i = 0; i < u->count; i++)
		free_step(u, &u->steps[i]);
	free(u->steps);
	*u = (struct undo){ 0 };
}

void undo_close(struct undo *u)
{
	u->open = false;
}

/* Puts len bytes into *bytes (n of them) at its end or its beginning. */
static void grow(char **bytes, size_t *n, const char *more, size_t len, bool at_end)
{
	*bytes = xreallocarray(*bytes, *n + len, 1);
	if (!at_end)
		memmove(*bytes + len, *bytes, *n);
	memcpy(*bytes + (at_end ? *n : 0), more, len);
	*n += len;
}

/* Typed behind, or deleted before or behind, what the last step did. */
static bool join(struct undo *u, const struct undo_step *step)
{
	struct undo_step *last = u->done > 0 ? &u->steps[u->done - 1] : NULL;

	if (!last || !u->open)
		return false;
	if (step->gone_len == 0 && last->gone_len == 0 && step->at == last->at + last->came_len) {
		grow(&last->came, &last->came_len, step->came, step->came_len, true);
	} else if (step->came_len == 0 && last->came_len == 0 &&
		   step->at + step->gone_len == last->at) {
		grow(&last->gone, &last->gone_len, step->gone, step->gone_len, false);
		last->at = step->at;
	} else if (step->came_len == 0 && last->came_len == 0 && step->at == last->at) {
		grow(&last->gone, &last->gone_len, step->gone, step->gone_len, true);
	} else {
		return false;
	}
	u->bytes += step->gone_len + step->came_len;
	return true;
}

static void forget_old(struct undo *u)
{
	size_t n = 0;

	while (n + 1 < u->count && (u->count - n > UNDO_STEPS || u->bytes > UNDO_BYTES))
		free_step(u, &u->steps[n++]);
	if (n == 0)
		return;
	u->count -= n;
	u->done -= n;
	memmove(u->steps, u->steps + n, u->count * sizeof *u->steps);
}

static void append(struct undo *u, const struct undo_step *step)
{
	u->steps = xreallocarray(u->steps, u->count + 1, sizeof *u->steps);
	u->steps[u->count++] = (struct undo_step){ .at = step->at,
						   .gone = xstrndup(step->gone, step->gone_len),
						   .came = xstrndup(step->came, step->came_len),
						   .gone_len = step->gone_len,
						   .came_len = step->came_len };
	u->done = u->count;
	u->bytes += step->gone_len + step->came_len;
}

void undo_note(struct undo *u, const struct undo_step *step)
{
	if (step->gone_len == 0 && step->came_len == 0)
		return;
	while (u->count > u->done)
		free_step(u, &u->steps[--u->count]);
	if (!join(u, step))
		append(u, step);
	forget_old(u);
	/* A blank or a line end closes a word. More than a character at once is a paste. */
	u->open = step->came_len == 0 ? step->gone_len <= 64
				      : step->gone_len == 0 && step->came_len <= 4 &&
						step->came[0] != ' ' && step->came[0] != '\n';
}

const struct undo_step *undo_back(struct undo *u)
{
	u->open = false;
	return u->done > 0 ? &u->steps[--u->done] : NULL;
}

const struct undo_step *undo_again(struct undo *u)
{
	u->open = false;
	return u->done < u->count ? &u->steps[u->done++] : NULL;
}
