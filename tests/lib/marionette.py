"""Thunderbird without a screen, told what to do in its own language."""
import json
import os
import signal
import socket
import subprocess

import tap


class Thunderbird:
    def __init__(self, program, profile):
        self.port = tap.free_port()
        with open(os.path.join(profile, "prefs.js"), "a") as f:
            f.write(f'user_pref("marionette.port", {self.port});\n'
                    'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
                    'user_pref("app.update.enabled", false);\n')
        self.log = open(os.path.join(tap.TMP, "thunderbird.log"), "w")
        self.process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--marionette", "--remote-allow-system-access",
             "--profile", profile], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env={**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1"}, start_new_session=True)
        tap.wait_until(lambda: tap.is_open(self.port), 60, "Thunderbird")
        self.sock = socket.create_connection(("127.0.0.1", self.port), 60)
        self.data = b""
        self.count = 0
        self._read()
        self.command("WebDriver:NewSession", {})
        self.command("Marionette:SetContext", {"value": "chrome"})

    def _read(self):
        while b":" not in self.data:
            self.data += self._more()
        size, self.data = self.data.split(b":", 1)
        while len(self.data) < int(size):
            self.data += self._more()
        text, self.data = self.data[:int(size)], self.data[int(size):]
        return json.loads(text)

    def _more(self):
        raw = self.sock.recv(1 << 16)
        if not raw:
            raise EOFError("Thunderbird has ended")
        return raw

    def command(self, name, params):
        self.count += 1
        text = json.dumps([0, self.count, name, params]).encode()
        self.sock.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(error.get("message"))
        return result

    def run(self, script, *args, seconds=30):
        """A script that calls its last argument with the answer, as its own windows may do all."""
        self.command("WebDriver:SetTimeouts", {"script": seconds * 1000})
        return self.command("WebDriver:ExecuteAsyncScript",
                            {"script": script, "args": list(args), "sandbox": "system"})["value"]

    def end(self):
        self.sock.close()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()
