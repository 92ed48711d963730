/*
 * Private to set-up: its state, its rows, its steps as a table. One file a step
 * (setup_address.c, ...); setup.c is the screen, setup_flow.c the way through the
 * steps, setup_rows.c what rows of settings have in common, setup_find.c and
 * setup_found.c what the search for a server adds to the first two steps.
 */
#ifndef OUTPOST_SETUP_STATE_H
#define OUTPOST_SETUP_STATE_H

#include "mail/account.h"
#include "mail/provider.h"
#include "mail/typo.h"
#include "screen/app.h"
#include "screen/find.h"
#include "screen/run.h"
#include "screen/setup.h"
#include "task/setup.h"
#include "widget/form.h"

enum setup_step {
	SETUP_ADDRESS, SETUP_SERVER, SETUP_SIGNIN, SETUP_CHECK, SETUP_SAVE, SETUP_STEPS,
	SETUP_DONE = SETUP_STEPS,
};

/* Rows of the forms: settings have the number of their key. */
enum setup_row {
	ROW_PROVIDER = ACCOUNT_KEYS, ROW_FOUND, ROW_CHOICE, ROW_CHOICE_TEXT, ROW_SECRET, ROW_TO,
	ROW_ID, ROW_DEFAULT,
};

/* What the search has to do with the fields of the server step. */
struct setup_found {
	struct find *find;
	bool quiet;			/* nothing is looked for by itself */
	struct discover_candidate *taken;	/* is in the fields; NULL: a guess, or typed */
	bool typed;			/* by hand, in whole or in part */
	bool fixed;			/* typed, chosen or confirmed: answers change nothing */
	char *seen;			/* the address as it stood when last looked at */
	long long seen_at;		/* since when; CLOCK_NEVER: it was judged */
	struct discover_list *offered;	/* what the list on the screen shows; or NULL */
};

struct setup {
	struct account *account;	/* all that was decided so far */
	const struct provider *provider;	/* NULL before the first address */
	bool provider_chosen;		/* by the user: the address does not change it */
	char choice[128];		/* for the provider's placeholder */
	struct account *original;	/* editing: as it is saved; else NULL */
	char *old_id;			/* editing: the name it is saved under; else NULL */
	char *saved_for;		/* editing: host, port and user its password belongs to */
	enum setup_step step;
	struct form *forms[SETUP_STEPS];
	bool security_chosen;		/* by hand: the port does not change it any more */
	bool insists;			/* on a password where none can work */
	bool more;			/* advanced rows are shown */
	struct run run;
	bool proved;			/* the check passed with these settings */
	struct setup_found found;
	bool imported;			/* from another program: nothing is proposed */
	struct setup_offers *offers;	/* of other programs; NULL: there are accounts here */
	struct job *probe;
	bool keyring_known;
	enum store_state keyring;
	struct err keyring_err;
	struct job *save;
	bool saved;			/* with these settings */
	const struct app_demo *demo;	/* or NULL */
	char *proposed;			/* name of the account, NULL: none yet */
	char *doubted;			/* the address that was asked about; or NULL */
	char *fault;			/* why nothing can be saved now; or NULL */
};

struct setup_step_ops {
	const char *name;
	void (*build)(struct setup *s, struct form *f);
	void (*enter)(struct setup *s, struct form *f);
	void (*changed)(struct setup *s, struct form *f, int row);	/* NULL: nothing to do */
	void (*show)(struct setup *s, struct form *f);	/* rows that come with "more"; or NULL */
	/* Enter: true when the step is complete. */
	bool (*next)(struct setup *s, struct form *f);
	void (*draw)(struct setup *s, struct form *f, const struct area *area);
};

extern const struct setup_step_ops setup_address_step, setup_server_step, setup_signin_step,
	setup_check_step, setup_save_step;

/* setup_flow.c: from step to step */
extern const struct setup_step_ops *const setup_steps[SETUP_STEPS];
struct form *setup_form(const struct setup *s);	/* of the step; NULL when done */
/* So that it can be read before its step is gone to. */
void setup_make_form(struct setup *s, enum setup_step step);
void setup_go(struct setup *s, enum setup_step step);
/* Goes to the row that holds the setting and says why. */
void setup_go_to(struct setup *s, enum account_key key, const char *why);
void setup_next(struct setup *s);	/* Enter */
void setup_back(struct setup *s);	/* Esc */
void setup_check_start(struct setup *s);
void setup_check_finished(void *owner);
void setup_take_provider(struct setup *s, const struct provider *p);
bool setup_busy(const struct setup *s);
bool setup_shows_run(const struct setup *s);
bool setup_names_field(const struct setup *s);	/* the check failed for what can be typed */
/* The check failed for a certificate; its key could be trusted instead. */
bool setup_can_trust(const struct setup *s);
void setup_trust(struct setup *s);	/* asks first */
bool setup_refused(const struct setup *s);	/* the step says why it goes no further */
const char *setup_unsaved(const struct setup *s);	/* what would be lost, or NULL */

