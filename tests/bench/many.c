/*
 * many HOST PORT MESSAGES CONNECTIONS: sends the same small message over and over, each
 * connection in a thread of its own, as smtp-source -d does. Or many HOST PORT 1 1 FILE
 * for one message of any size.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "mail/smtp.h"

static const char small[] = "From: <alice@example.org>\r\nTo: <bob@example.org>\r\n"
			    "Subject: one of many\r\n\r\nhello\r\n";
static struct smtp_params params;
static struct smtp_body body;
static atomic_int left;

static void *send_some(void *arg)
{
	static const char *const to[] = { "bob@example.org" };
	const struct smtp_envelope envelope = { .from = "alice@example.org", .to = to, .count = 1 };
	struct err err = ERR_INIT;
	struct smtp *smtp = smtp_open(&params, NULL, NULL, &err);

	(void)arg;
	while (smtp && atomic_fetch_sub(&left, 1) > 0) {
		struct smtp_result result = SMTP_RESULT_INIT;
		int rc = smtp_send(smtp, &envelope, &body, &result, &err);

		smtp_result_clear(&result);
		if (rc < 0)
			break;
	}
	smtp_close(smtp);
	if (err.kind != ERR_NONE) {
		fprintf(stderr, "many: %s\n", err.text);
		exit(1);
	}
	return NULL;
}

static int open_body(const char *path)
{
	struct err err = ERR_INIT;
	struct stat st;

	if (path) {
		body.fd = open(path, O_RDONLY | O_CLOEXEC);
		if (body.fd < 0 || fstat(body.fd, &st) < 0)
			return -1;
		body.size = st.st_size;
		return 0;
	}
	body.fd = file_temp(&err);
	body.size = sizeof small - 1;
	return body.fd < 0 ? -1 : file_write_all(body.fd, small, sizeof small - 1, "x", &err);
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	int count;

	if (argc < 5 || (count = atoi(argv[4])) < 1 || count > 64) {
		fputs("usage: many HOST PORT MESSAGES CONNECTIONS [FILE]\n", stderr);
		return 64;
	}
	params = (struct smtp_params){ .host = argv[1], .port = atoi(argv[2]),
				       .security = NET_NONE, .cancel_fd = -1 };
	atomic_store(&left, atoi(argv[3]));
	if (open_body(argv[5]) < 0) {
		perror("many");
		return 1;
	}
	net_init();
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, send_some, NULL) != 0)
			return 1;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
