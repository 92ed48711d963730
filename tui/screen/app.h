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

struct app_params {
	enum app_start start;
	const char *account_id;		/* compose: account to use; set-up: edit this one; or NULL */
	const char *address;		/* set-up: prefilled; or NULL */
	/* For the demo: a prefilled account (copied) and its password, one Enter away,
	 * and the sandbox whose catch is shown at the end. NULL otherwise. */
	const struct account *demo_account;
	const struct secret *demo_secret;
	struct sandbox *demo_sandbox;
};

int app_run(const struct app_params *params, struct err *err);

#endif
