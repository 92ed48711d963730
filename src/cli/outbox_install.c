#include "cli/outbox_install.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "cli/print.h"
#include "port/json.h"
#include "task/timer.h"

#define MINUTES 5

static int print_text(enum timer_kind kind, const struct timer *timer, struct err *err)
{
	struct buf out = BUF_INIT(256 * 1024);
	int rc = timer_text(kind, timer, &out, err);

	if (rc == 0)
		fputs(buf_text(&out), stdout);
	buf_free(&out);
	return rc;
}

/* A timer of the user stops when they log out, unless they linger (loginctl(1)). */
static void tell_linger(void)
{
	const char *user = getenv("USER");
	char *path = user ? xasprintf("/var/lib/systemd/linger/%s", user) : NULL;

	if (geteuid() != 0 && path && !file_exists(path))
		print_note("It runs while you are logged in; always: loginctl enable-linger");
	free(path);
}

static int put_in(struct call *call, enum timer_kind kind, const struct timer *timer,
		  struct err *err)
{
	int rc = timer_install(kind, timer, err);
	char *path;

	if (rc != 0)
		return -1;
	path = timer_path(kind);
	if (call->global.json) {
		call->result = json_new_object();
		json_put_text(call->result, "installed", kind == TIMER_CRON ? "cron" : "systemd");
		json_put_number(call->result, "minutes", timer->minutes);
	} else {
		printf("The outbox is sent every %d minutes from now on (%s).\n", timer->minutes,
		       path);
		if (kind == TIMER_SYSTEMD)
			tell_linger();
	}
	free(path);
	return 0;
}

static int take_out(struct call *call, enum timer_kind kind, struct err *err)
{
	int found = timer_remove(kind, err);

	if (found < 0)
		return -1;
	if (call->global.json) {
		call->result = json_new_object();
		json_put_bool(call->result, "removed", found > 0);
	} else if (found > 0) {
		puts("The outbox is no longer sent by itself.");
	} else {
		print_note("There was nothing to remove.");
	}
	return 0;
}

int outbox_install(struct call *call, struct err *err)
{
	const struct install_options *o = call->options;
	enum timer_kind kind = o->cron ? TIMER_CRON : TIMER_SYSTEMD;
	struct timer timer = { .minutes = o->minutes.given ? (int)o->minutes.value : MINUTES };
	char *program = NULL, *config = NULL;
	int rc = -1;

	if (o->remove)
		return take_out(call, kind, err);
	program = file_of_program(err);
	if (program && call->global.config_dir) {
		config = realpath(call->global.config_dir, NULL);
		if (!config) {
			err_errno(err, "Cannot use the folder %s", call->global.config_dir);
			goto out;
		}
	}
	timer.program = program;
	timer.config = config;
	if (program)
		rc = o->print ? print_text(kind, &timer, err) : put_in(call, kind, &timer, err);
out:
	free(config);
	free(program);
	return rc;
}

#define AT(member) offsetof(struct install_options, member)

const struct option_row outbox_install_rows[] = {
	{ "minutes", 0, "NUMBER", "between two runs (default: 5)", OPTION_NUMBER, AT(minutes), NULL,
	  1, 59 },
	{ "cron", 0, NULL, "a line of the crontab, not a systemd timer", OPTION_FLAG, AT(cron),
	  NULL, 0, 0 },
	{ "print", 0, NULL, "only show what would be written", OPTION_FLAG, AT(print), NULL, 0, 0 },
	{ "remove", 0, NULL, "take it away again", OPTION_FLAG, AT(remove), NULL, 0, 0 },
	{ .name = NULL },
};
