/*
 * The full-screen face: main loop and screen stack.
 *
 * app_run owns the terminal from start to end, draws, reads keys and job
 * events in one loop, and gives the terminal back on any way out (also on
 * die() and on signals). It needs a terminal on stdin and stdout: ERR_USAGE
 * says so otherwise. Returns 0, or -1 with err filled.
 */
#ifndef OUTPOST_APP_H
#define OUTPOST_APP_H

struct account;
struct err;
struct sandbox;
struct secret;

enum app_start {
	APP_HOME,	/* accounts; with none yet: straight into set-up */
	APP_SETUP,
	APP_COMPOSE,
};

/* For trying outpost out: a sandbox that runs inside the program, an account for
 * it and its password. All of it must outlive app_run. */
struct app_demo {
	const struct account *account;
	const struct secret *secret;
	struct sandbox *sandbox;
};

struct app_params {
	enum app_start start;
	const char *account_id;		/* compose: account to use; set-up: to edit; or NULL */
	const char *address;		/* set-up: prefilled; or NULL */
	const struct app_demo *demo;	/* its account is one Enter away; or NULL */
};

int app_run(const struct app_params *params, struct err *err);

#endif
