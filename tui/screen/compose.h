/*
 * Writing a message and sending it, with the steps live on the screen.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_H
#define OUTPOST_SCREEN_COMPOSE_H

struct draft;
struct draft_file;

/* From the account named, or with NULL the default one. */
void compose_push(const char *account_id);
/* A draft that is there already and takes the place of a message of the outbox. Both become the
 * screen's; draft is empty after. */
void compose_push_draft(struct draft_file *file, struct draft *draft);

#endif
