#!/usr/bin/env python3
"""make bench: what the program costs, paired with a peer in the same run.

Wall times are medians over interleaved runs, so that a noisy machine disturbs both alike.
"""
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
O = os.environ.get("O", "build")
OUTPOST = os.path.abspath(os.path.join(O, "outpost"))
RUNS = 41
tmp = tempfile.mkdtemp(prefix="outpost-bench.")
env = {**os.environ, "HOME": tmp, "XDG_CONFIG_HOME": tmp + "/config", "LC_ALL": "C.UTF-8"}
env.pop("DBUS_SESSION_BUS_ADDRESS", None)


def once(cmd, stdin=None):
    """Wall ms and CPU ms of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    p = subprocess.run(cmd, stdin=open(stdin) if stdin else subprocess.DEVNULL,
                       capture_output=True, env=env)
    wall = (time.perf_counter() - begin) * 1000
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if p.returncode:
        sys.exit(f"bench: {' '.join(cmd)}: {p.stderr.decode()}")
    return wall, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def pair(title, a, b, stdin=None, column=0, unit="ms wall"):
    """Runs both in turn; prints the medians and their ratio."""
    got = {"a": [], "b": []}
    for _ in range(RUNS):
        got["a"].append(once(a[1], stdin)[column])
        got["b"].append(once(b[1], stdin)[column])
    x, y = (statistics.median(got[k]) for k in "ab")
    print(f"{title}: {a[0]} {x:.1f} {unit}, {b[0]} {y:.1f} {unit}, ratio {x / y:.2f}, "
          f"difference {x - y:+.1f}")


def sandbox():
    p = subprocess.Popen([OUTPOST, "sandbox", "--port", "0", "--tls-port", "0"], stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, text=True, env=env)
    for line in p.stderr:
        m = re.search(r"127\.0\.0\.1,? port (\d+)", line)
        if m:
            return p, m.group(1)
    sys.exit("bench: the sandbox did not start")


def send_benches(port, kind):
    subprocess.run([OUTPOST, "setup", "alice@example.org", "--name", kind, "--host", "127.0.0.1",
                    "--port", port, "--security", "none", "--auth", "none", "--yes", "--no-check"],
                   check=True, env=env, capture_output=True)
    mail = tmp + "/mail"
    with open(mail, "w") as f:
        f.write("From: alice@example.org\r\nTo: bob@example.org\r\nSubject: s\r\n\r\nhello\r\n")
    text = tmp + "/text"
    with open(text, "w") as f:
        f.write("hello\n")
    ours = ("outpost", [OUTPOST, "send", "-A", kind, "-t", "bob@example.org", "-s", "s"])
    curl = ("curl", ["curl", "-sS", f"smtp://127.0.0.1:{port}/bench", "--mail-from",
                     "alice@example.org", "--mail-rcpt", "bob@example.org", "-T", mail])
    pair(f"send one message, {kind}", ours, curl, stdin=text)
    if shutil.which("msmtp"):
        msmtp = ("msmtp", ["msmtp", "--host=127.0.0.1", f"--port={port}",
                           "--from=alice@example.org", "bob@example.org"])
        pair(f"send one message, {kind}", ours, msmtp, stdin=mail)


def empty_program():
    """A main() that does nothing, linked to the same libraries: the floor for start-up."""
    src, exe = tmp + "/empty.c", tmp + "/empty"
    with open(src, "w") as f:
        f.write("int main(void){return 0;}\n")
    libs = [l.split()[0] for l in subprocess.run(["objdump", "-p", OUTPOST], capture_output=True,
                                                 text=True).stdout.split("NEEDED")[1:]]
    subprocess.run(["cc", "-o", exe, src, "-Wl,--no-as-needed", *["-l:" + l for l in libs]],
                   check=True)
    return exe


def first_screen():
    """From exec to the first full screen, through a pseudo terminal."""
    import pty
    import select
    times = []
    for _ in range(11):
        begin = time.perf_counter()
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.update(env, TERM="xterm-256color", LINES="24", COLUMNS="80")
            os.execv(OUTPOST, [OUTPOST])
        seen = b""
        while b"F1" not in seen and b"help" not in seen:
            if not select.select([fd], [], [], 5)[0]:
                break
            seen += os.read(fd, 65536)
        times.append((time.perf_counter() - begin) * 1000)
        os.write(fd, b"x")
        key = time.perf_counter()
        if select.select([fd], [], [], 1)[0]:
            os.read(fd, 65536)
        keys.append((time.perf_counter() - key) * 1000)
        os.kill(pid, 15)
        os.close(fd)
        os.waitpid(pid, 0)
    print(f"TUI: first screen {statistics.median(times):.1f} ms after exec, "
          f"a key on the screen after {statistics.median(keys):.1f} ms")


keys = []
try:
    server, port = sandbox()
    send_benches(port, "sandbox")
    server.terminate()
    server.wait()
    import mta
    if mta.usable():
        with mta.Postfix(tmp + "/postfix") as pf:
            send_benches(str(pf.ports["plain"]), "postfix")
    pair("start-up", ("outpost --version", [OUTPOST, "--version"]),
         ("empty program, same libraries", [empty_program()]), column=1, unit="ms CPU")
    first_screen()
finally:
    shutil.rmtree(tmp, ignore_errors=True)
