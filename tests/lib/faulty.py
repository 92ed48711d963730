"""SMTP servers that go wrong on purpose, exactly and repeatably, on free ports of 127.0.0.1."""
import socket
import ssl
import threading
import time


class Faulty:
    """Serves every connection with script(conn), a function of a Conn, in a thread."""

    def __init__(self, script, tls=None):
        self.script = script
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(tls)
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.connections = 0
        self.stopping = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                s, _ = self.sock.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(s,), daemon=True).start()

    def _serve(self, s):
        try:
            self.script(Conn(self, s))
        except (OSError, ssl.SSLError, EOFError):
            pass
        finally:
            s.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.sock.close()


class Conn:
    def __init__(self, server, s):
        self.server = server
        self.s = s
        self.data = b""

    def say(self, text):
        self.s.sendall(text.encode("utf-8", "surrogateescape").replace(b"\n", b"\r\n"))

    def line(self):
        while b"\n" not in self.data:
            chunk = self.s.recv(65536)
            if not chunk:
                raise EOFError
            self.data += chunk
        line, self.data = self.data.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def hang(self):
        """Says nothing more until the client goes or the test ends."""
        self.s.settimeout(0.2)
        while not self.server.stopping.is_set():
            try:
                if not self.s.recv(65536):
                    return
            except socket.timeout:
                continue

    def greet(self, ehlo="250-mail.test\n250-AUTH PLAIN LOGIN\n250 SIZE 1000000\n"):
        self.say("220 mail.test ESMTP\n")
        self.line()
        self.say(ehlo)

    def serve(self, replies):
        """Answers by the first word; a value may be a text, or a function of (conn, line)."""
        while True:
            line = self.line()
            verb = line.split(" ")[0].split(":")[0].upper()
            answer = replies.get(verb, "250 2.0.0 Ok\n")
            if callable(answer):
                if answer(self, line):
                    return
            else:
                self.say(answer)
            if verb == "QUIT":
                return
            if verb == "DATA" and str(answer).startswith("354"):
                while self.line() != ".":
                    pass
                self.say(replies.get(".", "250 2.0.0 Ok: queued\n"))
