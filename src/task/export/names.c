/* Which names there are; apart from their values, so that formats can be checked while building. */
#include <string.h>

#include "task/export/values.h"

const char *const export_names[EXPORT_NAMES + 1] = {
	"id",	     "address",	    "local",	    "domain",	   "name",	  "from",
	"host",	     "port",	    "user",	    "tls",	   "starttls",	  "plain",
	"auth",	     "mechanism",   "ca_file",	    "client_cert", "client_key",  "password",
	"password_command", "keyring", "outpost",   "uid",	   "file",	  "folder",
	"to",	     NULL,
};

long export_name_at(const char *name)
{
	for (long i = 0; export_names[i]; i++)
		if (strcmp(export_names[i], name) == 0)
			return i;
	return -1;
}

bool export_value_exists(const char *name)
{
	return export_name_at(name) >= 0;
}
