"""A name server that stands between the program and a real one, and spoils what it likes.

    def lose_first(q):
        return q.real() if q.n else None

    with Between(zones, lose_first) as b: ask("-s", b.server, ...)

For each question, a function says what goes back: bytes, a list of them, or None for silence. Each
runs in a thread of its own, so it may wait. q.n counts the questions from 0, q.bytes is what
came, q.type its type ("MX"), q.name its name in lower case, q.tcp how it came; q.real() is
the real server's answer; q.forge(bytes) sends from another port. Over TCP the answer gets its
length put before it; without one the connection is closed, or kept open when the function
returned HOLD.
"""
import socket
import socketserver
import struct
import threading

import zones

HOLD = object()
TYPES = {1: "A", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV"}


class Question:
    def __init__(self, between, data, peer, tcp):
        self.between, self.bytes, self.peer, self.tcp = between, data, peer, tcp
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode("latin-1").lower())
            at += 1 + data[at]
        self.name = ".".join(labels)
        self.type = TYPES.get(struct.unpack_from(">H", data, at + 1)[0], "?")
        self.end = at + 5
        with between.lock:
            self.n = len(between.questions)
            between.questions.append(self)

    def real(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(10)
            s.sendto(self.bytes, (self.between.upstream.address, self.between.upstream.port))
            return s.recv(65535)

    def forge(self, data):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            s.sendto(data, self.peer)

    def answer(self, flags, records=b"", count=0, number=None):
        """One made by hand to this question."""
        number = self.bytes[:2] if number is None else number
        return (number + struct.pack(">HHHHH", flags, 1, count, 0, 0) + self.bytes[12:self.end] +
                records)


class Between:
    def __init__(self, upstream, act):
        self.upstream, self.act = upstream, act
        self.questions, self.lock = [], threading.Lock()
        self.ended = threading.Event()
        between = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                for packet in between.packets(Question(between, data, self.client_address, False)):
                    sock.sendto(packet, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self):
                head = self.rfile.read(2)
                if len(head) < 2:
                    return
                data = self.rfile.read(struct.unpack(">H", head)[0])
                answer = act(Question(between, data, self.client_address, True))
                if answer is HOLD:
                    between.ended.wait()
                elif answer:
                    self.wfile.write(struct.pack(">H", len(answer)) + answer)

        class UdpServer(socketserver.ThreadingUDPServer):
            daemon_threads = True

        class TcpServer(socketserver.ThreadingTCPServer):
            daemon_threads = allow_reuse_address = True

        self.port = zones.free_port()
        self.udp = UdpServer(("127.0.0.1", self.port), Udp)
        self.tcp = TcpServer(("127.0.0.1", self.port), Tcp)
        self.server = f"127.0.0.1:{self.port}"

    def packets(self, question):
        answer = self.act(question)
        if answer is None or answer is HOLD:
            return []
        return answer if isinstance(answer, list) else [answer]

    def __enter__(self):
        for server in self.udp, self.tcp:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for server in self.udp, self.tcp:
            server.shutdown()
            server.server_close()
