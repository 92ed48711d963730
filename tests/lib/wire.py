"""Many dialogues with one scripted server: a case is a script, a command line and what to expect.

Cases run two at a time, each runner with a server of its own, and are reported in order.
"""
import json
import os
import subprocess
import sys
import tempfile
import threading

import accounts
import certs
import tap
from faulty import Faulty, context

ASAN = "asan" in os.environ.get("BUILD", "")
CA = certs.make(os.path.join(tap.TMP, "tls"))


def pem(name="good"):
    return os.path.join(tap.TMP, "tls", name + ".pem")


class Talk:
    """A whole dialogue. replies overrides what is said: by the command's first word, "GREETING", or
    "." for the end of DATA; a text, or a function of the Conn that returns True when it is
    through with the client. A list is used up, its last one stays. What came is kept."""

    USUAL = {"GREETING": "220 mail.test ESMTP\n", "AUTH": "235 2.7.0 ok\n",
             "MAIL": "250 2.1.0 ok\n", "RCPT": "250 2.1.5 ok\n", "DATA": "354 go\n",
             ".": "250 2.0.0 taken\n", "BDAT": "250 2.0.0 taken\n", "QUIT": "221 bye\n",
             "STARTTLS": "220 go\n", "RSET": "250 ok\n", "HELO": "250 mail.test\n"}

    def __init__(self, offers="AUTH PLAIN", tls_offers=None, replies=None):
        self.offers = offers.split(",") if offers else []
        self.tls_offers = tls_offers
        self.replies = {k: list(v) if isinstance(v, list) else [v]
                        for k, v in {**self.USUAL, **(replies or {})}.items()}
        self.commands = []
        self.bodies = []
        self.body = b""

    def verbs(self):
        return [c.split(" ")[0].split(":")[0].upper() for c in self.commands]

    def __call__(self, c):
        if self.give(c, "GREETING"):
            return
        while True:
            line = c.line()
            self.commands.append(line)
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb == "BDAT":
                self.body += c.exactly(int(line.split(" ")[1]))
                if line.upper().endswith(" LAST"):
                    self.bodies.append(self.body)
                    self.body = b""
            before = self.replies.get(verb, [None])[0]
            if self.give(c, verb) or verb == "QUIT":
                return
            if verb == "DATA" and str(before).startswith("354"):
                self.bodies.append(c.message())
                if self.give(c, "."):
                    return
            if verb == "STARTTLS" and str(before).startswith("220"):
                c.start_tls()
                if self.tls_offers is not None:
                    self.offers = self.tls_offers.split(",") if self.tls_offers else []

    def give(self, c, what):
        answers = self.replies.get(what, ["250 ok\n"])
        if what == "EHLO" and what not in self.replies:
            words = ["mail.test", *self.offers]
            answers = ["".join(f"250{'-' if n + 1 < len(words) else ' '}{w}\n"
                               for n, w in enumerate(words))]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            return answer(c)
        c.say(answer)
        return False


class Case:
    def __init__(self, name, script, check, account="clear", args=None, stdin="text\n", limit=20):
        self.name, self.script, self.check = name, script, check
        self.account, self.stdin, self.limit = account, stdin, limit
        self.args = args or ["send", "--no-queue", "-t", "bob@example.net", "-s", "s"]


class Result:
    """code, out, err; seconds, rss in bytes; faults that the server found."""


# Starts programs for a test that has grown large: a child's highest memory counts from before its
# exec, so that who forks it must be small.
LAUNCHER = """
import json, os, signal, subprocess, sys, threading, time
for line in sys.stdin:
    argv, given, out, err, limit = json.loads(line)
    begin = time.monotonic()
    p = subprocess.Popen(argv, stdin=open(given), stdout=open(out, "w"), stderr=open(err, "w"))
    killer = threading.Timer(limit, p.kill)
    killer.start()
    _, status, usage = os.wait4(p.pid, 0)
    killer.cancel()
    p.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([p.returncode, usage.ru_maxrss * 1024, time.monotonic() - begin]), flush=True)
"""


