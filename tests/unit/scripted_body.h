/* The wire form of a message, written the slow and plain way to judge the
 * streaming one; and bodies in files without a name. */
#ifndef SCRIPTED_BODY_H
#define SCRIPTED_BODY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/smtp.h"

static inline void plain_wire(struct buf *out, const char *in, size_t len, bool stuff)
{
	struct buf lines = BUF_INIT(1 << 24);

	for (size_t i = 0; i < len; i++) {
		if (in[i] == '\r' || (in[i] == '\n' && (i == 0 || in[i - 1] != '\r')))
			buf_adds(&lines, "\r\n");
		else if (in[i] != '\n')
			buf_addc(&lines, in[i]);
	}
	if (lines.len > 0 && lines.data[lines.len - 1] != '\n')
		buf_adds(&lines, "\r\n");
	for (size_t i = 0; i < lines.len; i++) {
		if (stuff && lines.data[i] == '.' && (i == 0 || lines.data[i - 1] == '\n'))
			buf_addc(out, '.');
		buf_addc(out, lines.data[i]);
	}
	buf_free(&lines);
}

static inline struct smtp_body body_of(const char *bytes, size_t len)
{
	struct smtp_body body = { file_temp(NULL), (off_t)len };

	assert_true(body.fd >= 0);
	assert_int_equal(file_write_all(body.fd, bytes, len, "body", NULL), 0);
	return body;
}

#endif
