#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"

struct secret {
	size_t pages;	/* bytes mapped */
	size_t len;
	char text[];
};

struct secret *secret_new(const char *bytes, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size;
	struct secret *s;

	if (len > SECRET_MAX || (len > 0 && memchr(bytes, '\0', len)))
		return NULL;
	size = (sizeof *s + len + 1 + page - 1) / page * page;
	s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		die("out of memory (%zu bytes)", size);
	/* Both are best effort: a small memlock limit is no reason to fail. */
	(void)madvise(s, size, MADV_DONTDUMP);
	(void)mlock(s, size);
	s->pages = size;
	s->len = len;
	if (len > 0)
		memcpy(s->text, bytes, len);
	return s;
}

struct secret *secret_copy(const struct secret *s)
{
	return s ? secret_new(s->text, s->len) : NULL;
}

void secret_free(struct secret *s)
{
	size_t size;

	if (!s)
		return;
	size = s->pages;
	explicit_bzero(s, size);
	munmap(s, size);
}

const char *secret_text(const struct secret *s)
{
	return s->text;
}

size_t secret_len(const struct secret *s)
{
	return s->len;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	unsigned char diff = 0;

	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		diff |= (unsigned char)(a->text[i] ^ b->text[i]);
	return diff == 0;
}
