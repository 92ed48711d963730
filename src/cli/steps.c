#include "cli/steps.h"

#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/print.h"
#include "mail/account.h"
#include "port/json.h"

static const struct {
	const char *name; /* --json */
	const char *word;
	const char *mark;
} states[] = {
	[SMTP_STEP_WAITING] = { "waiting", "waiting", " " },
	[SMTP_STEP_RUNNING] = { "running", "...", " " },
	[SMTP_STEP_DONE] = { "done", "ok", "\xe2\x9c\x93" },
	[SMTP_STEP_SKIPPED] = { "skipped", "skipped", "-" },
	[SMTP_STEP_FAILED] = { "failed", "failed", "\xe2\x9c\x97" },
};

static void wipe_pending(struct steps *steps)
{
	if (steps->pending)
		fputs("\r\033[K", steps->to);
	steps->pending = false;
}

static void print_time(FILE *to, const struct smtp_step_event *event)
{
	if (event->state == SMTP_STEP_DONE || event->state == SMTP_STEP_FAILED)
		fprintf(to, "%6ld ms", event->ms);
	else
		fputs("         ", to);
}

static void on_step(void *arg, const struct smtp_step_event *event)
{
	struct steps *steps = arg;
	FILE *to = steps->to;

	if (!to || event->state == SMTP_STEP_WAITING)
		return;
	if (event->state == SMTP_STEP_RUNNING && !steps->live)
		return;
	wipe_pending(steps);
	if (steps->marks)
		fprintf(to, "%s ", states[event->state].mark);
	print_padded(to, smtp_step_label(event->step), 16);
	fprintf(to, " %-7s", states[event->state].word);
	if (event->state == SMTP_STEP_RUNNING) {
		steps->pending = true;
	} else {
		print_time(to, event);
		if (event->detail && event->detail[0])
			fprintf(to, "  %s", event->detail);
		fputc('\n', to);
	}
	fflush(to);
}

static void on_line(void *arg, const struct smtp_line *line)
{
	struct steps *steps = arg;

	if (steps->to)
		wipe_pending(steps);
	fprintf(stderr, "%9.3f %s %s %s\n", (double)line->us / 1e6,
		line->dir == NET_SENT ? "C:" : "S:",
		line->layer == NET_LAYER_TLS ? "tls  " : "clear", line->text);
}

void steps_init(struct steps *steps, FILE *to, bool transcript)
{
	const char *term = getenv("TERM");

	memset(steps, 0, sizeof *steps);
	steps->to = to;
	steps->transcript = transcript;
	steps->live = to && isatty(fileno(to)) && term && strcmp(term, "dumb") != 0;
	if (to) {
		setlocale(LC_CTYPE, "");
		steps->marks = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	}
	steps->watch.arg = steps;
	steps->watch.step = on_step;
	steps->watch.line = transcript ? on_line : NULL;
}

static void format_day(time_t when, char out[32])
{
	struct tm tm;

	out[0] = '\0';
	if (when != 0 && gmtime_r(&when, &tm))
		strftime(out, 32, "%Y-%m-%d", &tm);
}

static void print_certificate(FILE *to, const struct net_tls *tls)
{
	char until[32];

	format_day(tls->not_after, until);
	fprintf(to, "Certificate  %s\n", tls->subject[0] ? tls->subject : "without a name");
	if (tls->names[0])
		fprintf(to, "  for        %s\n", tls->names);
	if (tls->issuer[0])
		fprintf(to, "  issued by  %s\n", tls->issuer);
	if (until[0])
		fprintf(to, "  valid to   %s\n", until);
	if (tls->cert_sha256[0])
		fprintf(to, "  SHA-256    %s\n", tls->cert_sha256);
	if (tls->key_pin[0])
		fprintf(to, "  Key        %s\n", tls->key_pin);
	if (tls->verify_error[0])
		fprintf(to, "  not good:  %s\n", tls->verify_error);
}

/* What EHLO offered, in the words of the standards. */
static const struct extension {
	const char *name;
	size_t offset;
} extensions[] = {
	{ "STARTTLS", offsetof(struct smtp_capabilities, starttls) },
	{ "PIPELINING", offsetof(struct smtp_capabilities, pipelining) },
	{ "CHUNKING", offsetof(struct smtp_capabilities, chunking) },
	{ "8BITMIME", offsetof(struct smtp_capabilities, eightbitmime) },
	{ "SMTPUTF8", offsetof(struct smtp_capabilities, smtputf8) },
	{ "DSN", offsetof(struct smtp_capabilities, dsn) },
	{ "ENHANCEDSTATUSCODES", offsetof(struct smtp_capabilities, enhanced) },
	{ "REQUIRETLS", offsetof(struct smtp_capabilities, requiretls) },
};

enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

static bool offers(const struct smtp_capabilities *caps, const struct extension *e)
{
	return *(const bool *)((const char *)caps + e->offset);
}

