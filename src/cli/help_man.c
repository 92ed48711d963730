#include "cli/help.h"

#include <string.h>

#include "base/options.h"
#include "cli/command.h"
#include "mail/account.h"
#include "port/store.h"

#define LINE_MAX_MAN 76

/* A word at the start of a line that would be taken for a request. */
static void word(FILE *to, const char *text, size_t len, bool first)
{
	if (first && len > 0 && (text[0] == '.' || text[0] == '\''))
		fputs("\\&", to);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			fputs("\\e", to);
		else
			fputc(text[i], to);
	}
}

static bool ends_sentence(const char *text, size_t len)
{
	while (len > 0 && strchr(")\"", text[len - 1]))
		len--;
	return len > 0 && strchr(".?!:", text[len - 1]) && text[len - 1] != ':';
}

/* Running text: a new sentence on a new line, as mdoc wants it; an empty line
 * is a paragraph. */
static void prose(FILE *to, const char *text)
{
	size_t used = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");

		if (used > 0 && used + 1 + len > LINE_MAX_MAN) {
			fputc('\n', to);
			used = 0;
		}
		if (used > 0)
			used += (size_t)fprintf(to, " ");
		word(to, text, len, used == 0);
		used += len;
		text += len;
		if (strncmp(text, "\n\n", 2) == 0) {
			fputs("\n.Pp\n", to);
			used = 0;
		} else if (ends_sentence(text - len, len) && *text) {
			fputc('\n', to);
			used = 0;
		}
		text += strspn(text, " \n");
	}
	if (used > 0)
		fputc('\n', to);
}

/* help has no full stop; here it is a sentence of its own. A name at its
 * beginning keeps its small letter. */
static void sentence(FILE *to, const char *help, const char *const *names)
{
	char text[400];

	snprintf(text, sizeof text, "%s%s", help, strchr(".?!", help[strlen(help) - 1]) ? "" : ".");
	for (; names && *names; names++)
		if (strncmp(help, *names, strlen(*names)) == 0)
			break;
	if (text[0] >= 'a' && text[0] <= 'z' && !(names && *names))
		text[0] = (char)(text[0] - 32);
	prose(to, text);
}

static void choices(FILE *to, const char *const *list)
{
	if (!list)
		return;
	fputs("One of", to);
	for (size_t i = 0; list[i]; i++)
		fprintf(to, "%s\n.Cm %s", i == 0 ? "" : " ,", list[i]);
	fputs(" .\n", to);
}

static void option(FILE *to, const struct option_row *row)
{
	fputs(".It", to);
	if (row->letter)
		fprintf(to, " Fl %c ,", row->letter);
	fprintf(to, " Fl -%s", row->name);
	if (row->arg)
		fprintf(to, " Ar %s", row->arg);
	fputc('\n', to);
	sentence(to, row->help, row->choices);
	choices(to, row->choices);
}

/* A title stands between two lists. */
static void title(FILE *to, const char *name, bool first)
{
	fprintf(to, "%s.Pp\n%s:\n", first ? "" : ".El\n", name);
	fputs(".Bl -tag -width Ds\n", to);
}

/* The settings have a section of their own; here they are only named. */
static void options(FILE *to, const struct command *command)
{
	struct options own = OPTIONS_INIT;
	bool titled;

	options_add(&own, command->options, NULL);
	titled = own.count > 0 && own.slots[0].row.kind == OPTION_TITLE;
	if ((own.count > 0 && !titled) || command->has_settings)
		fputs(".Bl -tag -width Ds\n", to);
	for (size_t i = 0; i < own.count; i++) {
		if (own.slots[i].row.kind == OPTION_TITLE)
			title(to, own.slots[i].row.name, i == 0);
		else if (option_is_taken(&own.slots[i].row))
			option(to, &own.slots[i].row);
	}
	if (command->has_settings)
		fputs(".It Fl - Ns Ar SETTING Ar VALUE\n"
		      "Any setting of\n.Sx ACCOUNT SETTINGS .\n"
		      "Where the password is kept is\n.Fl -password-kind\nhere.\n",
		      to);
	if (own.count > 0 || command->has_settings)
		fputs(".El\n", to);
	options_clear(&own);
}

