/*
 * The mail that a sandbox has caught: the newest in memory, all of it in a
 * Maildir when one was given. Safe in threads. Memory is bounded by a number
 * of messages and by KEPT_BYTES; the oldest is forgotten first, the newest
 * stays in any case.
 */
#ifndef OUTPOST_SANDBOX_STORE_H
#define OUTPOST_SANDBOX_STORE_H

#include <stddef.h>

struct buf;
struct err;
struct sandbox_kept;
struct sandbox_mail;
struct sandbox_store;

struct sandbox_store *sandbox_store_new(size_t max_kept);
void sandbox_store_free(struct sandbox_store *store);

/* Copies the envelope, takes the bytes out of data, gives a number. The result
 * is held until released, even when it is forgotten meanwhile. */
struct sandbox_kept *sandbox_store_add(struct sandbox_store *store, const struct sandbox_mail *mail,
				       struct buf *data);
void sandbox_store_release(struct sandbox_store *store, struct sandbox_kept *kept);
const struct sandbox_mail *sandbox_kept_mail(const struct sandbox_kept *kept);

size_t sandbox_store_count(struct sandbox_store *store);
void   sandbox_store_each(struct sandbox_store *store,
			  void (*fn)(void *arg, const struct sandbox_mail *mail), void *arg);
void   sandbox_store_clear(struct sandbox_store *store);

/* Makes the Maildir, so that one that cannot be used is told at the start and not to the
 * first client. */
int sandbox_store_prepare(const char *dir, struct err *err);
/* One file, as a Unix delivery agent writes it: LF, with the envelope on top
 * in Return-Path and X-Envelope-To. */
int sandbox_store_maildir(const char *dir, const struct sandbox_mail *mail, struct err *err);

#endif
