#include "screen/compose_visual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
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

/* What is too long for us is not thrown away. */
static void put_aside(const char *path, struct err *err)
{
	char *aside = xasprintf("%s.kept", path);

	if (rename(path, aside) == 0)
		err_hint(err, "What the editor wrote is in %s.", aside);
	free(aside);
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
		if (rc == 0 && file_read(path, out, err) < 0) {
			put_aside(path, err);
			rc = -1;
		}
		for (size_t i = 0; i < out->len; i++)
			if (out->data[i] == '\0')
				out->data[i] = ' ';
		unlink(path);
	}
	free(path);
	return rc;
}
