"""A web server that answers right or wrong, host by host and path by path.

    with Web("192.0.2.80", 443, tls=folder) as web:        # folder: of certs.make
        web.host("autoconfig.example.org")                  # gets a certificate of its own
        web.host("old.example.org", cert="expired")
        web.on("autoconfig.example.org", "/mail/config-v1.1.xml", web_file(xml, "text/xml"))
        ...
        web.asked("autoconfig.example.org")                 # what was asked there, as Request

An answer is a function of the Request, run in a thread of the connection; several are below, by the
name of what they do. The path "*" of a host answers what no other path does, the host "*" for a host
that is not known (which gets the certificate of the first host). Each connection serves one request.
Without tls it speaks http: on port 443 that is one of the faults.
"""
import os
import socket
import ssl
import threading

import certs
from listener import Listener


class Request:
    """What was asked: method, host, path (without query), query ("" none), headers (small letters)."""

    def __init__(self, web, sock, text):
        first, *lines = text.split("\r\n")
        self.web = web
        self.sock = sock
        self.text = text
        self.method, target, self.version = first.split(" ", 2)
        self.path, _, self.query = target.partition("?")
        self.headers = {k.strip().lower(): v.strip()
                        for k, _, v in (line.partition(":") for line in lines if line)}
        self.host = self.headers.get("host", "").rsplit(":", 1)[0]

    def send(self, data):
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def head(self, status=200, version="1.1", **headers):
        """length_known=... becomes Length-Known: ..."""
        self.send(f"HTTP/{version} {status} Whatever\r\nConnection: close\r\n" + "".join(
            f"{k.replace('_', '-').title()}: {v}\r\n" for k, v in headers.items()) + "\r\n")

    def pause(self, seconds):
        """False when the server is being stopped."""
        return not self.web.stopping.wait(seconds)


def web_file(body, type="text/xml", status=200):
    def answer(r):
        data = body.encode() if isinstance(body, str) else body
        r.head(status, content_type=type, content_length=len(data))
        r.send(data)
    return answer


def web_status(status, body="", type="text/html"):
    return web_file(body, type, status)


def web_redirect(url, status=302):
    return lambda r: r.head(status, location=url, content_length=0)


def web_raw(data):
    """These bytes and the end."""
    return lambda r: r.send(data)


def web_silent():
    """Takes the request and says nothing."""
    return lambda r: r.pause(3600)


def web_slow(body, seconds, type="text/xml"):
    """A byte at a time, with pauses."""
    def answer(r):
        data = body.encode()
        r.head(content_type=type, content_length=len(data))
        for byte in data:
            r.send(bytes([byte]))
            if not r.pause(seconds):
                return
    return answer


def web_endless(piece=b"x" * 65536, type="text/xml", chunked=False):
    """A body that never ends; chunked or until the connection closes."""
    def answer(r):
        if chunked:
            r.head(content_type=type, transfer_encoding="chunked")
        else:
            r.head(content_type=type)
        while not r.web.stopping.is_set():
            r.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
    return answer


def web_big(size, type="text/xml", announced=True):
    """size bytes, with or without saying so first."""
    def answer(r):
        if announced:
            r.head(content_type=type, content_length=size)
        else:
            r.head(content_type=type)
        for at in range(0, size, 65536):
            r.send(b"x" * min(65536, size - at))
    return answer


def web_cut(body, announced, type="text/xml"):
    """Says that announced bytes come, and closes after those of body."""
    def answer(r):
        r.head(content_type=type, content_length=announced)
        r.send(body)
    return answer


def web_chunked(pieces, type="text/xml", whole=True):
    """Not whole: the last chunk, which says that all came, is missing."""
    def answer(r):
        r.head(content_type=type, transfer_encoding="chunked")
        for piece in pieces:
            data = piece.encode()
            r.send(b"%x\r\n%s\r\n" % (len(data), data))
        r.send(b"0\r\n\r\n" if whole else b"")
    return answer


def web_http10(body, type="text/xml"):
    """No length: the body ends with the connection."""
    def answer(r):
        r.head(version="1.0", content_type=type)
        r.send(body)
    return answer


def web_headers(count, size=100, body="", status=200):
    """count headers of size bytes before the body."""
    def answer(r):
        r.send(f"HTTP/1.1 {status} Whatever\r\nConnection: close\r\n")
        for i in range(count):
            r.send(f"X-Header-{i}: {'y' * size}\r\n")
        r.send(f"Content-Length: {len(body)}\r\n\r\n{body}")
    return answer


class Web(Listener):
    def __init__(self, address="127.0.0.1", port=0, tls=None):
        """tls: a folder of certs.make, where hosts get their certificates; None: http."""
        self.tls = tls
        self.contexts = {}
        self.default = None
        self.paths = {}
        self.requests = []
        self.faults = []    # of TLS, as text: who did not like our certificate, who spoke no TLS
        self.lock = threading.Lock()
        super().__init__(address, port)

    def host(self, *names, cert="good"):
        """Hosts with one certificate for them all. cert: good, expired, wrong (for another name),
        selfsigned, or the path of a PEM file with key and certificate."""
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate(names, cert))
            context.set_alpn_protocols(["http/1.1"])
            context.sni_callback = self._by_name
            self.default = self.default or context
            self.contexts.update(dict.fromkeys(names, context))
        for name in names:
            self.paths.setdefault(name, {})
        return self

    def on(self, host, path, answer):
        """Also instead of what was there before. Adds the host when it is new."""
        if host not in self.paths and host != "*":
            self.host(host)
        self.paths.setdefault(host, {})[path] = answer
        return self

    def asked(self, host=None):
        with self.lock:
            return [r for r in self.requests if host in (None, r.host)]

    def _certificate(self, names, cert):
        if cert.endswith(".pem"):
            return cert
        file = f"web-{cert}-{names[0]}-{self.port}"
        if cert == "selfsigned":
            return certs.selfsigned(self.tls, file, names)
        if cert == "wrong":
            names = ["other.example.net"]
        end = {"end": "20210101000000Z"} if cert == "expired" else {}
        return certs.issue(self.tls, file, names, **end)

    def _by_name(self, sock, name, _):
        sock.context = self.contexts.get(name, self.default)

    def serve(self, s):
        try:
            if self.tls:
                s = self.default.wrap_socket(s, server_side=True)
            request = self._read(s)
            if request:
                with self.lock:
                    self.requests.append(request)
                self._answer(request)
        except ssl.SSLError as e:
            self.faults.append(str(e))
        except OSError:
            pass
        finally:
            self._close(s)

    def _read(self, s):
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            if not self.tls and data.startswith(b"\x16"):
                s.sendall(b"HTTP/1.1 400 This is no TLS\r\nConnection: close\r\n\r\n")
                return None
            more = s.recv(65536)
            if not more or len(data) > 65536:
                return None
            data += more
        return Request(self, s, data.decode("latin-1"))

    def _answer(self, r):
        known = self.paths.get(r.host, self.paths.get("*", {}))
        answer = known.get(r.path, known.get("*", web_status(404, "<html>Not found</html>")))
        answer(r)

    def _close(self, s):
        """What was not read would make the system take back what was written: the end comes first."""
        try:
            if isinstance(s, ssl.SSLSocket) and not self.stopping.is_set():
                s.settimeout(5)
                s = s.unwrap()
            s.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            pass
        s.close()
