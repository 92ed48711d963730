#include "port/store_dbus.h"

#define SERVICE_NAME "org.freedesktop.secrets"
#define SERVICE_PATH "/org/freedesktop/secrets"
#define SERVICE	     "org.freedesktop.Secret.Service"
#define PROMPT	     "org.freedesktop.Secret.Prompt"
#define COLLECTION   "org.freedesktop.Secret.Collection"

GDBusConnection *store_dbus_connect(GCancellable *cancel, GError **e)
{
	GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, cancel, e);

	/* GLib's default is to end the process when the bus goes away. */
	if (bus)
		g_dbus_connection_set_exit_on_close(bus, FALSE);
	return bus;
}

static GVariant *ask_bus(GDBusConnection *bus, const char *method, GVariant *args,
			 const char *type, GCancellable *cancel, GError **e)
{
	return g_dbus_connection_call_sync(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
					   "org.freedesktop.DBus", method, args,
					   G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NONE, -1,
					   cancel, e);
}

int store_dbus_has_service(GDBusConnection *bus, GCancellable *cancel, GError **e)
{
	GVariant *reply = ask_bus(bus, "NameHasOwner", g_variant_new("(s)", SERVICE_NAME), "(b)",
				  cancel, e);
	gboolean found = FALSE;
	const char **names;

	if (!reply)
		return -1;
	g_variant_get(reply, "(b)", &found);
	g_variant_unref(reply);
	if (found)
		return 1;
	reply = ask_bus(bus, "ListActivatableNames", NULL, "(as)", cancel, e);
	if (!reply)
		return -1;
	g_variant_get(reply, "(^a&s)", &names);
	found = g_strv_contains(names, SERVICE_NAME);
	g_free(names);
	g_variant_unref(reply);
	return found ? 1 : 0;
}

/* What has come of a window; all in the thread's own main context. */
struct prompt {
	gboolean over;
	gboolean done;		/* not dismissed */
	gboolean vanished;	/* the service went away */
};

static void prompt_completed(GDBusConnection *bus, const char *sender, const char *path,
			     const char *interface, const char *signal, GVariant *args,
			     gpointer data)
{
	struct prompt *p = data;
	gboolean dismissed = TRUE;

	(void)bus;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	if (g_variant_is_of_type(args, G_VARIANT_TYPE("(bv)")))
		g_variant_get(args, "(bv)", &dismissed, NULL);
	p->done = !dismissed;
	p->over = TRUE;
}

static void prompt_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
	struct prompt *p = data;

	(void)bus;
	(void)name;
	p->vanished = p->over = TRUE;
}

static gboolean prompt_cancelled(GCancellable *cancel, gpointer data)
{
	struct prompt *p = data;

	(void)cancel;
	p->over = TRUE;
	return G_SOURCE_REMOVE;
}

/* Opens the window and waits for it; the waiting is what can be cancelled. */
static void prompt_show(GDBusConnection *bus, const char *path, struct prompt *p,
			GCancellable *cancel, GError **e)
{
	GMainContext *context = g_main_context_get_thread_default();
	GSource *source = g_cancellable_source_new(cancel);
	GVariant *reply;
	guint signal, watch;

	/* Before the window can be answered. */
	signal = g_dbus_connection_signal_subscribe(bus, SERVICE_NAME, PROMPT, "Completed", path,
						    NULL, G_DBUS_SIGNAL_FLAGS_NONE,
						    prompt_completed, p, NULL);
	watch = g_bus_watch_name_on_connection(bus, SERVICE_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
					       NULL, prompt_vanished, p, NULL);
	g_source_set_callback(source, G_SOURCE_FUNC(prompt_cancelled), p, NULL);
	g_source_attach(source, context);
	reply = g_dbus_connection_call_sync(bus, SERVICE_NAME, path, PROMPT, "Prompt",
					    g_variant_new("(s)", ""), NULL,
					    G_DBUS_CALL_FLAGS_NONE, -1, cancel, e);
	while (reply && !p->over)
		g_main_context_iteration(context, TRUE);
	if (reply)
		g_variant_unref(reply);
	g_source_destroy(source);
	g_source_unref(source);
	g_bus_unwatch_name(watch);
	g_dbus_connection_signal_unsubscribe(bus, signal);
}

static int prompt_run(GDBusConnection *bus, const char *path, GCancellable *cancel, GError **e)
{
	struct prompt p = { .over = FALSE };
	GError *failure = NULL;

	prompt_show(bus, path, &p, cancel, &failure);
	if (!failure && p.vanished)
		failure = g_error_new_literal(G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER,
					      "the service went away");
	if (!failure)
		g_cancellable_set_error_if_cancelled(cancel, &failure);
	if (!failure)
		return p.done ? 1 : 0;
	g_propagate_error(e, failure);
	return -1;
}

/* A call whose reply is what was done at once, and the path of a prompt or "/". */
static int call_with_prompt(GDBusConnection *bus, const char *method, GVariant *args,
			    const char *type, GCancellable *cancel, GError **e)
{
	GVariant *reply = g_dbus_connection_call_sync(bus, SERVICE_NAME, SERVICE_PATH, SERVICE,
						      method, args, G_VARIANT_TYPE(type),
						      G_DBUS_CALL_FLAGS_NONE, -1, cancel, e);
	GVariant *prompt;
	const char *path;
	int rc = 1;

	if (!reply)
		return -1;
	prompt = g_variant_get_child_value(reply, 1);
	path = g_variant_get_string(prompt, NULL);
	if (!g_str_equal(path, "/"))
		rc = prompt_run(bus, path, cancel, e);
	g_variant_unref(prompt);
	g_variant_unref(reply);
	return rc;
}

int store_dbus_unlock(GDBusConnection *bus, const char *object, GCancellable *cancel, GError **e)
{
	return call_with_prompt(bus, "Unlock", g_variant_new("(@ao)",
				g_variant_new_objv(&object, 1)), "(aoo)", cancel, e);
}

int store_dbus_make_collection(GDBusConnection *bus, const char *label, GCancellable *cancel,
			       GError **e)
{
	GVariantBuilder properties;

	g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&properties, "{sv}", COLLECTION ".Label",
			      g_variant_new_string(label));
	return call_with_prompt(bus, "CreateCollection",
				g_variant_new("(a{sv}s)", &properties, "default"), "(oo)", cancel,
				e);
}
