/*
 * The steps of a delivery, told as they happen, and what came of them.
 * Used by setup, password set, test and demo.
 */
#ifndef OUTPOST_STEPS_H
#define OUTPOST_STEPS_H

#include <stdbool.h>
#include <stdio.h>

#include "mail/smtp.h"
#include "task/verify.h"

struct account;
struct json;

struct steps {
	FILE *to; /* NULL: no steps, only the transcript */
	bool transcript; /* the dialogue to stderr */
	bool live; /* a terminal: the running step is shown too */
	bool marks; /* the locale has them */
	bool pending; /* the running step stands on the current line */
	struct smtp_watch watch; /* to give to what works */
};

/* Steps go to the stream; watch points into steps. */
void steps_init(struct steps *steps, FILE *to, bool transcript);
/* TLS and certificate, mechanism, total time. */
void steps_summary(FILE *to, const struct verify_report *report);
/* The whole report, for --json. */
struct json *steps_json(const struct verify_report *report);
/* "mail.example.org, port 587, STARTTLS" */
void steps_server(const struct account *account, char out[400]);

#endif
