#include "task/timer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "port/program.h"

#define REMARK     "# outpost outbox"
#define UNIT       "outpost.timer"
#define PROGRAM_MS 20000

static const char *const folders[] = { "XDG_CONFIG_HOME", "XDG_STATE_HOME" };

/* ---- what is written ---- */

/* Characters of the set get the escape in front (systemd.service(5) doubles % and $). */
static void add_escaped(struct buf *out, const char *text, const char *doubled, const char *escaped)
{
	for (; *text; text++) {
		if (strchr(doubled, *text))
			buf_addc(out, *text);
		else if (strchr(escaped, *text))
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
}

static void add_shell(struct buf *out, const char *text)
{
	buf_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_adds(out, "'\\''");
		else if (*text == '%') /* crontab(5): an end of line, else */
			buf_adds(out, "\\%");
		else
			buf_addc(out, *text);
	}
	buf_addc(out, '\'');
}

static int check_path(const char *path, struct err *err)
{
	for (const char *p = path; p && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(err, ERR_INPUT,
				       "A path with a control character in its name cannot be "
				       "used in a timer.");
	return 0;
}

static void service_text(const struct timer *t, struct buf *out)
{
	buf_adds(out, "# Written by: outpost outbox install\n"
		      "[Unit]\n"
		      "Description=Send what waits in the outbox of outpost\n"
		      "Documentation=man:outpost(1)\n\n"
		      "[Service]\n"
		      "Type=oneshot\n"
		      "TimeoutStartSec=30min\n");
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		if (!getenv(folders[i]))
			continue;
		buf_printf(out, "Environment=\"%s=", folders[i]);
		add_escaped(out, getenv(folders[i]), "%", "\"\\");
		buf_adds(out, "\"\n");
	}
	buf_adds(out, "ExecStart=\"");
	add_escaped(out, t->program, "%$", "\"\\");
	buf_addc(out, '"');
	if (t->config) {
		buf_adds(out, " --config-dir \"");
		add_escaped(out, t->config, "%$", "\"\\");
		buf_addc(out, '"');
	}
	buf_adds(out, " outbox run\n");
}

static void timer_unit_text(const struct timer *t, struct buf *out)
{
	buf_printf(out,
		   "# Written by: outpost outbox install\n"
		   "[Unit]\n"
		   "Description=Send what waits in the outbox of outpost, every %d minutes\n"
		   "Documentation=man:outpost(1)\n\n"
		   "[Timer]\n"
		   "OnActiveSec=1min\n"
		   "OnUnitInactiveSec=%dmin\n"
		   "RandomizedDelaySec=20s\n\n"
		   "[Install]\n"
		   "WantedBy=timers.target\n",
		   t->minutes, t->minutes);
}

static void cron_line(const struct timer *t, struct buf *out)
{
	buf_printf(out, "*/%d * * * * ", t->minutes);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		if (!getenv(folders[i]))
			continue;
		buf_printf(out, "%s=", folders[i]);
		add_shell(out, getenv(folders[i]));
		buf_addc(out, ' ');
	}
	add_shell(out, t->program);
	if (t->config) {
		buf_adds(out, " --config-dir ");
		add_shell(out, t->config);
	}
	buf_adds(out, " outbox run " REMARK "\n");
}

static int check_paths(const struct timer *t, struct err *err)
{
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		if (check_path(getenv(folders[i]), err) < 0)
			return -1;
	if (check_path(t->config, err) < 0)
		return -1;
	return check_path(t->program, err);
}

int timer_text(enum timer_kind kind, const struct timer *timer, struct buf *out, struct err *err)
{
	if (check_paths(timer, err) < 0)
		return -1;
	if (kind == TIMER_CRON) {
		cron_line(timer, out);
		return 0;
	}
	service_text(timer, out);
	buf_addc(out, '\n');
	timer_unit_text(timer, out);
	return 0;
}

/* ---- systemd ---- */

static char *unit_path(const char *name)
{
	char *folder = dirs_other_config_path("systemd/user");
	char *path = xasprintf("%s/%s", folder, name);

	free(folder);
	return path;
}

static int write_unit(const char *name, void (*text)(const struct timer *, struct buf *),
		      const struct timer *timer, struct err *err)
{
	struct buf out = BUF_INIT(65536);
	char *path = unit_path(name);
	int rc;

	text(timer, &out);
	rc = file_replace(path, out.data, out.len, 0644, err);
	free(path);
	buf_free(&out);
	return rc;
}

static int systemctl(const char *const *words, struct err *err)
{
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	int rc = program_run(words, NULL, -1, PROGRAM_MS, &answer, err);

	if (rc > 0)
		err_set(err, ERR_SYSTEM, "systemd: %s", program_complaint(&answer));
	program_answer_clear(&answer);
	return rc == 0 ? 0 : -1;
}

