#include "mail/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/secret.h"
#include "cli/cancel.h"
#include "cli/caught.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/print.h"
#include "port/json.h"

#define PORT     2525
#define TLS_PORT 2465

struct sandbox_options {
	struct option_number port, tls_port, once;
	const char *maildir, *user, *cert_file;
	bool password_stdin, require_auth, require_tls;
};

/* Shared with the connections' threads, which call one at a time. */
struct catcher {
	bool json;
	size_t left; /* messages until the end; 0: no end */
	int done[2]; /* readable when it is over */
};

static void on_caught(void *arg, const struct sandbox_mail *mail)
{
	struct catcher *c = arg;
	ssize_t n = 0;

	if (c->json) {
		struct json *value = caught_json(mail);

		json_print(value, true, stdout);
		json_free(value);
	} else {
		caught_print(stdout, mail);
	}
	/* Over too when nobody reads any more. */
	if (fflush(stdout) == EOF || (c->left > 0 && --c->left == 0))
		n = write(c->done[1], "", 1);
	(void)n;
}

static void on_trace(void *arg, unsigned connection, bool from_client, const char *line)
{
	(void)arg;
	fprintf(stderr, "%u %s %s\n", connection, from_client ? "C:" : "S:", line);
}

static void tell_start(const struct call *call, const struct sandbox *sb)
{
	int port = sandbox_port(sb), tls_port = sandbox_tls_port(sb);

	if (call->global.json) {
		struct json *value = json_new_object();

		json_put_text(value, "event", "listening");
		json_put_number(value, "port", port);
		json_put_number(value, "tls_port", tls_port);
		json_put_text(value, "cert_file", sandbox_cert_file(sb));
		json_print(value, true, stdout);
		fflush(stdout);
		json_free(value);
	}
	print_note("The sandbox listens on 127.0.0.1 port %d (STARTTLS offered) and port %d (TLS).",
		   port, tls_port);
	fprintf(stderr,
		"  It catches every message and delivers none. Ctrl-C ends it.\n"
		"  Certificate to trust: %s\n"
		"  An account for it:\n"
		"    outpost setup you@sandbox.example --name sandbox --host 127.0.0.1 \\\n"
		"      --port %d --security starttls --ca-file %s --password-kind ask\n",
		sandbox_cert_file(sb), port, sandbox_cert_file(sb));
}

static int wait_for_end(const struct catcher *c, struct err *err)
{
	struct pollfd fds[2] = { { c->done[0], POLLIN, 0 }, { cancel_fd(), POLLIN, 0 } };

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return err_errno(err, "Cannot wait for messages");
	return 0;
}

static int serve(const struct call *call, const struct sandbox_params *params, struct catcher *c,
		 struct err *err)
{
	struct sandbox *sb;
	int rc;

	if (pipe2(c->done, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_errno(err, "Cannot make a pipe");
	cancel_fd(); /* before the sandbox leaves files that have to be removed */
	sb = sandbox_start(params, err);
	rc = sb ? 0 : -1;
	if (sb) {
		tell_start(call, sb);
		rc = wait_for_end(c, err);
	}
	sandbox_stop(sb);
	close(c->done[0]);
	close(c->done[1]);
	return rc;
}

static int check_user(const struct sandbox_options *o, struct secret **secret, struct err *err)
{
	if (!o->user && !o->password_stdin)
		return 0;
	if (!o->user || !o->password_stdin)
		return err_set(err, ERR_USAGE,
			       "--user and --password-stdin go together: without both, any user "
			       "and password are accepted.");
	*secret = input_secret_stdin(err);
	return *secret ? 0 : -1;
}

static int check_paths(const struct sandbox_options *o, struct err *err)
{
	if (o->maildir && !*o->maildir)
		return err_set(err, ERR_USAGE, "--maildir needs the name of a folder.");
	if (o->cert_file && !*o->cert_file)
		return err_set(err, ERR_USAGE, "--cert-file needs the name of a file.");
	return 0;
}

/* Who leaves one port open leaves both, unless told otherwise. */
static int tls_port(const struct sandbox_options *o)
{
	if (o->tls_port.given)
		return (int)o->tls_port.value;
	return o->port.given && o->port.value == 0 ? 0 : TLS_PORT;
}

static int run(struct call *call, struct err *err)
{
	const struct sandbox_options *o = call->options;
	struct catcher c = { .json = call->global.json, .left = (size_t)o->once.value };
	char *maildir = o->maildir ? dirs_expand(o->maildir) : NULL;
	char *cert_file = o->cert_file ? dirs_expand(o->cert_file) : NULL;
	struct secret *secret = NULL;
	struct sandbox_params params = {
		.port = o->port.given ? (int)o->port.value : PORT,
		.tls_port = tls_port(o),
		.user = o->user,
		.require_auth = o->require_auth,
		.require_tls = o->require_tls,
		.maildir = maildir,
		.cert_file = cert_file,
		.caught = on_caught,
		.trace = call->global.verbose ? on_trace : NULL,
		.arg = &c,
	};
	int rc = check_paths(o, err);

	if (rc == 0)
		rc = check_user(o, &secret, err);
	if (rc == 0) {
		params.password = secret ? secret_text(secret) : NULL;
		rc = serve(call, &params, &c, err);
	}
	secret_free(secret);
	free(maildir);
	free(cert_file);
	return rc;
}

#define AT(member) offsetof(struct sandbox_options, member)

static const struct option_row rows[] = {
	{ "port", 0, "PORT", "without TLS, STARTTLS offered; 0: any free one [2525]", OPTION_NUMBER,
	  AT(port), NULL, 0, 65535 },
	{ "tls-port", 0, "PORT", "with TLS from the start; 0: any free one [2465]", OPTION_NUMBER,
	  AT(tls_port), NULL, 0, 65535 },
	{ "maildir", 0, "DIR", "also keep the messages in a Maildir", OPTION_TEXT, AT(maildir),
	  NULL, 0, 0 },
	{ "user", 0, "USER", "accept only this user, with the password from stdin", OPTION_TEXT,
	  AT(user), NULL, 0, 0 },
	{ "password-stdin", 0, NULL, "read that password from standard input, one line",
	  OPTION_FLAG, AT(password_stdin), NULL, 0, 0 },
	{ "require-auth", 0, NULL, "take no mail without a sign-in", OPTION_FLAG, AT(require_auth),
	  NULL, 0, 0 },
	{ "require-tls", 0, NULL, "take no mail without encryption", OPTION_FLAG, AT(require_tls),
	  NULL, 0, 0 },
	{ "cert-file", 0, "FILE", "write the certificate for clients to trust there", OPTION_TEXT,
	  AT(cert_file), NULL, 0, 0 },
	{ "once", 0, "N", "end after N messages", OPTION_NUMBER, AT(once), NULL, 1, 1000000 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost sandbox", "and point any program at 127.0.0.1, port 2525" },
	{ "outpost sandbox --once 1 --json", "wait for one message, for a test" },
	{ "outpost sandbox --maildir ~/caught -v", "keep the mail, watch the dialogue" },
	{ NULL, NULL },
};

const struct command command_sandbox = {
	.name = "sandbox",
	.args = "",
	.summary = "Run a fake mail server that catches messages",
	.description =
		"It listens on loopback only, speaks STARTTLS and TLS with a certificate made at "
		"the start, takes any user and password, shows each message and delivers none.\n\n"
		"Where it listens is told on standard error; each message is shown on standard "
		"output. With --json both are JSON objects on standard output, one a line: first "
		"event \"listening\", then one \"caught\" for each message.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct sandbox_options),
	.standalone = true,
	.run = run,
};
