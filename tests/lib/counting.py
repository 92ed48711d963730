"""A server that takes every message and counts how often it got each subject."""
import collections
import socketserver
import threading
import time


class Counting(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port=0, refuse=None, chunking=False, most=None):
        """refuse: a reply to give instead of taking the message; None takes it. most: messages
        that a connection takes. While gate, an event, is not set, the answer to MAIL waits.
        pause: seconds
        from taking a message to the answer, and to that to QUIT. ending: what the last bytes
        must have in them; cut: those that had not."""
        self.gate = threading.Event()
        self.gate.set()
        self.seen = collections.Counter()
        self.refuse = refuse
        self.chunking = chunking
        self.most = most
        self.connections = 0
        self.pause = 0
        self.ending = b""
        self.cut = []
        super().__init__(("127.0.0.1", port), Talk)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self):
        self.shutdown()
        self.server_close()


class Talk(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def take(self, raw):
        subject = next((line[9:] for line in raw.split(b"\r\n") if line.startswith(b"Subject: ")),
                       b"").decode()
        if self.server.refuse:
            return self.say(self.server.refuse)
        self.server.seen[subject] += 1
        if self.server.ending not in raw[-200:]:
            self.server.cut.append(subject)
        time.sleep(self.server.pause)
        self.say(f"250 2.0.0 queued as {sum(self.server.seen.values())}")

    def handle(self):
        try:
            self.talk()
        except OSError:
            pass

    def talk(self):
        self.server.connections += 1
        taken = 0
        self.say("220 counting")
        chunks = b""
        while True:
            line = self.rfile.readline()
            word = line[:4].upper()
            if not line:
                return
            if word == b"MAIL":
                taken += 1
                if self.server.most is not None and taken > self.server.most:
                    self.say("421 4.7.0 Too many messages on this connection")
                    return
            if word == b"EHLO":
                self.say("250-counting\r\n250-PIPELINING\r\n" +
                         ("250-CHUNKING\r\n" if self.server.chunking else "") + "250 SIZE")
            elif word == b"DATA":
                self.say("354 go")
                lines = []
                while not lines or lines[-1] != b".\r\n":
                    lines.append(self.rfile.readline())
                    if not lines[-1]:
                        return
                self.take(b"".join(lines))
            elif word == b"BDAT":
                size = int(line.split()[1])
                chunk = self.rfile.read(size)
                if len(chunk) < size:
                    return    # it died within
                chunks += chunk
                if line.upper().split()[-1] == b"LAST":
                    self.take(chunks)
                    chunks = b""
                else:
                    self.say("250 ok")
            elif word == b"MAIL":
                self.server.gate.wait(60)
                self.say("250 ok")
            elif word == b"QUIT":
                time.sleep(self.server.pause)
                self.say("221 bye")
                return
            else:
                self.say("250 ok")
