"""A program in a terminal of its own: a private tmux server, keys in, screen out.

    with Screen([outpost, "demo"]) as s:
        s.wait("Set up an account")
        s.keys("Enter")

Nothing sleeps and hopes: wait() polls until the text is there or the time is over.
"""
import os
import shlex
import subprocess
import time
import uuid

LIMIT = 20


class Screen:
    def __init__(self, command, width=80, height=24, env=None, cwd=None):
        self.name = "outpost-" + uuid.uuid4().hex[:12]
        self.folder = os.environ.get("TEST_TMP", "/tmp")
        words = " ".join(shlex.quote(w) for w in command)
        sets = dict(env or {})
        given = " ".join("%s=%s" % (k, shlex.quote(v)) for k, v in sets.items() if v is not None)
        gone = " ".join("-u " + k for k, v in sets.items() if v is None)
        # The shell stays, so that what the program leaves behind can be looked at.
        line = "stty -a >%s; env %s %s %s; echo \"exit=$?\"; stty -a >%s; exec cat" % (
            self.path("stty.before"), gone, given, words, self.path("stty.after"))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  "-c", cwd or self.folder, "sh", "-c", line)
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-s", "escape-time", "0")
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def path(self, name):
        return os.path.join(self.folder, self.name + "." + name)

    def tmux(self, *args):
        env = dict(os.environ, TMUX_TMPDIR=self.folder)
        env.pop("TMUX", None)
        return subprocess.run(["tmux", "-u", "-L", self.name, *args], env=env, check=True,
                              stdout=subprocess.PIPE).stdout.decode("utf-8", "replace")

    def __enter__(self):
        return self

    def __exit__(self, *what):
        try:
            self.tmux("kill-server")
        except subprocess.CalledProcessError:
            pass

    def text(self):
        return self.tmux("capture-pane", "-p", "-N")

    def attributes(self):
        return self.tmux("capture-pane", "-p", "-e")

    def lines(self):
        return [line.rstrip() for line in self.text().split("\n")]

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def paste(self, text):
        """As a terminal does it: bracketed when the program asked for it."""
        self.tmux("set-buffer", "--", text)
        self.tmux("paste-buffer", "-p", "-r")

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def fits(self, height):
        """The program has drawn for this height: tmux tells it the size a moment later."""
        return self.until(lambda: len(self.lines()) >= height and
                          self.lines()[height - 1].endswith("help"))

    def cursor(self):
        return tuple(int(n) for n in
                     self.tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split())

    def pid(self, name):
        """The process of that name below the terminal's shell."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        out = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", shell],
                             stdout=subprocess.PIPE).stdout.decode()
        for line in out.splitlines():
            pid, comm = line.split(None, 1)
            if comm.strip().startswith(name):
                return int(pid)
        return None

    def until(self, true, limit=LIMIT):
        end = time.monotonic() + limit
        while True:
            if true():
                return True
            if time.monotonic() > end:
                return False
            time.sleep(0.02)

    def wait(self, *texts, limit=LIMIT):
        """All of the texts are on the screen."""
        return self.until(lambda: all(t in self.text() for t in texts), limit)

    def gone(self, text, limit=LIMIT):
        return self.until(lambda: text not in self.text(), limit)
