/*
 * Handing an account to another program: which one, what would be written, writing it.
 */
#ifndef OUTPOST_SCREEN_EXPORT_H
#define OUTPOST_SCREEN_EXPORT_H

struct account;

void export_push(const struct account *account); /* copied */

#endif
