"""The outbox: putting in, sending over four connections, searching; and a very large attachment.

What it promises is on the disk, so its figures are beside those of the disk: a write of 4 KB that
is brought there, over and over.
"""
import os
import shutil
import statistics
import subprocess
import time

from bench_many import Sink, sbin, seconds

MESSAGES = 10000
ROWS = 100000
RUNS = 3


def disk(tmp):
    """Median microseconds of fdatasync."""
    took = []
    with open(os.path.join(tmp, "synced"), "wb", 0) as f:
        for _ in range(500):
            f.write(b"x" * 4096)
            begin = time.perf_counter()
            os.fdatasync(f.fileno())
            took.append((time.perf_counter() - begin) * 1e6)
    return statistics.median(took)


def enqueue(program, count, env):
    """A second, and the median microseconds of one."""
    words = subprocess.run([program, str(count), "bench"], env=env, check=True, text=True,
                           capture_output=True).stdout.split()
    return float(words[0]), float(words[4])


def put_in(program, tmp, env):
    """Of 10,000 into an empty outbox, and of as many on top of 100,000."""
    print("\noutbox: putting in small messages, each durable before the next")
    for rows in [0, ROWS]:
        if rows:
            enqueue(program, rows - MESSAGES, env)
        sync = disk(tmp)
        rate, one = enqueue(program, MESSAGES, env)
        print(f"  {MESSAGES} on top of {rows:6}  {rate:6.0f} a second, one {one:5.0f} us   "
              f"fdatasync {sync:5.0f} us   ratio {one / sync:5.2f}", flush=True)


def send(outpost, program, tmp, env, port):
    print(f"\noutbox: {MESSAGES} small messages to smtp-sink, messages a second, all durable")
    for count in [1, 4]:
        ours, peer, sync = [], [], []
        for _ in range(RUNS):
            enqueue(program, MESSAGES, env)
            sync.append(disk(tmp))
            begin = time.perf_counter()
            subprocess.run([outpost, "outbox", "run", "--connections", str(count)], check=True,
                           env=env, stdout=subprocess.DEVNULL)
            ours.append(time.perf_counter() - begin)
            peer.append(seconds([sbin("smtp-source"), "-d", "-m", str(MESSAGES), "-s", str(count),
                                 "-f", "alice@example.org", "-t", "bob@example.org",
                                 f"127.0.0.1:{port}"]))
        x, y = (MESSAGES / statistics.median(side) for side in (ours, peer))
        print(f"  {count} connection{' ' if count == 1 else 's'}  outpost {x:8.0f}   smtp-source "
              f"(keeps nothing) {y:8.0f}   ratio {x / y:5.2f}   fdatasync "
              f"{statistics.median(sync):5.0f} us", flush=True)


def large(outpost, tmp, env, peak):
    print("\noutbox: memory of outpost send, MB at its highest")
    for mb in [1, 1024]:
        path = os.path.join(tmp, "attached")
        with open(path, "wb") as f:
            f.truncate(mb << 20)
        used = peak([outpost, "send", "-A", "bench", "-t", "bob@example.org", "-s", "s", "-a", path,
                     "text"])
        print(f"  attachment of {mb:4} MB {used:8.1f}", flush=True)


def search(outpost, program, env):
    print(f"\noutbox: lists and searches in {ROWS} rows, the library call")
    subprocess.run([program, "bench"], env=env, check=True)
    print("  and the command, start-up and all")
    for words in [["list"], ["list", "-A", "bench"], ["log", "--to", "r777@"],
                  ["log", "--subject", "number 777"], ["log", "--since", "2020-01-01"],
                  ["log", "--before", "2020-01-01"], ["log", "--state", "failed"]]:
        took = []
        for _ in range(11):
            begin = time.perf_counter()
            subprocess.run([outpost, "outbox", *words], env=env, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took.append((time.perf_counter() - begin) * 1000)
        print(f"  outbox {' '.join(words):28} {statistics.median(took):8.1f} ms", flush=True)


def table(outpost, tmp, env, peak):
    programs = os.path.join(os.path.dirname(outpost), "tests")
    if not sbin("smtp-sink"):
        print("\noutbox: left out, it needs smtp-sink of the package postfix")
        return
    with Sink() as port:
        subprocess.run([outpost, "setup", "alice@example.org", "--name", "bench", "--host",
                        "127.0.0.1", "--port", port, "--security", "none", "--auth", "none", "--yes",
                        "--no-check"], check=True, env=env, capture_output=True)
        send(outpost, os.path.join(programs, "enqueue"), tmp, env, port)
        large(outpost, tmp, env, peak)
        shutil.rmtree(os.path.join(tmp, ".local", "state", "outpost"))
        put_in(os.path.join(programs, "enqueue"), tmp, env)
        search(outpost, os.path.join(programs, "search"), env)
