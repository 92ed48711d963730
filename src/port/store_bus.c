#include "port/store_bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

static bool env_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

bool store_bus_has_screen(void)
{
	return env_set("DISPLAY") || env_set("WAYLAND_DISPLAY");
}

/* The place where a systemd session has its bus; same test as GLib's. */
static bool runtime_bus(void)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char path[sizeof((struct sockaddr_un *)0)->sun_path];
	struct stat st;
	int n;

	if (!dir || *dir != '/')
		return false;
	n = snprintf(path, sizeof path, "%s/bus", dir);
	return n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       st.st_uid == geteuid();
}

int store_bus_check(struct err *err)
{
	const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");

	/* An address that is set, even to nothing, is the only one GLib tries. */
	if (address ? *address && !strstr(address, "autolaunch:") : runtime_bus())
		return 0;
	return err_set(err, ERR_KEYRING,
		       "There is no desktop session here (no D-Bus session bus), so the system "
		       "keyring cannot be reached.");
}