static int reload(struct err *err)
{
	static const char *const words[] = { "systemctl", "--user", "daemon-reload", NULL };

	return systemctl(words, err);
}

static int install_units(const struct timer *timer, struct err *err)
{
	static const char *const enable[] = { "systemctl", "--user", "enable", UNIT, NULL };
	static const char *const restart[] = { "systemctl", "--user", "restart", UNIT, NULL };
	char *folder = dirs_other_config_path("systemd/user");
	struct err why = ERR_INIT;
	int rc = file_mkdirs(folder, 0755, err);

	free(folder);
	if (rc < 0 || write_unit("outpost.service", service_text, timer, err) < 0 ||
	    write_unit(UNIT, timer_unit_text, timer, err) < 0)
		return -1;
	if (reload(&why) == 0 && systemctl(enable, &why) == 0 && systemctl(restart, &why) == 0)
		return 0;
	err_set(err, ERR_SYSTEM, "The timer is written but does not run: %s", why.text);
	err_hint(err,
		 "When you are logged in to a systemd session: systemctl --user enable --now " UNIT
		 ". Without one: outpost outbox install --cron");
	return 1;
}

static int remove_units(struct err *err)
{
	static const char *const disable[] = {
		"systemctl", "--user", "disable", "--now", UNIT, NULL
	};
	static const char *const names[] = { UNIT, "outpost.service" };
	struct err why = ERR_INIT;
	int found = 0;
	char *timer = unit_path(UNIT);
	bool there = file_exists(timer);

	free(timer);
	/* Where no systemd runs, there is nothing to stop. */
	if (there)
		(void)systemctl(disable, &why);
	for (size_t i = 0; i < 2; i++) {
		char *path = unit_path(names[i]);

		if (unlink(path) == 0)
			found = 1;
		else if (errno != ENOENT)
			found = err_errno(err, "Cannot remove %s", path);
		free(path);
		if (found < 0)
			return -1;
	}
	if (found)
		(void)reload(&why);
	return found;
}

/* ---- cron ---- */

/* The table without our line. Returns how many of ours were there, or -1. */
static int read_table(struct buf *table, struct err *err)
{
	static const char *const words[] = { "crontab", "-l", NULL };
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	int rc = program_run(words, NULL, -1, PROGRAM_MS, &answer, err), found = 0;

	/* 1 with "no crontab for NAME" is an empty one. */
	if (rc > 0 && !strstr(buf_text(&answer.complaint), "no crontab"))
		rc = err_set(err, ERR_SYSTEM, "The crontab cannot be read: %s",
			     program_complaint(&answer));
	for (const char *p = buf_text(&answer.out); rc == 0 && *p;) {
		const char *end = strchr(p, '\n');
		size_t n = end ? (size_t)(end - p) : strlen(p), tail = strlen(REMARK);

		if (n >= tail && memcmp(p + n - tail, REMARK, tail) == 0) {
			found++;
		} else {
			buf_add(table, p, n);
			buf_addc(table, '\n');
		}
		p += n + (end != NULL);
	}
	program_answer_clear(&answer);
	return rc < 0 ? -1 : found;
}

static int write_table(const struct buf *table, struct err *err)
{
	static const char *const words[] = { "crontab", "-", NULL };
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	int rc = program_run(words, buf_text(table), -1, PROGRAM_MS, &answer, err);

	if (rc > 0)
		err_set(err, ERR_SYSTEM, "The crontab cannot be written: %s",
			program_complaint(&answer));
	program_answer_clear(&answer);
	return rc == 0 ? 0 : -1;
}

static int change_table(const struct timer *timer, struct err *err)
{
	struct buf table = BUF_INIT(2 * 1024 * 1024);
	int found = read_table(&table, err), rc = found < 0 ? -1 : 0;

	if (rc == 0 && timer)
		cron_line(timer, &table);
	if (rc == 0 && (timer || found > 0))
		rc = write_table(&table, err);
	buf_free(&table);
	return rc < 0 ? -1 : found > 0;
}

/* ---- both ---- */

int timer_install(enum timer_kind kind, const struct timer *timer, struct err *err)
{
	if (check_paths(timer, err) < 0)
		return -1;
	if (kind == TIMER_SYSTEMD)
		return install_units(timer, err);
	return change_table(timer, err) < 0 ? -1 : 0;
}

int timer_remove(enum timer_kind kind, struct err *err)
{
	return kind == TIMER_SYSTEMD ? remove_units(err) : change_table(NULL, err);
}

char *timer_path(enum timer_kind kind)
{
	return kind == TIMER_SYSTEMD ? unit_path(UNIT) : xstrdup("crontab -l");
}
