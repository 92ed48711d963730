#include "base/dirs.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

static char *config, *state;
static bool given; /* the configuration folder was named */

static const char *home(void)
{
	const char *h = getenv("HOME");
	const struct passwd *pw;

	if (h && *h == '/')
		return h;
	pw = getpwuid(getuid());
	return pw && pw->pw_dir ? pw->pw_dir : "/";
}

void dirs_set_config(const char *path)
{
	free(config);
	free(state);
	config = xstrdup(path);
	state = NULL;
	given = path != NULL;
}

/* The specification says that a relative path is to be ignored. */
static char *below_config(const char *name)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");

	if (xdg && *xdg == '/')
		return xasprintf("%s/%s", xdg, name);
	return xasprintf("%s/.config/%s", home(), name);
}

const char *dirs_config(void)
{
	if (!config)
		config = below_config("outpost");
	return config;
}

char *dirs_other_config_path(const char *name)
{
	return below_config(name);
}

char *dirs_config_path(const char *name)
{
	return xasprintf("%s/%s", dirs_config(), name);
}

const char *dirs_state(void)
{
	const char *xdg = getenv("XDG_STATE_HOME");

	if (state)
		return state;
	if (given)
		state = xasprintf("%s/state", config);
	else if (xdg && *xdg == '/')
		state = xasprintf("%s/outpost", xdg);
	else
		state = xasprintf("%s/.local/state/outpost", home());
	return state;
}

char *dirs_state_path(const char *name)
{
	return xasprintf("%s/%s", dirs_state(), name);
}

char *dirs_expand(const char *path)
{
	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
		return xasprintf("%s%s", home(), path + 1);
	return xstrdup(path);
}
