#include "screen/app.h"

#include <signal.h>
#include <string.h>

#include "base/err.h"
#include "mail/account.h"
#include "screen/compose.h"
#include "screen/home.h"
#include "screen/provider_faults.h"
#include "screen/setup.h"
#include "widget/job.h"
#include "widget/stack.h"
#include "widget/term.h"

/* How long work that was cancelled may take to end before the program does. */
#define LAST_JOBS_MS 1000

/* Set-up for a new account, or for one that is named. */
static int begin_setup(const struct app_params *params, struct err *err)
{
	struct setup_start start = { .address = params->address };
	struct accounts *all = NULL;

	/* What cannot be read cannot be added to. */
	all = accounts_open(false, err);
	if (!all)
		return -1;
	if (params->account_id) {
		start.account = account_pick(all, params->account_id, err);
		start.editing = true;
		if (!start.account) {
			accounts_close(all);
			return -1;
		}
	}
	setup_push(&start);
	accounts_close(all);
	return 0;
}

static int begin(const struct app_params *params, struct err *err)
{
	if (params->demo)
		return home_push(NULL, params->demo, err);
	switch (params->start) {
	case APP_HOME:
		return home_push(params->account_id, NULL, err);
	case APP_COMPOSE:
		compose_push(params->account_id);
		return 0;
	default:
		return begin_setup(params, err);
	}
}

int app_run(const struct app_params *params, struct err *err)
{
	int rc, sig = 0;

	if (term_start(err) < 0)
		return -1;
	provider_faults_load();
	rc = begin(params, err);
	if (rc == 0)
		stack_run();
	stack_clear();
	provider_faults_clear();
	sig = term_signal();
	term_stop();
	jobs_stop(LAST_JOBS_MS);
	if (rc == 0 && sig != 0)
		return err_set(err, ERR_CANCELLED, "Ended by a signal (%s).", strsignal(sig));
	return rc;
}
