#include "cli/send_content.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"

static bool is_stdin(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/* ---- headers ---- */

static const struct {
	const char *name, *instead;
} own[] = {
	{ "From", "--from says who it is from" },
	{ "To", "--to says who gets it" },
	{ "Cc", "--cc says who gets a copy" },
	{ "Bcc", "--bcc says who gets a hidden copy" },
	{ "Subject", "--subject is the subject" },
	{ "Reply-To", "--reply-to says where answers go" },
	{ "In-Reply-To", "--in-reply-to says what it answers" },
	{ "Date", "--date is the date" },
	{ "Message-ID", "each message gets one of its own" },
	{ "MIME-Version", "it goes with --html and --attach" },
	{ "Return-Path", "servers add it" },
	{ "Received", "servers add it" },
	{ "DKIM-Signature", "servers add it" },
};

static const char *instead_of(const char *header, size_t len)
{
	if (text_prefix_nocase(header, "Content-"))
		return "it goes with --html and --attach";
	if (text_prefix_nocase(header, "Resent-"))
		return "a message that is sent on goes through outpost sendmail";
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strlen(own[i].name) == len && text_prefix_nocase(header, own[i].name))
			return own[i].instead;
	return NULL;
}

/* What a message has once at most (RFC 5322 3.6). */
static bool is_single(const char *header)
{
	return text_prefix_nocase(header, "References:");
}

static int check_header(const struct option_list *all, size_t nth, struct err *err)
{
	const char *header = all->items[nth], *instead;
	size_t len = 0;

	while (header[len] > ' ' && header[len] < 0x7f && header[len] != ':')
		len++;
	if (len == 0 || header[len] != ':' ||
	    header[len + 1 + strspn(header + len + 1, " ")] == '\0') {
		err_set(err, ERR_USAGE, "\"%.100s\" is no header.", header);
		err_hint(err, "Write it as --header 'Name: value'.");
		return -1;
	}
	if (strpbrk(header, "\r\n"))
		return err_set(err, ERR_INPUT,
			       "The header %.*s has a line break; a header is one line.", (int)len,
			       header);
	instead = instead_of(header, len);
	if (instead)
		return err_set(err, ERR_USAGE, "The header %.*s cannot be given: %s.",
			       (int)len, header, instead);
	for (size_t i = 0; i < nth; i++)
		if (is_single(header) && is_single(all->items[i]))
			return err_set(err, ERR_USAGE, "The header %.*s is given twice.", (int)len,
				       header);
	return 0;
}

/* ---- files and names ---- */

/* The last file in front of that name; -1: there is none. */
static long file_of(const struct send_content *c, size_t name)
{
	long found = -1;

	for (size_t i = 0; i < c->files.count; i++)
		if (c->files.at[i] < c->names.at[name])
			found = (long)i;
	return found;
}

const char *send_content_name(const struct send_content *c, size_t i)
{
	for (size_t n = 0; n < c->names.count; n++)
		if (file_of(c, n) == (long)i)
			return c->names.items[n];
	return NULL;
}

static int check_name(const struct send_content *c, size_t nth, struct err *err)
{
	const char *name = c->names.items[nth];
	long file = file_of(c, nth);

	if (file < 0)
		return err_set(err, ERR_USAGE,
			       "--name is what a file is called for who gets it, and "
			       "stands behind its --attach.");
	if (nth > 0 && file_of(c, nth - 1) == file)
		return err_set(err, ERR_USAGE, "%s has two names: \"%.100s\" and \"%.100s\".",
			       c->files.items[file], c->names.items[nth - 1], name);
	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(err, ERR_USAGE,
			       "\"%.100s\" is no name for a file: it is not empty and "
			       "has no \"/\".",
			       name);
	if (strlen(name) > 255 || !text_utf8_valid(name, strlen(name)) ||
	    text_has_control(name, strlen(name)))
		return err_set(err, ERR_INPUT,
			       "The name \"%.100s\" is longer than 255 bytes, has a "
			       "line break or a control character, or is not UTF-8.",
			       name);
	return 0;
}

static int check_file(const struct send_content *c, size_t i, struct err *err)
{
	const char *path = c->files.items[i];

	if (is_stdin(path)) {
		if (send_content_name(c, i))
			return 0;
		err_set(err, ERR_USAGE, "What comes from standard input needs a name.");
		err_hint(err, "outpost send --attach - --name report.pdf");
		return -1;
	}
	if (access(path, R_OK) == 0)
		return 0;
	err_errno(err, "Cannot attach %s", path);
	err->kind = ERR_NOINPUT;
	return -1;
}

/* ---- the whole ---- */

static int check_stdin(const struct send_content *c, const char *table, struct err *err)
{
	const char *first = is_stdin(table) ? "--each" : NULL;

	for (size_t i = 0; i <= c->files.count; i++) {
		bool html = i == c->files.count;

		if (!is_stdin(html ? c->typed.html : c->files.items[i]))
			continue;
		if (first)
			return err_set(err, ERR_USAGE,
				       "Standard input is one thing only, and %s - and "
				       "%s - both want it.",
				       first, html ? "--html" : "--attach");
		first = html ? "--html" : "--attach";
	}
	return 0;
}

int send_content_check(struct send_content *c, const char *table, struct err *err)
{
	c->typed.headers = c->headers.items;
	c->typed.header_count = c->headers.count;
	if (check_stdin(c, table, err) < 0)
		return -1;
	for (size_t i = 0; i < c->names.count; i++)
		if (check_name(c, i, err) < 0)
			return -1;
	for (size_t i = 0; i < c->files.count; i++)
		if (check_file(c, i, err) < 0)
			return -1;
	for (size_t i = 0; i < c->headers.count; i++)
		if (check_header(&c->headers, i, err) < 0)
			return -1;
	return typed_check(&c->typed, err);
}

bool send_content_takes_stdin(const struct send_content *c)
{
	bool takes = is_stdin(c->typed.html);

	for (size_t i = 0; i < c->files.count; i++)
		takes = takes || is_stdin(c->files.items[i]);
	return takes;
}

int send_content_read(const struct send_content *c, struct message_draft *draft,
		      struct send_content_own *kept, struct err *err)
{
	kept->files = xcalloc(c->files.count + 1, sizeof *kept->files);
	for (size_t i = 0; i < c->files.count; i++) {
		struct message_file *file = &kept->files[i];

		file->name = send_content_name(c, i);
		file->path = c->files.items[i];
		if (!is_stdin(file->path))
			continue;
		kept->spooled = typed_spool(STDIN_FILENO, err);
		if (kept->spooled < 0)
			return -1;
		file->path = NULL;
		file->fd = kept->spooled;
	}
	draft->files = kept->files;
	draft->file_count = c->files.count;
	return typed_read(&c->typed, draft, &kept->typed, err);
}

void send_content_clear(struct send_content_own *kept)
{
	if (kept->spooled >= 0)
		close(kept->spooled);
	kept->spooled = -1;
	free(kept->files);
	kept->files = NULL;
	typed_own_clear(&kept->typed);
}
