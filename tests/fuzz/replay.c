/* Gives a target every file of its corpus, or the files named: one TAP line a file. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "fuzz.h"

#define FILE_MAX (1024 * 1024)

static unsigned count, failed;

static void replay(const char *path)
{
	struct buf bytes = BUF_INIT(FILE_MAX);
	struct err err = ERR_INIT;

	count++;
	if (file_read(path, &bytes, &err) < 0) {
		printf("not ok %u - %s\n", count, err.text);
		failed++;
	} else {
		/* A copy of the very size, so that ASan sees a step beyond it. */
		uint8_t *exact = xmalloc(bytes.len);

		memcpy(exact, buf_text(&bytes), bytes.len);
		LLVMFuzzerTestOneInput(exact, bytes.len);
		free(exact);
		printf("ok %u - %s\n", count, path);
	}
	fflush(stdout);
	buf_free(&bytes);
}

static int replay_folder(const char *folder)
{
	struct dirent **list;
	int n = scandir(folder, &list, NULL, alphasort);

	if (n < 0) {
		printf("not ok 1 - there is no folder %s\n", folder);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.') {
			char *path = xasprintf("%s/%s", folder, list[i]->d_name);

			replay(path);
			free(path);
		}
		free(list[i]);
	}
	free(list);
	return 0;
}

/* Called fuzz_NAME, it looks in tests/fuzz/corpus/NAME. */
int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char *folder;

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc == 1) {
		name = name ? name + 1 : argv[0];
		if (strncmp(name, "fuzz_", 5) == 0)
			name += 5;
		folder = xasprintf("tests/fuzz/corpus/%s", name);
		if (replay_folder(folder) < 0)
			failed++;
		free(folder);
	}
	printf("1..%u\n", count);
	return failed > 0 || count == 0;
}
