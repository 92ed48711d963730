#include "test_base_kit.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/text.h"

static char *dir;

static int make_folder(void **state)
{
	(void)state;
	dir = new_folder();
	return chdir(dir);
}

static int leave_folder(void **state)
{
	(void)state;
	free(dir);
	return chdir("/");
}

/* Entries of a folder, "." and ".." not counted. */
static int entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static int replace_with(const char *path, const char *text, struct err *err)
{
	return file_replace(path, text, strlen(text), 0600, err);
}

/* A failure that says what, why, and nothing else. */
static void assert_told(const struct err *err, const char *path, const char *reason)
{
	assert_int_equal(err->kind, ERR_SYSTEM);
	if (!strstr(err->text, path) || !strstr(err->text, reason))
		fail_msg("not about %s, %s: %s", path, reason, err->text);
	assert_int_equal(err->text[strlen(err->text) - 1], '.');
}

/* ---- replacing ---- */

TEST(a_new_file_is_whole_and_private)
{
	struct err err = ERR_INIT;
	mode_t mask = umask(0);

	assert_int_equal(replace_with("new", "text", &err), 0);
	assert_contents("new", "text");
	assert_int_equal(mode_of("new"), 0600);
	umask(0777);
	assert_int_equal(file_replace("other", "", 0, 0644, &err), 0);
	umask(mask);
	assert_int_equal(mode_of("other"), 0644);
	assert_contents("other", "");
	assert_int_equal(entries("."), 2);
}

TEST(an_old_file_is_replaced_with_its_rights)
{
	struct err err = ERR_INIT;

	put("f", "a longer text than the new one");
	assert_int_equal(chmod("f", 0666), 0);
	assert_int_equal(replace_with("f", "new", &err), 0);
	assert_contents("f", "new");
	assert_int_equal(mode_of("f"), 0600);
	assert_int_equal(entries("."), 1);
}

TEST(a_link_stays_a_link)
{
	static const char *const links[][2] = {
		{ "real/f", "direct" }, { "direct", "second" }, { "../f2", "real/up" },
		{ "not-yet", "dangling" }, { "real/not-yet", "dangling2" }, { "dangling2", "dangling3" },
	};
	static const char *const targets[] = {
		"real/f", "real/f", "f2", "not-yet", "real/not-yet", "real/not-yet",
	};
	struct err err = ERR_INIT;

	assert_int_equal(mkdir("real", 0700), 0);
	put("real/f", "old");
	for (size_t i = 0; i < COUNT(links); i++) {
		struct stat st;

		assert_int_equal(symlink(links[i][0], links[i][1]), 0);
		if (replace_with(links[i][1], links[i][1], &err) < 0)
			fail_msg("%s: %s", links[i][1], err.text);
		assert_int_equal(lstat(links[i][1], &st), 0);
		assert_true(S_ISLNK(st.st_mode));
		assert_int_equal(lstat(targets[i], &st), 0);
		assert_true(S_ISREG(st.st_mode));
		assert_contents(targets[i], links[i][1]);
	}
}

TEST(a_link_that_goes_nowhere_is_an_error)
{
	struct err err = ERR_INIT;

	assert_int_equal(symlink("b", "a"), 0);
	assert_int_equal(symlink("a", "b"), 0);
	assert_int_equal(symlink("gone/f", "c"), 0);
	assert_int_equal(replace_with("a", "x", &err), -1);
	assert_told(&err, "a", "Too many levels of symbolic links");
	assert_int_equal(replace_with("c", "x", &err), -1);
	assert_told(&err, "gone/f", "No such file or directory");
	assert_int_equal(entries("."), 3);
}

