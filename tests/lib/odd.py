"""Messages with every odd line end and dot there is, and what must arrive of them."""
import os
import random
import re
import subprocess

import tap

PIECES = [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n", b".", b"..", b"\n.\n", b"\r\n.\r\n", b"\r.\r", b"\n..\n",
          b"\r\n..", b".\r", b"QUIT\r\n", b"\n.\r\nMAIL FROM:<x@y>\r\n", b"From me\n", b" \n", b"\t", b"--",
          b"word ", b"\xc3\xa9", b"=20", b"x" * 200, b"y" * 700]


def message(path, size, subject):
    """Writes one of about this size; what a server must keep of it, with LF for each line end."""
    pick = random.Random(size)
    block = b""
    while len(block) < min(size, 1 << 20):
        block += pick.choice(PIECES)
    # No line over the 998 bytes of RFC 5321 4.5.3.1.6, which a server may break.
    block = re.sub(rb"([^\r\n]{900})", rb"\1\n", block) + b"z"
    head = (f"From: alice@example.org\r\nTo: bob@example.org\nSubject: {subject}\rDate: Tue, 24 Nov 2026 "
            "10:00:00 +0000\nMessage-ID: <odd@example.org>\n\n").encode()
    times = max(1, size // len(block))
    with open(path, "wb") as f:
        f.write(head)
        for _ in range(times):
            f.write(block)
        f.write(b"the end")     # no line end
    return kept(head) + kept(block) * times + b"the end\n"


def kept(data):
    return re.sub(rb"\r\n|\r|\n", b"\n", data)


def same(folder, want, seconds=60):
    """Waits for a file below folder that ends in these bytes (servers put lines before them)."""
    seen = set()

    def look():
        for root, _, names in os.walk(folder):
            if os.path.basename(root) == "tmp":
                continue
            for name in names:
                path = os.path.join(root, name)
                try:
                    if path in seen or os.path.getsize(path) < len(want):
                        continue
                    with open(path, "rb") as f:
                        data = f.read().replace(b"\r\n", b"\n")
                except OSError:
                    continue
                seen.add(path)
                if data.endswith(want):
                    return path
                if want[:want.index(b"\nDate:")] in data:
                    print(f"# {path}: {len(data)} bytes, differs at {differs(data, want)}")
        return None
    return tap.wait_until(look, seconds, "the message")


def differs(data, want):
    tail = data[data.find(want[:40]):]
    return next((f"{i}: {tail[i:i + 30]!r} and not {want[i:i + 30]!r}"
                 for i in range(min(len(tail), len(want))) if tail[i] != want[i]), "its length")


def raw_send(port, security, ca, password, auth, path, to, times=1, user="alice@example.org"):
    """stdout lines of raw_send."""
    program = os.path.join(os.environ.get("BUILD", "build"), "tests", "raw_send")
    r = subprocess.run([program, "127.0.0.1", str(port), security, ca, user, password, auth,
                        str(times), path, "alice@example.org", *to],
                       capture_output=True, text=True, timeout=200)
    return (r.stdout + r.stderr).splitlines()
