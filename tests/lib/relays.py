"""Mail servers and small senders that write in /etc: run as root of a system of their own.

    relay = Relay("nullmailer", "/usr/sbin/nullmailer-send", ["nullmailer"], users={"mail": 8})
    home = relay.home(server, "starttls")     a clients.Home whose programs run in there, outpost too
    relay.write("/etc/x", "text")             a file in there
    relay.stop()

It has the package's files over the machine's, an /etc, /var and /run of its own, the machine's
network; all is gone with its first process (tests/lib/jail.py).

    with Recorder() as r:                     takes every sign-in and tells what was given: r.last()
"""
import base64
import os
import subprocess

import certs
import clients
import jail
import tap
from faulty import Faulty

LETTER = clients.Letter("any", "any\n")


class Relay(jail.Jail):
    own = ()

    def __init__(self, name, program, packages, users=None, prepare=""):
        why = jail.why_not()
        if why:
            tap.skip_all(why)
        super().__init__(os.path.join(tap.TMP, name), program, packages, users or {}, "relay-" + name)
        etc = self.path("etc")
        self.open("\n".join([
            f"mkdir -p {etc} {self.unpacked}/root/etc && mount -t tmpfs -o mode=755 none {etc}",
            f"mkdir -m 755 {etc}/up {etc}/work && mount -t overlay o -o lowerdir={self.unpacked}/root/etc"
            f":/etc,upperdir={etc}/up,workdir={etc}/work /etc",
            f"mount --bind {self.path('passwd')} /etc/passwd",
            f"mount --bind {self.path('group')} /etc/group", prepare, f"touch {self.path('ready')}"]),
            ["sleep", "infinity"])
        tap.wait_until(lambda: os.path.exists(self.path("ready")) or self.daemon.poll() is not None,
                       what="the relay's system")
        if self.daemon.poll() is not None:
            tap.ok(False, f"{name}: its system is ready", self.said())
            tap.done()
        clients.real(f"{name} {self.version(packages[0])}")

    def version(self, package):
        r = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True)
        return next((x.split()[-1] for x in r.stdout.splitlines() if "Candidate" in x), "")

    def within(self, args):
        """The command line that runs args in there."""
        pid = self.daemon.pid
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            child = f.read().split()[0]
        return ["nsenter", "-t", child, "-m", "-p", *args]

    def run(self, args, text="", **kw):
        r = subprocess.run(self.within(args), input=text.encode(), capture_output=True,
                           env=jail.environment(self.unpacked), timeout=20, **kw)
        r.stdout, r.stderr = (b.decode("utf-8", "replace") for b in (r.stdout, r.stderr))
        r.said = r.stdout + r.stderr
        return r

    def sh(self, line, text=""):
        r = self.run(["sh", "-c", line], text)
        if r.returncode != 0:
            print("# " + line + ": " + r.said.strip())
        return r

    def write(self, path, text):
        self.sh(f"cat > {path}", text)

    def read(self, path):
        return self.run(["cat", path]).stdout

    def home(self, *args, **settings):
        """own: files that the export has for itself; another home's are not in its way."""
        self.run(["rm", "-f", *self.own])
        return Home(self, *args, **settings)


class Home(clients.Home):
    """Everything in it runs in the relay's system."""

    def __init__(self, relay, *args, **settings):
        super().__init__(*args, **settings)
        self.relay = relay

    def export(self, client, *options):
        r = self.relay.run([tap.OUTPOST, "export", client, "work", "--write", *options])
        return clients.written(r)

    def run(self, args, text="", env=None, timeout=60):
        return self.relay.run(args, text)

    def read(self, name):
        return self.relay.read(os.path.join(self.path, name))


class Recorder:
    """An SMTP server with TLS that takes whatever signs in by PLAIN, and every message."""

    def __init__(self, how="tls", offers="AUTH PLAIN LOGIN"):
        self.how, self.offers = how, offers
        folder = os.path.join(tap.TMP, "recorder")
        self.ca = certs.make(folder)
        self.seen = []
        self.server = Faulty(self._talk, os.path.join(folder, "good.pem"), wrap=how == "tls")
        self.ports = {how: self.server.port}
        self.password = clients.PASSWORD

    def _talk(self, c):
        c.say("220 recorder.test ESMTP\n")
        while True:
            line = c.line()
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                words = [] if self.how == "starttls" and not c.tls else [self.offers]
                words += ["STARTTLS"] if self.how == "starttls" and not c.tls else []
                c.say("250-recorder.test\n250 " + words[0] + "\n")
            elif verb == "STARTTLS":
                c.say("220 go\n")
                c.start_tls()
            elif verb == "AUTH":
                self.seen.append(self._sign_in(c, line.split(" ")))
                c.say("235 ok\n")
            elif verb == "DATA":
                c.say("354 go\n")
                c.message()
                c.say("250 taken\n")
            elif verb == "QUIT":
                c.say("221 bye\n")
                return
            else:
                c.say("250 ok\n")

    def _ask(self, c, what):
        c.say("334 " + base64.b64encode(what.encode()).decode() + "\n")
        return c.line()

    def _sign_in(self, c, words):
        raw = lambda text: base64.b64decode(text).decode("utf-8", "replace")
        if words[1].upper() == "LOGIN":
            return (raw(words[2] if len(words) > 2 else self._ask(c, "Username:")),
                    raw(self._ask(c, "Password:")))
        return tuple(raw(words[2] if len(words) > 2 else self._ask(c, "")).split("\0")[1:])

    def last(self, seconds=3):
        """User and password of the next sign-in."""
        return self.seen.pop(0) if tap.wait_until(lambda: self.seen, seconds, "a sign-in") else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.__exit__()


