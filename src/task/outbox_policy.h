/*
 * What an account's settings, and where they are silent its provider, say about sending.
 */
#ifndef OUTPOST_OUTBOX_POLICY_H
#define OUTPOST_OUTBOX_POLICY_H

#include "task/outbox.h"

struct account;

void outbox_policy_of(const struct account *account, struct outbox_policy *policy);

#endif
