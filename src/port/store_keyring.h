/*
 * Private to port/store: the keyring in two halves. store_keyring_call.c checks,
 * starts a thread and waits for it; store_keyring.c is what the thread does,
 * and the one place that knows libsecret.
 */
#ifndef OUTPOST_STORE_KEYRING_H
#define OUTPOST_STORE_KEYRING_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"
#include "late_secret.h"
#include "port/store.h"

/* What the thread works on: nothing in it is shared, but for the atomic and
 * the cancellable, until the thread has ended. */
struct keyring_work {
	enum store_state (*act)(struct keyring_work *w);
	char *label, *host, *user;
	char port[16];
	long timeout;
	struct secret *secret;	/* given for put, found by get */
	GCancellable *cancel;
	atomic_bool asked;	/* a window was opened, or may have been */
	GDBusConnection *bus;
	struct _SecretService *service;
	enum store_state state;
	struct err err;
};

/* In the thread. They open bus and service, which are closed after them. */
enum store_state keyring_get(struct keyring_work *w);
enum store_state keyring_put(struct keyring_work *w);
enum store_state keyring_forget(struct keyring_work *w);
enum store_state keyring_probe(struct keyring_work *w);

#endif
