/*
 * Mistyped mail domains: gmial.com for gmail.com.
 *
 * What is meant can only be asked, never known. So only what a slip of the fingers makes of a
 * domain that many people have is questioned: two letters swapped, one missing, one doubled, a
 * neighbour on the keyboard hit instead, an ending that does not exist (.con). A domain that a
 * provider claims, in the table or in a file of the user's own, is never questioned, nor is a
 * difference that leads to another ending which does exist (gmx.li for gmx.at), but for
 * gmail.co and its like. The domains that are meant are those named "common" in the files of
 * providers/, and their "popularity" decides how near a domain must be and which of two wins.
 *
 * No allocation, no I/O; the table of providers is gone through once.
 */
#ifndef OUTPOST_TYPO_H
#define OUTPOST_TYPO_H

#include <stdbool.h>

#define TYPO_MAX 400

/* Of an address or a bare domain: what was probably meant, as it was given. false: there is
 * nothing to ask, and meant is "". */
bool typo_find(const char *address, char meant[TYPO_MAX]);

#endif
