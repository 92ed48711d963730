"""Times of a full-screen program in a pseudo terminal of 80x24."""
import fcntl
import glob
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import termios
import time

IDLE = 3  # seconds


class Program:
    """Started at a known moment: the child notes the clock right before exec."""

    def __init__(self, command, env):
        noted, note = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
                os.write(note, struct.pack("d", time.perf_counter()))
                os.close(note)
                os.close(noted)
                os.execve(command[0], command, env)
            finally:
                os._exit(127)
        os.close(note)
        self.begin = struct.unpack("d", os.read(noted, 8))[0]
        os.close(noted)

    def read_until(self, mark, limit=5.0):
        """The moment at which mark was there; ends the run when the program does not show it."""
        seen, deadline = b"", time.perf_counter() + limit
        while mark not in seen:
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                sys.exit("bench: no %r on the screen within %d s: %r" % (mark, limit, seen[-200:]))
            try:
                seen += os.read(self.fd, 65536)
            except OSError:  # EIO: the program has ended
                sys.exit("bench: the program ended early: %r" % seen[-200:])
        return time.perf_counter()

    def settle(self):
        """Reads on until nothing has come for a tenth of a second."""
        while select.select([self.fd], [], [], 0.1)[0]:
            os.read(self.fd, 65536)

    def switches(self):
        total = 0
        for path in glob.glob("/proc/%d/task/*/status" % self.pid):
            with open(path) as f:
                total += sum(map(int, re.findall(r"ctxt_switches:\s*(\d+)", f.read())))
        return total

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def take_turns(commands, env, mark, runs):
    """One dict for each command: medians of first and key (ms), wakeups a second."""
    first, key, idle = ([[] for _ in commands] for _ in range(3))
    for run in range(runs):
        for i, command in enumerate(commands):
            p = Program(command, env)
            first[i].append((p.read_until(mark) - p.begin) * 1000)
            p.settle()
            for letter in b"abcdefgh":
                begin = time.perf_counter()
                os.write(p.fd, bytes([letter]))
                key[i].append((p.read_until(bytes([letter])) - begin) * 1000)
                p.settle()
            if run == 0:
                before = p.switches()
                time.sleep(IDLE)
                idle[i].append((p.switches() - before) / IDLE)
            p.end()
    return [{"first": statistics.median(first[i]), "key": statistics.median(key[i]),
             "wakeups": idle[i][0]} for i in range(len(commands))]
