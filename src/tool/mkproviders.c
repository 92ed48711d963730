/*
 * mkproviders OUT.c FILE.ini...
 *
 * Checks provider files and writes them as the constant tables that
 * mail/provider_table.h declares. On any fault it prints a line "file:line: reason" for each
 * one, leaves OUT.c as it was, and ends with 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "mail/provider_file.h"
#include "mail/provider_keys.h"
#include "mail/provider_table.h"
#include "port/ini.h"
#include "tool/c_text.h"

#define OUT_MAX ((size_t)64 * 1024 * 1024)

struct source {
	const char *file;
	struct buf text;
	struct provider *p;
};

struct claim {
	const char *domain;
	size_t source;
};

static size_t faults;

static void print_fault(void *arg, const char *file, int line, const char *reason)
{
	(void)arg;
	faults++;
	fprintf(stderr, "%s:%d: %s\n", file, line, reason);
}

static void read_source(struct source *src, const char *file)
{
	struct err err = ERR_INIT;
	char *id = provider_file_id(file);

	src->file = file;
	src->text = (struct buf)BUF_INIT(INI_TEXT_MAX);
	if (!id)
		print_fault(NULL, file, 1, "the name of a provider file ends in .ini");
	else if (file_read(file, &src->text, &err) < 0)
		print_fault(NULL, file, 1, err.text);
	else
		src->p = provider_parse(id, file, buf_text(&src->text), src->text.len, print_fault,
					NULL);
	free(id);
}

#define BEST_KNOWN 6 /* of popularity: they are looked for most, by people who know no names */

static long rank(const struct provider *p)
{
	return p->popularity >= BEST_KNOWN ? p->popularity : 0;
}

/* The order of display: by kind, the best known first, then by name. */
static int compare_sources(const void *a, const void *b)
{
	const struct provider *x = ((const struct source *)a)->p;
	const struct provider *y = ((const struct source *)b)->p;
	int order;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (rank(x) != rank(y))
		return rank(x) > rank(y) ? -1 : 1;
	order = strcasecmp(x->name, y->name);
	return order ? order : strcmp(x->id, y->id);
}

static void check_ids(const struct source *sources, size_t count)
{
	char reason[ERR_TEXT_MAX];

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(sources[i].p->id, sources[j].p->id) != 0)
				continue;
			snprintf(reason, sizeof reason, "%s has the same id", sources[j].file);
			print_fault(NULL, sources[i].file, 1, reason);
		}
	}
}

/* The line that a domain stands in; the file is known to be good. */
static int line_of(const struct source *src, const char *domain)
{
	const char *text = buf_text(&src->text);
	int line = 1;

	while (*text) {
		size_t n = strcspn(text, "\r\n \t,=\"");

		if (n == strlen(domain) && strncasecmp(text, domain, n) == 0)
			return line;
		text += n;
		if (*text == '\n')
			line++;
		if (*text)
			text++;
	}
	return 1;
}

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = strcmp(x->domain, y->domain);

	if (order)
		return order;
	return x->source < y->source ? -1 : x->source > y->source;
}

static const char *const *domains_of(const struct provider *p)
{
	return p->domains;
}

static const char *const *mx_of(const struct provider *p)
{
	return p->mx;
}

static size_t list_claims(struct claim **claims, const struct source *sources, size_t count,
			  const char *const *(*list_of)(const struct provider *))
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		for (const char *const *d = list_of(sources[i].p); *d; d++) {
			*claims = xreallocarray(*claims, n + 1, sizeof **claims);
			(*claims)[n++] = (struct claim){ *d, i };
		}
	}
	if (n > 0)
		qsort(*claims, n, sizeof **claims, compare_claims);
	return n;
}

static void check_claims(const struct claim *claims, size_t n, const struct source *sources)
{
	char reason[ERR_TEXT_MAX];

	for (size_t i = 1; i < n; i++) {
		const struct source *first = &sources[claims[i - 1].source];
		const struct source *second = &sources[claims[i].source];

		if (strcmp(claims[i - 1].domain, claims[i].domain) != 0)
			continue;
		snprintf(reason, sizeof reason, "%s is also claimed by %s:%d", claims[i].domain,
			 first->file, line_of(first, claims[i].domain));
		print_fault(NULL, second->file, line_of(second, claims[i].domain), reason);
	}
}

