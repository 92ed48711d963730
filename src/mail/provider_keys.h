/*
 * The keys of a provider file.
 *
 * The table provider_keys is all there is to know of a key: how it is
 * written, which member it fills, how its value is judged. The reader goes
 * through it, and so does mkproviders when it writes a provider as C.
 */
#ifndef OUTPOST_PROVIDER_KEYS_H
#define OUTPOST_PROVIDER_KEYS_H

#include "mail/provider.h"

#define PROVIDER_LIST_MAX 1000

enum provider_type {
	PROVIDER_TEXT, /* const char * */
	PROVIDER_LIST, /* const char *const *, ends in NULL */
	PROVIDER_ENUM, /* an enum, the size of an int */
	PROVIDER_INT,
	PROVIDER_LONG,
	PROVIDER_FLAG, /* bool */
};

#define PROVIDER_WHY_MAX 200

struct provider_key {
	const char *name; /* in the file */
	const char *member; /* of struct provider, and where it is */
	size_t offset;
	enum provider_type type;
	/* Judges value and puts it into the member (a list grows by it). False: why says what is
	 * wrong, without a full stop. */
	bool (*take)(void *member, const char *value, char why[PROVIDER_WHY_MAX]);
	const char *fallback; /* taken when the key is not there; NULL: it must be */
	bool server; /* part of a server: not for a provider that has none */
};

extern const struct provider_key provider_keys[];
extern const size_t provider_key_count;

#endif
