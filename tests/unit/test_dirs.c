/* Where files are kept, and that threads agree about it. */
#include "test_base_kit.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/dirs.h"

#define THREADS 4
#define ROUNDS  500

static pthread_barrier_t start;

struct asked {
	const char *config, *state;
};

static void *ask(void *arg)
{
	struct asked *asked = arg;

	pthread_barrier_wait(&start);
	asked->state = dirs_state();
	asked->config = dirs_config();
	return NULL;
}

static void ask_together(struct asked asked[THREADS])
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, &asked[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* Two that are made at once would be two names, and one of them nobody's. */
TEST(threads_get_the_same_name)
{
	pthread_barrier_init(&start, NULL, THREADS);
	for (size_t round = 0; round < ROUNDS; round++) {
		struct asked asked[THREADS];

		dirs_set_config(NULL);
		ask_together(asked);
		for (size_t i = 1; i < THREADS; i++) {
			assert_ptr_equal(asked[i].state, asked[0].state);
			assert_ptr_equal(asked[i].config, asked[0].config);
		}
	}
	dirs_set_config(NULL);
	pthread_barrier_destroy(&start);
}

TEST(folders_are_where_the_specification_says)
{
	setenv("HOME", "/home/alice", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	dirs_set_config(NULL);
	assert_string_equal(dirs_config(), "/home/alice/.config/outpost");
	assert_string_equal(dirs_state(), "/home/alice/.local/state/outpost");
	setenv("XDG_CONFIG_HOME", "/etc/x", 1);
	setenv("XDG_STATE_HOME", "relative", 1);
	dirs_set_config(NULL);
	assert_string_equal(dirs_config(), "/etc/x/outpost");
	assert_string_equal(dirs_state(), "/home/alice/.local/state/outpost");
	dirs_set_config("/given");
	assert_string_equal(dirs_config(), "/given");
	assert_string_equal(dirs_state(), "/given/state");
	dirs_set_config(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_get_the_same_name),
		cmocka_unit_test(folders_are_where_the_specification_says),
	};

	return cmocka_run_group_tests_name("dirs", tests, NULL, NULL);
}
