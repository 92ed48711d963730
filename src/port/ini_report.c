#include "port/ini_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "port/ini.h"

void ini_report(struct ini_report *r, int line, const char *fmt, ...)
{
	char file[ERR_TEXT_MAX], reason[ERR_TEXT_MAX], raw[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	text_visible_into(reason, sizeof reason, raw, strlen(raw));
	text_visible_into(file, sizeof file, r->file, strlen(r->file));
	r->faults++;
	r->tell(r->arg, file, line, reason);
}

void ini_report_parsed(struct ini_report *r, const struct ini *ini)
{
	for (size_t i = 0; i < ini_fault_count(ini); i++)
		ini_report(r, ini_fault(ini, i)->line, "%s", ini_fault(ini, i)->reason);
}
