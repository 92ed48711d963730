"""TAP for script tests, and the few things every one of them needs."""
import os
import pty
import socket
import subprocess
import sys
import time

OUTPOST = os.environ.get("OUTPOST", os.path.abspath("build/outpost"))
TMP = os.environ.get("TEST_TMP", "/tmp")
_count = 0
_failed = 0


def ok(good, what, detail=""):
    """One result line; detail is shown when it failed."""
    global _count, _failed
    _count += 1
    if not good:
        _failed += 1
    print(f"{'ok' if good else 'not ok'} {_count} - {what}")
    if not good and detail:
        for line in str(detail)[:4000].splitlines():
            print("# " + line[:400])
    sys.stdout.flush()
    return good


def equal(got, want, what):
    return ok(got == want, what, f"got  {got!r}\nwant {want!r}")


def contains(text, part, what):
    return ok(part in text, what, f"no {part!r} in:\n{text}")


def done():
    """Call last."""
    print(f"1..{_count}")
    sys.exit(1 if _failed or not _count else 0)


def skip(why):
    """A result that cannot be had here; says so."""
    global _count
    _count += 1
    print(f"ok {_count} # SKIP {why}", flush=True)


def skip_all(why):
    """For a test that cannot run here at all; says so."""
    print(f"ok 1 # SKIP {why}")
    sys.exit(0)


def wait_until(fn, seconds=20, what="it"):
    """Polls fn until it gives something true; its value, or None after the deadline."""
    end = time.monotonic() + seconds
    while True:
        value = fn()
        if value:
            return value
        if time.monotonic() > end:
            print(f"# waited {seconds} s for {what}")
            return None
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*args, stdin="", env=None, timeout=60, **kw):
    """Runs the program; CompletedProcess with text output."""
    return subprocess.run([OUTPOST, *args], input=stdin, capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, timeout=timeout, **kw)


def on_terminal(*args, stdin=None, env=None):
    """The program on a terminal of its own: exit code and what was shown."""
    pid, fd = pty.fork()
    if pid == 0:
        if stdin:
            os.dup2(os.open(stdin, os.O_RDONLY), 0)
        os.execve(OUTPOST, [OUTPOST, *args], {**os.environ, **(env or {})})
    text = b""
    while True:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        text += data
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text.decode(errors="replace")


def is_open(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0
