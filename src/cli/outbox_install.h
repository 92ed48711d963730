/* outpost outbox install: what runs the outbox from now on. */
#ifndef OUTPOST_OUTBOX_INSTALL_H
#define OUTPOST_OUTBOX_INSTALL_H

#include "cli/command.h"

struct install_options {
	bool cron, print, remove;
	struct option_number minutes;
};

extern const struct option_row outbox_install_rows[];
int outbox_install(struct call *call, struct err *err);

#endif