class Launcher:
    def __init__(self):
        self.p = subprocess.Popen([sys.executable, "-S", "-E", "-c", LAUNCHER], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.folder = tempfile.mkdtemp(dir=tap.TMP)
        self.stdin = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, argv, stdin="", limit=60):
        r = Result()
        if stdin is not self.stdin:
            with open(self.path("in"), "wb") as f:
                f.write(stdin.encode())
            self.stdin = stdin
        print(json.dumps([argv, *map(self.path, ("in", "out", "err")), limit]), file=self.p.stdin,
              flush=True)
        r.code, r.rss, r.seconds = json.loads(self.p.stdout.readline())
        for name in ("out", "err"):
            with open(self.path(name), encoding="utf-8", errors="replace") as f:
                setattr(r, name, f.read())
        return r


class Runner(threading.Thread):
    def __init__(self, number, cases, results):
        super().__init__(daemon=True)
        self.number, self.cases, self.results = number, cases, results
        self.current = None
        self.launcher = Launcher()
        self.server = Faulty(lambda c: self.current.script(c), tls=pem())
        self.tls = Faulty(lambda c: self.current.script(c), tls=pem(), wrap=True,
                          client_ca=CA)

    def run(self):
        for i, case in self.cases:
            self.current = case
            self.server.faults.clear()
            self.tls.faults.clear()
            before = self.server.connections + self.tls.connections
            r = self.launcher.run([tap.OUTPOST, *case.args, "-A", f"{case.account}{self.number}"],
                                  case.stdin, limit=case.limit + 40)
            r.faults = self.server.faults + self.tls.faults
            r.connections = self.server.connections + self.tls.connections - before
            self.results[i] = r


KINDS = {"clear": {}, "noauth": {"auth": "none"}, "short": {"timeout": "1"},
         "starttls": {"security": "starttls"}, "tls": {"security": "tls"},
         "shorttls": {"security": "tls", "timeout": "1"}}
SECRETS = [accounts.PASSWORD, "hunter2", "aHVudGVyMg", "h1bnRlcj", "odW50ZXIy"]


def complaints(case, r):
    """What is wrong whatever the case is about."""
    said = r.out + r.err
    wrong = list(r.faults)
    wrong += [f"escape byte {c!r}" for c in "\x1b\x07\x00\x7f\x9b" if c in said]
    wrong += ["the password is shown" for s in SECRETS if s in said]
    if r.code < 0:
        wrong.append(f"ended by signal {-r.code}")
    if r.seconds > case.limit:
        wrong.append(f"took {r.seconds:.1f} s")
    if r.code != 0 and not r.out.startswith("{"):
        if not any(line.startswith("outpost: ") and line.endswith((".", "?"))
                   for line in r.err.splitlines()):
            wrong.append("no sentence")
    return wrong


def run_all(cases, kinds=None):
    """Runs the cases and reports each in one line."""
    results = {}
    runners = [Runner(n, list(enumerate(cases))[n::2], results) for n in range(2)]
    table = {}
    for kind, settings in {**KINDS, **(kinds or {})}.items():
        for runner in runners:
            server = runner.tls if settings.get("security") == "tls" else runner.server
            table[f"{kind}{runner.number}"] = {"port": server.port, "ca-file": CA, **settings}
    accounts.write(table)
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    for i, case in enumerate(cases):
        r = results[i]
        wrong = complaints(case, r) + [w for w in case.check(r, case.script) or [] if w]
        tap.ok(not wrong, case.name,
               f"{wrong}\nexit {r.code} after {r.seconds:.1f} s\n{r.err}\n"
               f"{getattr(case.script, 'commands', '')}")
    return [results[i] for i in range(len(cases))]


def expect(code, *words, verbs=None, without=()):
    """A check: the exit code (or one of several), words on standard error, the commands."""
    codes = code if isinstance(code, tuple) else (code,)

    def check(r, script):
        wrong = [] if r.code in codes else [f"exit {r.code}, not {code}"]
        wrong += [f"does not say {w!r}" for w in words if w not in r.err]
        wrong += [f"says {w!r}" for w in without if w in r.err]
        if verbs is not None and script.verbs() != verbs.split():
            wrong.append(f"commands were {script.verbs()}")
        return wrong
    return check


__all__ = ["ASAN", "CA", "Case", "Talk", "context", "expect", "pem", "run_all"]
