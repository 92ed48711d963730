"""Many messages over few connections, beside Postfix's smtp-source; and one very large message."""
import os
import shutil
import socket
import statistics
import subprocess
import time

import tap

MESSAGES = 10000
RUNS = 3


def sbin(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


class Sink:
    """Postfix's smtp-sink: takes everything, keeps nothing."""

    def __enter__(self):
        port = tap.free_port()
        user = ["-u", "postfix"] if os.geteuid() == 0 else []
        self.p = subprocess.Popen([sbin("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        up = tap.wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        return str(port) if up else None

    def __exit__(self, *what):
        self.p.kill()
        self.p.wait()


def seconds(cmd):
    begin = time.perf_counter()
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def rates(many):
    print(f"\n{MESSAGES} small messages to smtp-sink, messages a second")
    with Sink() as port:
        for count in [1, 2, 4]:
            ours, peer = [], []
            for _ in range(RUNS):
                ours.append(seconds([many, "127.0.0.1", port, str(MESSAGES), str(count)]))
                peer.append(seconds([sbin("smtp-source"), "-d", "-m", str(MESSAGES), "-s",
                                     str(count), "-f", "alice@example.org", "-t",
                                     "bob@example.org", f"127.0.0.1:{port}"]))
            x, y = (MESSAGES / statistics.median(side) for side in (ours, peer))
            print(f"  {count} connection{' ' if count == 1 else 's'}  outpost {x:8.0f}   "
                  f"smtp-source {y:8.0f}   ratio {x / y:5.2f}", flush=True)


def memory(many, tmp, peak):
    """A file without content costs no room on the disk; to the session it is as any other."""
    print("\nmemory of a session, MB at its highest")
    with Sink() as port:
        for mb in [1, 64, 1024]:
            path = os.path.join(tmp, "body")
            with open(path, "wb") as f:
                f.truncate(mb << 20)
            print("  message of %4d MB %8.1f" % (
                mb, peak([many, "127.0.0.1", port, "1", "1", path])), flush=True)


def table(many, tmp, peak):
    if not sbin("smtp-sink"):
        print("\nmany messages: left out, it needs smtp-sink of the package postfix")
        return
    rates(many)
    memory(many, tmp, peak)
