#include "mail/sandbox_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/maildir.h"
#include "mail/sandbox.h"

#define KEPT_BYTES   ((size_t)128 << 20)
#define ENVELOPE_MAX ((size_t)1 << 20)

struct sandbox_kept {
	struct sandbox_kept *next;	/* newer */
	unsigned holders;		/* the list, and whoever adds it */
	struct sandbox_mail mail;	/* everything in it is owned here */
};

struct sandbox_store {
	pthread_mutex_t lock;
	struct sandbox_kept *oldest;
	struct sandbox_kept **end;
	size_t max_kept, kept, bytes;
	size_t caught;
};

struct sandbox_store *sandbox_store_new(size_t max_kept)
{
	struct sandbox_store *store = xcalloc(1, sizeof *store);

	pthread_mutex_init(&store->lock, NULL);
	store->end = &store->oldest;
	store->max_kept = max_kept;
	return store;
}

/* With the lock held. */
static void let_go(struct sandbox_kept *kept)
{
	if (--kept->holders > 0)
		return;
	for (size_t i = 0; i < kept->mail.to_count; i++)
		free((void *)kept->mail.to[i]);
	free((void *)kept->mail.to);
	free((void *)kept->mail.from);
	free((void *)kept->mail.user);
	free((void *)kept->mail.data);
	free(kept);
}

/* With the lock held. */
static void forget_oldest(struct sandbox_store *store)
{
	struct sandbox_kept *kept = store->oldest;

	store->oldest = kept->next;
	if (!store->oldest)
		store->end = &store->oldest;
	store->kept--;
	store->bytes -= kept->mail.len;
	let_go(kept);
}

void sandbox_store_free(struct sandbox_store *store)
{
	if (!store)
		return;
	while (store->oldest)
		forget_oldest(store);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

static struct sandbox_kept *copy_mail(const struct sandbox_mail *mail, struct buf *data)
{
	struct sandbox_kept *kept = xcalloc(1, sizeof *kept);
	char **to = xcalloc(mail->to_count + 1, sizeof *to);
	size_t len = data->len;

	kept->mail = *mail;
	for (size_t i = 0; i < mail->to_count; i++)
		to[i] = xstrdup(mail->to[i]);
	kept->mail.to = (const char *const *)to;
	kept->mail.from = xstrdup(mail->from);
	kept->mail.user = xstrdup(mail->user);
	kept->mail.data = xreallocarray(buf_detach(data), len + 1, 1);
	kept->mail.len = len;
	return kept;
}

struct sandbox_kept *sandbox_store_add(struct sandbox_store *store, const struct sandbox_mail *mail,
				       struct buf *data)
{
	struct sandbox_kept *kept = copy_mail(mail, data);

	kept->holders = 2;
	pthread_mutex_lock(&store->lock);
	kept->mail.number = ++store->caught;
	*store->end = kept;
	store->end = &kept->next;
	store->kept++;
	store->bytes += kept->mail.len;
	while (store->kept > store->max_kept || (store->bytes > KEPT_BYTES && store->kept > 1))
		forget_oldest(store);
	pthread_mutex_unlock(&store->lock);
	return kept;
}

void sandbox_store_release(struct sandbox_store *store, struct sandbox_kept *kept)
{
	pthread_mutex_lock(&store->lock);
	let_go(kept);
	pthread_mutex_unlock(&store->lock);
}

const struct sandbox_mail *sandbox_kept_mail(const struct sandbox_kept *kept)
{
	return &kept->mail;
}

size_t sandbox_store_count(struct sandbox_store *store)
{
	size_t n;

	pthread_mutex_lock(&store->lock);
	n = store->caught;
	pthread_mutex_unlock(&store->lock);
	return n;
}

void sandbox_store_each(struct sandbox_store *store,
			void (*fn)(void *arg, const struct sandbox_mail *mail), void *arg)
{
	pthread_mutex_lock(&store->lock);
	for (struct sandbox_kept *kept = store->oldest; kept; kept = kept->next)
		fn(arg, &kept->mail);
	pthread_mutex_unlock(&store->lock);
}

void sandbox_store_clear(struct sandbox_store *store)
{
	pthread_mutex_lock(&store->lock);
	while (store->oldest)
		forget_oldest(store);
	pthread_mutex_unlock(&store->lock);
}

static int add_unix_lines(struct buf *out, const char *data, size_t len)
{
	const char *end = data + len;

	while (data < end) {
		const char *cr = memchr(data, '\r', (size_t)(end - data));
		const char *stop = cr ? cr : end;

		if (buf_add(out, data, (size_t)(stop - data)) < 0)
			return -1;
		data = stop;
		if (!cr)
			continue;
		data++;
		if ((data == end || *data != '\n') && buf_addc(out, '\r') < 0)
			return -1;
	}
	return 0;
}

int sandbox_store_prepare(const char *dir, struct err *err)
{
	static const char *const parts[] = { "tmp", "new", "cur" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof *parts; i++) {
		char *path = xasprintf("%s/%s", dir, parts[i]);

		rc = file_mkdirs(path, 0700, err);
		if (rc == 0 && access(path, W_OK | X_OK) < 0)
			rc = err_errno(err, "Cannot write into %s", path);
		free(path);
	}
	return rc;
}

int sandbox_store_maildir(const char *dir, const struct sandbox_mail *mail, struct err *err)
{
	struct buf file = BUF_INIT(mail->len + ENVELOPE_MAX);
	int rc = buf_printf(&file, "Return-Path: <%s>\n", mail->from);

	for (size_t i = 0; rc == 0 && i < mail->to_count; i++)
		rc = buf_printf(&file, "X-Envelope-To: <%s>\n", mail->to[i]);
	if (rc == 0)
		rc = add_unix_lines(&file, mail->data, mail->len);
	if (rc < 0)
		err_set(err, ERR_SYSTEM, "The message is too large for the Maildir.");
	else
		rc = maildir_add(dir, NULL, file.data, file.len, err);
	buf_free(&file);
	return rc;
}
