#include "task/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/secret.h"
#include "mail/provider.h"

static bool needs_secret(const struct account *a)
{
	return account_user(a)[0] != '\0' && strcmp(account_get(a, ACCOUNT_AUTH), "external") != 0;
}

static struct secret *ask_person(const struct session_params *params, struct err *err)
{
	struct secret *secret = NULL;

	if (!params->ask) {
		err_set(err, ERR_KEYRING,
			"The account %s asks for its password each time, and there is nobody to "
			"ask.",
			account_id(params->account));
		err_hint(err, "Keep the password: outpost password set %s",
			 account_id(params->account));
		return NULL;
	}
	secret = params->ask(params->ask_arg, params->account);
	if (!secret)
		err_set(err, ERR_CANCELLED, "No password was given.");
	return secret;
}

struct secret *session_secret(const struct session_params *params, enum store_state *state,
			      struct err *err)
{
	struct secret *secret = NULL;
	struct store_ref ref;
	char label[256];

	*state = STORE_OK;
	if (!needs_secret(params->account))
		return NULL;
	account_store_ref(params->account, &ref, label);
	ref.cancel_fd = params->cancel_fd;
	*state = store_get(&ref, &secret, err);
	if (*state == STORE_MUST_ASK) {
		secret = ask_person(params, err);
		*state = secret ? STORE_OK : STORE_CANCELLED;
	}
	return secret;
}

/* A pipe of that name would be waited for inside the library, and no cancelling helps. */
static int check_ca_file(const struct account *a, struct err *err)
{
	char *path = dirs_expand(account_get(a, ACCOUNT_CA_FILE));
	struct stat st;
	int rc = 0;

	if (*path && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		rc = err_set(err, ERR_CONFIG, "The certificates to trust cannot be read: %s is "
			     "not a file.", path);
		err_hint(err, "--ca-file names a PEM file with one or more certificates.");
	}
	free(path);
	return rc;
}

struct smtp *session_open(const struct session_params *params, struct secret **held,
			  struct err *err)
{
	const struct provider *provider;
	const struct secret *secret = params->secret;
	struct smtp_params smtp;
	struct smtp *session;
	enum store_state state;

	*held = NULL;
	if (check_ca_file(params->account, err) < 0)
		return NULL;
	if (!secret) {
		secret = *held = session_secret(params, &state, err);
		if (state != STORE_OK)
			return NULL;
	}
	account_smtp_params(params->account, &smtp);
	smtp.secret = secret;
	smtp.cancel_fd = params->cancel_fd;
	provider = provider_by_id(account_get(params->account, ACCOUNT_PROVIDER));
	/* A token that is user name and password at once is kept as a secret only. */
	if (provider && provider->same_password && secret &&
	    !account_is_set(params->account, ACCOUNT_USER))
		smtp.user = secret_text(secret);
	session = smtp_open(&smtp, params->watch, params->tls, err);
	if (!session) {
		secret_free(*held);
		*held = NULL;
	}
	return session;
}
