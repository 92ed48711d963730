#include "port/db_team.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"
#include "port/db.h"

/* On the stack of who waits for it. */
struct task {
	struct task *next;
	db_step step;
	void *arg;
	struct err *err;
	int rc;
	bool done;
};

struct db_team {
	struct db *db;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct task *first, **end; /* who waits */
	bool led;
};

struct db_team *db_team_new(struct db *db)
{
	struct db_team *team = xcalloc(1, sizeof *team);

	team->db = db;
	team->end = &team->first;
	pthread_mutex_init(&team->lock, NULL);
	pthread_cond_init(&team->changed, NULL);
	return team;
}

void db_team_free(struct db_team *team)
{
	if (!team)
		return;
	db_close(team->db);
	pthread_cond_destroy(&team->changed);
	pthread_mutex_destroy(&team->lock);
	free(team);
}

bool db_team_damaged(const struct db_team *team)
{
	return db_damaged(team->db);
}

int db_alone(struct db *db, db_step step, void *arg, struct err *err)
{
	if (db_begin(db, err) < 0)
		return -1;
	if (step(db, arg, err) >= 0)
		return db_commit(db, err);
	db_undo(db);
	return -1;
}

static int all_in_one(struct db *db, struct task *list)
{
	if (db_begin(db, NULL) < 0)
		return -1;
	for (struct task *t = list; t; t = t->next) {
		if (t->step(db, t->arg, t->err) < 0) {
			db_undo(db);
			return -1;
		}
		t->rc = 0;
	}
	return db_commit(db, NULL);
}

/* A failure can end the whole transaction: then each has one for itself, and its own error. */
static void work(struct db *db, struct task *list)
{
	if (list->next && all_in_one(db, list) == 0)
		return;
	for (struct task *t = list; t; t = t->next) {
		err_clear(t->err);
		t->rc = db_alone(db, t->step, t->arg, t->err);
	}
}

/* Called and returns with the lock held. */
static void lead(struct db_team *team)
{
	struct task *list = team->first, *next;

	team->led = true;
	team->first = NULL;
	team->end = &team->first;
	pthread_mutex_unlock(&team->lock);
	work(team->db, list);
	pthread_mutex_lock(&team->lock);
	for (; list; list = next) {
		next = list->next;
		list->done = true;
	}
	team->led = false;
	pthread_cond_broadcast(&team->changed);
}

int db_team_run(struct db_team *team, db_step step, void *arg, struct err *err)
{
	struct task mine = { .step = step, .arg = arg, .err = err, .rc = -1 };

	pthread_mutex_lock(&team->lock);
	*team->end = &mine;
	team->end = &mine.next;
	while (team->led && !mine.done)
		pthread_cond_wait(&team->changed, &team->lock);
	if (!mine.done)
		lead(team);
	pthread_mutex_unlock(&team->lock);
	return mine.rc;
}
