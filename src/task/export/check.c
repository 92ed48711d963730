/*
 * Does the program that is installed here send with what would be exported? An account like
 * the real one, but of a server inside this process; everything in a folder that is the program's
 * home.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "mail/account.h"
#include "mail/sandbox.h"
#include "port/program.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/values.h"

#define TIME_MS 30000
#define LAST_MS 1000 /* for what is still on its way when the program has ended */
#define SAID_MAX 2000

struct trial {
	const struct export_format *format;
	char *folder; /* NULL: not made */
	char *home, *config, *ca, *password_file;
	char password[33];
	struct account *account;
	struct secret *secret;
	struct sandbox *sandbox;
	struct export_plan plan;
};

/* ---- the folder ---- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int make_folder(struct trial *t, struct err *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *tmp = getenv("TMPDIR");
	char *home = dirs_expand("~"), *outpost;
	int rc;

	t->folder = xasprintf("%s/outpost-trial.XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (!mkdtemp(t->folder)) {
		err_errno(err, "Cannot make the folder %s", t->folder);
		free(t->folder);
		t->folder = NULL;
		free(home);
		return -1;
	}
	t->home = xasprintf("%s%s", t->folder, home);
	t->config = config && *config == '/' ? xasprintf("%s%s", t->folder, config)
					      : xasprintf("%s/.config", t->home);
	t->ca = xasprintf("%s/ca.pem", t->folder);
	t->password_file = xasprintf("%s/password", t->folder);
	outpost = xasprintf("%s/outpost", t->config);
	rc = file_mkdirs(t->home, 0700, err);
	if (rc == 0)
		rc = file_mkdirs(outpost, 0700, err);
	free(outpost);
	free(home);
	return rc;
}

static int make_password(struct trial *t, struct err *err)
{
	unsigned char random[16];

	if (getrandom(random, sizeof random, 0) != sizeof random)
		return err_errno(err, "Cannot make a password");
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(t->password + 2 * i, 3, "%02x", random[i]);
	t->secret = secret_new(t->password, strlen(t->password));
	return file_replace(t->password_file, t->password, strlen(t->password), 0600, err);
}

/* ---- server and account ---- */

static int start_server(struct trial *t, const struct account *a, struct err *err)
{
	const char *user = account_user(a);
	const struct sandbox_params p = {
		.user = user[0] ? user : NULL,
		.password = user[0] ? t->password : NULL,
		.require_auth = user[0] != '\0',
		.require_tls = account_security(a) == NET_STARTTLS,
		.cert_file = t->ca,
	};

	t->sandbox = sandbox_start(&p, err);
	return t->sandbox ? 0 : -1;
}

static int set_all(struct account *a, const struct trial *t, struct err *err)
{
	bool tls = account_security(a) == NET_TLS;
	char *command = xasprintf("cat %s", t->password_file), port[16];
	const struct {
		enum account_key key;
		const char *value;
	} settings[] = {
		{ ACCOUNT_HOST, "localhost" }, { ACCOUNT_PORT, port },
		{ ACCOUNT_CA_FILE, t->ca },    { ACCOUNT_PIN, NULL },
		{ ACCOUNT_CLIENT_CERT, NULL }, { ACCOUNT_CLIENT_KEY, NULL },
		{ ACCOUNT_PROXY, NULL },       { ACCOUNT_SOURCE, NULL },
		{ ACCOUNT_AUTH, NULL },
	};
	int rc = 0;

	snprintf(port, sizeof port, "%d",
		 tls ? sandbox_tls_port(t->sandbox) : sandbox_port(t->sandbox));
	for (size_t i = 0; rc == 0 && i < sizeof settings / sizeof *settings; i++)
		rc = account_set(a, settings[i].key, settings[i].value, err);
	if (rc == 0 && account_user(a)[0])
		rc = account_set(a, ACCOUNT_PASSWORD, "command", err) < 0 ||
				     account_set(a, ACCOUNT_PASSWORD_COMMAND, command, err) < 0
			     ? -1
			     : 0;
	free(command);
	return rc;
}

/* Also where outpost itself finds it, for programs that call it. */
static int make_account(struct trial *t, const struct account *a, struct err *err)
{
	char *path = xasprintf("%s/outpost/accounts.ini", t->config);
	struct buf text = BUF_INIT(64 * 1024);
	bool auth = account_user(a)[0] != '\0';
	int rc;

	t->account = account_copy(a);
	rc = auth ? 0 : account_set(t->account, ACCOUNT_PASSWORD, "none", err);
	if (rc == 0)
		rc = set_all(t->account, t, err);
	if (rc == 0)
		rc = account_print(t->account, &text, err);
	if (rc == 0)
		rc = file_replace(path, buf_text(&text), text.len, 0600, err);
	buf_free(&text);
	free(path);
	return rc;
}

