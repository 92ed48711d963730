#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/print.h"
#include "mail/message.h"
#include "mail/provider.h"
#include "port/db.h"
#include "port/dns.h"
#include "port/html.h"
#include "port/json.h"
#include "port/net.h"
#include "port/suffix.h"
#include "port/xml.h"

#define EXIT_OUTPUT 74 /* EX_IOERR: the answer could not be written */

static void on_failed_write(int sig)
{
	(void)sig;
}

/* Whoever started us may have closed 0, 1 or 2. A file opened later would get that number
 * and with it what is meant for a person. The stand-ins cannot be used for what their
 * number is for, so that it still fails where it should. */
static void hold_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

/* Passwords pass through this process: it leaves no core file, and no other
 * process of the user may look into it. A limit of 1 also stops core handlers
 * that are programs, which 0 does not. */
static void protect(void)
{
	struct rlimit limit = { 1, 1 };
	/* A handler, not SIG_IGN: what is ignored would stay ignored in programs
	 * started from here. */
	struct sigaction action = { .sa_handler = on_failed_write, .sa_flags = SA_RESTART };

	(void)setrlimit(RLIMIT_CORE, &limit);
#ifndef __SANITIZE_ADDRESS__ /* its leak checker has to look into it */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	sigemptyset(&action.sa_mask);
	sigaction(SIGPIPE, &action, NULL);
	/* So that a write past "ulimit -f" fails like one on a full disk. */
	sigaction(SIGXFSZ, &action, NULL);
	/* What we make here and could not open again would lock the user out. */
	umask(umask(S_IRWXG | S_IRWXO) & ~(mode_t)S_IRWXU);
}

static void print_version(bool libraries)
{
	puts("outpost " OUTPOST_VERSION);
	if (libraries)
		printf("%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n", net_library(), message_library(),
		       html_library(), json_library(), db_library(), dns_library(),
		       suffix_library(), xml_library());
}

/* The names by which other programs call it. */
static bool is_sendmail(void)
{
	static const char *const names[] = { "sendmail", "mailq", "newaliases" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(program_invocation_short_name, names[i]) == 0)
			return true;
	return false;
}

/* From the words to the command that is meant; *at stands behind them. */
static int find_command(struct call *call, const struct options *global, int argc,
			char *const *argv, int *at, struct err *err)
{
	const struct command *sub;

	if (is_sendmail()) {
		call->command = &command_sendmail;
		return 0;
	}
	call->command = &command_program;
	if (options_parse(global, argc, argv, at, true, NULL, err) < 0)
		return -1;
	if (*at >= argc)
		return 0;
	call->command = command_find(argv[*at]);
	if (!call->command) {
		call->command = &command_program;
		return command_unknown(NULL, argv[*at], err);
	}
	(*at)++;
	if (!call->command->subs || call->command->run)
		return 0;
	if (options_parse(global, argc, argv, at, true, NULL, err) < 0)
		return -1;
	sub = *at < argc ? command_find_sub(call->command, argv[*at]) : NULL;
	if (sub) {
		call->command = sub;
		(*at)++;
		return 0;
	}
	if (call->global.help)
		return 0;
	if (*at < argc)
		return command_unknown(call->command, argv[*at], err);
	if (call->command->lists) {
		call->command = call->command->subs;
		return 0;
	}
	err_set(err, ERR_USAGE, "Say what to do: outpost %s %s.", call->command->name,
		call->command->args);
	err_hint(err, "See what there is: outpost %s --help", call->command->name);
	return -1;
}

