"""What the screen tests share: a sandbox server, a silent one, accounts."""
import json
import os
import socket
import subprocess

from tap import OUTPOST, TMP
from tmux import Screen

CONFIG = os.environ.get("XDG_CONFIG_HOME", os.path.join(os.environ["HOME"], ".config"))


class Sandbox:
    """outpost sandbox that takes one user and one password."""

    def __init__(self, user, password):
        self.cert = os.path.join(TMP, "sandbox.pem")
        self.maildir = os.path.join(TMP, "caught")
        self.process = subprocess.Popen(
            [OUTPOST, "sandbox", "--port", "0", "--tls-port", "0", "--cert-file", self.cert,
             "--maildir", self.maildir, "--user", user, "--password-stdin", "--require-auth",
             "--json"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdin.write(password.encode() + b"\n")
        self.process.stdin.close()
        told = json.loads(self.process.stdout.readline())
        self.port, self.tls_port = told["port"], told["tls_port"]

    def mails(self):
        new = os.path.join(self.maildir, "new")
        names = sorted(os.listdir(new)) if os.path.isdir(new) else []
        return [open(os.path.join(new, n), "rb").read() for n in names]

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.process.terminate()
        self.process.wait()


class Silent:
    """Accepts a connection and never says a word."""

    def __enter__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *what):
        self.socket.close()


def accounts_ini(text):
    """Writes the accounts file; gives its path."""
    folder = os.path.join(CONFIG, "outpost")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, "accounts.ini")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o600)
    return path


def outpost(*args, **kw):
    return Screen([OUTPOST, *args], **kw)
