#include "mail/account_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"

/* ---- finding ---- */

size_t account_count(const struct accounts *all)
{
	return all->count;
}

struct account *account_at(const struct accounts *all, size_t i)
{
	return i < all->count ? all->list[i] : NULL;
}

static size_t position(const struct accounts *all, const char *id)
{
	size_t i = 0;

	while (i < all->count && !text_eq_nocase(account_id(all->list[i]), id))
		i++;
	return i;
}

struct account *account_find(const struct accounts *all, const char *id)
{
	return account_at(all, position(all, id));
}

const char *account_default(const struct accounts *all)
{
	return all->fallback ? all->fallback : "";
}

size_t account_faults(const struct accounts *all, const struct account_fault **list)
{
	if (list)
		*list = all->faults;
	return all->fault_count;
}

const struct account_fault *accounts_fault_of(const struct accounts *all, const char *id)
{
	for (size_t i = 0; i < all->fault_count; i++)
		if (all->faults[i].id[0] && text_eq_nocase(all->faults[i].id, id))
			return &all->faults[i];
	return NULL;
}

int accounts_say_fault(const struct account_fault *fault, struct err *err)
{
	char *path = dirs_config_path("accounts.ini");

	err_set(err, ERR_CONFIG, "%s, line %d: %s%s%s.", path, fault->line,
		fault->id[0] ? fault->id : "", fault->id[0] ? ": " : "", fault->reason);
	err_hint(err, "Correct that line with a text editor; nothing was changed. The version "
		 "before the last change comes back with: outpost account undo");
	free(path);
	return -1;
}

/* "alice, bob"; free it. */
static char *names(const struct accounts *all)
{
	struct buf list = BUF_INIT(300);

	for (size_t i = 0; i < all->count; i++) {
		if (i > 0)
			buf_adds(&list, ", ");
		if (buf_adds(&list, account_id(all->list[i])) < 0) {
			buf_cut(&list, list.len < 295 ? list.len : 295);
			buf_adds(&list, "...");
			break;
		}
	}
	return buf_detach(&list);
}

static struct account *not_found(const struct accounts *all, const char *id, struct err *err)
{
	char *list = names(all);

	if (all->count == 0) {
		if (id)
			err_set(err, ERR_NOINPUT, "There is no account %s, and no other one.", id);
		else
			err_set(err, ERR_NOINPUT, "There is no account yet.");
		err_hint(err, "Set one up with: outpost setup");
	} else if (id) {
		err_set(err, ERR_NOINPUT, "There is no account %s. There is: %s.", id, list);
	} else {
		err_set(err, ERR_NOINPUT, "No account is the default one. There is: %s.", list);
		err_hint(err, "Name one with --account, or make it the default with: "
			 "outpost account default NAME");
	}
	free(list);
	return NULL;
}

struct account *account_pick(const struct accounts *all, const char *id, struct err *err)
{
	const struct account_fault *fault;
	const char *want = id ? id : account_default(all);
	struct account *a = *want ? account_find(all, want) : NULL;

	if (a)
		return a;
	fault = *want ? accounts_fault_of(all, want) : NULL;
	/* Which account was meant may stand in the damaged part: do not guess. */
	if (!id && !fault && all->fault_count > 0)
		fault = all->faults;
	if (fault) {
		accounts_say_fault(fault, err);
		return NULL;
	}
	if (!id && !*want && all->count == 1)
		return all->list[0];
	return not_found(all, id, err);
}

char *account_suggest_id(const struct accounts *all, const char *address)
{
	const char *domain = addr_domain(address);
	char base[57], *id;
	size_t n = 0;

	for (const char *p = *domain ? domain : address; *p && n + 1 < sizeof base; p++) {
		char c[2] = { *p, '\0' };

		text_lower(c);
		if (!account_id_ok(c) && (n == 0 || !strchr("._-", *c)))
			c[0] = '-';
		if (n > 0 || account_id_ok(c))
			base[n++] = c[0];
	}
	base[n] = '\0';
	while (n > 0 && strchr("._-", base[n - 1]))
		base[--n] = '\0';
	if (n == 0)
		strcpy(base, "mail");
	id = xstrdup(base);
	for (int i = 2; all && (account_find(all, id) || accounts_fault_of(all, id)); i++) {
		free(id);
		id = xasprintf("%s-%d", base, i);
	}
	return id;
}

/* ---- changing ---- */

void accounts_append(struct accounts *all, struct account *a)
{
	all->list = xreallocarray(all->list, all->count + 1, sizeof(struct account *));
	all->list[all->count++] = a;
}

void accounts_set_default(struct accounts *all, const char *id)
{
	char *copy = xstrdup(id);

	free(all->fallback);
	all->fallback = copy;
}

int account_add(struct accounts *all, struct account *a, struct err *err)
{
	const struct account_fault *fault = accounts_fault_of(all, account_id(a));
	size_t i = position(all, account_id(a));

	if (fault)
		accounts_say_fault(fault, err);
	if (fault || account_check_id(account_id(a), err) < 0 || account_check(a, err) < 0) {
		account_free(a);
		return -1;
	}
	if (i < all->count) {
		if (all->list[i] != a)
			account_free(all->list[i]);
		all->list[i] = a;
		return 0;
	}
	if (all->count == 0 && !*account_default(all))
		accounts_set_default(all, account_id(a));
	accounts_append(all, a);
	return 0;
}

int account_remove(struct accounts *all, const char *id, struct err *err)
{
	struct account *a = account_pick(all, id, err);
	size_t i;

	if (!a)
		return -1;
	if (text_eq_nocase(account_default(all), account_id(a)))
		accounts_set_default(all, "");
	i = position(all, account_id(a));
	memmove(all->list + i, all->list + i + 1,
		(all->count - i - 1) * sizeof(struct account *));
	all->count--;
	account_free(a);
	return 0;
}

int account_rename(struct accounts *all, const char *id, const char *to, struct err *err)
{
	struct account *a = account_pick(all, id, err);

	if (!a || account_check_id(to, err) < 0)
		return -1;
	if (text_eq_nocase(account_id(a), to))
		return 0;
	if (account_find(all, to) || accounts_fault_of(all, to))
		return err_set(err, ERR_INPUT, "There is an account %s already.", to);
	if (text_eq_nocase(account_default(all), account_id(a)))
		accounts_set_default(all, to);
	account_set_id(a, to);
	return 0;
}

int account_make_default(struct accounts *all, const char *id, struct err *err)
{
	struct account *a = account_pick(all, id, err);

	if (!a)
		return -1;
	accounts_set_default(all, account_id(a));
	return 0;
}

void accounts_clear(struct accounts *all)
{
	for (size_t i = 0; i < all->count; i++)
		account_free(all->list[i]);
	for (size_t i = 0; i < all->fault_count; i++) {
		free((char *)all->faults[i].id);
		free((char *)all->faults[i].reason);
	}
	free(all->list);
	free(all->faults);
	free(all->fallback);
	buf_free(&all->text);
	if (all->lock >= 0)
		close(all->lock);
	*all = (struct accounts)ACCOUNTS_INIT;
}
