"""SMTP servers that do exactly what a script says, right or wrong, on free ports of 127.0.0.1 unless
another place is named.

A script is a function of a Conn. What it finds wrong with the client goes to conn.fault(); the test
asks for server.faults. A Conn keeps a ledger: turns counts how often the client had to wait,
that is, how often bytes were sent to it after bytes had come from it (or after it connected).
TLS is spoken through memory, so that turns are those of the wire.
"""
import base64
import select
import socket
import ssl
import threading
import time

from listener import Listener


class Faulty(Listener):
    """Serves every connection with script(conn) in a thread of its own."""

    def __init__(self, script, tls=None, wrap=False, client_ca=None, at=("127.0.0.1", 0)):
        """tls: PEM file of key and certificate; wrap: TLS from the first byte; client_ca: PEM of
        who signs clients' certificates, which are asked for then."""
        self.script = script
        self.wrap = wrap
        self.context = context(tls, client_ca) if tls else None
        self.faults = []
        self.conns = []
        super().__init__(*at)

    def serve(self, s):
        conn = Conn(self, s)
        self.conns.append(conn)
        try:
            if self.wrap:
                conn.start_tls()
            self.script(conn)
        except (OSError, ssl.SSLError, EOFError):
            pass
        finally:
            s.close()
            conn.over.set()


def context(pem, client_ca=None):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(pem)
    ctx.num_tickets = 0
    if client_ca:
        ctx.load_verify_locations(client_ca)
        ctx.verify_mode = ssl.CERT_OPTIONAL
    return ctx


class Conn:
    def __init__(self, server, s):
        self.server = server
        self.s = s
        self.data = b""
        self.turns = 0
        self.heard = True
        self.tls = None
        self.over = threading.Event()
        s.settimeout(30)

    def fault(self, what):
        self.server.faults.append(what)

    # ---- bytes ----

    def _out(self, raw):
        if self.heard:
            self.turns += 1
            self.heard = False
        self.s.sendall(raw)

    def _in(self):
        raw = self.s.recv(65536)
        if not raw:
            raise EOFError
        self.heard = True
        return raw

    def _flush_tls(self):
        raw = self.to_client.read()
        if raw:
            self._out(raw)

    def start_tls(self):
        self.from_client, self.to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.server.context.wrap_bio(self.from_client, self.to_client, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush_tls()
                self.from_client.write(self._in())
        self._flush_tls()
        self.tls = tls

    def raw(self, data):
        if self.tls:
            self.tls.write(data)
            self._flush_tls()
        else:
            self._out(data)

    def _decrypted(self):
        """What has come by now; b"" when that is no whole record yet."""
        out = b""
        while True:
            try:
                more = self.tls.read(65536)
            except ssl.SSLWantReadError:
                return out
            except ssl.SSLZeroReturnError:
                more = b""
            if not more:
                if out:
                    return out
                raise EOFError
            out += more

    def fill(self):
        if not self.tls:
            self.data += self._in()
            return
        more = self._decrypted()
        while not more:
            self.from_client.write(self._in())
            more = self._decrypted()
        self.data += more

    def quiet(self, seconds):
        """True when nothing comes for so long. (What is here already is something.)"""
        if self.tls and not self.data:
            try:
                self.data += self._decrypted()
            except EOFError:
                return False
        return not self.data and not select.select([self.s], [], [], seconds)[0]

    # ---- lines ----

    def say(self, text):
        self.raw(text.encode("utf-8", "surrogateescape").replace(b"\n", b"\r\n"))

    def line(self):
        while b"\n" not in self.data:
            self.fill()
        line, self.data = self.data.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def exactly(self, size):
        while len(self.data) < size:
            self.fill()
        out, self.data = self.data[:size], self.data[size:]
        return out

    def message(self):
        """The lines of DATA up to the dot, as bytes, dots unstuffed."""
        while not self.data.startswith(b".\r\n") and b"\r\n.\r\n" not in self.data:
            self.fill()
        if self.data.startswith(b".\r\n"):
            out, self.data = b"", self.data[3:]
        else:
            out, self.data = self.data.split(b"\r\n.\r\n", 1)
            out += b"\r\n"
        return out.replace(b"\r\n..", b"\r\n.").removeprefix(b".") if out.startswith(b"..") \
            else out.replace(b"\r\n..", b"\r\n.")

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
            if verb == "BDAT":
                self.exactly(int(line.split(" ")[1]))
            if callable(answer):
                if answer(self, line):
                    return
            else:
                self.say(answer)
            if verb == "QUIT":
                return
            if verb == "DATA" and str(answer).startswith("354"):
                self.message()
                self.say(replies.get(".", "250 2.0.0 Ok: queued\n"))


def unbase64(text):
    return base64.b64decode(text, validate=True)


def wait_over(server, seconds=20):
    """True when every connection so far has been served to its end."""
    end = time.monotonic() + seconds
    return all(c.over.wait(max(0, end - time.monotonic())) for c in list(server.conns))
