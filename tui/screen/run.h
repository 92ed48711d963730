/*
 * A delivery under way, as a job: a check of an account, a message, or what is in the outbox.
 *
 * The screens that own a run read its state and draw it (run_draw); events
 * come through the job and change nothing else. When it has ended, finished
 * is called. Cancelling drops the job: the screen is free at once, whatever
 * the network does.
 */
#ifndef OUTPOST_RUN_H
#define OUTPOST_RUN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "mail/account.h"
#include "task/verify.h"
#include "widget/dialog.h"
#include "widget/draw.h"

struct job;
struct secret;

enum run_state { RUN_IDLE, RUN_RUNNING, RUN_PASSED, RUN_FAILED };

/* A message as it was typed. Strings are owned by whoever made it. */
struct run_draft {
	char *to, *cc, *bcc;		/* address lists */
	char *subject, *text;
	char **files;
	size_t file_count;
	bool queue;			/* what cannot go now waits in the outbox */
	int64_t replaces;		/* a message of the outbox that goes when this is there */
	char *tag;			/* its own in the outbox; may be NULL */
};

/* Which part of the draft an error is about. */
enum run_part { RUN_PART_NONE, RUN_PART_TO, RUN_PART_CC, RUN_PART_BCC, RUN_PART_FILES };

struct run {
	enum run_state state;
	struct verify_step steps[SMTP_STEPS];
	bool with_message;		/* the steps after sign-in belong to it */
	bool greeting_first;		/* STARTTLS: encrypted after the greeting */
	bool bad_certificate;		/* encryption failed for it */
	char key_pin[64];		/* of the server, as the setting has it; "" unknown */
	bool waits_for_keyring;		/* the password is looked up there first */
	enum smtp_step failed;		/* SMTP_STEPS: none of them */
	enum run_part part;
	struct err err;
	char reply[ERR_REPLY_MAX];	/* to the message */
	char mechanism[16];
	char refused[1024];		/* recipients that were refused, with the reply */
	char warning[ERR_TEXT_MAX];
	char waits[200];		/* it is in the outbox, or is for some; "" otherwise */
	char result[200];		/* of several messages: what became of them; "" */
	long ms;
	struct buf transcript;
	/* private */
	struct job *job;
	long long began, step_began;
	void (*finished)(void *owner);
	void *owner;
};

void run_init(struct run *run, void (*finished)(void *owner), void *owner);
void run_clear(struct run *run);	/* cancels; gone */
void run_reset(struct run *run);	/* cancels; idle again */

/* Copies what they need. secret NULL: from the account's store. */
void run_verify(struct run *run, const struct account *a, const struct secret *secret,
		const char *to);
void run_deliver(struct run *run, const struct account *a, const struct secret *secret,
		 const struct run_draft *draft);
/* What is in the outbox: one message, made due first, or with id 0 all that is due. a is the
 * account of the one; NULL with id 0. */
void run_outbox(struct run *run, const struct account *a, const struct secret *secret, int64_t id);
/* Must a person be asked for the password first? */
bool run_asks(const struct account *a);
void run_ask(const struct account *a, dialog_secret_answer answer, void *arg);
/* A copy, for run_deliver and for tests; free with run_draft_clear. */
struct run_draft run_draft_copy(const struct run_draft *draft);
void run_draft_clear(struct run_draft *draft);

/* The steps with mark, word, time and detail; below them the result. Returns the
 * next free row. */
int run_draw(const struct run *run, const struct area *area);
/* The whole dialogue, which goes on growing, as a screen of its own. */
void run_show_transcript(const struct run *run);
/* The setting that the failure is about; ACCOUNT_KEYS when it is none. The
 * password itself is told as ACCOUNT_PASSWORD. */
enum account_key run_blame(const struct run *run);

#endif
