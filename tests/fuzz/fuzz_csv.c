/* Any bytes as a table. */
#include <unistd.h>

#include "base/file.h"
#include "fuzz.h"
#include "port/csv.h"

static int look(void *arg, const struct csv_row *row, struct err *err)
{
	long *last = arg;

	(void)err;
	promise(row->line >= 1 && row->line >= *last);
	*last = row->line;
	promise(row->count <= CSV_COLUMNS_MAX);
	promise(!row->fault || (row->count == 0 && !row->cells && is_visible(row->fault)));
	for (size_t i = 0; i < row->count; i++)
		promise(text_utf8_valid(row->cells[i], strlen(row->cells[i])));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	long last = 0;
	int fd = file_temp(&err);

	promise(fd >= 0 && file_write_all(fd, data, size, "the table", &err) == 0);
	promise(lseek(fd, 0, SEEK_SET) == 0);
	if (csv_read(fd, "the table", look, &last, &err) < 0)
		promise(is_told(&err));
	close(fd);
	return 0;
}