def signs_in(client, relay, send, recorder, values=clients.NASTY):
    """Each nasty value as user and as password, exported with it and used: the server gets the same,
    or the export was refused with a sentence."""
    wrong, refusals = [], []

    def works(user, password):
        home = relay.home(recorder, recorder.how, password=password, user=user)
        r = home.export(client, "--with-password")
        if r.returncode != 0:
            if "his format" not in r.stderr:
                wrong.append((user, password, r.stderr))
            return False
        r = send(home, LETTER)
        got = recorder.last()
        if got != (user, password):
            wrong.append((user, password, got, r.said[-300:]))
        return True

    for value in values:
        if len(wrong) > 3 or works(value, value):
            continue
        refusals += [("password", value)] * (not works(clients.USER, value))
        refusals += [("user", value)] * (not works(value, "plain"))
    tap.equal(wrong, [], f"{client}: {len(values)} nasty values sign in or are refused")
    print(f"# {client} cannot hold: {refusals}")
    return refusals


def letter(client, how):
    return clients.Letter(f"Über {how} from {client}", clients.BODY.format(client))


def no_secret(home, paths, what):
    told = [p for p in paths if any(w in home.read(p) for w in (clients.PASSWORD, "w\\ör", "ör#d"))]
    tap.ok(paths, f"{what}: something was written")
    tap.equal(told, [], f"{what}: no password in what was written")


def sends(client, relay, server, send, secret_file, **how):
    """The matrix of one relay: without a password nothing secret is written; with one it sends, by
    each of `ways`; a wrong password and, with ca=True, an unknown CA are refused. send(home, letter)
    returns when it is through, with 0 only when the message has left. secret_file is a (path, mode)."""
    def ready(way, **more):
        home = relay.home(server, way, **more)
        r = home.export(client, "--with-password")
        tap.equal(r.returncode, 0, f"{client}, {way}: exported") or print("# " + r.stderr)
        return home

    ways = how.get("ways", ("starttls", "tls"))
    home = relay.home(server, ways[0])
    r = home.export(client)
    tap.equal(r.returncode, 0, f"{client}: exported without the password") or print("# " + r.stderr)
    no_secret(home, r.paths, client)
    for way in ways:
        home = ready(way)
        path, mode = secret_file
        tap.equal(relay.run(["stat", "-L", "-c", "%a %U:%G", path]).stdout.strip(), mode,
                  f"{client}, {way}: the rights of the file with the password")
        mail = letter(client, way)
        r = send(home, mail)
        tap.equal(r.returncode, 0, f"{client}, {way}: it sends") or print("# " + r.said[-1500:])
        clients.arrived(server, mail, f"{client}, {way}")
    never = clients.Letter("never", "never\n")
    clients.refused(server, send(ready(ways[-1], password="wrong"), never), f"{client}, wrong password")
    if how.get("ca", True):
        clients.refused(server, send(ready(ways[-1], ca_file=server.stranger), never),
                        f"{client}, unknown CA")


def carries(client, relay, keys, read, values=clients.NASTY, options=("--with-password",)):
    """clients.carries for a relay: each value as each key, read back by its own tools."""
    wrong, refusals, count = [], [], 0
    for key in keys:
        for value in values:
            more = {"password": value} if key == "password" else {key.replace("-", "_"): value}
            home = relay.home(how="starttls", **more)
            r = home.export(client, *options)
            count += 1
            if r.returncode == 0:
                got = read(home, key)
                wrong += [(key, value, got)] * (got != value)
            else:
                refusals.append((key, value))
                wrong += [(key, value, r.stderr)] * ("his format" not in r.stderr)
    tap.equal(wrong, [], f"{client}: {count} nasty values are read back or refused")
    tap.ok(len(refusals) * 2 < count, f"{client}: most of them are held", refusals)
    print(f"# {client} cannot hold: {refusals}")
