#include "port/store_backends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "port/store_bus.h"
#include "port/store_job.h"
#include "port/store_keyring.h"

#define QUIET_MS 30000	/* as long as no window is open */
#define PROBE_MS 5000

/* GLib writes its warnings to stderr, which may be a screen that curses owns. */
static void drop_log(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer data)
{
	(void)domain;
	(void)level;
	(void)text;
	(void)data;
}

static void work_run(void *arg)
{
	struct keyring_work *w = arg;
	GMainContext *context = g_main_context_new();

	g_log_set_default_handler(drop_log, NULL);
	g_main_context_push_thread_default(context);
	w->state = w->act(w);
	if (w->service)
		g_object_unref(w->service);
	if (w->bus)
		g_object_unref(w->bus);
	/* Signals that had already been queued for the proxies hold on to them. */
	while (g_main_context_iteration(context, FALSE))
		;
	g_main_context_pop_thread_default(context);
	g_main_context_unref(context);
}

static void work_cancel(void *arg)
{
	struct keyring_work *w = arg;

	g_cancellable_cancel(w->cancel);
}

static void work_free(void *arg)
{
	struct keyring_work *w = arg;

	free(w->label);
	free(w->host);
	free(w->user);
	secret_free(w->secret);
	g_object_unref(w->cancel);
	free(w);
}

static long work_limit(void *arg)
{
	struct keyring_work *w = arg;

	if (w->timeout > QUIET_MS && !(atomic_load(&w->asked) && store_bus_has_screen()))
		return QUIET_MS;
	return w->timeout;
}

static const struct store_job_calls work_calls = { work_run, work_cancel, work_free, work_limit };

static enum store_state not_ended(enum store_state state, bool asked, long ms, struct err *err)
{
	if (state == STORE_CANCELLED) {
		err_set(err, ERR_CANCELLED, "The system keyring was not waited for: cancelled.");
	} else if (asked) {
		err_set(err, ERR_KEYRING, "The system keyring is locked and was not unlocked "
			"within %ld seconds.", (ms + 999) / 1000);
	} else {
		err_set(err, ERR_KEYRING, "The system keyring did not answer within %ld seconds.",
			(ms + 999) / 1000);
	}
	return state;
}

/* Takes w. */
static enum store_state work_do(struct keyring_work *w, int cancel_fd, struct secret **secret,
				struct err *err)
{
	struct store_job *job;
	enum store_state state;

	w->cancel = g_cancellable_new();
	job = store_job_start(&work_calls, w, err);
	if (!job)
		return STORE_FAILED;
	state = store_job_wait(job, cancel_fd);
	if (state != STORE_OK) {
		not_ended(state, atomic_load(&w->asked), work_limit(w), err);
	} else {
		state = w->state;
		if (state != STORE_OK && err)
			*err = w->err;
		if (state == STORE_OK && secret) {
			*secret = w->secret;
			w->secret = NULL;
		}
	}
	store_job_release(job);
	return state;
}

/* NULL when there is no bus, or a name that D-Bus cannot carry. */
static struct keyring_work *work_new(const struct store_ref *ref, enum store_state *state,
				     struct err *err)
{
	struct keyring_work *w;

	*state = STORE_NO_BUS;
	if (store_bus_check(err) < 0)
		return NULL;
	*state = STORE_NO_SERVICE;
	if (late_load(&late_secret_library, err) < 0) {
		if (err)
			err->kind = ERR_KEYRING;
		return NULL;
	}
	*state = STORE_FAILED;
	if (!text_utf8_valid(ref->host, strlen(ref->host)) ||
	    !text_utf8_valid(ref->user, strlen(ref->user)) ||
	    !text_utf8_valid(ref->label, strlen(ref->label))) {
		err_set(err, ERR_INPUT, "The keyring takes server and user names in UTF-8 only.");
		return NULL;
	}
	w = xcalloc(1, sizeof *w);
	w->label = xstrdup(ref->label);
	w->host = xstrdup(ref->host);
	w->user = xstrdup(ref->user);
	snprintf(w->port, sizeof w->port, "%d", ref->port);
	w->timeout = ref->timeout;
	return w;
}

enum store_state store_keyring_get(const struct store_ref *ref, struct secret **secret,
				   struct err *err)
{
	enum store_state state;
	struct keyring_work *w = work_new(ref, &state, err);

	if (!w)
		return state;
	w->act = keyring_get;
	return work_do(w, ref->cancel_fd, secret, err);
}

enum store_state store_keyring_put(const struct store_ref *ref, const struct secret *secret,
				   struct err *err)
{
	enum store_state state;
	struct keyring_work *w = work_new(ref, &state, err);

	if (!w)
		return state;
	w->act = keyring_put;
	w->secret = secret_copy(secret);
	return work_do(w, ref->cancel_fd, NULL, err);
}

enum store_state store_keyring_forget(const struct store_ref *ref, struct err *err)
{
	enum store_state state;
	struct keyring_work *w = work_new(ref, &state, err);

	if (!w)
		return state;
	w->act = keyring_forget;
	return work_do(w, ref->cancel_fd, NULL, err);
}

enum store_state store_keyring_probe(struct err *err)
{
	struct store_ref none = { .label = "", .host = "", .user = "", .timeout = PROBE_MS };
	enum store_state state;
	struct keyring_work *w = work_new(&none, &state, err);

	if (!w)
		return state;
	w->act = keyring_probe;
	return work_do(w, -1, NULL, err);
}
