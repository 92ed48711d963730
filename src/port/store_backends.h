/*
 * Private to port/store: what each back-end gives to the table. Same contract
 * as store_get, store_put, store_forget and store_probe; ref->timeout is set.
 */
#ifndef OUTPOST_STORE_BACKENDS_H
#define OUTPOST_STORE_BACKENDS_H

#include "port/store.h"

enum store_state store_keyring_get(const struct store_ref *ref, struct secret **secret,
				   struct err *err);
enum store_state store_keyring_put(const struct store_ref *ref, const struct secret *secret,
				   struct err *err);
enum store_state store_keyring_forget(const struct store_ref *ref, struct err *err);
enum store_state store_keyring_probe(struct err *err);

enum store_state store_command_get(const struct store_ref *ref, struct secret **secret,
				   struct err *err);

/* Also for systemd credentials, which are files in a folder. */
enum store_state store_file_get(const struct store_ref *ref, struct secret **secret,
				struct err *err);
enum store_state store_file_put(const struct store_ref *ref, const struct secret *secret,
				struct err *err);
enum store_state store_file_forget(const struct store_ref *ref, struct err *err);

#endif
