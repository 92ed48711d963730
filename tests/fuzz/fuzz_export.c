/*
 * Any text as a format of another program: read, and filled for an account; and as the user's
 * file that a section goes into and out of again.
 */
#include "fuzz.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/section.h"

static void fill(const struct export_format *f)
{
	struct account *a = account_new("fuzz");
	const struct export_params p = { .format = f, .account = a, .print = true };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct err err = ERR_INIT;

	promise(account_set(a, ACCOUNT_ADDRESS, "zo\xc3\xab.b@mail.example.org", &err) == 0);
	promise(account_set(a, ACCOUNT_FROM_NAME, "A \"B\" \\ 'c' # $", &err) == 0);
	promise(account_set(a, ACCOUNT_HOST, "mail.example.org", &err) == 0);
	if (export_plan(&p, &plan, &err) < 0)
		promise(is_told(&err));
	for (size_t i = 0; i < plan.count; i++)
		promise(!plan.targets[i].after && !plan.targets[i].secret);
	export_plan_clear(&plan);
	account_free(a);
}

/* A second time changes nothing; taken out again it is the file that it was. */
static void put(struct section_text file, bool at_begin)
{
	const struct section s = { "#", "", "fuzz", at_begin };
	const struct section_text body = { "a\nb\n", 4 };
	struct buf once = BUF_INIT(1 << 20), twice = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	bool bare = file.len > 0 && file.bytes[file.len - 1] != '\n';
	struct err err = ERR_INIT;
	int had = section_take_out(&s, file, false, &out, &err);

	buf_clear(&out);
	promise(section_take_out(&s, file, true, &out, &err) == had);
	buf_clear(&out);
	if (section_put(&s, file, body, &once, &err) < 0) {
		promise(had < 0 && is_told(&err));
	} else {
		const struct section_text now = { once.data, once.len };

		promise(section_any(&s, now));
		promise(section_put(&s, now, body, &twice, &err) == 0);
		promise(twice.len == once.len && memcmp(twice.data, once.data, once.len) == 0);
		promise(section_take_out(&s, now, bare && had == 0, &out, &err) == 1);
		if (had == 0)
			promise(out.len == file.len &&
				memcmp(buf_text(&out), file.bytes, file.len) == 0);
	}
	buf_free(&once);
	buf_free(&twice);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size > 0 ? (const char *)data : "";
	struct err err = ERR_INIT;
	struct export_format *f = export_format_parse("fuzz", text, size, &err);

	if (f)
		fill(f);
	else
		promise(is_told(&err));
	export_format_free(f);
	put((struct section_text){ text, size }, false);
	put((struct section_text){ text, size }, true);
	return 0;
}