static int check_args(const struct call *call, struct err *err)
{
	const struct command *c = call->command;
	size_t len = strlen(c->args);
	const char *stop = len > 0 && c->args[len - 1] == '.' ? "" : "."; /* "NUMBER..." */

	if (call->arg_count < c->min_args)
		err_set(err, ERR_USAGE, "Something is missing: outpost %s%s%s%s", c->name,
			len > 0 ? " " : "", c->args, stop);
	else if (call->arg_count > c->max_args)
		err_set(err, ERR_USAGE, "\"%s\" is one word too many: outpost %s%s%s%s",
			call->args[c->max_args], c->name, len > 0 ? " " : "", c->args, stop);
	else
		return 0;
	err_hint(err, "See outpost %s --help", c->name);
	return -1;
}

static void tell_provider_fault(void *arg, const char *file, const char *reason)
{
	(void)arg;
	print_warning("The provider file %s is left out: %s", file, reason);
}

static int take_config_dir(const char *path, struct err *err)
{
	if (path && !*path)
		return err_set(err, ERR_USAGE, "--config-dir needs the name of a folder.");
	if (path)
		dirs_set_config(path);
	return 0;
}

static int run_command(struct call *call, struct err *err)
{
	if (call->global.version) {
		print_version(call->global.verbose);
		return 0;
	}
	if (call->global.help) {
		help_command(call->command, stdout);
		return 0;
	}
	if (check_args(call, err) < 0 || take_config_dir(call->global.config_dir, err) < 0)
		return -1;
	protect();
	if (!call->command->standalone)
		provider_load_own(tell_provider_fault, NULL);
	return call->command->run(call, err);
}

static void take_all_words(struct option_words *words, int argc, char *const *argv, int at)
{
	words->list = xcalloc((size_t)argc + 1, sizeof *words->list);
	while (at < argc)
		words->list[words->count++] = argv[at++];
}

/* "providers" takes words of its own, or a sub-command and its words. */
static void take_sub(struct call *call)
{
	const struct command *sub = NULL;

	if (call->arg_count > 0 && call->command->run)
		sub = command_find_sub(call->command, call->args[0]);
	if (!sub)
		return;
	call->command = sub;
	call->args++;
	call->arg_count--;
}

/* For words that could not be parsed up to it: a program that asked for JSON reads nothing else. */
static bool says_json(int argc, char *const *argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

/* Prints what is owed and turns the outcome into an exit code. */
static int finish(struct call *call, int rc, const struct err *err)
{
	if (rc < 0) {
		print_error(err);
		rc = err_exit_code(err);
		if (call->global.json) {
			if (!call->result)
				call->result = json_new_object();
			json_put(call->result, "error", error_json(err));
		}
	}
	if (call->result && json_print(call->result, false, stdout) < 0 && rc == 0)
		rc = EXIT_OUTPUT;
	if (fflush(stdout) == EOF || ferror(stdout)) {
		if (errno != EPIPE)
			print_note("The answer could not be written: %s.", strerror(errno));
		rc = rc ? rc : EXIT_OUTPUT;
	}
	return rc;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct call call = { .command = NULL };
	struct options global = OPTIONS_INIT, options = OPTIONS_INIT;
	struct option_words words = { NULL, 0 };
	int at = 1;
	int rc;

	hold_standard_fds();
	options_add(&global, global_rows, &call.global);
	rc = find_command(&call, &global, argc, argv, &at, &err);
	if (rc == 0 && call.command->own_words) {
		take_all_words(&words, argc, argv, at);
	} else if (rc == 0) {
		call.options = xcalloc(1, call.command->options_size);
		command_options(call.command, &options, call.options);
		options_add(&options, global_rows, &call.global);
		rc = options_parse(&options, argc, argv, &at, false, &words, &err);
	}
	if (rc == 0) {
		call.args = words.list;
		call.arg_count = words.count;
		take_sub(&call);
		rc = run_command(&call, &err);
	} else {
		call.global.json = call.global.json || says_json(argc, argv);
	}
	rc = finish(&call, rc, &err);
	options_clear(&options);
	options_clear(&global);
	option_words_free(&words);
	json_free(call.result);
	free(call.options);
	dirs_set_config(NULL);
	return rc;
}