TEST(only_a_file_is_replaced)
{
	struct err err = ERR_INIT;
	struct stat st;

	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(symlink("fifo", "link"), 0);
	assert_int_equal(replace_with("fifo", "x", &err), -1);
	assert_told(&err, "fifo", "not a file");
	assert_int_equal(replace_with("link", "x", &err), -1);
	assert_told(&err, "fifo", "not a file");
	assert_int_equal(replace_with("folder", "x", &err), -1);
	assert_told(&err, "folder", "not a file");
	assert_int_equal(lstat("fifo", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(entries("."), 3);
}

TEST(where_there_is_no_folder_there_is_no_file)
{
	char *longest = xmalloc(5000);
	struct err err = ERR_INIT;

	put("file", "x");
	assert_int_equal(replace_with("gone/f", "x", &err), -1);
	assert_told(&err, "gone/f", "No such file or directory");
	assert_int_equal(replace_with("file/f", "x", &err), -1);
	assert_told(&err, "file/f", "Not a directory");
	assert_int_equal(replace_with("", "x", &err), -1);
	assert_told(&err, "", "No such file or directory");
	memset(longest, 'x', 4999);
	longest[4999] = '\0';
	assert_int_equal(replace_with(longest, "x", &err), -1);
	assert_told(&err, "xxx", "File name too long");
	/* The same file by a path that is longer than any path may be. */
	for (size_t i = 0; i < 4990; i += 2)
		memcpy(longest + i, "./", 2);
	strcpy(longest + 4990, "new");
	assert_int_equal(replace_with(longest, "x", &err), -1);
	assert_told(&err, "./.", ".");
	free(longest);
	assert_int_equal(entries("."), 1);
}

/* What root may do without being asked is given up. */
static void be_ordinary(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { 0 };

	if (syscall(SYS_capset, &head, none) < 0)
		_exit(99);
}

static int replace_ordinary(const char *path)
{
	struct err err = ERR_INIT;

	be_ordinary();
	if (replace_with(path, "new", &err) == 0)
		return 1;
	return strstr(err.text, path) && strstr(err.text, "Permission denied") ? 0 : 2;
}

TEST(a_folder_that_cannot_be_written_keeps_its_file)
{
	char *path = xasprintf("%s/locked/f", dir);

	assert_int_equal(mkdir("locked", 0700), 0);
	put(path, "old");
	assert_int_equal(chmod("locked", 0500), 0);
	assert_int_equal(in_child(replace_ordinary, path), 0);
	assert_contents(path, "old");
	assert_int_equal(entries("locked"), 1);
	assert_int_equal(chmod("locked", 0), 0);
	assert_int_equal(in_child(replace_ordinary, path), 0);
	assert_int_equal(chmod("locked", 0700), 0);
	assert_contents(path, "old");
	free(path);
}

/* A limit on the size of files is a disk that is full where one wants it. */
static int replace_too_big(const char *path)
{
	struct rlimit limit = { 1000, 1000 };
	struct err err = ERR_INIT;
	static char big[5000];

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 3;
	if (file_replace(path, big, sizeof big, 0600, &err) == 0)
		return 1;
	return err.kind == ERR_SYSTEM && strstr(err.text, path) ? 0 : 2;
}

TEST(a_full_disk_costs_nothing_that_was_there)
{
	put("f", "old");
	assert_int_equal(in_child(replace_too_big, "f"), 0);
	assert_contents("f", "old");
	assert_int_equal(in_child(replace_too_big, "new"), 0);
	assert_int_equal(entries("."), 1);
}

/* Reads for as long as the writer replaces; both texts are of one letter only. */
static int read_all_the_time(const char *path)
{
	for (int rounds = 0;; rounds++) {
		struct buf all = BUF_INIT(100000);
		const char *text;
		int bad;

		if (file_read(path, &all, NULL) < 0)
			return 1;
		text = buf_text(&all);
		bad = all.len == 0 || strspn(text, (char[]){ text[0], '\0' }) != all.len ||
		      all.len != (text[0] == 'a' ? 70000 : 9);
		if (text[0] == 'z')
			return rounds == 0;
		buf_free(&all);
		if (bad)
			return 2;
	}
}

TEST(a_reader_sees_the_old_or_the_new)
{
	static char big[70000];
	struct err err = ERR_INIT;
	int status;
	pid_t pid;

	memset(big, 'a', sizeof big);
	assert_int_equal(file_replace("f", big, sizeof big, 0600, &err), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(read_all_the_time("f"));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(replace_with("f", "bbbbbbbbb", &err), 0);
		assert_int_equal(file_replace("f", big, sizeof big, 0600, &err), 0);
	}
	assert_int_equal(replace_with("f", "zzzzzzzzz", &err), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* ---- reading and writing ---- */

TEST(reads_up_to_its_limit)
{
	struct buf small = BUF_INIT(4);
	struct err err = ERR_INIT;

	put("four", "1234");
	put("five", "12345");
	assert_int_equal(file_read("four", &small, &err), 0);
	assert_string_equal(buf_text(&small), "1234");
	buf_clear(&small);
	assert_int_equal(file_read("five", &small, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.text, "five is too long: at most 4 bytes are read.");
	buf_clear(&small);
	assert_int_equal(file_read("/dev/zero", &small, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	buf_free(&small);
}

TEST(says_why_it_cannot_read)
{
	struct buf b = BUF_INIT(100);
	struct err err = ERR_INIT;

	put("file", "x");
	assert_int_equal(file_read("gone", &b, &err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_string_equal(err.text, "There is no file gone.");
	assert_int_equal(file_read("file/x", &b, &err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_int_equal(file_read(".", &b, &err), -1);
	assert_told(&err, ".", "Is a directory");
	assert_int_equal(file_read_fd(-1, "standard input", &b, &err), -1);
	assert_told(&err, "standard input", "Bad file descriptor");
	assert_false(file_exists("gone"));
	assert_true(file_exists("file"));
	buf_free(&b);
}

/* Standard input can be non-blocking without our doing. */
TEST(waits_for_bytes_whatever_the_descriptor_says)
{
	struct buf got = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		static char big[300000];
		struct pollfd p = { .fd = ends[0] };

		close(ends[0]);
		memset(big, 'x', sizeof big);
		/* The reader gets to an empty pipe first, the writer to a full one. */
		poll(&p, 0, 50);
		if (fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0)
			_exit(1);
		_exit(file_write_all(ends[1], big, sizeof big, "the pipe", &err) < 0 ? 2 : 0);
	}
	close(ends[1]);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	if (file_read_fd(ends[0], "the pipe", &got, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(got.len, 300000);
	close(ends[0]);
	buf_free(&got);
}

TEST(says_why_it_cannot_write)
{
	struct err err = ERR_INIT;
	int full = open("/dev/full", O_WRONLY), ends[2];

	assert_true(full >= 0);
	assert_int_equal(file_write_all(full, "", 0, "the disk", &err), 0);
	assert_int_equal(file_write_all(full, "x", 1, "the disk", &err), -1);
	assert_string_equal(err.text, "Cannot write the disk: No space left on device.");
	close(full);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(file_write_all(ends[1], "x", 1, "the pipe", &err), -1);
	assert_told(&err, "the pipe", "Broken pipe");
	close(ends[1]);
}

/* ---- folders and temporary files ---- */

TEST(makes_folders_on_the_way)
{
	static const char *const paths[] = { "a/b/c", "a/b/c", "a/b/c/", "./d//e/", "/", ".", "f" };
	struct err err = ERR_INIT;
	mode_t mask = umask(022);

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct stat st;

		if (file_mkdirs(paths[i], 0700, &err) < 0)
			fail_msg("%s: %s", paths[i], err.text);
		assert_int_equal(stat(paths[i], &st), 0);
		assert_true(S_ISDIR(st.st_mode));
	}
	assert_int_equal(mode_of("a"), 0700);
	assert_int_equal(mode_of("a/b/c"), 0700);
	assert_int_equal(chmod("a", 0755), 0);
	assert_int_equal(file_mkdirs("a/g", 0700, &err), 0);
	assert_int_equal(mode_of("a"), 0755);
	umask(mask);
}

TEST(says_why_there_is_no_folder)
{
	struct err err = ERR_INIT;

	put("file", "x");
	assert_int_equal(symlink("gone", "dangling"), 0);
	assert_int_equal(symlink(".", "here"), 0);
	assert_int_equal(file_mkdirs("", 0700, &err), -1);
	assert_told(&err, "", "No such file or directory");
	assert_int_equal(file_mkdirs("file", 0700, &err), -1);
	assert_told(&err, "file", "Not a directory");
	assert_int_equal(file_mkdirs("file/x", 0700, &err), -1);
	assert_told(&err, "file", "Not a directory");
	assert_int_equal(file_mkdirs("dangling", 0700, &err), -1);
	assert_told(&err, "dangling", "No such file or directory");
	assert_int_equal(file_mkdirs("here/x", 0700, &err), 0);
	assert_int_equal(file_mkdirs("/proc/nothing/here", 0700, &err), -1);
	assert_told(&err, "/proc/nothing", "No such file or directory");
}

TEST(a_temporary_file_has_no_name)
{
	struct err err = ERR_INIT;
	char *old = xstrdup(getenv("TMPDIR")), text[4] = "";
	struct stat st;
	int fd;

	setenv("TMPDIR", dir, 1);
	fd = file_temp(&err);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(entries(dir), 0);
	assert_int_equal(file_write_all(fd, "abc", 3, "it", &err), 0);
	assert_int_equal(pread(fd, text, 3, 0), 3);
	assert_string_equal(text, "abc");
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	setenv("TMPDIR", "/proc/nothing", 1);
	assert_int_equal(file_temp(&err), -1);
	assert_told(&err, "/proc/nothing", "No such file or directory");
	unsetenv("TMPDIR");
	fd = file_temp(&err);
	assert_true(fd >= 0);
	close(fd);
	if (old)
		setenv("TMPDIR", old, 1);
	free(old);
}

/* ---- staged ---- */

TEST(staged_files_wait)
{
	const struct file_rights rights = { 0640, (uid_t)-1, (gid_t)-1 };
	struct err err = ERR_INIT;
	struct file_stage *a, *b;

	put("a", "old");
	a = file_stage("a", "new", 3, &rights, &err);
	b = file_stage("b", "new", 3, &rights, &err);
	assert_true(a && b);
	assert_contents("a", "old");
	assert_false(file_exists("b"));
	assert_int_equal(file_commit(a, &err), 0);
	assert_contents("a", "new");
	assert_int_equal(mode_of("a"), 0640);
	file_drop(b);
	file_drop(NULL);
	assert_int_equal(entries("."), 1);
}

TEST(a_stage_that_cannot_be_leaves_nothing)
{
	const struct file_rights rights = { 0640, (uid_t)-1, (gid_t)-1 };
	struct err err = ERR_INIT;

	assert_null(file_stage("no/such/a", "new", 3, &rights, &err));
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_null(file_stage("folder", "new", 3, &rights, &err));
	assert_int_equal(entries("."), 1);
}

/* Root gives files away; anybody else keeps the group's rights from a group that is not theirs. */
TEST(owners)
{
	const struct file_rights group = { 0664, (uid_t)-1, 0 };
	const struct file_rights other = { 0640, geteuid() == 65534 ? 65533 : 65534, 65534 };
	struct err err = ERR_INIT;
	struct file_stage *s = file_stage("a", "new", 3, &group, &err);
	struct stat st;

	assert_non_null(s);
	assert_int_equal(file_commit(s, &err), 0);
	assert_int_equal(mode_of("a"), getegid() == 0 || geteuid() == 0 ? 0664 : 0604);
	s = file_stage("b", "new", 3, &other, &err);
	if (geteuid() != 0) {
		assert_null(s);
		assert_non_null(strstr(err.text, "would not belong to its user any more"));
		assert_int_equal(entries("."), 1);
		return;
	}
	assert_non_null(s);
	assert_int_equal(file_commit(s, &err), 0);
	assert_int_equal(stat("b", &st), 0);
	assert_true(st.st_uid == 65534 && st.st_gid == 65534 && mode_of("b") == 0640);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_folder(a_new_file_is_whole_and_private),
		in_folder(an_old_file_is_replaced_with_its_rights),
		in_folder(a_link_stays_a_link),
		in_folder(a_link_that_goes_nowhere_is_an_error),
		in_folder(only_a_file_is_replaced),
		in_folder(where_there_is_no_folder_there_is_no_file),
		in_folder(a_folder_that_cannot_be_written_keeps_its_file),
		in_folder(a_full_disk_costs_nothing_that_was_there),
		in_folder(a_reader_sees_the_old_or_the_new),
		in_folder(reads_up_to_its_limit),
		in_folder(says_why_it_cannot_read),
		in_folder(waits_for_bytes_whatever_the_descriptor_says),
		in_folder(says_why_it_cannot_write),
		in_folder(makes_folders_on_the_way),
		in_folder(says_why_there_is_no_folder),
		in_folder(a_temporary_file_has_no_name),
		in_folder(staged_files_wait),
		in_folder(a_stage_that_cannot_be_leaves_nothing),
		in_folder(owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
