/* The types of attachments where the system has no table of them (shared-mime-info). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <gmime/gmime.h>

#include "mail/message_gmime.h"

static void test_without_table(void **state)
{
	static const struct {
		const char *name, *bytes, *type;
		bool utf8;
	} rows[] = {
		{ "a.pdf", "%PDF-1.4\n", "application/pdf", false },
		{ "A.PDF", "%PDF-1.4\n", "application/pdf", false },
		{ "a.b.csv", "a,b\n", "text/csv", true },
		{ "a.csv", "\x01\xff\x02", "application/octet-stream", false },
		{ "a.txt", "caf\xc3\xa9\n", "text/plain", true },
		{ "no ending", "words\n", "text/plain", true },
		{ "a.zip", "PK\x03\x04\xff", "application/zip", false },
		{ "a.docx", "PK\x03\x04\xff",
		  "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false },
		{ "a.xyz", "\x01\xff", "application/octet-stream", false },
		{ "a.png", "", "image/png", false },
		{ "pdf", "\x01\xff", "application/octet-stream", false },
	};

	(void)state;
	assert_int_equal(message_gmime_load(NULL), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		GMimeContentType *type =
			message_type(rows[i].name, rows[i].bytes, strlen(rows[i].bytes));
		char *got = g_mime_content_type_get_mime_type(type);

		if (strcmp(got, rows[i].type) != 0)
			fail_msg("%s is %s", rows[i].name, got);
		assert_int_equal(g_mime_content_type_get_parameter(type, "charset") != NULL,
				 rows[i].utf8);
		g_free(got);
		g_object_unref(type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_without_table) };

	setenv("XDG_DATA_DIRS", "/nonexistent", 1);
	setenv("XDG_DATA_HOME", "/nonexistent", 1);
	return cmocka_run_group_tests_name("message_type", tests, NULL, NULL);
}
