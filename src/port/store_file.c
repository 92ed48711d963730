#include "port/store_backends.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"
#include "port/store_line.h"

/* A credential's name is a file's in a folder that systemd makes. */
static char *credential_path(const char *name, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		err_set(err, ERR_CONFIG, "A credential's name is a plain file name without \"/\", "
			"not \"%s\".", name);
		return NULL;
	}
	if (!dir || *dir != '/') {
		err_set(err, ERR_KEYRING, "There is no systemd credential \"%s\" here: "
			"$CREDENTIALS_DIRECTORY is not set.", name);
		err_hint(err, "systemd sets it for services with LoadCredential=%s:FILE or "
			 "LoadCredentialEncrypted=; elsewhere choose a password file that only "
			 "you can read.", name);
		return NULL;
	}
	return xasprintf("%s/%s", dir, name);
}

/* Where the password of ref lies; free it. NULL with err. */
static char *path_of(const struct store_ref *ref, struct err *err)
{
	char *path;

	if (ref->kind == STORE_CREDENTIAL)
		return credential_path(ref->source, err);
	path = dirs_expand(ref->source);
	if (*path == '/')
		return path;
	err_set(err, ERR_CONFIG, "The password file needs a full path that begins with \"/\" or "
		"\"~/\", not \"%s\".", ref->source);
	free(path);
	return NULL;
}

static int missing(const char *path, const struct store_ref *ref, struct err *err)
{
	if (errno != ENOENT && errno != ENOTDIR)
		return err_errno(err, "Cannot open the password file %s", path);
	if (ref->kind == STORE_CREDENTIAL)
		return err_set(err, ERR_KEYRING, "There is no systemd credential \"%s\" in %s.",
			       ref->source, getenv("CREDENTIALS_DIRECTORY"));
	return err_set(err, ERR_KEYRING, "There is no password file %s.", path);
}

/* systemd lets the service's user in through an access list, which shows up as rights
 * of the group; the folder keeps everybody else out. */
static int check_rights(const struct stat *st, const char *path, enum store_kind kind,
			struct err *err)
{
	mode_t others = kind == STORE_CREDENTIAL ? 0007 : 0077;

	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_KEYRING, "%s is no ordinary file, so no password is read "
			       "from it.", path);
	if (st->st_uid != geteuid() && st->st_uid != 0) {
		err_set(err, ERR_KEYRING, "The password file %s belongs to somebody else (user "
			"%lu), so it is not used.", path, (unsigned long)st->st_uid);
		err_hint(err, "Make it yours: chown %lu %s", (unsigned long)geteuid(), path);
		return -1;
	}
	if (!(st->st_mode & others))
		return 0;
	err_set(err, ERR_KEYRING, "Other users may open the password file %s (mode %04o), so it is "
		"not used.", path, (unsigned)(st->st_mode & 07777));
	err_hint(err, "Close it with: chmod 600 %s", path);
	return -1;
}

/* Not file_read: it reads more than the first line, and through memory that is not wiped. */
static int read_line(int fd, const char *path, struct buf *line, struct err *err)
{
	char chunk[1024];
	ssize_t n = 1;

	while (n > 0 && line->len < line->max) {
		size_t room = line->max - line->len;

		n = read(fd, chunk, room < sizeof chunk ? room : sizeof chunk);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			(void)buf_add(line, chunk, (size_t)n);
		if (memchr(buf_text(line), '\n', line->len))
			break;
	}
	explicit_bzero(chunk, sizeof chunk);
	return n < 0 ? err_errno(err, "Cannot read the password file %s", path) : 0;
}

static enum store_state read_secret(int fd, const char *path, const struct store_ref *ref,
				    struct secret **secret, struct err *err)
{
	struct buf line = BUF_INIT_SECRET(STORE_LINE_MAX);
	enum store_state state = STORE_FAILED;
	struct stat st;
	char *what = xasprintf("The password file %s", path);

	if (fstat(fd, &st) < 0)
		err_errno(err, "Cannot look at the password file %s", path);
	else if (check_rights(&st, path, ref->kind, err) == 0 &&
		 read_line(fd, path, &line, err) == 0)
		state = store_line_secret(&line, what, secret, err);
	free(what);
	buf_free(&line);
	return state;
}

enum store_state store_file_get(const struct store_ref *ref, struct secret **secret,
				struct err *err)
{
	char *path = path_of(ref, err);
	enum store_state state = STORE_FAILED;
	int fd;

	if (!path)
		return ref->kind == STORE_CREDENTIAL ? STORE_NOT_FOUND : STORE_FAILED;
	/* Not to hang on a fifo, not to take a terminal. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0) {
		state = read_secret(fd, path, ref, secret, err);
		close(fd);
	} else {
		if (errno == ENOENT || errno == ENOTDIR)
			state = STORE_NOT_FOUND;
		missing(path, ref, err);
	}
	free(path);
	return state;
}

/* What is replaced or removed must be a file: as root, /dev/null could go too. */
static int check_ordinary(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	return err_set(err, ERR_KEYRING, "%s is no ordinary file, so no password is kept in it.",
		       path);
}

static int make_folder(const char *path, struct err *err)
{
	char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	int rc = *folder ? file_mkdirs(folder, 0700, err) : 0;

	free(folder);
	return rc;
}

enum store_state store_file_put(const struct store_ref *ref, const struct secret *secret,
				struct err *err)
{
	struct buf line = BUF_INIT_SECRET(SECRET_MAX + 1);
	char *path = path_of(ref, err);
	int rc = -1;

	if (!path)
		return STORE_FAILED;
	(void)buf_add(&line, secret_text(secret), secret_len(secret));
	(void)buf_addc(&line, '\n');
	if (check_ordinary(path, err) == 0 && make_folder(path, err) == 0)
		rc = file_replace(path, line.data, line.len, 0600, err);
	buf_free(&line);
	free(path);
	return rc < 0 ? STORE_FAILED : STORE_OK;
}

enum store_state store_file_forget(const struct store_ref *ref, struct err *err)
{
	char *path = path_of(ref, err);
	char real[PATH_MAX];
	int rc = -1;

	if (!path)
		return STORE_FAILED;
	/* The file behind a link holds the password, not the link. */
	if (!realpath(path, real))
		rc = errno == ENOENT || errno == ENOTDIR ? 0 :
			     err_errno(err, "Cannot look for the password file %s", path);
	else if (check_ordinary(real, err) == 0)
		rc = unlink(real) == 0 || errno == ENOENT ? 0 :
			     err_errno(err, "Cannot remove the password file %s", real);
	free(path);
	return rc < 0 ? STORE_FAILED : STORE_OK;
}
