/* Which names there are; apart from their values, so that formats can be checked while building. */
#include <string.h>

#include "task/export/values.h"

const struct export_name export_names[EXPORT_NAMES + 1] = {
	{ "id", "the account's name" },
	{ "address", "the address" },
	{ "local", "the address" },
	{ "domain", "the address" },
	{ "name", "your name" },
	{ "from", "your name" },
	{ "host", "the name of the server" },
	{ "port", "the port" },
	{ "user", "the user name" },
	{ "tls", "TLS from the start" },
	{ "starttls", "STARTTLS" },
	{ "plain", "no encryption" },
	{ "auth", "a sign-in" },
	{ "mechanism", "the way to sign in" },
	{ "oauth", "a sign-in with a token (OAuth2)" },
	{ "ca_file", "the path of the CA file" },
	{ "client_cert", "the path of the certificate" },
	{ "client_key", "the path of the key" },
	{ "password", "the password" },
	{ "password_command", "the password command" },
	{ "keyring", "its password in the keyring" },
	{ "outpost", "the path of outpost" },
	{ "uid", "uid" },
	{ "file", "the path of the file" },
	{ "folder", "the path of the folder" },
	{ "to", "the recipient" },
	{ NULL, NULL },
};

long export_name_at(const char *name)
{
	for (long i = 0; export_names[i].name; i++)
		if (strcmp(export_names[i].name, name) == 0)
			return i;
	return -1;
}

bool export_value_exists(const char *name)
{
	return export_name_at(name) >= 0;
}

const char *export_name_words(const char *name)
{
	long at = export_name_at(name);

	return at < 0 ? name : export_names[at].words;
}
