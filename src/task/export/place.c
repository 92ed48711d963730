#include "task/export/place.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "task/export/values.h"

#define PATH_MOST 4000

static const struct {
	const char *name, *usual;
} folders[] = {
	{ "XDG_CONFIG_HOME", "~/.config" },
	{ "XDG_DATA_HOME", "~/.local/share" },
	{ "XDG_STATE_HOME", "~/.local/state" },
};

static const char *folder(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		const char *set = getenv(folders[i].name);

		if (strlen(folders[i].name) != len || memcmp(name, folders[i].name, len) != 0)
			continue;
		return set && *set == '/' ? set : folders[i].usual;
	}
	return NULL;
}

/* ${NAME} at the begin; everything else as it is. */
static char *expand(const char *path, struct err *err)
{
	const char *end = strchr(path, '}'), *dir;
	char *joined, *out;

	if (strncmp(path, "${", 2) != 0)
		return dirs_expand(path);
	dir = end ? folder(path + 2, (size_t)(end - path - 2)) : NULL;
	if (!dir) {
		err_set(err, ERR_INPUT, "The path %s begins with an unknown folder.", path);
		return NULL;
	}
	joined = xasprintf("%s%s", dir, end + 1);
	out = dirs_expand(joined);
	free(joined);
	return out;
}

static time_t age(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mtime : 0;
}

/* The folder that was changed last of those that match. */
static char *newest(char *path)
{
	char *slash = strrchr(path, '/'), *best = NULL;
	glob_t found;

	if (!strchr(path, '*') || !slash)
		return path;
	*slash = '\0';
	if (glob(path, GLOB_ONLYDIR, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (!best || age(found.gl_pathv[i]) > age(best))
				best = found.gl_pathv[i];
		best = best ? xasprintf("%s/%s", best, slash + 1) : NULL;
		globfree(&found);
	}
	*slash = '/';
	if (!best)
		return path;
	free(path);
	return best;
}

static char *place_one(const char *rule, const struct export_values *values, const char *root,
		       struct err *err)
{
	char *filled = export_fill_text(values, rule, "plain", err);
	char *path = filled ? expand(filled, err) : NULL;
	char *whole = NULL;

	free(filled);
	if (!path)
		return NULL;
	if (strlen(path) > PATH_MOST || text_has_control(path, strlen(path)))
		err_set(err, ERR_INPUT, "The path is too long, or no path.");
	else
		whole = newest(xasprintf("%s%s", root ? root : "", path));
	free(path);
	return whole;
}

char *export_place(const char *rule, const struct export_values *values, const char *root,
		   struct err *err)
{
	char *rules = xstrdup(rule), *next = rules, *first = NULL;

	while (next) {
		char *bar = strstr(next, " | "), *path;

		if (bar)
			*bar = '\0';
		path = place_one(text_trim(next), values, root, err);
		next = bar ? bar + 3 : NULL;
		if (!path || file_exists(path)) {
			free(first);
			first = path;
			break;
		}
		if (!first)
			first = path;
		else
			free(path);
	}
	free(rules);
	return first;
}

bool export_in_path(const char *program)
{
	const char *path = getenv("PATH");
	char *whole = xstrdup(path ? path : "/usr/bin:/bin"), *rest = whole, *dir;
	bool there = false;

	while (!there && (dir = strsep(&rest, ":"))) {
		char *file = xasprintf("%s/%s", *dir ? dir : ".", program);

		there = access(file, X_OK) == 0;
		free(file);
	}
	free(whole);
	return there;
}
