/* Any text as an ini file; what was read can be written, and reads back as it was. */
#include "fuzz.h"
#include "port/ini.h"

static void check_faults(const struct ini *ini)
{
	int line = 0;

	for (size_t i = 0; i < ini_fault_count(ini); i++) {
		const struct ini_fault *fault = ini_fault(ini, i);

		promise(fault->line >= 1 && fault->line >= line);
		promise(is_visible(fault->section) && is_visible(fault->reason));
		promise(fault->reason[0] && fault->reason[strlen(fault->reason) - 1] != '.');
		line = fault->line;
	}
}

/* -1: a value cannot be written, which it may be refused for its length only. */
static int write_all(const struct ini *ini, struct buf *out)
{
	struct err err = ERR_INIT;
	int rc = 0;

	for (size_t i = 0; i < ini_section_count(ini); i++) {
		const char *section = ini_section(ini, i);

		promise(ini_is_name(section, true) && ini_section_line(ini, i) >= 1);
		promise(ini_write_section(out, section, &err) == 0);
		for (size_t k = 0; k < ini_key_count(ini, section); k++) {
			const char *key = ini_key(ini, section, k);
			const char *value = ini_get(ini, section, key);

			promise(ini_is_name(key, false) && value && strlen(value) <= INI_LINE_MAX);
			promise(ini_line(ini, section, key) > ini_section_line(ini, i));
			if (ini_write_value(out, key, value, &err) < 0) {
				promise(is_told(&err));
				rc = -1;
			}
		}
	}
	return rc;
}

static void check_same(const struct ini *a, const struct ini *b)
{
	promise(ini_fault_count(b) == 0);
	promise(ini_section_count(a) == ini_section_count(b));
	for (size_t i = 0; i < ini_section_count(a); i++) {
		const char *section = ini_section(a, i);

		promise(strcmp(section, ini_section(b, i)) == 0);
		promise(ini_key_count(a, section) == ini_key_count(b, section));
		for (size_t k = 0; k < ini_key_count(a, section); k++) {
			const char *key = ini_key(a, section, k);

			promise(strcmp(key, ini_key(b, section, k)) == 0);
			promise(strcmp(ini_get(a, section, key), ini_get(b, section, key)) == 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf written = BUF_INIT(INI_TEXT_MAX);
	struct err err = ERR_INIT;
	struct ini *ini = ini_parse("fuzz.ini", (const char *)data, size, &err), *back;

	if (!ini) {
		promise(is_told(&err));
		return 0;
	}
	check_faults(ini);
	if (write_all(ini, &written) == 0) {
		back = ini_parse("back.ini", buf_text(&written), written.len, &err);
		promise(back);
		check_same(ini, back);
		ini_free(back);
	}
	buf_free(&written);
	ini_free(ini);
	return 0;
}
