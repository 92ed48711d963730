#include "cli/caught.h"

#include <string.h>
#include <time.h>

#include "cli/print.h"
#include "mail/message_head.h"
#include "mail/sandbox.h"
#include "port/json.h"

static void print_row(FILE *to, const char *label, const char *value)
{
	if (value[0] == '\0')
		return;
	fprintf(to, "  %-9s", label);
	print_visible(to, value);
	fputc('\n', to);
}

void caught_print(FILE *to, const struct sandbox_mail *mail)
{
	struct message_head head;

	message_head_read(&head, mail->data, mail->len);
	fprintf(to, "Message %zu: %zu bytes, %s", mail->number, mail->len,
		mail->tls ? "encrypted" : "not encrypted");
	if (mail->user[0]) {
		fputs(", signed in as ", to);
		print_visible(to, mail->user);
	}
	fputc('\n', to);
	print_row(to, "From", head.from[0] ? head.from : mail->from);
	print_row(to, "To", head.to);
	print_row(to, "Cc", head.cc);
	print_row(to, "Subject", head.subject);
	/* The envelope is what counts: blind copies stand only there. */
	fprintf(to, "  %-9s", "For");
	for (size_t i = 0; i < mail->to_count; i++) {
		fputs(i > 0 ? ", " : "", to);
		print_visible(to, mail->to[i]);
	}
	fputc('\n', to);
	message_head_clear(&head);
}

struct json *caught_json(const struct sandbox_mail *mail)
{
	struct json *value = json_new_object();
	struct json *list = json_new_array();
	struct message_head head;
	char when[32] = "";
	struct tm tm;

	message_head_read(&head, mail->data, mail->len);
	if (gmtime_r(&mail->when, &tm))
		strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	for (size_t i = 0; i < mail->to_count; i++)
		json_add_text(list, mail->to[i]);
	json_put_text(value, "event", "caught");
	json_put_number(value, "number", (long long)mail->number);
	json_put_text(value, "time", when);
	json_put_text(value, "envelope_from", mail->from);
	json_put(value, "envelope_to", list);
	json_put_text(value, "from", head.from);
	json_put_text(value, "to", head.to);
	json_put_text(value, "cc", head.cc);
	json_put_text(value, "subject", head.subject);
	json_put_text(value, "user", mail->user[0] ? mail->user : NULL);
	json_put_bool(value, "encrypted", mail->tls);
	json_put_number(value, "size", (long long)mail->len);
	message_head_clear(&head);
	return value;
}
