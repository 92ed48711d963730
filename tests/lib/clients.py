"""Mail programs for real: an account of outpost is handed over to one, which then sends.

    program = need("mutt", "-v")                  skips the test when it is not there; "# real:"
    server = Server()                             TLS and AUTH on localhost; one user, one password
    home = Home(server, "starttls")               a HOME of its own with the account "work"
    home.export("mutt")                           outpost export mutt work --write; what it wrote
    home.run(["mutt", ...], "body")               runs a program there
    server.caught()                               the next message: .user .sender .to .mail .text

Most of a test is one call of each of these:

    sends("mutt", server, send)                   over STARTTLS and TLS, no secret in files, wrong
                                                  password, unknown CA
    carries("mutt", ["from_name", ...], read)     nasty values, exported and read back; or, where
                                                  a program does not tell what it read:
    trusts(...), signs_in(...)                    it sends with them

send(home, letter) runs the program until it is through and returns a CompletedProcess, or what
looks like one; letter has .to, .subject and .body. read(home) is a dict of what the program finds
in its settings; what is not asked for is not looked at.
"""
import dataclasses
import email
import email.headerregistry
import email.policy
import functools
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.parse

import accounts
import certs
import tap

USER = "alice@example.test"
PASSWORD = "pa ss\"w\\ör#d;%$'"
NAME = "Alice \"the \\ Cat\" Ünlü; #1 <%$`@&'>"
BODY = "Grüße from {}\n.\n..dots, and 'both' \"quotes\"\nend\n"

# Values that break what is written carelessly; every one is a legal setting of an account.
NASTY = ["plain", "it's two 'words'", 'say "hi"', "back\\slash \\n\\x41", "end\\", "a#b # c; d ;e",
         "100%s %d %% {{id}}", "$HOME ${x} $(id) `id`", "a@b:c::d, e=f", "a<b>c &amp; d",
         "Ünïcödé 日本", " leading", "trailing ", "'quoted'", '"quoted"', "!x ~ *?[a]|(b)", PASSWORD,
         NAME]


def need(program, *version, package=None):
    """Its path; the test is over when it is not installed."""
    path = shutil.which(program)
    if not path:
        tap.skip_all(f"{package or program} is not installed, so it was not run")
    if version:
        real(f"{program} {version_of(path, *version)}")
    return path


def version_of(*command):
    """The first number with dots that it says of itself."""
    p = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return re.search(r"\d+(\.\d+)+|\d{8}", p.stdout + p.stderr)[0]


def real(what):
    """For the summary: which program was run for real."""
    print(f"# real: {what}", flush=True)


def otherwise(what, how):
    """For the summary: which format was checked by other means than its program."""
    print(f"# otherwise: {what}: {how}", flush=True)


@dataclasses.dataclass
class Letter:
    subject: str
    body: str
    to: str = "bob@example.net"


@dataclasses.dataclass
class Caught:
    user: str
    sender: str
    to: list
    mail: email.message.EmailMessage

    @property
    def text(self):
        part = self.mail.get_body(("plain",))
        return part.get_content().replace("\r\n", "\n") if part else ""


class Server:
    """outpost's sandbox, strict: TLS first, then a sign-in as this user. `.ca` signed its
    certificate, `.stranger` did not."""

    def __init__(self, user=USER, password=PASSWORD, folder="server"):
        self.folder = os.path.join(tap.TMP, folder)
        os.makedirs(self.folder)
        self.ca = os.path.join(self.folder, "ca.pem")
        self.password = password
        self.seen = 0
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.box = subprocess.Popen(
            [tap.OUTPOST, "sandbox", "--json", "--port", "0", "--tls-port", "0", "--user", user,
             "--password-stdin", "--require-auth", "--require-tls", "--cert-file", self.ca,
             "--maildir", os.path.join(self.folder, "mail")],
            stdin=subprocess.PIPE, stdout=self.log, stderr=subprocess.DEVNULL)
        self.box.stdin.write(password.encode() + b"\n")
        self.box.stdin.close()
        at = tap.wait_until(self._events, what="the server")[0]
        self.ports = {"starttls": at["port"], "tls": at["tls_port"]}

    @functools.cached_property
    def stranger(self):
        return certs.make(os.path.join(self.folder, "stranger"))

    def _events(self):
        with open(self.log.name) as f:
            return [json.loads(line) for line in f if line.endswith("\n")]

    def count(self):
        """How many messages have come so far."""
        return len(self._events()) - 1

    def caught(self, seconds=20):
        """The next one that nobody has asked for; None when none comes."""
        if not tap.wait_until(lambda: self.count() > self.seen, seconds, "a message"):
            return None
        self.seen += 1
        event = self._events()[self.seen]
        return Caught(event["user"], event["envelope_from"], event["envelope_to"],
                      self._mail(event["envelope_to"]))

    def _mail(self, to):
        path = tap.wait_until(lambda: sorted(glob.glob(self.folder + "/mail/new/*"),
                                             key=os.path.getmtime)[self.seen - 1:], what="the file")
        with open(path[0], "rb") as f:
            return email.message_from_binary_file(f, policy=email.policy.default)

    def end(self):
        self.box.send_signal(signal.SIGINT)
        self.box.wait(10)
        self.log.close()


