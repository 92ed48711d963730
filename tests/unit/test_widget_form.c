#include "widget_kit.h"

#include "widget/form.h"
#include "widget/keys.h"
#include "widget/list.h"

enum { ROW_NAME, ROW_COLOR, ROW_PASSWORD };

static struct form *make(void)
{
	static const char *const colors[] = { "red", "green", "blue", NULL };
	struct form *f = form_new();

	form_add_field(f, ROW_NAME, "Name", 20, NULL);
	form_add_choice(f, ROW_COLOR, "Color", colors, NULL);
	form_add_secret(f, ROW_PASSWORD, "Password", 20, NULL);
	return f;
}

static enum form_result press(struct form *f, int code)
{
	struct term_event event = key(code);

	return form_event(f, &event);
}

static void test_moving(void **state)
{
	struct form *f = make();

	(void)state;
	assert_int_equal(form_focus(f), ROW_NAME);
	assert_true(form_typing(f));
	assert_int_equal(press(f, TERM_DOWN), FORM_MOVED);
	assert_int_equal(form_left(f), ROW_NAME);
	assert_false(form_typing(f));
	form_show(f, ROW_COLOR, false);
	assert_int_equal(form_focus(f), ROW_PASSWORD);
	assert_int_equal(press(f, TERM_BACKTAB), FORM_MOVED);
	assert_int_equal(form_focus(f), ROW_NAME);
	assert_int_equal(press(f, TERM_UP), FORM_USED);
	assert_int_equal(press(f, TERM_ENTER), FORM_IGNORED);
	form_free(f);
}

static void test_choice(void **state)
{
	static const char *const two[] = { "a", "b", NULL };
	struct form *f = make();

	(void)state;
	form_set_focus(f, ROW_COLOR);
	assert_int_equal(press(f, TERM_LEFT), FORM_CHANGED);
	assert_int_equal(form_choice(f, ROW_COLOR), 2);
	press(f, ' ');
	assert_int_equal(form_choice(f, ROW_COLOR), 0);
	form_set_choice(f, ROW_COLOR, 7);
	assert_int_equal(form_choice(f, ROW_COLOR), 0);
	form_set_choice(f, ROW_COLOR, 2);
	form_set_choices(f, ROW_COLOR, two);
	assert_int_equal(form_choice(f, ROW_COLOR), 0);
	form_free(f);
}

static void test_messages(void **state)
{
	struct form *f = make();

	(void)state;
	assert_false(form_to_fault(f));
	form_mark(f, ROW_PASSWORD, FORM_FAULT, "missing");
	form_mark(f, ROW_NAME, FORM_WARNING, "odd");
	assert_true(form_to_fault(f));
	assert_int_equal(form_focus(f), ROW_PASSWORD);
	press(f, 'x');
	assert_false(form_has_fault(f, ROW_PASSWORD));
	form_mark(f, ROW_PASSWORD, FORM_FAULT, "missing");
	form_show(f, ROW_PASSWORD, false);
	assert_false(form_to_fault(f));
	assert_false(form_has_secret(f));
	form_free(f);
}

static void test_keys(void **state)
{
	static const struct keys_row table[] = { { 1, 'n', 0, "n", "new", "" },
						 { 2, TERM_F5, TERM_CTRL('x'), "F5", "send", "" },
						 { 0, 0, 0, "Up", NULL, "" },
						 { 0 } };
	struct keys_state state_now = { .typing = false };
	struct term_event n = key('n'), x = key(TERM_CTRL('x')), right = key(TERM_RIGHT);

	(void)state;
	assert_int_equal(keys_find(table, &state_now, &n)->action, 1);
	assert_int_equal(keys_find(table, &state_now, &x)->action, 2);
	assert_null(keys_find(table, &state_now, &right));
	state_now.typing = true;
	assert_null(keys_find(table, &state_now, &n));
	assert_int_equal(keys_find(table, &state_now, &x)->action, 2);
	assert_false(keys_usable(&table[0], &state_now));
	assert_true(keys_usable(&table[1], &state_now));
}

static const char *const fruits[] = { "apple", "banana", "blackberry", "cherry" };

static size_t fruit_count(const void *arg)
{
	(void)arg;
	return 4;
}

static bool fruit_matches(const void *arg, size_t i, const char *word)
{
	(void)arg;
	return strstr(fruits[i], word) != NULL;
}

static void test_list(void **state)
{
	const struct list_source source = { fruit_count, NULL, fruit_matches, NULL };
	struct list *l = list_new(&source);
	struct term_event b = key('b'), z = key('z'), down = key(TERM_DOWN),
			  end = key(TERM_END_KEY), back = key(TERM_BACKSPACE);

	(void)state;
	list_event(l, &end);
	assert_int_equal(list_selected(l), 3);
	list_event(l, &b);
	assert_int_equal(list_selected(l), 1);
	list_event(l, &down);
	list_event(l, &down);
	assert_int_equal(list_selected(l), 2);
	list_event(l, &z);
	assert_true(list_selected(l) == LIST_NONE);
	list_event(l, &down);
	list_event(l, &back);
	assert_string_equal(list_filter(l), "b");
	assert_int_equal(list_selected(l), 1);
	list_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moving),   cmocka_unit_test(test_choice),
		cmocka_unit_test(test_messages), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
