#!/usr/bin/env python3
"""make bench: what the program costs, beside a peer in the same run.

Figures are medians over runs that take turns, so that a noisy machine disturbs both alike.
Nothing here passes or fails.
"""
import base64
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench_many
import bench_outbox
import bench_turns
import mta
import pty_timing

O = os.environ.get("O", "build")
OUTPOST = os.path.abspath(os.path.join(O, "outpost"))
RUNS = 41
BIG = 6 << 20  # Postfix takes 10 MB, encoded
tmp = tempfile.mkdtemp(prefix="outpost-bench.")
env = {**os.environ, "HOME": tmp, "XDG_CONFIG_HOME": tmp + "/config", "LC_ALL": "C.UTF-8",
       "TERM": "xterm-256color"}
for name in ["DBUS_SESSION_BUS_ADDRESS", "TMUX", "LINES", "COLUMNS", "NO_COLOR"]:
    env.pop(name, None)


def once(cmd, stdin=None):
    """Wall ms and CPU ms of one run."""
    with open(stdin or os.devnull) as f, tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        p = subprocess.Popen(cmd, stdin=f, stdout=out, stderr=out, env=env)
        _, status, used = os.wait4(p.pid, 0)
        wall = (time.perf_counter() - begin) * 1000
        p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode:
            out.seek(0)
            sys.exit("bench: %s: %s" % (" ".join(cmd), out.read().decode()))
    return wall, (used.ru_utime + used.ru_stime) * 1000


def line(title, unit, ours, peer_name, peer):
    print("%-34s %8.1f %-7s %-26s %8.1f   ratio %5.2f   difference %+7.1f" % (
        title, ours, unit, peer_name, peer, ours / peer if peer else 0, ours - peer), flush=True)


def pair(title, ours, peer_name, peer, columns, stdin=None, runs=RUNS):
    """Runs both in turn; columns are (index of once(), unit) to print."""
    got = ([], [])
    for _ in range(runs):
        got[0].append(once(ours, stdin))
        got[1].append(once(peer, stdin))
    for column, unit in columns:
        x, y = (statistics.median(run[column] for run in side) for side in got)
        line(title, unit, x, peer_name, y)


def compile_c(name, text, *flags):
    with open("%s/%s.c" % (tmp, name), "w") as f:
        f.write(text)
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", "%s/%s" % (tmp, name),
                    "%s/%s.c" % (tmp, name), *flags], check=True)
    return "%s/%s" % (tmp, name)


# What Python asks the kernel about its own child counts Python's pages too: the child was its
# copy until exec. So a program with next to no memory does the asking.
PEAK = r"""
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	struct rusage used;
	int status;
	(void)argc;
	if (fork() == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (wait4(-1, &status, 0, &used) < 0 || status)
		return 1;
	printf("%ld", used.ru_maxrss);
	return 0;
}
"""


def peak(cmd):
    """Peak memory in MB."""
    asker = tmp + "/peak" if os.path.exists(tmp + "/peak") else compile_c("peak", PEAK)
    out = subprocess.run([asker, *cmd], stdin=subprocess.DEVNULL, capture_output=True, check=True,
                         env=env).stdout
    return int(out.split()[-1]) / 1024


