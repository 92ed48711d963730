/*
 * Private to port/store: the few calls to the bus and to the Secret Service
 * that store_keyring.c makes itself, in the thread that may be left behind.
 *
 * Windows among them: libsecret, when it is cancelled, sends Dismiss, and
 * gnome-keyring 42 ends with a failed assertion when that comes while its prompter
 * is starting. Here whoever no longer wants to wait just goes; the service
 * closes the windows of those who have left the bus.
 */
#ifndef OUTPOST_STORE_DBUS_H
#define OUTPOST_STORE_DBUS_H

#include "late_secret.h"

/* NULL with *e. The caller owns a reference. */
GDBusConnection *store_dbus_connect(GCancellable *cancel, GError **e);
/* 1: a Secret Service runs or can be started, 0: not, -1 with *e. */
int store_dbus_has_service(GDBusConnection *bus, GCancellable *cancel, GError **e);
/* Both may open a window. 1: done, 0: closed without it, -1 with *e. */
int store_dbus_unlock(GDBusConnection *bus, const char *object, GCancellable *cancel, GError **e);
int store_dbus_make_collection(GDBusConnection *bus, const char *label, GCancellable *cancel,
			       GError **e);

#endif
