#include "task/outbox_edit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "mail/message_read.h"
#include "task/drafts_sent.h"
#include "task/outbox_private.h"
#include "task/outbox_words.h"
#include "task/people.h"

#define FIELD_MAX 8000 /* bytes of a list of recipients that a form takes */
#define NAME_BYTES 200 /* of a file */

/* What is looked at while a draft is made. */
struct making {
	struct outbox_story story;
	struct message_read *mail;
	bool *used; /* each recipient of the envelope: it stands in a header */
};

static int refuse(struct err *err, const char *why)
{
	err_set(err, ERR_INPUT, "This message cannot be edited. %s", why);
	err_hint(err, "It can be sent again as it is: retry.");
	return -1;
}

/* ---- may it be edited? ---- */

static int check_state(const struct outbox_item *item, struct err *err)
{
	if (item->state == OUTBOX_READY || item->state == OUTBOX_FAILED ||
	    item->state == OUTBOX_HELD)
		return 0;
	return err_set(err, ERR_INPUT,
		       "Message %lld is %s: only what waits, failed or is held can be edited.",
		       (long long)item->id, outbox_state_name(item->state));
}

static int check_sender(const struct making *m, const struct accounts *all, struct err *err)
{
	const struct account *a = account_find(all, m->story.item.account);
	const struct message_mailboxes *from = &m->mail->from;

	if (!a)
		return err_set(err, ERR_INPUT, "The account %s of this message is not there.",
			       m->story.item.account);
	if (from->count != 1 ||
	    !text_eq_nocase(from->list[0].address, account_get(a, ACCOUNT_ADDRESS)))
		return refuse(err, "It comes from another address than its account has.");
	return 0;
}

static int check(struct outbox *box, const struct making *m, const struct accounts *all,
		 struct err *err)
{
	bool more;

	if (m->mail->obstacle[0])
		return refuse(err, m->mail->obstacle);
	if (check_sender(m, all, err) < 0 ||
	    outbox_asks_more(box, m->story.item.id, &more, err) < 0)
		return -1;
	if (more)
		return refuse(err, "It asks for reports or for encryption, which would be lost.");
	if (m->mail->file_count > DRAFT_FILES_MAX)
		return refuse(err, "It has too many attachments.");
	return 0;
}

/* ---- recipients ---- */

static bool has_it(const struct outbox_rcpt *rcpt)
{
	return strcmp(rcpt->state, "sent") == 0;
}

/* Its place in the envelope; -1: it is not there. */
static long place_of(const struct making *m, const struct message_mailbox *who)
{
	for (size_t i = 0; i < m->story.rcpt_count; i++) {
		const char *address = m->story.rcpts[i].address;

		if (text_eq_nocase(address, who->address) || text_eq_nocase(address, who->wire))
			return (long)i;
	}
	return -1;
}

static void add_person(struct buf *out, const char *address, const char *name)
{
	struct person person = { (char *)address, name && *name ? (char *)name : NULL };
	char *text = person_text(&person);

	if (out->len > 0)
		buf_adds(out, ", ");
	buf_adds(out, text);
	free(text);
}

static int finish_list(struct buf *list, char **field, struct err *err)
{
	bool long_ = list->len > FIELD_MAX;

	*field = buf_detach(list);
	return long_ ? refuse(err, "It has too many recipients.") : 0;
}

static int take_header(struct making *m, const struct message_mailboxes *who, char **field,
		       struct err *err)
{
	struct buf list = BUF_INIT(FIELD_MAX * 2);

	for (size_t i = 0; i < who->count; i++) {
		long place = place_of(m, &who->list[i]);

		if (place < 0) {
			buf_free(&list);
			return refuse(err, "Its recipients are not those that it names.");
		}
		if (!m->used[place] && !has_it(&m->story.rcpts[place]))
			add_person(&list, who->list[i].address, who->list[i].name);
		m->used[place] = true;
	}
	return finish_list(&list, field, err);
}

static int take_recipients(struct making *m, struct outbox_edit *edit, struct err *err)
{
	struct buf bcc = BUF_INIT(FIELD_MAX * 2);

	m->used = xcalloc(m->story.rcpt_count + 1, sizeof *m->used);
	if (take_header(m, &m->mail->to, &edit->draft.to, err) < 0 ||
	    take_header(m, &m->mail->cc, &edit->draft.cc, err) < 0)
		return -1;
	for (size_t i = 0; i < m->story.rcpt_count; i++) {
		if (has_it(&m->story.rcpts[i]))
			edit->left_out++;
		else if (!m->used[i])
			add_person(&bcc, m->story.rcpts[i].address, NULL);
	}
	return finish_list(&bcc, &edit->draft.bcc, err);
}

/* ---- attachments ---- */

