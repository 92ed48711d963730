"""The sandbox as the server of an account, and what it caught, one message after the other."""
import email
import email.policy
import glob
import json
import os
import signal
import subprocess
import threading

import tap


class Catcher:
    def __init__(self, *options):
        self.folder = os.path.join(tap.TMP, "caught")
        self.seen = set()
        self.box = subprocess.Popen([tap.OUTPOST, "sandbox", "--port", "0", "--json", "--maildir",
                                     self.folder, *options], stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
        self.port = json.loads(self.box.stdout.readline())["port"]

    def next(self):
        """Envelope, message and bytes (with LF) of the next one; waits for it."""
        event = json.loads(self.box.stdout.readline())
        raw = tap.wait_until(lambda: self._find(event["envelope_to"]), what="the file")
        return event, email.message_from_bytes(raw, policy=email.policy.default), raw

    def _find(self, to):
        for path in sorted(set(glob.glob(self.folder + "/new/*")) - self.seen):
            with open(path, "rb") as f:
                raw = f.read().replace(b"\r\n", b"\n")
            found = []
            # What the sandbox writes on top.
            while raw.startswith((b"Return-Path:", b"X-Envelope-To:")):
                line, raw = raw.split(b"\n", 1)
                if line.startswith(b"X-"):
                    found.append(line.split(b": ", 1)[1].decode()[1:-1])
            if found == to:
                self.seen.add(path)
                return raw
        return None

    def forget(self):
        """Nobody asks for single messages: what is told of them must not fill the pipe."""
        threading.Thread(target=self.box.stdout.read, daemon=True).start()

    def rest(self):
        """How many there are that nobody has asked for."""
        return len(set(glob.glob(self.folder + "/new/*")) - self.seen)

    def end(self):
        self.box.send_signal(signal.SIGINT)
        return self.box.wait(10)