static void examples(FILE *to, const struct command *command)
{
	for (const struct example *e = command->examples; e && e->line; e++) {
		if (!e->about)
			continue;
		fputs(".Pp\n", to);
		sentence(to, e->about, NULL);
		fputs(".Dl ", to);
		for (const char *p = e->line; *p; p++) {
			if (*p == '\\' && p[1] == '\n') { /* a line that goes on */
				p += 1 + strspn(p + 2, " ");
				continue;
			}
			word(to, p, 1, false);
		}
		fputc('\n', to);
	}
}

static void command_section(void *arg, const struct command *command)
{
	FILE *to = arg;

	fprintf(to, ".Ss %s\n.Bd -literal -compact\noutpost %s%s%s\n.Ed\n.Pp\n", command->name,
		command->name, command->args[0] ? " " : "", command->args);
	sentence(to, command->summary, NULL);
	prose(to, command->description);
	options(to, command);
}

static void example_section(void *arg, const struct command *command)
{
	examples(arg, command);
}

static void settings(FILE *to)
{
	fputs(".Sh ACCOUNT SETTINGS\n"
	      "They stand under these names in\n.Pa accounts.ini ,\n"
	      "are options of\n.Nm Cm setup\nand\n.Nm Cm account edit ,\n"
	      "and members of the\n.Fl -json\noutput.\n"
	      ".Bl -tag -width Ds\n",
	      to);
	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		const struct account_setting *s = account_setting((enum account_key)key);

		fprintf(to, ".It Cm %s Ar %s\n", s->name, s->arg);
		fprintf(to, "%s.\n", s->label);
		sentence(to, s->help, s->choices);
		choices(to, s->choices);
		if (s->fallback[0])
			fprintf(to, "The default is\n.Cm %s .\n", s->fallback);
	}
	fputs(".El\n", to);
}

static void passwords(FILE *to)
{
	fputs(".Sh PASSWORDS\n"
	      "A password is never an option, never in\n.Pa accounts.ini ,\n"
	      "and never in the environment of a program started by\n.Nm .\n"
	      "Where it is kept is the setting\n.Cm password :\n"
	      ".Bl -tag -width credential\n",
	      to);
	for (int kind = 0; kind < STORE_KINDS; kind++) {
		const struct store_backend *b = store_backend((enum store_kind)kind);

		fprintf(to, ".It Cm %s\n", b->name);
		sentence(to, b->label, NULL);
		sentence(to, b->help, NULL);
	}
	fputs(".El\n", to);
}

static const char head[] =
	".Dd November 24, 2026\n"
	".Dt OUTPOST 1\n"
	".Os\n"
	".Sh NAME\n"
	".Nm outpost\n"
	".Nd set up outgoing mail, prove that it works, send with it\n"
	".Sh SYNOPSIS\n"
	".Nm\n"
	".Op Ar COMMAND\n"
	".Op Ar OPTION ...\n"
	".Op Ar ARGUMENT ...\n"
	".Sh DESCRIPTION\n"
	".Nm\n"
	"knows the outgoing mail servers of many providers, says which password is\n"
	"needed and where it is made, tries name, port, encryption and sign-in with\n"
	"the server, keeps the password in the system keyring, and sends messages.\n"
	"Without a command it opens a full screen; each thing that can be done there\n"
	"is also a command.\n"
	".Pp\n"
	"Standard output gets what was asked for and nothing else.\n"
	"News, warnings and errors go to standard error.\n"
	".Pp\n"
	"Options may be written\n"
	".Fl -name Ar VALUE ,\n"
	".Fl -name Ns = Ns Ar VALUE\n"
	"or with one letter, and may stand before, after and between other words.\n"
	"Their names cannot be shortened.\n"
	"Two dashes end the options.\n"
	".Sh OPTIONS OF EVERY COMMAND\n"
	".Bl -tag -width Ds\n";

