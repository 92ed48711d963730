/*
 * Any reply of any server is explained. The first two bytes choose step and
 * code; the rest is enhanced code, host and text, with line ends between.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "mail/explain.h"

static int is_sentence(const char *s)
{
	size_t n = strlen(s);

	return n > 1 && is_visible(s) && s[n - 1] == '.';
}

static void check(const struct explanation *x)
{
	promise(x->id[0] && is_sentence(x->says) && is_sentence(x->hint));
	promise(!x->cause[0] || is_sentence(x->cause));
	promise(!x->link[0] || strncmp(x->link, "https://", 8) == 0);
	promise(x->kind != ERR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct explanation x;
	char *enhanced, *host, *text;

	if (size < 2)
		return 0;
	enhanced = xstrndup((const char *)data + 2, size - 2);
	host = enhanced + strcspn(enhanced, "\n");
	if (*host)
		*host++ = '\0';
	text = host + strcspn(host, "\n");
	if (*text)
		*text++ = '\0';
	x = explain_reply(data[0] % EXPLAIN_STEPS, 200 + data[1] * 2, enhanced, text, host);
	check(&x);
	free(enhanced);
	return 0;
}