/* ---- writing C ---- */

static void write_member(struct buf *out, const struct provider *p, const struct provider_key *key)
{
	const void *member = (const char *)p + key->offset;
	int number;

	buf_printf(out, "\t\t.%s = ", key->member);
	switch (key->type) {
	case PROVIDER_TEXT:
		c_string(out, *(const char *const *)member);
		break;
	case PROVIDER_LIST:
		c_list(out, *(const char *const *const *)member);
		break;
	case PROVIDER_ENUM:
	case PROVIDER_INT:
		memcpy(&number, member, sizeof number);
		buf_printf(out, "%d", number);
		break;
	case PROVIDER_LONG:
		buf_printf(out, "%ld", *(const long *)member);
		break;
	case PROVIDER_FLAG:
		buf_adds(out, *(const bool *)member ? "true" : "false");
		break;
	}
	buf_adds(out, ",\n");
}

static void write_tables(struct buf *out, const struct source *sources, size_t count,
			 const struct claim *claims, size_t claim_count)
{
	buf_adds(out, "/* Written by mkproviders from providers/. */\n"
		      "#include \"mail/provider_table.h\"\n\n"
		      "const struct provider provider_table[] = {\n");
	for (size_t i = 0; i < count; i++) {
		buf_adds(out, "\t{\n\t\t.id = ");
		c_string(out, sources[i].p->id);
		buf_adds(out, ",\n");
		for (size_t k = 0; k < provider_key_count; k++)
			write_member(out, sources[i].p, &provider_keys[k]);
		buf_adds(out, "\t},\n");
	}
	buf_printf(out,
		   "};\nconst size_t provider_table_count = %zu;\n\n"
		   "const struct provider_domain provider_domains[] = {\n",
		   count);
	for (size_t i = 0; i < claim_count; i++) {
		buf_adds(out, "\t{ ");
		c_string(out, claims[i].domain);
		buf_printf(out, ", %zu },\n", claims[i].source);
	}
	/* An empty array is no C; the row behind the last is not counted. */
	buf_printf(out, "\t{ \"\", 0 },\n};\nconst size_t provider_domain_count = %zu;\n",
		   claim_count);
}

static int compile(const char *path, struct source *sources, size_t count)
{
	struct buf out = BUF_INIT(OUT_MAX);
	struct claim *claims = NULL;
	struct err err = ERR_INIT;
	size_t n;
	int rc = -1;

	qsort(sources, count, sizeof *sources, compare_sources);
	check_ids(sources, count);
	n = list_claims(&claims, sources, count, mx_of);
	check_claims(claims, n, sources);
	free(claims);
	claims = NULL;
	n = list_claims(&claims, sources, count, domains_of);
	check_claims(claims, n, sources);
	if (faults > 0)
		goto out;
	write_tables(&out, sources, count, claims, n);
	rc = file_replace(path, buf_text(&out), out.len, 0644, &err);
	if (rc < 0)
		fprintf(stderr, "mkproviders: %s\n", err.text);
out:
	free(claims);
	buf_free(&out);
	return rc;
}

int main(int argc, char **argv)
{
	size_t count = argc > 2 ? (size_t)argc - 2 : 0;
	struct source *sources;
	int rc = -1;

	if (count == 0) {
		fprintf(stderr, "usage: mkproviders OUT.c FILE.ini...\n");
		return 1;
	}
	sources = xcalloc(count, sizeof *sources);
	for (size_t i = 0; i < count; i++)
		read_source(&sources[i], argv[i + 2]);
	if (faults == 0)
		rc = compile(argv[1], sources, count);
	for (size_t i = 0; i < count; i++) {
		provider_free_parsed(sources[i].p);
		buf_free(&sources[i].text);
	}
	free(sources);
	return rc < 0 ? 1 : 0;
}
