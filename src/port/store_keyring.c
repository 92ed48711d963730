#include "port/store_keyring.h"

#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "port/store_bus.h"
#include "port/store_dbus.h"

#define ITEMS_MAX 64	/* one host and user: more is somebody's mistake */

/* The name is that of the one schema for passwords of network services: msmtp's second
 * look-up and older git (2.39) ask for it; the others ask for attributes only. The
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

static enum store_state fail(struct keyring_work *w, enum store_state state, const char *text)
{
	err_set(&w->err, ERR_KEYRING, "%s", text);
	return state;
}

static enum store_state locked(struct keyring_work *w)
{
	return fail(w, STORE_LOCKED,
		    "The system keyring is locked and could not be unlocked here.");
}

/* The keyring was asked to open a window and nothing came of it. Without a
 * screen that is not the user's doing. */
static enum store_state dismissed(struct keyring_work *w)
{
	if (!store_bus_has_screen())
		return locked(w);
	return fail(w, STORE_DISMISSED,
		    "The window that asks to unlock the keyring was closed without unlocking it.");
}

static enum store_state no_service(struct keyring_work *w)
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
static enum store_state failed(struct keyring_work *w, const char *doing, GError *e)
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

static enum store_state open_service(struct keyring_work *w, SecretServiceFlags flags)
{
	GError *e = NULL;
	int found;

	w->bus = store_dbus_connect(w->cancel, &e);
	if (!w->bus) {
		err_set(&w->err, ERR_KEYRING, "The D-Bus session bus cannot be reached: %s.",
			e->message);
		g_error_free(e);
		return STORE_NO_BUS;
	}
	found = store_dbus_has_service(w->bus, w->cancel, &e);
	if (found < 0)
		return failed(w, "Looking for", e);
	if (found == 0)
		return no_service(w);
	w->service = secret_service_open_sync(SECRET_TYPE_SERVICE, NULL, flags, w->cancel, &e);
	return w->service ? STORE_OK : failed(w, "Opening", e);
}

static const char *path_of(gpointer object)
{
	return g_dbus_proxy_get_object_path(G_DBUS_PROXY(object));
}

/* An item or a collection. */
static enum store_state unlock(struct keyring_work *w, gpointer object)
{
	GError *e = NULL;
	int n;

	atomic_store(&w->asked, true);
	n = store_dbus_unlock(w->bus, path_of(object), w->cancel, &e);
	if (n < 0)
		return failed(w, "Unlocking", e);
	return n > 0 ? STORE_OK : dismissed(w);
}

/* *found is NULL when the keyring has none yet. */
static enum store_state default_collection(struct keyring_work *w, SecretCollection **found)
{
	GError *e = NULL;

	*found = secret_collection_for_alias_sync(w->service, SECRET_COLLECTION_DEFAULT,
						  SECRET_COLLECTION_NONE, w->cancel, &e);
	return e ? failed(w, "Opening", e) : STORE_OK;
}

/* The items of this host and user, locked or not; free with free_items. */
static enum store_state search(struct keyring_work *w, const struct query *q, GList **items)
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

static enum store_state load(struct keyring_work *w, SecretItem *item)
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
static enum store_state search_unlocked(struct keyring_work *w, GList **items)
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

enum store_state keyring_get(struct keyring_work *w)
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
static enum store_state remove_items(struct keyring_work *w, const struct query *q,
				     const char *keep, bool unlock_them)
{
	GList *items = NULL;
	enum store_state state = search(w, q, &items);

	for (GList *i = items; i && state == STORE_OK; i = i->next) {
		GError *e = NULL;

		if (keep && strcmp(path_of(i->data), keep) == 0)
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

static GHashTable *item_attributes(struct keyring_work *w)
{
	return secret_attributes_build(&item_schema, "host", w->host, "server", w->host,
				       "service", "smtp", "protocol", "smtp", "user", w->user,
				       "port", w->port, NULL);
}

/* The unlocked collection for new items; made, with a window, where there is none. */
static enum store_state writable_collection(struct keyring_work *w, SecretCollection **found)
{
	enum store_state state = default_collection(w, found);
	GError *e = NULL;
	int made;

	if (state != STORE_OK)
		return state;
	if (*found)
		return secret_collection_get_locked(*found) ? unlock(w, *found) : STORE_OK;
	atomic_store(&w->asked, true);
	made = store_dbus_make_collection(w->bus, "Default keyring", w->cancel, &e);
	if (made > 0)
		state = default_collection(w, found);
	else
		state = made < 0 ? failed(w, "Making", e) : dismissed(w);
	if (state == STORE_LOCKED || (state == STORE_OK && !*found))
		state = fail(w, STORE_LOCKED, "There is no keyring yet, and the window that makes "
					      "one could not open here.");
	return state;
}

/* The new item first, then away with the older ones: whatever fails, there is
 * a password. */
enum store_state keyring_put(struct keyring_work *w)
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
	state = remove_items(w, &by_service, path_of(item), false);
	if (state == STORE_OK)
		state = remove_items(w, &by_protocol, path_of(item), false);
	g_object_unref(item);
out:
	if (collection)
		g_object_unref(collection);
	return state;
}

enum store_state keyring_forget(struct keyring_work *w)
{
	enum store_state state = open_service(w, SECRET_SERVICE_NONE);

	if (state == STORE_OK)
		state = remove_items(w, &by_service, NULL, true);
	if (state == STORE_OK)
		state = remove_items(w, &by_protocol, NULL, true);
	return state;
}

enum store_state keyring_probe(struct keyring_work *w)
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
