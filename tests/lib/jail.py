"""A mail server that is not installed: its package unpacked, run with mounts and processes of its own.

It sees the package's /usr over ours, its own /etc/passwd and /var; ports are the machine's. Nothing of
the machine is changed, and with the jail's first process everything in it ends.
"""
import os
import shlex
import shutil
import signal
import subprocess

import tap

HERE = os.path.dirname(os.path.abspath(__file__))


def why_not():
    """Why a jail cannot be, or None."""
    if os.geteuid() != 0:
        return "mail servers need root"
    r = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
                        "d=$(mktemp -d) && mount -t tmpfs x $d && mkdir $d/a $d/b && "
                        "mount -t overlay o -o lowerdir=$d/a:$d/b $d/a"], capture_output=True)
    return None if r.returncode == 0 else "no mounts of one's own are possible here"


def unpacked(program, packages, name=None):
    """The folder that packages[0] was unpacked into; the others are libraries that may be missing
    here. Skips the test where they cannot be had."""
    build = os.environ.get("BUILD", "build").removesuffix("/asan")
    os.makedirs(os.path.join(build, "mta"), exist_ok=True)
    folder = os.path.abspath(os.path.join(build, "mta", name or packages[0]))
    r = subprocess.run([os.path.join(HERE, "unpack.sh"), folder, program, *packages],
                       capture_output=True, text=True)
    if r.returncode != 0:
        tap.skip_all((r.stdout + r.stderr).strip()[-300:])
    return folder


def environment(folder):
    """What a program of an unpacked package needs."""
    libs = [f"{folder}/root/{lib}/{os.uname().machine}-linux-gnu" for lib in ("usr/lib", "lib")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libs)}


class Jail:
    def __init__(self, folder, program, packages, users, name=None):
        """users: names with a number each. name: of the unpacked packages, usually the first one's.
        Skips the test where the package cannot be had."""
        self.folder = folder
        self.program = program
        os.makedirs(folder, exist_ok=True)
        self.unpacked = unpacked(program, packages, name)
        for name, extra in (("passwd", ":x:{0}:{0}::/nonexistent:/usr/sbin/nologin"),
                            ("group", ":x:{0}:")):
            with open(self.path(name), "w") as out, open("/etc/" + name) as f:
                out.write("".join(line for line in f if line.split(":")[0] not in users))
                out.writelines(user + extra.format(n) + "\n" for user, n in users.items())
        os.makedirs(self.path("var"), exist_ok=True)
        self.daemon = None
        # Its users have to reach the folders.
        path = folder
        while path != "/":
            if os.stat(path).st_uid == 0:
                os.chmod(path, os.stat(path).st_mode | 0o011)
            path = os.path.dirname(path)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def script(self, prepare, argv):
        """What is run inside; prepare: shell lines, run first."""
        q = shlex.quote
        return "\n".join([
            "set -e", "mount --make-rprivate /",
            f"mount -t overlay o -o lowerdir={q(self.unpacked + '/root/usr')}:/usr /usr",
            f"mount --bind {q(self.path('passwd'))} /etc/passwd",
            f"mount --bind {q(self.path('group'))} /etc/group",
            "for d in /var/lib /var/spool /var/log /run; do mount -t tmpfs -o mode=755 none $d; done",
            prepare, "exec " + " ".join(map(q, argv))])

    def open(self, prepare, argv):
        """Runs argv inside, as the first process there."""
        self.log = open(self.path("daemon.log"), "wb")
        self.daemon = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
             self.script(prepare, argv)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment(self.unpacked))

    def start(self, prepare, argv, port):
        """The same, and waits until the port is served."""
        self.open(prepare, argv)
        return tap.ok(tap.wait_until(lambda: self.daemon.poll() is None and tap.is_open(port), 20,
                                     "the server"), "the server is up", self.said())

    def said(self):
        with open(self.path("daemon.log"), errors="replace") as f:
            return f.read()[-2000:]

    def stop(self):
        if self.daemon:
            self.daemon.send_signal(signal.SIGKILL)
            self.daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