/* ---- the program ---- */

static void keep_words(struct program_answer *answer, char **said)
{
	struct buf *from = answer->complaint.len > 0 ? &answer->complaint : &answer->out;
	size_t skip = from->len > SAID_MAX ? from->len - SAID_MAX : 0;
	struct buf out = BUF_INIT(SAID_MAX * 6);

	for (size_t i = skip; i < from->len; i++)
		if (from->data[i] == '\n')
			buf_addc(&out, '\n');
		else
			text_visible(&out, &from->data[i], 1);
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		buf_cut(&out, out.len - 1);
	*said = buf_detach(&out);
}

static bool arrived(const struct trial *t)
{
	long long end = clock_after(LAST_MS);

	while (sandbox_count(t->sandbox) == 0 && clock_left(end) > 0)
		usleep(20000);
	return sandbox_count(t->sandbox) > 0;
}

static char *message(const struct account *a)
{
	const char *address = account_get(a, ACCOUNT_ADDRESS);

	return xasprintf("From: <%s>\nTo: <%s>\nSubject: Test of an export\n\n"
			 "Written by outpost to see whether a program sends.\n",
			 address, address);
}

static int run_line(struct trial *t, const char *line, int cancel_fd, char **said, struct err *err)
{
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	char *home = xasprintf("HOME=%s", t->home);
	char *config = xasprintf("XDG_CONFIG_HOME=%s", t->config);
	char *ca = xasprintf("SSL_CERT_FILE=%s", t->ca), *text = message(t->account);
	const char *const words[] = { "env", "-u", "DBUS_SESSION_BUS_ADDRESS", "-u", "MAILRC", "-u",
				      "EMAIL", home, config, ca, "/bin/sh", "-c", line, NULL };
	int code = program_run(words, text, cancel_fd, TIME_MS, &answer, err), rc = -1;

	if (code >= 0) {
		keep_words(&answer, said);
		rc = code == 0 ? arrived(t) : sandbox_count(t->sandbox) > 0;
	}
	program_answer_clear(&answer);
	free(text);
	free(ca);
	free(config);
	free(home);
	return rc;
}

static int fill_and_run(struct trial *t, const struct export_params *p, int cancel_fd, char **said,
			struct err *err)
{
	struct export_values *v = export_values_new(p, err);
	const char *first = t->plan.count > 0 ? t->plan.targets[0].path : NULL;
	const char *path = first ? first : "";
	const char *slash = strrchr(path, '/');
	char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0), *line = NULL;
	int rc = -1;

	if (v) {
		export_value_set(v, "to", account_get(t->account, ACCOUNT_ADDRESS));
		export_value_set(v, "file", path);
		export_value_set(v, "folder", folder);
		line = export_fill_text(v, t->format->check, "sh", err);
	}
	if (line)
		rc = run_line(t, line, cancel_fd, said, err);
	free(line);
	free(folder);
	export_values_free(v);
	return rc;
}

static int attempt(struct trial *t, const struct account *a, int cancel_fd, char **said,
		   struct err *err)
{
	struct export_params p = { .format = t->format };

	if (make_folder(t, err) < 0 || make_password(t, err) < 0 || start_server(t, a, err) < 0 ||
	    make_account(t, a, err) < 0)
		return -1;
	p.root = t->folder;
	p.account = t->account;
	p.password = account_user(a)[0] ? t->secret : NULL;
	if (t->format->secret != EXPORT_SECRET_FILE)
		p.password = NULL;
	if (export_plan(&p, &t->plan, err) < 0)
		return -1;
	if (export_plan_writes(&t->plan) && export_write(&p, &t->plan, err) != 0)
		return -1;
	return fill_and_run(t, &p, cancel_fd, said, err);
}

static int can_be_tried(const struct export_format *f, struct err *err)
{
	if (!f->check[0] || f->root)
		return err_set(err, ERR_USAGE, "%s cannot be tried by itself; what to do after "
			       "writing is said then.", f->title);
	if (!export_installed(f))
		return err_set(err, ERR_NOINPUT, "%s is not installed here.", f->title);
	return 0;
}

int export_check(const struct export_format *format, const struct account *account, int cancel_fd,
		 char **said, struct err *err)
{
	struct trial t = { .format = format, .plan = EXPORT_PLAN_INIT };
	int rc = can_be_tried(format, err);

	*said = NULL;
	if (rc == 0)
		rc = attempt(&t, account, cancel_fd, said, err);
	sandbox_stop(t.sandbox);
	export_plan_clear(&t.plan);
	if (t.folder)
		nftw(t.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	account_free(t.account);
	secret_free(t.secret);
	explicit_bzero(t.password, sizeof t.password);
	free(t.folder);
	free(t.home);
	free(t.config);
	free(t.ca);
	free(t.password_file);
	return rc;
}
