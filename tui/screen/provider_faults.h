/*
 * The user's own provider files that could not be read: told where accounts and
 * providers are shown, so that nobody looks for one in vain.
 */
#ifndef OUTPOST_PROVIDER_FAULTS_H
#define OUTPOST_PROVIDER_FAULTS_H

#include "widget/draw.h"

/* Reads the user's own providers and keeps what was wrong. */
void provider_faults_load(void);
void provider_faults_clear(void);
/* One paragraph each, the first few of them. Returns the rows used, 0 without faults. */
int provider_faults_draw(const struct area *area);

#endif