/* The name that it gets on the disk, and with it in the new message. */
static char *file_name(const char *name)
{
	const char *slash = strrchr(name, '/');
	char *own = xstrdup(slash ? slash + 1 : name);
	size_t len = 0, n;
	unsigned code;

	for (; own[len]; len += n) {
		n = text_utf8_next(own + len, strlen(own + len), &code);
		if (n == 0 || len + n > NAME_BYTES)
			break;
		if (code < 0x20 || code == 0x7f)
			own[len] = '_';
	}
	own[len] = '\0';
	if (own[0] == '\0' || strcmp(own, ".") == 0 || strcmp(own, "..") == 0) {
		free(own);
		own = xstrdup("attachment");
	}
	return own;
}

static int save_file(struct message_read *mail, size_t i, const char *folder, char **path,
		     struct err *err)
{
	/* A folder each: two may have the same name. */
	char *own = xasprintf("%s/%zu", folder, i + 1), *name = file_name(mail->files[i]);
	int fd = -1, rc = file_mkdirs(own, 0700, err);

	*path = xasprintf("%s/%s", own, name);
	if (rc == 0) {
		fd = open(*path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		rc = fd < 0 ? err_errno(err, "%s cannot be made", *path)
			    : message_read_save(mail, i, fd, err);
	}
	if (fd >= 0)
		close(fd);
	free(own);
	free(name);
	return rc;
}

static int take_files(struct message_read *mail, const char *folder, struct draft *draft,
		      struct err *err)
{
	draft->files = xcalloc(mail->file_count + 1, sizeof *draft->files);
	draft->names = xcalloc(mail->file_count + 1, sizeof *draft->names);
	for (size_t i = 0; i < mail->file_count; i++)
		if (save_file(mail, i, folder, &draft->files[draft->file_count++], err) < 0)
			return -1;
	return 0;
}

/* ---- all of it ---- */

static int read_mail(struct outbox *box, int64_t id, struct message_read **mail, int *fd,
		     struct err *err)
{
	struct smtp_body body = { -1, 0 };

	if (outbox_body_open(box, id, &body, err) < 0)
		return -1;
	*fd = body.fd;
	*mail = message_read_open(body.fd, body.size, err);
	return *mail ? 0 : -1;
}

/* Holds what waits. Who has tried to send it since it was read is told by the attempts: some
 * recipients may have got it. */
static int hold(struct outbox *box, const struct outbox_item *item, struct err *err)
{
	int64_t attempts = -1;

	if (outbox_hold(box, item->id, err) < 0)
		return -1;
	if (db_number(box->db, err, &attempts, "SELECT attempts FROM message WHERE id = ?", "i",
		      item->id) == 1 &&
	    attempts == item->attempts)
		return 0;
	if (attempts >= 0)
		err_set(err, ERR_INPUT, "Message %lld was tried just now: look at it again.",
			(long long)item->id);
	(void)outbox_release(box, item->id, NULL);
	return -1;
}

int outbox_edit_begin(struct outbox *box, int64_t id, const struct accounts *all,
		      const char *files, struct outbox_edit *edit, struct err *err)
{
	struct making m = { .story = OUTBOX_STORY_INIT };
	struct draft *draft = &edit->draft;
	int fd = -1, rc = -1;

	*edit = (struct outbox_edit){ .left_out = 0 };
	if (outbox_story_read(box, id, &m.story, err) < 0 ||
	    check_state(&m.story.item, err) < 0 || read_mail(box, id, &m.mail, &fd, err) < 0 ||
	    check(box, &m, all, err) < 0 || take_recipients(&m, edit, err) < 0 ||
	    take_files(m.mail, files, draft, err) < 0)
		goto out;
	draft->account = xstrdup(m.story.item.account);
	draft->subject = xstrdup(m.mail->subject);
	draft->text = xstrdup(m.mail->text);
	draft->replaces = id;
	draft->waited = m.story.item.state == OUTBOX_READY;
	/* Last: until here nothing has changed. */
	rc = draft->waited ? hold(box, &m.story.item, err) : 0;
out:
	message_read_free(m.mail);
	if (fd >= 0)
		close(fd);
	free(m.used);
	outbox_story_clear(&m.story);
	return rc;
}

static int change_old(const struct draft *draft, bool gone, struct err *err)
{
	struct outbox *box;
	int rc;

	if (!draft->replaces || (!gone && !draft->waited))
		return 0;
	box = outbox_open(NULL, err);
	if (!box)
		return -1;
	rc = (gone ? outbox_remove : outbox_release)(box, draft->replaces, err);
	outbox_close(box);
	return rc;
}

int outbox_edit_done(const struct draft *draft, struct err *err)
{
	return change_old(draft, true, err);
}

int outbox_edit_cancel(const struct draft *draft, struct err *err)
{
	/* It was sent, and all ended before the old one was removed. */
	return change_old(draft, drafts_sent_id(draft, NULL) != 0, err);
}
