/*
 * Checking a saved account, step by step, with a test message or without.
 */
#ifndef OUTPOST_SCREEN_TEST_H
#define OUTPOST_SCREEN_TEST_H

struct account;

void test_push(const struct account *a);	/* copied */

#endif
