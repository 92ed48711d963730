#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/account.h"
#include "port/crypt.h"
#include "task/merge_private.h"

#define HASH 32

/* ---- the tag: a hash of hashes, so that no two parts can run into each other ---- */

static int add_bytes(struct buf *sum, const void *bytes, size_t len)
{
	unsigned char hash[CRYPT_HASH_MAX];

	if (crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ bytes, len }, hash) < 0)
		return -1;
	return buf_add(sum, hash, HASH);
}

static int add_text(struct buf *sum, const char *text)
{
	return add_bytes(sum, text ? text : "", text ? strlen(text) : 0);
}

static int add_list(struct buf *sum, const struct addr_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (add_text(sum, list->list[i].name) < 0 ||
		    add_text(sum, list->list[i].address) < 0)
			return -1;
	return add_text(sum, NULL);
}

/* Its name and its bytes, a block at a time: each hash goes into the next. */
static int add_file(struct buf *sum, const struct message_file *file, struct err *err)
{
	unsigned char block[HASH + 65536] = { 0 };
	int fd = file->path ? open(file->path, O_RDONLY | O_CLOEXEC) : file->fd;
	off_t at = 0;
	ssize_t n = -1;

	while (fd >= 0 && (n = pread(fd, block + HASH, sizeof block - HASH, at)) > 0) {
		struct crypt_bytes all = { block, HASH + (size_t)n };
		unsigned char hash[CRYPT_HASH_MAX];

		if (crypt_digest(CRYPT_SHA256, all, hash) < 0)
			break;
		memcpy(block, hash, HASH);
		at += n;
	}
	if (n < 0)
		err_errno(err, "Cannot attach %s", file->path ? file->path : file->name);
	if (fd >= 0 && file->path)
		close(fd);
	if (n != 0 || (file->path && add_text(sum, file->path) < 0) ||
	    (file->name && add_text(sum, file->name) < 0))
		return -1;
	return buf_add(sum, block, HASH);
}

static int add_message(struct buf *sum, const struct merge_message *msg, struct err *err)
{
	const struct message_draft *d = &msg->draft;

	if (add_text(sum, d->from.address) < 0 || add_text(sum, d->from.name) < 0 ||
	    add_list(sum, &d->to) < 0 || add_list(sum, &d->cc) < 0 || add_list(sum, &d->bcc) < 0 ||
	    add_text(sum, d->subject) < 0 || add_text(sum, d->reply_to) < 0 ||
	    add_text(sum, d->signature) < 0 || add_bytes(sum, d->text, d->text_len) < 0)
		return -1;
	for (size_t i = 0; i < d->header_count; i++)
		if (add_text(sum, d->headers[i]) < 0)
			return -1;
	add_text(sum, NULL);
	for (size_t i = 0; i < d->file_count; i++)
		if (add_file(sum, &d->files[i], err) < 0)
			return -1;
	/* Only when there: the tag of a message without stays what it was. */
	if ((d->date && add_bytes(sum, &d->date, sizeof d->date) < 0) ||
	    (d->html && add_bytes(sum, d->html, d->html_len) < 0) ||
	    (d->in_reply_to && add_text(sum, d->in_reply_to) < 0))
		return -1;
	return 0;
}

static int add_run(struct buf *sum, const char *run, const struct merge_message *msg)
{
	char *address = xstrdup(msg->address);
	int rc;

	text_lower(address);
	rc = add_text(sum, run) < 0 || add_text(sum, address) < 0 ? -1 : 0;
	free(address);
	return rc;
}

int merge_tag(const struct merge *m, size_t row, const struct merge_message *msg,
	      char tag[MERGE_TAG_MAX], struct err *err)
{
	struct buf sum = BUF_INIT(1 << 22);
	unsigned char hash[CRYPT_HASH_MAX];
	char nth[24];
	int rc;

	err_set(err, ERR_SYSTEM, "A hash could not be made (SHA-256).");
	snprintf(nth, sizeof nth, "%zu", m->nth[row]);
	rc = add_text(&sum, account_id(m->params.account)) < 0 || add_text(&sum, nth) < 0 ||
	     add_text(&sum, m->params.run ? "run" : "message") < 0;
	if (!rc)
		rc = m->params.run ? add_run(&sum, m->params.run, msg)
				   : add_message(&sum, msg, err);
	if (!rc)
		rc = crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ sum.data, sum.len }, hash);
	buf_free(&sum);
	if (rc)
		return -1;
	err_clear(err);
	strcpy(tag, "each-");
	for (size_t i = 0; i < 20; i++)
		snprintf(tag + 5 + 2 * i, 3, "%02x", hash[i]);
	return 0;
}

/* ---- into the outbox ---- */

static int add_one(struct merge *m, size_t row, struct outbox *box, struct merge_added *added,
		   struct err *err)
{
	struct merge_message msg;
	struct message *built = NULL;
	struct outbox_entry entry = { .account = account_id(m->params.account),
				      .wishes = m->params.wishes };
	char tag[MERGE_TAG_MAX];
	int rc = -1;

	if (merge_fill(m, row, &msg, err) == 0 && merge_tag(m, row, &msg, tag, err) == 0)
		built = message_build(&msg.draft, err);
	if (built) {
		entry.msg = built;
		entry.subject = msg.draft.subject;
		entry.tag = tag;
		rc = outbox_add(box, &entry, NULL, &added->ids[row], err);
	}
	message_free(built);
	merge_message_clear(&msg);
	if (rc < 0)
		return -1;
	added->was_there[row] = rc == 2;
	added->old += rc == 2;
	added->count++;
	return 0;
}

int merge_enqueue(struct merge *m, struct outbox *box, bool (*step)(void *arg, size_t done),
		  void *arg, struct merge_added *added, struct err *err)
{
	*added = (struct merge_added){ .count = 0 };
	added->ids = xcalloc(m->table.count, sizeof *added->ids);
	added->was_there = xcalloc(m->table.count, sizeof *added->was_there);
	for (size_t i = 0; i < m->table.count; i++) {
		if (add_one(m, i, box, added, err) < 0)
			return -1;
		if (step && !step(arg, i + 1) && i + 1 < m->table.count)
			return err_set(err, ERR_CANCELLED, "Stopped.");
	}
	return 0;
}

void merge_added_clear(struct merge_added *added)
{
	free(added->ids);
	free(added->was_there);
	*added = (struct merge_added){ .count = 0 };
}
