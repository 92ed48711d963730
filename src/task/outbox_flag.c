#include "task/outbox_flag.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "task/outbox_hand.h"

bool outbox_flag(struct outbox *box, const char *address, char sentence[OUTBOX_FLAG_MAX])
{
	int64_t times = 0;
	char *reply = NULL;

	if (!box || outbox_refusals(box, address, &times, &reply, NULL) < 0 ||
	    times < OUTBOX_FLAG_TIMES) {
		free(reply);
		return false;
	}
	snprintf(sentence, OUTBOX_FLAG_MAX, "%.100s was refused for good the last %d times%s%.120s",
		 address, (int)times, reply ? ": " : ".", reply ? reply : "");
	free(reply);
	return true;
}
