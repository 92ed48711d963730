#include "port/store_line.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"

enum store_state store_line_secret(const struct buf *text, const char *what,
				   struct secret **secret, struct err *err)
{
	const char *nl = memchr(buf_text(text), '\n', text->len);
	size_t len = nl ? (size_t)(nl - text->data) : text->len;

	if (nl && len > 0 && nl[-1] == '\r')
		len--;
	if (len == 0) {
		err_set(err, ERR_KEYRING, "%s gives no password: its first line is empty.", what);
		return STORE_NOT_FOUND;
	}
	*secret = secret_new(text->data, len);
	if (*secret)
		return STORE_OK;
	err_set(err, ERR_KEYRING,
		"%s gives no password: its first line has more than %d bytes, or holds a NUL.",
		what, SECRET_MAX);
	return STORE_FAILED;
}
