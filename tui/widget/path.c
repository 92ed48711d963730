#include "widget/path.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/text.h"

/* Folders with more are not read to their end: a key must not take seconds. */
#define ENTRIES_MAX 100000
#define KEPT_MAX    1000

struct names {
	char *list[KEPT_MAX];
	size_t kept, count;
	size_t common; /* bytes that all begin with */
};

static void add(struct names *n, const char *name)
{
	size_t same = 0;

	if (n->count++ == 0)
		n->common = strlen(name);
	else
		while (same < n->common && name[same] == n->list[0][same])
			same++;
	if (n->count > 1)
		n->common = same;
	/* Not in the middle of a character. */
	while (n->common > 0 && ((unsigned char)name[n->common] & 0xc0) == 0x80)
		n->common--;
	if (n->kept < KEPT_MAX)
		n->list[n->kept++] = xstrdup(name);
}

static void read_folder(const char *folder, const char *begin, struct names *n)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t len = strlen(begin);

	for (long i = 0; dir && i < ENTRIES_MAX && (entry = readdir(dir)); i++) {
		const char *name = entry->d_name;

		if (strncmp(name, begin, len) != 0 || (name[0] == '.' && begin[0] != '.') ||
		    strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    text_has_control(name, strlen(name)) || !text_utf8_valid(name, strlen(name)))
			continue;
		add(n, name);
	}
	if (dir)
		closedir(dir);
}

static bool is_folder(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct stat st;
	bool is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	free(path);
	return is;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void write_list(struct names *n, char *list, size_t size)
{
	size_t at = 0;

	list[0] = '\0';
	qsort(n->list, n->kept, sizeof *n->list, by_name);
	for (size_t i = 0; i < n->kept && at + 1 < size; i++)
		at += (size_t)snprintf(list + at, size - at, "%s%s", i > 0 ? "  " : "", n->list[i]);
}

size_t path_complete(const char *typed, char **whole, char *list, size_t size)
{
	const char *slash = strrchr(typed, '/');
	char *head = slash ? xstrndup(typed, (size_t)(slash - typed) + 1) : xstrdup("");
	char *folder = dirs_expand(*head ? head : ".");
	struct names *n = xcalloc(1, sizeof *n);
	size_t count;

	if (strcmp(typed, "~") == 0) {
		*whole = xstrdup("~/");
		n->count = 1;
		list[0] = '\0';
	} else {
		read_folder(folder, typed + strlen(head), n);
		write_list(n, list, size);
		if (n->count == 0)
			*whole = xstrdup(typed);
		else
			*whole = xasprintf("%s%.*s%s", head, (int)n->common, n->list[0],
					   n->count == 1 && is_folder(folder, n->list[0]) ? "/"
											  : "");
	}
	for (size_t i = 0; i < n->kept; i++)
		free(n->list[i]);
	count = n->count;
	free(n);
	free(folder);
	free(head);
	return count;
}
