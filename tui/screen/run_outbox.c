#include "screen/run_outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mail/account.h"
#include "task/outbox_hand.h"
#include "task/outbox_run.h"

void run_outbox_refused(char *out, size_t size, const struct smtp_result *result)
{
	size_t at = strlen(out);

	for (size_t i = 0; i < result->count && at < size; i++) {
		const struct smtp_rcpt *r = &result->rcpts[i];

		if (r->state == SMTP_RCPT_ACCEPTED || r->state == SMTP_RCPT_UNKNOWN)
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s was refused: %d %s\n", r->address,
				       r->reply.code, r->reply.text ? r->reply.text : "");
	}
}

static void count_up(struct run_outbox *o)
{
	static const struct {
		enum outbox_state state;
		const char *word;
	} words[] = {
		{ OUTBOX_SENT, "sent" },     { OUTBOX_READY, "still waiting" },
		{ OUTBOX_HELD, "held" },     { OUTBOX_FAILED, "failed" },
		{ OUTBOX_UNSURE, "unsure" },
	};
	size_t at = 0;

	o->result[0] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words && at < sizeof o->result; i++)
		if (o->counts[words[i].state] > 0)
			at += (size_t)snprintf(o->result + at, sizeof o->result - at, "%s%zu %s",
					       at ? ", " : "", o->counts[words[i].state],
					       words[i].word);
	o->progress(o->arg, o->result);
}

static void tell_one(struct run_outbox *o, const struct outbox_told *told)
{
	char when[TEXT_WHEN];

	if (told->result)
		run_outbox_refused(o->refused, sizeof o->refused, told->result);
	if (told->result && told->result->reply.text)
		snprintf(o->reply, sizeof o->reply, "%s", told->result->reply.text);
	o->waits[0] = '\0';
	text_when(when, told->next_at);
	if (told->state == OUTBOX_READY)
		snprintf(o->waits, sizeof o->waits,
			 told->why ? "It waits in the outbox; the next try is not before %s."
				   : "For those put off it waits in the outbox until %s.",
			 when);
}

static void tell(void *arg, const struct outbox_told *told)
{
	struct run_outbox *o = arg;

	if (told->why)
		o->why = *told->why;
	if (o->id != 0) {
		tell_one(o, told);
	} else if (told->id != 0) {
		o->counts[told->state]++;
		count_up(o);
	}
}

int run_outbox_send(struct run_outbox *o, const struct session_params *session, struct err *err)
{
	struct accounts *all = accounts_open(false, err);
	char *told = NULL;
	struct outbox *box = all ? outbox_open(&told, err) : NULL;
	struct outbox_run run = { .accounts = all,
				  .id = o->id,
				  .secret = session->secret,
				  .cancel_fd = session->cancel_fd,
				  .watch = session->watch,
				  .tell = tell,
				  .arg = o };
	int rc = box ? 0 : -1;

	free(told); /* whoever listed it has said so */
	if (rc == 0 && o->id != 0)
		rc = outbox_retry(box, o->id, err);
	if (rc == 0)
		rc = outbox_run(box, &run, err);
	outbox_close(box);
	accounts_close(all);
	if (rc == 0 && o->id == 0 && o->result[0] == '\0' && o->why.kind == ERR_NONE)
		snprintf(o->result, sizeof o->result, "Nothing was due.");
	else if (rc == 0 && o->id == 0 && o->result[0] == '\0')
		snprintf(o->result, sizeof o->result, "Nothing was sent.");
	if (rc < 0 || o->why.kind == ERR_NONE)
		return rc;
	*err = o->why;
	return o->id != 0 ? -1 : 0;
}