static const char foot[] =
	".Sh JSON\n"
	"With\n"
	".Fl -json\n"
	"a command prints one JSON object.\n"
	"When it failed, that object has the member\n"
	".Cm error ,\n"
	"an object with the members\n"
	".Cm kind\n"
	"(usage, input, noinput, config, keyring, host, network, tls, auth, refused,\n"
	"unsure, system or cancelled),\n"
	".Cm exit\n"
	"(the exit status),\n"
	".Cm temporary\n"
	"(whether the same may work later),\n"
	".Cm message ,\n"
	".Cm hint\n"
	"and\n"
	".Cm reply\n"
	"(the words of the server).\n"
	"The sentence also goes to standard error.\n"
	"What is not known is null.\n"
	".Nm Cm sandbox\n"
	"prints one object a line instead.\n"
	".Sh ENVIRONMENT\n"
	".Bl -tag -width XDG_CONFIG_HOME\n"
	".It Ev XDG_CONFIG_HOME\n"
	"Where the folder\n"
	".Pa outpost\n"
	"is; otherwise\n"
	".Pa ~/.config .\n"
	".It Ev VISUAL , EDITOR\n"
	"The editor of\n"
	".Nm Cm send ;\n"
	"otherwise\n"
	".Xr vi 1 .\n"
	".It Ev TMPDIR\n"
	"Where temporary files are made.\n"
	".It Ev CREDENTIALS_DIRECTORY\n"
	"Set by systemd; where credentials are.\n"
	".It Ev NO_COLOR\n"
	"When it is set, the full screen has no colours.\n"
	".El\n"
	".Sh FILES\n"
	".Bl -tag -width Ds\n"
	".It Pa ~/.config/outpost/accounts.ini\n"
	"The accounts, without passwords.\n"
	"It may be edited by hand: one section\n"
	".Li [account NAME]\n"
	"each.\n"
	"A value may stand in double quotes; %XX is the byte with that hexadecimal value.\n"
	".It Pa ~/.config/outpost/accounts.ini.old\n"
	"The version before the last change, for\n"
	".Nm Cm account undo .\n"
	".It Pa ~/.config/outpost/providers/ID.ini\n"
	"Providers of your own.\n"
	".El\n"
	".Sh EXIT STATUS\n"
	"As in\n"
	".Xr sysexits 3 :\n"
	".Bl -tag -width Ds\n"
	".It 0\n"
	"All went well.\n"
	".It 64\n"
	"The command line is wrong.\n"
	".It 65\n"
	"What was given, such as an address, is wrong.\n"
	".It 66\n"
	"A file, an account or a provider is not there.\n"
	".It 67\n"
	"The message was sent, but not to every recipient.\n"
	".It 68\n"
	"The name of the server is not known.\n"
	".It 69\n"
	"The keyring cannot be used, or the server refused sender, recipient or message.\n"
	".It 71\n"
	"The system refused something, such as opening a file.\n"
	".It 74\n"
	"The connection was lost after the whole message was handed over, so that it may\n"
	"have been delivered; or the answer could not be written.\n"
	".It 75\n"
	"The server could not be reached or says to try again later.\n"
	".It 76\n"
	"The connection could not be encrypted, or the certificate is not trusted.\n"
	".It 77\n"
	"The server did not accept the sign-in.\n"
	".It 78\n"
	"A configuration file is wrong.\n"
	".It 130\n"
	"It was cancelled.\n"
	".El\n";

static const char tail[] =
	".Sh SEE ALSO\n"
	".Xr secret-tool 1 ,\n"
	".Xr sysexits 3\n"
	".Sh STANDARDS\n"
	"RFC 5321 (SMTP), RFC 6409 (submission), RFC 8314 (implicit TLS), RFC 3207\n"
	"(STARTTLS), RFC 4954 (AUTH), RFC 5322 and 2045 to 2047 (messages).\n";

void help_man(FILE *to)
{
	fputs(head, to);
	for (const struct option_row *row = global_rows; row->name; row++)
		option(to, row);
	fputs(".El\n.Sh COMMANDS\n", to);
	command_each(command_section, to);
	settings(to);
	passwords(to);
	fputs(foot, to);
	fputs(".Sh EXAMPLES\nThese are also shown with\n.Fl -help .\n", to);
	command_each(example_section, to);
	fputs(tail, to);
}
