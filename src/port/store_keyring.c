#include "port/store_backends.h"

#include <libsecret/secret.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/text.h"
#include "port/store_bus.h"
#include "port/store_job.h"

#define SERVICE_NAME "org.freedesktop.secrets"
#define QUIET_MS     30000	/* as long as no window is open */
#define PROBE_MS     5000
#define HANG_UP_MS   100
#define ITEMS_MAX    64		/* one host and user: more is somebody's mistake */

/* The name is that of the one schema for passwords of network services: msmtp's second
 * look-up and git before 2.44 ask for it; the others ask for attributes only. The
 * attributes are the union of theirs. */
static const SecretSchema item_schema = {
	"org.gnome.keyring.NetworkPassword",
	SECRET_SCHEMA_NONE,
	{
		{ "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
		{ "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
		{ "service", SECRET_SCHEMA_ATTRIBUTE_STRING },
		{ "protocol", SECRET_SCHEMA_ATTRIBUTE_STRING },
		{ "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
		{ "port", SECRET_SCHEMA_ATTRIBUTE_STRING },
		{ NULL, 0 },
	},
	0, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
};

/* Which names carry the host and the protocol: ours and msmtp's, then git's. */
struct query {
	const char *host;
	const char *service;
};

static const struct query by_service = { "host", "service" };
static const struct query by_protocol = { "server", "protocol" };

/* What the thread works on: nothing in it is shared, but for the atomic and
 * the cancellable, until the thread has ended. */
struct work {
	enum store_state (*act)(struct work *w);
	char *label, *host, *user;
	char port[16];
	long timeout;
	struct secret *secret;	/* given for put, found by get */
	GCancellable *cancel;
	atomic_bool asked;	/* a window was opened, or may have been */
	GDBusConnection *bus;
	SecretService *service;
	enum store_state state;
	struct err err;
};

static enum store_state fail(struct work *w, enum store_state state, const char *text)
{
	err_set(&w->err, ERR_KEYRING, "%s", text);
	return state;
}

static enum store_state locked(struct work *w)
{
	return fail(w, STORE_LOCKED, "The system keyring is locked and could not be unlocked here.");
}

/* The keyring was asked to open a window and nothing came of it. Without a
 * screen that is not the user's doing. */
static enum store_state dismissed(struct work *w)
{
	if (!store_bus_has_screen())
		return locked(w);
	return fail(w, STORE_DISMISSED,
		    "The window that asks to unlock the keyring was closed without unlocking it.");
}

static enum store_state no_service(struct work *w)
{
	return fail(w, STORE_NO_SERVICE, "There is no system keyring (Secret Service) running in "
					 "this session.");
}

static enum store_state state_of(const GError *e)
{
	if (g_error_matches(e, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
		return STORE_LOCKED;
	if (g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
	    g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
	    (e->domain == G_DBUS_ERROR && e->code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED &&
	     e->code <= G_DBUS_ERROR_SPAWN_NO_MEMORY))
		return STORE_NO_SERVICE;
	if (g_error_matches(e, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
	    g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
	    g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT))
		return STORE_TIMED_OUT;
	if (g_error_matches(e, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return STORE_DISMISSED;
	return STORE_FAILED;
}

/* Takes e, which is never NULL. Real cancelling is told by the waiter. */
static enum store_state failed(struct work *w, const char *doing, GError *e)
{
	enum store_state state = state_of(e);

	g_dbus_error_strip_remote_error(e);
	if (state == STORE_NO_SERVICE)
		no_service(w);
	else if (state == STORE_LOCKED)
		locked(w);
	else if (state == STORE_DISMISSED)
		state = dismissed(w);
	else if (state == STORE_TIMED_OUT)
		fail(w, state, "The system keyring did not answer in time.");
	else
		err_set(&w->err, ERR_KEYRING, "%s the system keyring failed: %s.", doing,
			e->message);
	g_error_free(e);
	return state;
}

static enum store_state connect_bus(struct work *w)
{
	GError *e = NULL;

	w->bus = g_bus_get_sync(G_BUS_TYPE_SESSION, w->cancel, &e);
	if (!w->bus) {
		err_set(&w->err, ERR_KEYRING, "The D-Bus session bus cannot be reached: %s.",
			e->message);
		g_error_free(e);
		return STORE_NO_BUS;
	}
	/* GLib's default is to end the process when the bus goes away. */
	g_dbus_connection_set_exit_on_close(w->bus, FALSE);
	return STORE_OK;
}

static GVariant *ask_bus(struct work *w, const char *method, GVariant *args, const char *type,
			 GError **e)
{
	return g_dbus_connection_call_sync(w->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
					   "org.freedesktop.DBus", method, args,
					   G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NONE, -1,
					   w->cancel, e);
}

/* Runs it, or can the bus start it? */
static enum store_state find_service(struct work *w)
{
	GError *e = NULL;
	gboolean found = FALSE;
	GVariant *reply = ask_bus(w, "NameHasOwner", g_variant_new("(s)", SERVICE_NAME), "(b)", &e);

	if (reply) {
		g_variant_get(reply, "(b)", &found);
		g_variant_unref(reply);
		if (found)
			return STORE_OK;
		reply = ask_bus(w, "ListActivatableNames", NULL, "(as)", &e);
	}
	if (!reply)
		return failed(w, "Looking for", e);
	{
		const char **names;

		g_variant_get(reply, "(^a&s)", &names);
		found = g_strv_contains((const char *const *)names, SERVICE_NAME);
		g_free(names);
	}
	g_variant_unref(reply);
	return found ? STORE_OK : no_service(w);
}

static enum store_state open_service(struct work *w, SecretServiceFlags flags)
{
	enum store_state state = connect_bus(w);
	GError *e = NULL;

	if (state == STORE_OK)
		state = find_service(w);
	if (state != STORE_OK)
		return state;
	w->service = secret_service_open_sync(SECRET_TYPE_SERVICE, NULL, flags, w->cancel, &e);
	return w->service ? STORE_OK : failed(w, "Opening", e);
}

static enum store_state unlock(struct work *w, gpointer object)
{
	GList objects = { .data = object, .next = NULL };
	GError *e = NULL;
	int n;

	atomic_store(&w->asked, true);
	n = secret_service_unlock_sync(w->service, &objects, w->cancel, NULL, &e);
	if (e)
		return failed(w, "Unlocking", e);
	return n > 0 ? STORE_OK : dismissed(w);
}

/* *found is NULL when the keyring has none yet. */
static enum store_state default_collection(struct work *w, SecretCollection **found)
{
	GError *e = NULL;

	*found = secret_collection_for_alias_sync(w->service, SECRET_COLLECTION_DEFAULT,
						  SECRET_COLLECTION_NONE, w->cancel, &e);
	return e ? failed(w, "Opening", e) : STORE_OK;
}

/* The items of this host and user, locked or not; free with free_items. */
static enum store_state search(struct work *w, const struct query *q, GList **items)
{
	GHashTable *attributes = g_hash_table_new(g_str_hash, g_str_equal);
	GError *e = NULL;

	g_hash_table_insert(attributes, (gpointer)q->host, w->host);
	g_hash_table_insert(attributes, (gpointer)q->service, (gpointer)"smtp");
	g_hash_table_insert(attributes, (gpointer) "user", w->user);
	/* No schema: then only the attributes have to match. */
	*items = secret_service_search_sync(w->service, NULL, attributes, SECRET_SEARCH_ALL,
					    w->cancel, &e);
	g_hash_table_unref(attributes);
	if (e)
		return failed(w, "Searching", e);
	if (g_list_length(*items) <= ITEMS_MAX)
		return STORE_OK;
	g_list_free_full(*items, g_object_unref);
	*items = NULL;
	err_set(&w->err, ERR_KEYRING,
		"The keyring holds more than %d passwords for %s at %s; remove them with the "
		"keyring's own program.", ITEMS_MAX, w->user, w->host);
	return STORE_FAILED;
}

static void free_items(GList *items)
{
	g_list_free_full(items, g_object_unref);
}

/* An unlocked one before a locked one, then the one changed last. */
static SecretItem *best_item(GList *items)
{
	SecretItem *best = NULL;

	for (GList *i = items; i; i = i->next) {
		SecretItem *item = i->data;
		int better = best ? secret_item_get_locked(best) - secret_item_get_locked(item) : 1;

		if (better > 0 || (better == 0 && secret_item_get_modified(item) >
							  secret_item_get_modified(best)))
			best = item;
	}
	return best;
}

static enum store_state load(struct work *w, SecretItem *item)
{
	GError *e = NULL;
	SecretValue *value;
	const char *bytes;
	gsize len;

	if (!secret_item_load_secret_sync(item, w->cancel, &e))
		return failed(w, "Reading from", e);
	value = secret_item_get_secret(item);
	if (!value)
		return locked(w);
	bytes = secret_value_get(value, &len);
	w->secret = secret_new(bytes, len);
	secret_value_unref(value);
	return w->secret ? STORE_OK :
			   fail(w, STORE_FAILED, "What the keyring holds is too long for a "
						 "password, or holds a NUL.");
}

/* Nothing was found; a service that hides what is locked may have it. */
static enum store_state search_unlocked(struct work *w, GList **items)
{
	SecretCollection *collection;
	enum store_state state = default_collection(w, &collection);

	if (state != STORE_OK || !collection)
		return state;
	if (secret_collection_get_locked(collection)) {
		state = unlock(w, collection);
		if (state == STORE_OK)
			state = search(w, &by_service, items);
	}
	g_object_unref(collection);
	return state;
}

static enum store_state act_get(struct work *w)
{
	GList *items = NULL;
	enum store_state state = open_service(w, SECRET_SERVICE_OPEN_SESSION);
	SecretItem *item;

	if (state == STORE_OK)
		state = search(w, &by_service, &items);
	if (state == STORE_OK && !items)
		state = search_unlocked(w, &items);
	if (state != STORE_OK)
		return state;
	item = best_item(items);
	if (!item) {
		err_set(&w->err, ERR_KEYRING, "The keyring holds no password for %s at %s.",
			w->user, w->host);
		return STORE_NOT_FOUND;
	}
	if (secret_item_get_locked(item))
		state = unlock(w, item);
	if (state == STORE_OK)
		state = load(w, item);
	free_items(items);
	return state;
}

/* Removes what matches, but for the item at path keep. What is locked away
 * somewhere else stays, for removing it would open a window. */
static enum store_state remove_items(struct work *w, const struct query *q, const char *keep,
				     bool unlock_them)
{
	GList *items = NULL;
	enum store_state state = search(w, q, &items);

	for (GList *i = items; i && state == STORE_OK; i = i->next) {
		GError *e = NULL;

		if (keep && strcmp(g_dbus_proxy_get_object_path(i->data), keep) == 0)
			continue;
		if (secret_item_get_locked(i->data)) {
			if (!unlock_them)
				continue;
			state = unlock(w, i->data);
			if (state != STORE_OK)
				break;
		}
		if (!secret_item_delete_sync(i->data, w->cancel, &e))
			state = failed(w, "Removing from", e);
	}
	free_items(items);
	return state;
}

static GHashTable *item_attributes(struct work *w)
{
	return secret_attributes_build(&item_schema, "host", w->host, "server", w->host,
				       "service", "smtp", "protocol", "smtp", "user", w->user,
				       "port", w->port, NULL);
}

/* The unlocked collection for new items; made, with a window, where there is none. */
static enum store_state writable_collection(struct work *w, SecretCollection **found)
{
	enum store_state state = default_collection(w, found);
	GError *e = NULL;

	if (state != STORE_OK)
		return state;
	if (*found)
		return secret_collection_get_locked(*found) ? unlock(w, *found) : STORE_OK;
	atomic_store(&w->asked, true);
	*found = secret_collection_create_sync(w->service, "Default keyring",
					       SECRET_COLLECTION_DEFAULT,
					       SECRET_COLLECTION_CREATE_NONE, w->cancel, &e);
	if (*found)
		return STORE_OK;
	state = e ? failed(w, "Making", e) : dismissed(w);
	if (state == STORE_LOCKED)
		fail(w, state, "There is no keyring yet, and the window that makes one could not "
			       "open here.");
	return state;
}

/* The new item first, then away with the older ones: whatever fails, there is
 * a password. */
static enum store_state act_put(struct work *w)
{
	enum store_state state = open_service(w, SECRET_SERVICE_OPEN_SESSION);
	SecretCollection *collection = NULL;
	SecretItem *item = NULL;
	SecretValue *value;
	GHashTable *attributes;
	GError *e = NULL;

	if (state == STORE_OK)
		state = writable_collection(w, &collection);
	if (state != STORE_OK)
		goto out;
	attributes = item_attributes(w);
	value = secret_value_new(secret_text(w->secret), (gssize)secret_len(w->secret),
				 "text/plain");
	item = secret_item_create_sync(collection, &item_schema, attributes, w->label, value,
				       SECRET_ITEM_CREATE_REPLACE, w->cancel, &e);
	secret_value_unref(value);
	g_hash_table_unref(attributes);
	if (!item) {
		state = e ? failed(w, "Writing to", e) : dismissed(w);
		goto out;
	}
	state = remove_items(w, &by_service, g_dbus_proxy_get_object_path(G_DBUS_PROXY(item)),
			     false);
	if (state == STORE_OK)
		state = remove_items(w, &by_protocol,
				     g_dbus_proxy_get_object_path(G_DBUS_PROXY(item)), false);
	g_object_unref(item);
out:
	if (collection)
		g_object_unref(collection);
	return state;
}

static enum store_state act_forget(struct work *w)
{
	enum store_state state = open_service(w, SECRET_SERVICE_NONE);

	if (state == STORE_OK)
		state = remove_items(w, &by_service, NULL, true);
	if (state == STORE_OK)
		state = remove_items(w, &by_protocol, NULL, true);
	return state;
}

static enum store_state act_probe(struct work *w)
{
	enum store_state state = open_service(w, SECRET_SERVICE_NONE);
	SecretCollection *collection = NULL;

	if (state == STORE_OK)
		state = default_collection(w, &collection);
	if (state != STORE_OK)
		return state;
	/* With a screen a window will open at the time of use, and that is fine. */
	if (!store_bus_has_screen() && !collection)
		state = fail(w, STORE_LOCKED, "There is no keyring yet, and the window that makes "
					      "one cannot open here.");
	else if (!store_bus_has_screen() && secret_collection_get_locked(collection))
		state = fail(w, STORE_LOCKED, "The system keyring is locked, and the window that "
					      "unlocks it cannot open here.");
	if (collection)
		g_object_unref(collection);
	return state;
}

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
	struct work *w = arg;
	GMainContext *context = g_main_context_new();

	g_log_set_default_handler(drop_log, NULL);
	g_main_context_push_thread_default(context);
	w->state = w->act(w);
	if (w->service)
		g_object_unref(w->service);
	/* Signals that had already been queued for the proxies hold on to them. */
	while (g_main_context_iteration(context, FALSE))
		;
	g_main_context_pop_thread_default(context);
	g_main_context_unref(context);
}

/* libsecret would send Dismiss to a window's prompt, and gnome-keyring 42 ends with a failed
 * assertion when it gets that while its prompter is starting. Hanging up is safe: the
 * prompts of who is gone are closed. */
static void work_cancel(void *arg)
{
	struct work *w = arg;

	if (atomic_load(&w->asked)) {
		g_dbus_connection_close(w->bus, NULL, NULL, NULL);
		for (int ms = 0; !g_dbus_connection_is_closed(w->bus); ms += 5) {
			if (ms >= HANG_UP_MS)
				return;
			g_usleep(5000);
		}
	}
	g_cancellable_cancel(w->cancel);
}

static void work_free(void *arg)
{
	struct work *w = arg;

	free(w->label);
	free(w->host);
	free(w->user);
	secret_free(w->secret);
	if (w->bus)
		g_object_unref(w->bus);
	g_object_unref(w->cancel);
	free(w);
}

static long work_limit(void *arg)
{
	struct work *w = arg;

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
static enum store_state work_do(struct work *w, int cancel_fd, struct secret **secret,
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
static struct work *work_new(const struct store_ref *ref, enum store_state *state, struct err *err)
{
	struct work *w;

	*state = STORE_NO_BUS;
	if (store_bus_check(err) < 0)
		return NULL;
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
	struct work *w = work_new(ref, &state, err);

	if (!w)
		return state;
	w->act = act_get;
	return work_do(w, ref->cancel_fd, secret, err);
}

enum store_state store_keyring_put(const struct store_ref *ref, const struct secret *secret,
				   struct err *err)
{
	enum store_state state;
	struct work *w = work_new(ref, &state, err);

	if (!w)
		return state;
	w->act = act_put;
	w->secret = secret_copy(secret);
	return work_do(w, ref->cancel_fd, NULL, err);
}

enum store_state store_keyring_forget(const struct store_ref *ref, struct err *err)
{
	enum store_state state;
	struct work *w = work_new(ref, &state, err);

	if (!w)
		return state;
	w->act = act_forget;
	return work_do(w, ref->cancel_fd, NULL, err);
}

enum store_state store_keyring_probe(struct err *err)
{
	struct store_ref none = { .label = "", .host = "", .user = "", .timeout = PROBE_MS };
	enum store_state state;
	struct work *w = work_new(&none, &state, err);

	if (!w)
		return state;
	w->act = act_probe;
	return work_do(w, -1, NULL, err);
}
