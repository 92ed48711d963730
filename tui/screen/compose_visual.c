#include "screen/compose_visual.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "port/visual.h"
#include "task/drafts.h"
#include "widget/term.h"

static char *place(const struct draft_file *file)
{
	const char *dir = getenv("TMPDIR");

	if (file)
		return xstrdup(drafts_edit_path(file));
	return xasprintf("%s/outpost-message.%ld", dir && *dir ? dir : "/tmp", (long)getpid());
}

/* What cannot be taken over is not thrown away, when it is more than what was there before. */
static void put_aside(const char *path, const char *text, struct err *err)
{
	struct buf left = BUF_INIT(DRAFT_TEXT_MAX);
	char *aside = xasprintf("%s.kept", path);
	struct stat st;
	bool written = stat(path, &st) == 0 && st.st_size > 0;

	if (written && file_read(path, &left, NULL) == 0)
		written = strcmp(buf_text(&left), text) != 0;
	if (written && rename(path, aside) == 0)
		err_hint(err, "What the editor wrote is in %s.", aside);
	buf_free(&left);
	free(aside);
}

static int read_back(const char *path, struct buf *out, struct err *err)
{
	if (file_read(path, out, err) < 0)
		return -1;
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] == '\0')
			out->data[i] = ' ';
	if (text_utf8_valid(buf_text(out), out->len))
		return 0;
	return err_set(err, ERR_INPUT, "What the editor wrote is not UTF-8.");
}

int compose_visual(const struct draft_file *file, const char *text, struct buf *out,
		   struct err *err)
{
	char *path = place(file);
	int rc = file_replace(path, text, strlen(text), 0600, err);

	if (rc == 0) {
		term_lend();
		rc = visual_edit(path, err);
		term_take_back();
		/* A hang-up ends the editor too: what it had written so far is the text. */
		if (rc < 0 && term_signal())
			rc = 0;
		if (rc == 0)
			rc = read_back(path, out, err);
		if (rc < 0)
			put_aside(path, text, err);
		unlink(path);
	}
	free(path);
	return rc;
}
