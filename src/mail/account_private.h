/*
 * What the account files share: the list that account_list keeps in memory and
 * account_file reads and writes.
 */
#ifndef OUTPOST_ACCOUNT_PRIVATE_H
#define OUTPOST_ACCOUNT_PRIVATE_H

#include "base/buf.h"
#include "mail/account.h"
#include "port/ini.h"

struct accounts {
	struct account **list;
	size_t count;
	char *fallback;			/* id of the default account, "" none */
	struct account_fault *faults;	/* by line; own their strings */
	size_t fault_count;
	struct buf text;		/* accounts.ini as it was read or last written */
	int lock;			/* -1: opened for reading */
};

#define ACCOUNTS_INIT { .text = BUF_INIT(INI_TEXT_MAX), .lock = -1 }

bool account_id_ok(const char *id);
bool account_equal(const struct account *a, const struct account *b);
void account_set_id(struct account *a, const char *id);

/* Ownership of a passes; no checks, at the end of the list. */
void accounts_append(struct accounts *all, struct account *a);
void accounts_set_default(struct accounts *all, const char *id);
/* NULL when there is none with that id. */
const struct account_fault *accounts_fault_of(const struct accounts *all, const char *id);
/* Puts the first fault into err as ERR_CONFIG, with the file and what to do. */
int accounts_say_fault(const struct account_fault *fault, struct err *err);
/* Frees what all owns, lock included; not all itself. */
void accounts_clear(struct accounts *all);

#endif