class Home:
    """A home folder of its own, with the account "work"; it becomes $HOME of this process.

    Settings are those of accounts.ini; None leaves one out. The password is in a file whose
    path has a blank, unless settings say where it is."""

    count = 0

    def __init__(self, server=None, how="starttls", password=None, **settings):
        Home.count += 1
        self.path = os.path.join(tap.TMP, f"home {Home.count}")
        os.makedirs(self.path, mode=0o700)
        for name in ("MAIL", "MAILRC", "EMAIL", "REPLYTO", "SSL_CERT_FILE", "SSL_CERT_DIR",
                     "CURL_CA_BUNDLE", "CURL_HOME", "GIT_CONFIG_GLOBAL", "XDG_DATA_HOME",
                     "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            os.environ.pop(name, None)
        os.environ["HOME"] = self.path
        os.environ["XDG_CONFIG_HOME"] = self.path + "/.config"
        self.settings = {"address": USER, "user": USER, "from-name": NAME, "host": "localhost",
                         "security": how, "password": "file"}
        if server:
            self.settings.update(port=server.ports[how], **{"ca-file": server.ca})
            password = password or server.password
        self.settings["password-file"] = self.file(".pass word", (password or PASSWORD) + "\n")
        self.set(**settings)

    def set(self, **settings):
        """Changes settings of the account: from_name="..." is from-name."""
        self.settings.update({k.replace("_", "-"): v for k, v in settings.items()})
        accounts.write({"work": self.settings})

    def file(self, name, text):
        """A 0600 file below the home folder; its path."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def read(self, name):
        with open(os.path.join(self.path, name)) as f:
            return f.read()

    def export(self, client, *options):
        """outpost export CLIENT work --write; the CompletedProcess, with .paths it wrote. With
        "print" it is printed, and kept in the file "printed". The last one is .exported."""
        if "print" in options:
            rest = [o for o in options if o != "print"]
            r = self.exported = tap.run("export", client, "work", *rest)
            r.paths = [self.file("printed", r.stdout)]
            return r
        self.exported = written(tap.run("export", client, "work", "--write", *options))
        return self.exported

    def run(self, args, text="", env=None, timeout=60):
        """Runs a program here; stdout and stderr as text, together in .said."""
        r = subprocess.run(args, input=text.encode(), capture_output=True, cwd=self.path,
                           env={**os.environ, **(env or {})}, timeout=timeout)
        r.stdout, r.stderr = (b.decode("utf-8", "replace") for b in (r.stdout, r.stderr))
        r.said = r.stdout + r.stderr
        return r


def written(r):
    """What an export says it wrote, as .paths of its CompletedProcess."""
    words = ("Wrote ", "Changed ", "Unchanged: ")
    r.paths = [line.removeprefix("outpost: ").removeprefix(w) for line in r.stderr.splitlines()
               for w in words if line.removeprefix("outpost: ").startswith(w)]
    return r


def message(letter, name=NAME):
    """The letter as text of a message, for programs that send what they are given; name None: no
    From, as the program adds it."""
    m = email.message.EmailMessage()
    if name is not None:
        m["From"] = email.headerregistry.Address(name, addr_spec=USER)
    m["To"] = letter.to
    m["Subject"] = letter.subject
    m.set_content(letter.body, cte="8bit")
    return m.as_bytes().decode()


def arrived(server, letter, what, name=NAME):
    """The letter is the next one at the server, from the account and signed in as its user."""
    got = server.caught()
    if not tap.ok(got is not None, f"{what}: it arrives"):
        return
    sender = got.mail["From"].addresses[0]
    tap.equal((got.user, got.sender, got.to), (USER, USER, [letter.to]),
              f"{what}: signed in, envelope")
    tap.equal((sender.addr_spec, sender.display_name), (USER, name or ""), f"{what}: From")
    tap.equal(str(got.mail["Subject"]), letter.subject, f"{what}: subject")
    tap.equal(got.text.rstrip("\n"), letter.body.rstrip("\n"), f"{what}: body")


def no_secret(paths, what, password=PASSWORD):
    """None of the files holds the password, however it is written."""
    told = [p for p in paths if any(word in open(p, encoding="utf-8").read()
                                    for word in (password, "w\\ör", "ör#d"))]
    tap.ok(paths and not told, f"{what}: no password in what was written", told)


def refused(server, r, what):
    before = server.count()
    tap.ok(r.returncode != 0, f"{what}: it fails", getattr(r, "said", r.stdout))
    tap.equal(server.count(), before, f"{what}: nothing is sent")


def sends(client, server, send, name=NAME, ways=("starttls", "tls"), body=BODY, options=(),
          check=False):
    """The whole matrix of one client. name None: it writes no display name. check: outpost can try
    it by itself, and does."""
    def ready(how, **more):
        home = Home(server, how, **{"from_name": name or NAME, **more})
        r = home.export(client, *options)
        tap.equal(r.returncode, 0, f"{client}, {how}: exported") or print("# " + r.stderr)
        no_secret(r.paths, f"{client}, {how}")
        return home

    for how in ways:
        home = ready(how)
        letter = Letter(f"Über {how} from {client}", body.format(client))
        r = send(home, letter)
        tap.ok(r.returncode == 0, f"{client}, {how}: it sends", (r.stdout + r.stderr)[-1500:])
        arrived(server, letter, f"{client}, {how}", name)
    letter = Letter("never", "never\n")
    home = ready("starttls", password="wrong")
    refused(server, send(home, letter), f"{client}, wrong password")
    home = ready("starttls", ca_file=server.stranger)
    refused(server, send(home, letter), f"{client}, unknown CA")
    if check:
        r = tap.run("export", client, "work", "--check")
        tap.equal(r.returncode, 0, f"{client}: outpost tries it") or print(r.stderr)


def carries(client, keys, read, options=()):
    """Each nasty value as each of these, exported and read back, read(home)[key]: it is the same,
    or the export was refused with a sentence. Returns what was refused: [(key, value)].

      from_name user ...   settings of the account        ca_file   a path
      command              a password from a file whose path has it too
      password             a password in the exported file, --with-password
    """
    groups = [[k for k in keys if k != "password"], [k for k in keys if k == "password"]]
    refusals, wrong = [], []
    trial = (read, wrong, options)
    for value in NASTY:
        for group in filter(None, groups):
            if not _carried(client, group, value, trial):
                refusals += [(key, value) for key in group
                             if len(group) == 1 or not _carried(client, [key], value, trial)]
    for row in wrong:
        print("# " + repr(row))
    tap.equal(len(wrong), 0,
              f"{client}: nasty values of {', '.join(keys)} are read back or refused")
    print(f"# {client} cannot hold: {refusals}")
    return refusals


def _carried(client, keys, value, trial):
    """False: the export was refused. What is not read back goes to wrong."""
    read, wrong, options = trial
    home, want = Home(), {key: value for key in keys}
    for key in keys:
        if key in ("command", "password"):
            name = "." + value if key == "command" else "password"
            home.set(password_file=home.file(name, value + "\n"))
        else:
            if key == "ca_file":
                want[key] = home.file(value, "")
            home.set(**{key: want[key]})
    r = home.export(client, *options, *(["--with-password"] if "password" in keys else []))
    if r.returncode != 0:
        if "his format" not in r.stderr:
            wrong.append((keys, value, r.stderr))
        return False
    if "password" in keys:
        wrong += [(p, oct(os.stat(p).st_mode)) for p in r.paths if os.stat(p).st_mode & 0o77]
    got = read(home)
    wrong += [(key, want[key], got.get(key)) for key in keys if got.get(key) != want[key]]
    return True


def signs_in(client, send, options=()):
    """As carries(), where a program tells nothing: it signs in as a user of a nasty name with a
    nasty password, from a file and from the export."""
    wrong, refusals = [], []
    for i, value in enumerate(NASTY):
        server = Server(user=value, password=value, folder=f"server {i}")
        for more in ([], ["--with-password"]):
            home = Home(server, "starttls", user=value, from_name="Alice")
            r = home.export(client, *options, *more)
            if r.returncode != 0:
                refusals.append(value)
                wrong += [] if "This format" in r.stderr else [(value, r.stderr)]
                continue
            r = send(home, Letter("s", "b\n"))
            if r.returncode != 0 or server.caught(2) is None:
                wrong.append((value, more, r.stdout, r.stderr))
        server.end()
    for row in wrong:
        print("# " + repr(row))
    tap.equal(len(wrong), 0, f"{client}: signs in as nasty users or refuses them")
    print(f"# {client} cannot hold: {refusals}")


def trusts(client, server, send, options=()):
    """Likewise a CA file of a nasty name."""
    wrong = []
    for value in NASTY:
        home = Home(server, "starttls", from_name="Alice")
        with open(server.ca) as f:
            home.set(ca_file=home.file(value, f.read()))
        r = home.export(client, *options)
        if r.returncode == 0:
            r = send(home, Letter("s", "b\n"))
            if r.returncode != 0 or server.caught(2) is None:
                wrong.append((value, r.stdout, r.stderr))
        elif "This format" not in r.stderr:
            wrong.append((value, r.stderr))
    for row in wrong:
        print("# " + repr(row))
    tap.equal(len(wrong), 0, f"{client}: finds CA files of nasty names or refuses them")


# ---- what programs say, undone ----

def unescaped(text):
    """A value in double quotes with backslashes before quotes and backslashes."""
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def url_user(url):
    return urllib.parse.unquote(url.split("://", 1)[1].rsplit("@", 1)[0])


def display_name(address):
    """Of Name <address> as a header has it."""
    m = email.message_from_string(f"From: {address}\n\n", policy=email.policy.default)
    return m["From"].addresses[0].display_name
