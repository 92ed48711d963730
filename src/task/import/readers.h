/*
 * The readers, one a row of the table in import.c. A file holds a family of formats.
 */
#ifndef OUTPOST_IMPORT_READERS_H
#define OUTPOST_IMPORT_READERS_H

#include <stdbool.h>

struct err;
struct reader;

int read_msmtp(struct reader *r, struct err *err);
int read_mutt(struct reader *r, struct err *err);
int read_neomutt(struct reader *r, struct err *err);
int read_mailrc(struct reader *r, struct err *err);
int read_aerc(struct reader *r, struct err *err);
int read_git(struct reader *r, struct err *err);
int read_himalaya(struct reader *r, struct err *err);
int read_thunderbird(struct reader *r, struct err *err);
int read_evolution(struct reader *r, struct err *err);
int read_mailspring(struct reader *r, struct err *err);
int read_autoconfig(struct reader *r, struct err *err);
int read_ssmtp(struct reader *r, struct err *err);
int read_esmtp(struct reader *r, struct err *err);
int read_nullmailer(struct reader *r, struct err *err);
int read_dma(struct reader *r, struct err *err);
int read_postfix(struct reader *r, struct err *err);
int read_env(struct reader *r, struct err *err);
int read_outpost(struct reader *r, struct err *err);

/* Has this process's environment a server for mail? */
bool env_there(void);

#endif
