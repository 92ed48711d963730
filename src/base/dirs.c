#include "base/dirs.h"

#include <pthread.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

static char *config, *state;
static bool given; /* the configuration folder was named */
/* Several threads may be the first to ask. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

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
	const char *path;

	pthread_mutex_lock(&lock);
	if (!config)
		config = below_config("outpost");
	path = config;
	pthread_mutex_unlock(&lock);
	return path;
}

char *dirs_other_config_path(const char *name)
{
	return below_config(name);
}

char *dirs_config_path(const char *name)
{
	return xasprintf("%s/%s", dirs_config(), name);
}

static char *find_state(void)
{
	const char *xdg = getenv("XDG_STATE_HOME");

	if (given)
		return xasprintf("%s/state", config);
	if (xdg && *xdg == '/')
		return xasprintf("%s/outpost", xdg);
	return xasprintf("%s/.local/state/outpost", home());
}

const char *dirs_state(void)
{
	const char *path;

	pthread_mutex_lock(&lock);
	if (!state)
		state = find_state();
	path = state;
	pthread_mutex_unlock(&lock);
	return path;
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
