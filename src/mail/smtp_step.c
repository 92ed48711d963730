#include "mail/smtp_internal.h"

#include "base/clock.h"

static const struct {
	const char *name, *label;
} steps[SMTP_STEPS] = {
	[SMTP_STEP_RESOLVE] = { "resolve", "Look up name" },
	[SMTP_STEP_CONNECT] = { "connect", "Connect" },
	[SMTP_STEP_ENCRYPT] = { "encrypt", "Encrypt" },
	[SMTP_STEP_GREETING] = { "greeting", "Greeting" },
	[SMTP_STEP_SIGNIN] = { "signin", "Sign in" },
	[SMTP_STEP_SENDER] = { "sender", "Sender" },
	[SMTP_STEP_RECIPIENT] = { "recipient", "Recipient" },
	[SMTP_STEP_MESSAGE] = { "message", "Message" },
	[SMTP_STEP_ACCEPTED] = { "accepted", "Accepted" },
};

const char *smtp_step_label(enum smtp_step step)
{
	return steps[step].label;
}

const char *smtp_step_name(enum smtp_step step)
{
	return steps[step].name;
}

static void tell(struct smtp *s, enum smtp_step step, enum smtp_step_state state, long ms,
		 const char *detail)
{
	struct smtp_step_event event = { step, state, ms, detail };

	if (s->watch.step)
		s->watch.step(s->watch.arg, &event);
}

void smtp_step_run(struct smtp *s, enum smtp_step step)
{
	if (s->step == step)
		return;
	s->step = step;
	s->step_began = clock_ms();
	tell(s, step, SMTP_STEP_RUNNING, 0, "");
}

void smtp_step_end(struct smtp *s, enum smtp_step_state state, const char *detail)
{
	enum smtp_step step = s->step;

	if (step == SMTP_STEPS)
		return;
	s->step = SMTP_STEPS;
	tell(s, step, state, (long)(clock_ms() - s->step_began), detail);
}

void smtp_step_skip(struct smtp *s, enum smtp_step step)
{
	tell(s, step, SMTP_STEP_SKIPPED, 0, "");
}