class Sandbox:
    """Our own server, in memory, on a free port."""

    def __enter__(self):
        self.p = subprocess.Popen([OUTPOST, "sandbox", "--port", "0", "--tls-port", "0"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  env=env)
        for text in self.p.stderr:
            m = re.search(r"127\.0\.0\.1,? port (\d+)", text)
            if m:
                return m.group(1)
        sys.exit("bench: the sandbox did not start")

    def __exit__(self, *what):
        self.p.terminate()
        self.p.wait()


def message(path, attachment=None):
    """The same message for those that take one ready made."""
    with open(path, "wb") as f:
        f.write(b"From: alice@example.org\r\nTo: bob@example.org\r\nSubject: s\r\n")
        if attachment:
            f.write(b"MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
                    b"Content-Transfer-Encoding: base64\r\n\r\n")
            with open(attachment, "rb") as a:
                f.write(base64.encodebytes(a.read()).replace(b"\n", b"\r\n"))
        else:
            f.write(b"\r\nhello\r\n")
    return path


def sends(port, where):
    subprocess.run([OUTPOST, "setup", "alice@example.org", "--name", where, "--host", "127.0.0.1",
                    "--port", port, "--security", "none", "--auth", "none", "--yes", "--no-check"],
                   check=True, env=env, capture_output=True)
    ours = [OUTPOST, "send", "-A", where, "-t", "bob@example.org", "-s", "s"]
    small, large, file = message(tmp + "/small"), tmp + "/large", tmp + "/file"
    with open(file, "wb") as f:
        f.write(os.urandom(BIG))
    message(large, file)

    def curl(mail):
        return ["curl", "-sS", "smtp://127.0.0.1:%s/bench" % port, "--mail-from",
                "alice@example.org", "--mail-rcpt", "bob@example.org", "-T", mail]
    pair("send, small, to " + where, ours, "curl", curl(small), [(0, "ms"), (1, "ms CPU")], small)
    if shutil.which("msmtp"):
        pair("send, small, to " + where, ours, "msmtp",
             ["msmtp", "--host=127.0.0.1", "--port=" + port, "--from=alice@example.org",
              "bob@example.org"], [(0, "ms"), (1, "ms CPU")], small)
    title = "send, 6 MB attached, to " + where
    with_file = ours + ["-a", file, "text"]
    pair(title, with_file, "curl, ready made", curl(large), [(0, "ms")], runs=7)
    line(title, "MB peak", peak(with_file), "curl, ready made", peak(curl(large)))


def start_up():
    """Beside a main() that does nothing and is linked to the same libraries: the floor."""
    needed = subprocess.run(["objdump", "-p", OUTPOST], capture_output=True, text=True).stdout
    libs = ["-l:" + part.split()[0] for part in needed.split("NEEDED")[1:]]
    empty = compile_c("empty", "int main(void){return 0;}\n", "-Wl,--no-as-needed", *libs)
    pair("start-up: outpost --version", [OUTPOST, "--version"], "empty, same libraries", [empty],
         [(1, "ms CPU"), (0, "ms")])


PLAIN_CURSES = r"""
#include <curses.h>
int main(void)
{
	int c;
	initscr(); raw(); noecho(); keypad(stdscr, TRUE); start_color();
	for (int y = 0; y < LINES; y++)
		mvprintw(y, 0, "%-70s", y + 1 < LINES ? "a line of text" : "F1 help");
	move(6, 18);
	while ((c = getch()) != 'q')
		addch((chtype)c);
	endwin();
	return 0;
}
"""


def screens():
    """The full screen of set-up, beside the smallest ncurses program that fills a screen."""
    libs = subprocess.run(["pkg-config", "--libs", "ncursesw"], capture_output=True, text=True,
                          check=True).stdout
    plain = compile_c("plain", PLAIN_CURSES, *libs.split())
    fresh = {**env, "HOME": tmp + "/nobody", "XDG_CONFIG_HOME": tmp + "/nobody"}
    ours, peer = pty_timing.take_turns([[OUTPOST], [plain]], fresh, b"help", runs=15)
    for title, key in [("screen: exec to first full one", "first"), ("screen: key to echo", "key")]:
        line(title, "ms", ours[key], "a bare ncurses program", peer[key])
    print("%-34s %8.1f wake-ups a second (context switches of all threads over %d s)" % (
        "screen: idle", ours["wakeups"], pty_timing.IDLE))


try:
    print("%-34s %8s %-7s %-26s %8s" % ("median of runs that take turns", "outpost", "", "beside", ""))
    with Sandbox() as sandbox_port:
        sends(sandbox_port, "sandbox")
    if mta.usable():
        with mta.Postfix(tmp + "/postfix") as pf:
            sends(str(pf.ports["plain"]), "postfix")
    else:
        print("postfix: left out, it needs root and the package postfix")
    start_up()
    screens()
    bench_turns.table(OUTPOST, tmp, env, message(tmp + "/small"))
    bench_many.table(os.path.abspath(os.path.join(O, "tests", "many")), tmp, peak)
    bench_outbox.table(OUTPOST, tmp, env, peak)
finally:
    shutil.rmtree(tmp, ignore_errors=True)