static void print_offers(FILE *to, const struct smtp_capabilities *caps)
{
	const char *sep = "Offers       ";

	for (int i = 0; i < EXTENSIONS; i++) {
		if (!offers(caps, &extensions[i]))
			continue;
		fprintf(to, "%s%s", sep, extensions[i].name);
		sep = ", ";
	}
	if (caps->size > 0) {
		fprintf(to, "%sSIZE %lld", sep, caps->size);
		sep = ", ";
	}
	if (caps->auth) {
		fprintf(to, "%sAUTH %s", sep, caps->auth_line);
		sep = ", ";
	}
	if (*sep == ',')
		fputc('\n', to);
}

void steps_summary(FILE *to, const struct verify_report *report)
{
	const struct net_tls *tls = &report->tls;

	if (tls->version[0])
		fprintf(to, "Encryption   %s%s%s\n", tls->version, tls->cipher[0] ? ", " : "",
			tls->cipher);
	else if (report->failed > SMTP_STEP_ENCRYPT)
		fputs("Encryption   none\n", to);
	if (tls->subject[0] || tls->cert_sha256[0])
		print_certificate(to, tls);
	if (report->mechanism[0])
		fprintf(to, "Sign-in      %s\n", report->mechanism);
	print_offers(to, &report->caps);
	if (report->reply[0]) {
		fputs("Server said  ", to);
		print_visible(to, report->reply);
		fputc('\n', to);
	}
	fprintf(to, "Time         %ld ms\n", report->ms);
}

static struct json *tls_json(const struct net_tls *tls)
{
	struct json *value = json_new_object();
	char day[32];

	json_put_text(value, "version", tls->version);
	json_put_text(value, "cipher", tls->cipher);
	json_put_text(value, "subject", tls->subject);
	json_put_text(value, "names", tls->names);
	json_put_text(value, "issuer", tls->issuer);
	format_day(tls->not_before, day);
	json_put_text(value, "not_before", day[0] ? day : NULL);
	format_day(tls->not_after, day);
	json_put_text(value, "not_after", day[0] ? day : NULL);
	if (tls->not_after)
		json_put_number(value, "days_left", (tls->not_after - time(NULL)) / 86400);
	json_put_text(value, "certificate_sha256", tls->cert_sha256);
	json_put_text(value, "key_sha256", tls->key_sha256);
	json_put_text(value, "pin", tls->key_pin);
	json_put_text(value, "verify_error", tls->verify_error[0] ? tls->verify_error : NULL);
	return value;
}

static struct json *offers_json(const struct smtp_capabilities *caps)
{
	struct json *value = json_new_object();
	struct json *list = json_new_array();

	for (int i = 0; i < EXTENSIONS; i++)
		if (offers(caps, &extensions[i]))
			json_add_text(list, extensions[i].name);
	json_put(value, "extensions", list);
	if (caps->size >= 0)
		json_put_number(value, "size", caps->size);
	else
		json_put_null(value, "size");
	json_put_text(value, "auth", caps->auth ? caps->auth_line : NULL);
	return value;
}

struct json *steps_json(const struct verify_report *report)
{
	struct json *value = json_new_object();
	struct json *list = json_new_array();

	for (int i = 0; i < SMTP_STEPS; i++) {
		const struct verify_step *step = &report->steps[i];
		struct json *one = json_new_object();

		json_put_text(one, "step", smtp_step_name((enum smtp_step)i));
		json_put_text(one, "state", states[step->state].name);
		json_put_number(one, "ms", step->ms);
		json_put_text(one, "detail", step->detail);
		json_add(list, one);
	}
	json_put_bool(value, "ok", false);
	json_put(value, "steps", list);
	json_put_text(value, "failed",
		      report->failed < SMTP_STEPS ? smtp_step_name(report->failed) : NULL);
	if (report->tls.version[0] || report->tls.subject[0])
		json_put(value, "tls", tls_json(&report->tls));
	else
		json_put_null(value, "tls");
	/* Known once the session stands. */
	if (report->caps.esmtp)
		json_put(value, "capabilities", offers_json(&report->caps));
	else
		json_put_null(value, "capabilities");
	json_put_text(value, "mechanism", report->mechanism[0] ? report->mechanism : NULL);
	json_put_text(value, "reply", report->reply[0] ? report->reply : NULL);
	json_put_text(value, "message_id", report->message_id[0] ? report->message_id : NULL);
	json_put_number(value, "ms", report->ms);
	return value;
}

void steps_server(const struct account *account, char out[400])
{
	static const char *const words[] = {
		[NET_NONE] = "without encryption",
		[NET_STARTTLS] = "STARTTLS",
		[NET_TLS] = "TLS",
	};
	char host[300];
	const char *name = account_get(account, ACCOUNT_HOST);

	text_visible_into(host, sizeof host, name, strlen(name));
	snprintf(out, 400, "%s, port %d, %s", host, account_port(account),
		 words[account_security(account)]);
}
