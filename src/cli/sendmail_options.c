#include "cli/sendmail_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/command.h"

enum { OPT_READ_FROM = 256, OPT_ACCOUNT, OPT_VERSION };

/* All that any sendmail has; what take_option does not name is ignored. */
static const char letters[] = ":A:B:C:D:EF:GIL:M:N:O:Q::R:TUV:X:b:d::e:f:h:imno:p:q::r:stvx:";

static const struct option longs[] = {
	{ "read-envelope-from", no_argument, NULL, OPT_READ_FROM },
	{ "read-recipients", no_argument, NULL, 't' },
	{ "account", required_argument, NULL, OPT_ACCOUNT },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const struct {
	char letter;
	enum sendmail_mode mode;
} modes[] = {
	{ 'm', SENDMAIL_SEND },    { 's', SENDMAIL_SMTP },    { 'p', SENDMAIL_LIST },
	{ 'i', SENDMAIL_NOTHING }, { 'V', SENDMAIL_VERSION },
};

static int take_mode(struct sendmail_options *o, const char *mode, struct err *err)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (mode[0] != modes[i].letter || mode[1])
			continue;
		o->mode = modes[i].mode;
		return 0;
	}
	err_set(err, ERR_USAGE, "-b%s is not done here: this sendmail only sends.", mode);
	err_hint(err, "See outpost sendmail --help");
	return -1;
}

/* -q15m is for a process that stays; all others choose from the queue. */
static int take_queue(struct sendmail_options *o, const char *value, struct err *err)
{
	if (value && value[0] >= '0' && value[0] <= '9') {
		err_set(err, ERR_USAGE, "-q%s, a queue run every so often, is not done here.",
			value);
		err_hint(err, "outpost outbox run --watch stays and sends what is due; -q alone "
			      "does it once.");
		return -1;
	}
	o->mode = SENDMAIL_RUN;
	return 0;
}

static int take_return(struct sendmail_options *o, const char *word, struct err *err)
{
	if (text_eq_nocase(word, "full"))
		o->wishes.ret = SMTP_RETURN_FULL;
	else if (text_eq_nocase(word, "hdrs"))
		o->wishes.ret = SMTP_RETURN_HEADERS;
	else
		return err_set(err, ERR_USAGE, "-R takes full or hdrs, not \"%s\".", word);
	return 0;
}

static int take_envid(struct sendmail_options *o, const char *id, struct err *err)
{
	size_t len = strlen(id);

	if (len > SMTP_ENVID_MAX || !text_ascii(id) || text_has_control(id, len))
		return err_set(err, ERR_USAGE, "-V takes plain ASCII of %d letters at most.",
			       SMTP_ENVID_MAX);
	o->wishes.envid = id;
	return 0;
}

/* -oX, and -O Name=X, which is its long form. */
static void take_setting(struct sendmail_options *o, const char *value)
{
	const char *mode = NULL;

	if (strcmp(value, "i") == 0 || text_eq_nocase(value, "IgnoreDots") ||
	    text_eq_nocase(value, "IgnoreDots=True"))
		o->dots = true;
	if (value[0] == 'd')
		mode = value + 1;
	else if (text_prefix_nocase(value, "DeliveryMode="))
		mode = strchr(value, '=') + 1;
	if (mode)
		o->queue_only = *mode == 'q' || *mode == 'd';
}

static int take_option(struct sendmail_options *o, int option, const char *value, struct err *err)
{
	switch (option) {
	case 't':
		o->from_header = true;
		break;
	case 'i':
		o->dots = true;
		break;
	case 'o':
	case 'O':
		take_setting(o, value);
		break;
	case 'f':
	case 'r':
		o->sender = value;
		break;
	case 'F':
		o->name = value;
		break;
	case 'X':
		o->log = value;
		break;
	case 'V':
		return take_envid(o, value, err);
	case 'v':
		o->verbose = true;
		break;
	case OPT_READ_FROM:
		o->sender_from_header = true;
		break;
	case OPT_ACCOUNT:
		o->account = value;
		break;
	case OPT_VERSION:
		o->mode = SENDMAIL_VERSION;
		break;
	case 'b':
		return take_mode(o, value, err);
	case 'I':
		o->mode = SENDMAIL_NOTHING;
		break;
	case 'q':
		return take_queue(o, value, err);
	case 'N':
		return smtp_notify_parse(value, &o->wishes.notify, err);
	case 'R':
		return take_return(o, value, err);
	default:
		break;
	}
	return 0;
}

/* argv has the program's name first. */
static int parse(struct sendmail_options *o, int argc, char **argv, struct err *err)
{
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (option == '?' || option == ':') {
			err_set(err, ERR_USAGE, "%s %s.", argv[optind - 1],
				option == ':' ? "needs a value" : "is no option of sendmail");
			err_hint(err, "See outpost sendmail --help");
			return -1;
		}
		if (take_option(o, option, optarg, err) < 0)
			return -1;
	}
	for (; optind < argc; optind++)
		o->words[o->count++] = argv[optind];
	return 0;
}

static int check(const struct sendmail_options *o, struct err *err)
{
	if (o->mode == SENDMAIL_SEND && !o->from_header && o->count == 0)
		err_set(err, ERR_USAGE, "Say who gets the message, or that its header does: -t.");
	else if (o->mode == SENDMAIL_SMTP && o->count > 0)
		err_set(err, ERR_USAGE, "With -bs recipients come by SMTP, not as words.");
	else
		return 0;
	err_hint(err, "See outpost sendmail --help");
	return -1;
}

int sendmail_options_parse(const struct call *call, struct sendmail_options *o, struct err *err)
{
	char **argv = xcalloc(call->arg_count + 2, sizeof *argv);
	int rc;

	*o = (struct sendmail_options){ .account = call->global.account,
					.verbose = call->global.verbose,
					.wishes.lenient = true };
	if (strcmp(program_invocation_short_name, "mailq") == 0)
		o->mode = SENDMAIL_LIST;
	else if (strcmp(program_invocation_short_name, "newaliases") == 0)
		o->mode = SENDMAIL_NOTHING;
	argv[0] = (char *)call->command->name;
	for (size_t i = 0; i < call->arg_count; i++)
		argv[i + 1] = (char *)call->args[i];
	o->words = xcalloc(call->arg_count + 1, sizeof *o->words);
	rc = parse(o, (int)call->arg_count + 1, argv, err);
	free(argv);
	return rc == 0 ? check(o, err) : -1;
}

void sendmail_options_clear(struct sendmail_options *o)
{
	free(o->words);
	o->words = NULL;
	o->count = 0;
}