/* setup_address.c: what was probably meant by the address that is typed; false: nothing, or it
 * may be on its way there ("gmail.co"), which Enter asks about */
bool setup_meant(const struct setup *s, char meant[TYPO_MAX]);
void setup_take_meant(struct setup *s);
/* What is still wanted for this provider, and at which step. */
const char *setup_missing(const struct provider *p);

/* setup_find.c: when is looked for a server, and what becomes of the answers */
void setup_find_init(struct setup *s, bool quiet);
void setup_find_clear(struct setup *s);
int  setup_find_idle(struct setup *s);	/* as screen_ops.idle */
/* The address step is left with this address; p is what is known without asking. */
void setup_find_address(struct setup *s, const char *address, const struct provider *p);
bool setup_find_looks(const struct setup *s);	/* for this account's domain, now */
bool setup_find_can(const struct setup *s);	/* look (again)? */
void setup_find_again(struct setup *s);
void setup_find_stop(struct setup *s);
void setup_find_drop(struct setup *s);	/* another way to a server was chosen */
/* The fields hold what the user typed, from here on. */
void setup_find_by_hand(struct setup *s);
void setup_find_take(struct setup *s, const struct discover_candidate *c);	/* chosen */
/* What is in the fields, as it is known now; NULL: none of the list. */
const struct discover_candidate *setup_find_taken(const struct setup *s);
/* When that does not answer: one that does and deserves no less trust; NULL. */
const struct discover_candidate *setup_find_other(const struct setup *s);
/* All that was found for this account's domain; NULL: it is of no interest. */
const struct discover_list *setup_find_list(const struct setup *s);

/* setup_found.c: what was found, on the screen */
void setup_found_build(struct form *f);
void setup_found_load(struct setup *s);	/* the row, as things stand */
void setup_found_chosen(struct setup *s, int choice);	/* of the row or of the list */
void setup_found_push(struct setup *s);	/* the list */
/* What is going on with this address, for the line below it; the role says how it looks. */
enum theme_role setup_found_knowledge(const struct setup *s, const char *address, char *text,
				      size_t size);
/* The same for the server step, above its rows; rows used, 0: nothing to say. */
int  setup_found_draw(const struct setup *s, const struct area *area);
/* The server that was confirmed does not answer; rows used, 0: it does, or it is not known. */
int  setup_found_draw_failure(const struct setup *s, const struct area *area);

/* setup_server.c: the fields anew after something filled them */
void setup_server_filled(struct setup *s);

/* setup_rows.c */
void setup_add_setting(struct form *f, enum account_key key);
void setup_load(struct setup *s, struct form *f, enum account_key key);
/* Into the account; a fault goes on the row and -1 comes back. */
int  setup_apply(struct setup *s, struct form *f, enum account_key key);
/* The same while it is typed: what is not right yet is judged later. */
void setup_take(struct setup *s, const struct form *f, enum account_key key);
/* Settings that the user did not change follow address, provider and choice. */
void setup_refill(struct setup *s, const char *address, const struct provider *p,
		  const char *choice);
/* Settings changed: what was proved is proved no more. */
void setup_touched(struct setup *s);

/* setup_refused.c: a provider that takes no password, or has no SMTP */
enum setup_obstacle setup_stopped(const struct setup *s);	/* unless the user insists */
bool setup_password_refused(const struct setup *s);
void setup_draw_refused(const struct setup *s, const struct area *area);
void setup_insist(struct setup *s);
const char *setup_insist_label(const struct setup *s);
/* The first provider that sends for addresses of others. */
const struct provider *setup_first_relay(void);

/* setup_store.c: where the password is kept */
void setup_probe_keyring(struct setup *s);
void setup_store_build(struct setup *s, struct form *f);
void setup_store_enter(struct setup *s, struct form *f);
void setup_store_update(struct setup *s, struct form *f);	/* rows that go with the choice */
enum store_kind setup_store_kind(const struct setup *s);
/* The next place after one failed. */
void setup_store_next(struct setup *s, const char *why);
/* The password is typed into the form, not fetched from a source. */
bool setup_secret_typed(const struct setup *s);
bool setup_secret_kept(const struct setup *s);	/* editing: the saved one serves */
char *setup_secret_place(const struct account *a);

/* setup_save.c */
void setup_save_start(struct setup *s);
/* The account under the name that it will have; free it. The form must be made. */
struct account *setup_result(const struct setup *s);
const char *setup_saved_id(const struct setup *s);

/* setup_done.c: what to do next */
void setup_draw_done(struct setup *s, const struct area *area);

/* setup_import.c: accounts of other programs, while there is none here */
void setup_import_look(struct setup *s);
void setup_import_clear(struct setup *s);
bool setup_import_can(const struct setup *s);	/* one was found, and this is where it is offered */
bool setup_import_words(const struct setup *s, char *text, size_t size);	/* the offer */
void setup_import_push(struct setup *s);	/* the list; of one, that one */

/* setup_providers.c */
void setup_providers_push(struct setup *s, const struct provider *chosen);

#endif
