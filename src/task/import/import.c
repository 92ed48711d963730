#include "task/import/import.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"
#include "mail/account.h"
#include "task/export/place.h"
#include "task/import/reader_file.h"
#include "task/import/readers.h"

#define CONFIG "${XDG_CONFIG_HOME}"
#define PROFILE "/.thunderbird/*/"
#define FLATPAK_BIRD "~/.var/app/org.mozilla.Thunderbird"
#define NEOMUTT                                                                            \
	CONFIG "/neomutt/neomuttrc | " CONFIG "/neomutt/muttrc | " CONFIG "/mutt/neomuttrc | " \
	       CONFIG "/mutt/muttrc | ~/.neomutt/neomuttrc | ~/.neomutt/muttrc | "         \
	       "~/.mutt/neomuttrc | ~/.mutt/muttrc | ~/.neomuttrc | ~/.muttrc"

static const struct import_source sources[] = {
	{ "msmtp", "msmtp", "~/.msmtprc | " CONFIG "/msmtp/config | /etc/msmtprc", "config",
	  read_msmtp, false },
	{ "mutt", "mutt", "~/.muttrc | ~/.mutt/muttrc | " CONFIG "/mutt/muttrc", "muttrc",
	  read_mutt, false },
	{ "neomutt", "NeoMutt", NEOMUTT, "neomuttrc", read_neomutt, false },
	{ "aerc", "aerc", CONFIG "/aerc/accounts.conf", "accounts.conf", read_aerc, false },
	{ "s-nail", "s-nail", "~/.mailrc", ".mailrc", read_mailrc, false },
	{ "git", "git send-email", "~/.gitconfig | " CONFIG "/git/config", "config", read_git,
	  false },
	{ "himalaya", "himalaya", CONFIG "/himalaya/config.toml | ~/.himalayarc", "config.toml",
	  read_himalaya, false },
	{ "thunderbird", "Thunderbird",
	  "~" PROFILE "prefs.js | ~/snap/thunderbird/common" PROFILE "prefs.js | " FLATPAK_BIRD
	  PROFILE "prefs.js", "prefs.js", read_thunderbird, false },
	{ "evolution", "Evolution", CONFIG "/evolution/sources", "", read_evolution, false },
	{ "mailspring", "Mailspring",
	  CONFIG "/Mailspring/config.json | "
		 "~/.var/app/com.getmailspring.Mailspring/config/Mailspring/config.json",
	  "config.json", read_mailspring, false },
	{ "ssmtp", "sSMTP", "/etc/ssmtp/ssmtp.conf", "ssmtp.conf", read_ssmtp, false },
	{ "esmtp", "ESMTP", "~/.esmtprc | /etc/esmtprc", "esmtprc", read_esmtp, false },
	{ "nullmailer", "nullmailer", "/etc/nullmailer/remotes", "remotes", read_nullmailer,
	  false },
	{ "dma", "dma (DragonFly Mail Agent)", "/etc/dma/dma.conf", "dma.conf", read_dma, false },
	{ "postfix", "Postfix with a relayhost", "/etc/postfix/main.cf", "main.cf", read_postfix,
	  false },
	{ "env", "environment variables, or a .env file", "", ".env", read_env, true },
	{ "autoconfig", "autoconfig XML of a provider", "", "config-v1.1.xml", read_autoconfig,
	  false },
	{ "outpost", "another outpost: its folder", "", "accounts.ini", read_outpost, false },
};

const struct import_source *import_source_at(size_t i)
{
	return i < sizeof sources / sizeof *sources ? &sources[i] : NULL;
}

const struct import_source *import_source_by_id(const char *id)
{
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (strcmp(sources[i].id, id) == 0)
			return &sources[i];
	return NULL;
}

char *import_path(const struct import_source *source)
{
	return source->paths[0] ? export_place(source->paths, NULL, NULL, NULL) : NULL;
}

bool import_there(const struct import_source *source)
{
	char *path = import_path(source);
	bool there = path ? file_exists(path) : source->environment && env_there();

	free(path);
	return there;
}

/* ---- reading ---- */

/* Where a folder is named, the file in it that is meant. Owned by the caller. */
static char *choose_path(const struct import_params *p, struct err *err)
{
	const struct import_source *source = p->source;
	char *path = p->path ? xstrdup(p->path) : import_path(source), *inside;
	struct stat st;

	if (!path && source->environment)
		return xstrdup("");
	if (!path) {
		err_set(err, ERR_INPUT, "Say which file: outpost import %s FILE.", source->id);
		return NULL;
	}
	if (source->inside[0] && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		inside = xasprintf("%s/%s", path, source->inside);
		free(path);
		path = inside;
	}
	if (file_exists(path))
		return path;
	if (p->path)
		err_set(err, ERR_NOINPUT, "There is no file %s.", path);
	else
		err_set(err, ERR_NOINPUT, "%s keeps its settings in %s, and there is no such file.",
			source->title, path);
	free(path);
	return NULL;
}

/* Where the source is a folder or the environment, there is no text. */
static int read_first(struct reader *r, struct buf *text, struct import_file *file,
		      struct err *err)
{
	const char *path = r->result->path;
	struct stat st;

	if (!*path)
		*file = (struct import_file){ path, xstrdup("the environment"), "", 0 };
	else if (r->params->source->inside[0] == '\0' && stat(path, &st) == 0 &&
		 S_ISDIR(st.st_mode))
		*file = (struct import_file){ path, reader_shown(path), "", 0 };
	else
		return reader_open(r, path, text, file, err);
	return 0;
}

int import_read(const struct import_params *params, struct import_result *result, struct err *err)
{
	struct reader r = { .params = params, .result = result };
	struct buf text = BUF_INIT_SECRET(IMPORT_MAX);
	struct import_file file = { .name = NULL };
	int rc = -1;

	result->path = choose_path(params, err);
	if (result->path)
		rc = read_first(&r, &text, &file, err);
	r.file = r.main = &file;
	if (rc == 0)
		rc = params->source->read(&r, err);
	free((char *)file.name);
	buf_free(&text);
	return rc;
}

void import_each(void (*fn)(void *arg, const struct import_source *source,
			    struct import_result *result), void *arg)
{
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		struct import_params params = { .source = &sources[i] };
		struct import_result result = IMPORT_RESULT_INIT;

		if (import_there(&sources[i]) && import_read(&params, &result, NULL) == 0 &&
		    result.count > 0)
			fn(arg, &sources[i], &result);
		import_result_clear(&result);
	}
}

void import_result_clear(struct import_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		account_free(result->found[i].account);
		secret_free(result->found[i].password);
		free(result->found[i].where);
	}
	for (size_t i = 0; i < result->note_count; i++)
		free(result->notes[i].text);
	free(result->found);
	free(result->notes);
	free(result->path);
	*result = (struct import_result)IMPORT_RESULT_INIT;
}
