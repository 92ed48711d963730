/*
 * For widget tests: cmocka, a UTF-8 locale, keys as events. Nothing here needs
 * a terminal.
 */
#ifndef OUTPOST_WIDGET_KIT_H
#define OUTPOST_WIDGET_KIT_H

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "widget/term.h"

static inline int use_utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static inline struct term_event key(int code)
{
	return (struct term_event){ .kind = TERM_KEY, .key = code };
}

static inline struct term_event pasted(const char *text)
{
	return (struct term_event){ .kind = TERM_PASTE, .text = text, .len = strlen(text) };
}

#endif
