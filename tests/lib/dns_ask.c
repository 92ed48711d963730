/*
 * Asks the domain name system, for tests that want to see port/dns by itself.
 *
 *   dns_ask [-s SERVER] [-d MS] [-c] [-n TIMES] srv|mx|txt|address NAME...
 *
 * -d: the deadline (8000); -c: standard input is the cancel descriptor. Each name is asked by a
 * thread of its own, -n times. Prints for each name, in their order, "found" or "none", with
 * " secure", or "error KIND TEXT"; then a line for each record: "PRIORITY WEIGHT PORT TEXT".
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "port/dns.h"

struct job {
	struct dns_params params;
	enum dns_type type;
	const char *name;
	int times, rc;
	struct dns_answer answer;
	struct err err;
	pthread_t thread;
};

static void *ask(void *arg)
{
	struct job *job = arg;

	for (int i = 0; i < job->times; i++) {
		dns_answer_clear(&job->answer);
		job->rc = dns_ask(&job->params, job->type, job->name, &job->answer, &job->err);
	}
	return NULL;
}

static void show(struct job *job)
{
	if (job->rc < 0)
		printf("error %s %s\n", err_kind_name(job->err.kind), job->err.text);
	else
		printf("%s%s\n", job->rc ? "found" : "none", job->answer.secure ? " secure" : "");
	for (size_t i = 0; i < job->answer.count; i++) {
		const struct dns_record *r = &job->answer.list[i];
		struct buf text = BUF_INIT(4 * DNS_TEXT);

		text_visible(&text, r->text, strlen(r->text));
		printf("%d %d %d %s\n", r->priority, r->weight, r->port, buf_text(&text));
		buf_free(&text);
	}
	dns_answer_clear(&job->answer);
}

static enum dns_type type_of(const char *word)
{
	static const char *const words[] = { "srv", "mx", "txt", "address" };

	for (int i = 0; i < 4; i++)
		if (strcmp(word, words[i]) == 0)
			return (enum dns_type)i;
	die("no such type: %s", word);
}

int main(int argc, char **argv)
{
	struct dns_params params = { .cancel_fd = -1 };
	long ms = 8000, times = 1;
	int opt, count;
	struct job *jobs;

	while ((opt = getopt(argc, argv, "s:d:cn:")) != -1) {
		if (opt == 's')
			params.server = optarg;
		else if (opt == 'c')
			params.cancel_fd = 0;
		else if ((opt != 'd' && opt != 'n') ||
			 text_number(optarg, 0, 1000000, opt == 'd' ? &ms : &times) < 0)
			die("wrong usage");
	}
	if (argc - optind < 2)
		die("wrong usage");
	params.deadline = clock_after(ms);
	count = argc - optind - 1;
	jobs = xcalloc((size_t)count, sizeof *jobs);
	for (int i = 0; i < count; i++) {
		jobs[i] = (struct job){ .params = params, .type = type_of(argv[optind]),
					.name = argv[optind + 1 + i], .times = (int)times };
		if (pthread_create(&jobs[i].thread, NULL, ask, &jobs[i]) != 0)
			die("no thread");
	}
	for (int i = 0; i < count; i++) {
		pthread_join(jobs[i].thread, NULL);
		show(&jobs[i]);
	}
	free(jobs);
	return 0;
}
