/*
 * Private to compose: messages of an earlier time that were not finished, offered when another
 * is begun. The newest first; where there are several, all of them to choose from.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_OFFER_H
#define OUTPOST_SCREEN_COMPOSE_OFFER_H

struct compose_offer;
struct draft;
struct draft_file;

/* The one to go on with; file is the callee's from now on, draft is lent. */
typedef void (*compose_offer_take)(void *arg, struct draft_file *file, const struct draft *draft);

struct compose_offer *compose_offer_new(compose_offer_take take, void *arg);
void compose_offer_free(struct compose_offer *o); /* not under its dialog; NULL is fine */
/* Asks, when there is one. */
void compose_offer_ask(struct compose_offer *o);

#endif
