#include "tool/c_text.h"

#include <string.h>

#include "base/buf.h"

void c_string(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		/* '?' so that no trigraph can arise. */
		if (c < 0x20 || c >= 0x7f || strchr("\"\\?", c))
			buf_printf(out, "\\%03o", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

void c_list(struct buf *out, const char *const *list)
{
	buf_adds(out, "(const char *const[]){ ");
	for (; *list; list++) {
		c_string(out, *list);
		buf_adds(out, ", ");
	}
	buf_adds(out, "NULL }");
}
