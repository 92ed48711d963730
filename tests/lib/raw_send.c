/*
 * Hands a file to a server byte by byte as it is, several times over one connection:
 * for tests that want to see a session without a message being built.
 *
 *   raw_send HOST PORT none|starttls|tls CA USER PASSWORD AUTH TIMES FILE FROM TO...
 *
 * Prints the mechanism, and for each time a line for each recipient ("accepted", "refused",
 * "deferred", "unknown") and one for the message ("sent", or the error).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/secret.h"
#include "mail/smtp.h"

static void send_once(struct smtp *smtp, const char *file, const char *from,
		      const char *const *to, size_t count)
{
	static const char *const states[] = { "unknown", "accepted", "refused", "deferred" };
	struct smtp_envelope envelope = { .from = from, .to = to, .count = count };
	struct smtp_result result = SMTP_RESULT_INIT;
	struct smtp_body body = { open(file, O_RDONLY), 0 };
	struct err err = ERR_INIT;
	struct stat st;

	if (body.fd < 0 || fstat(body.fd, &st) < 0)
		die("cannot read %s", file);
	body.size = st.st_size;
	smtp_send(smtp, &envelope, &body, &result, &err);
	for (size_t i = 0; i < result.count; i++)
		printf("%s %s\n", result.rcpts[i].address, states[result.rcpts[i].state]);
	printf("%s%s%s\n", err.kind ? err.text : "sent", err.kind ? " " : "", err.reply);
	smtp_result_clear(&result);
}

int main(int argc, char **argv)
{
	struct smtp_params params = { .cancel_fd = -1, .timeout = 60000 };
	struct secret *secret = NULL;
	struct smtp *smtp;
	struct err err = ERR_INIT;

	if (argc < 12)
		die("wrong usage");
	params.host = argv[1];
	params.port = atoi(argv[2]);
	params.security = strcmp(argv[3], "tls") == 0 ? NET_TLS :
			  strcmp(argv[3], "starttls") == 0 ? NET_STARTTLS : NET_NONE;
	params.options.ca_file = argv[4];
	params.user = argv[5];
	secret = secret_new(argv[6], strlen(argv[6]));
	params.secret = secret;
	if (smtp_auth_parse(argv[7], &params.auth) < 0)
		die("no such mechanism");
	smtp = smtp_open(&params, NULL, NULL, &err);
	if (!smtp) {
		printf("%s %s\n", err.text, err.reply);
		return 1;
	}
	printf("mechanism %s\n", smtp_mechanism(smtp));
	for (int i = 0; i < atoi(argv[8]); i++)
		send_once(smtp, argv[9], argv[10], (const char *const *)argv + 11,
			  (size_t)argc - 11);
	smtp_close(smtp);
	secret_free(secret);
	return 0;
}
