"""A server that counts how often the client waits, so that no clock decides.

Where PIPELINING is offered it holds its answers back until a command comes that ends a flight
(RFC 2920 3.1): who waits for one of them is answered only after a while, and that is one more
turn. Where it is not offered each command must come alone.
"""
ENDS = ("EHLO", "HELO", "STARTTLS", "AUTH", "DATA", "QUIT", "RSET", "NOOP")


class Session:
    def __init__(self, offers, delay=0.05, hold=15):
        self.offers = offers
        self.delay = delay    # of each answer
        self.hold = hold      # before a flight that never ends is answered all the same
        self.pipelining = "PIPELINING" in offers
        self.accepted_after = None
        self.rcpts = 0
        self.signing_in = False
        self.message = b""

    def __call__(self, c):
        self.answer(c, ["220 mail.test ESMTP"])
        held = []
        while True:
            if held and not c.data and c.quiet(self.hold):
                held = self.answer(c, held)
            line = c.line()
            if self.signing_in:
                self.signing_in = False
                self.answer(c, ["235 2.7.0 ok"])
                continue
            verb = line.split(" ")[0].upper()
            ends = not self.pipelining or verb in ENDS or self.last_chunk(line)
            held += self.reply(c, verb, line)
            if ends:
                held = self.answer(c, held)
            if verb == "STARTTLS":
                c.start_tls()
                self.offers = [o for o in self.offers if o != "STARTTLS"]
            if verb == "DATA":
                self.message = c.message()
                self.answer(c, ["250 2.0.0 taken"], True)
            elif self.last_chunk(line):
                self.accepted_after = c.turns
            if verb == "QUIT":
                return

    @staticmethod
    def last_chunk(line):
        return line.upper().startswith("BDAT") and line.upper().endswith(" LAST")

    def answer(self, c, lines, accepted=False):
        """In one piece, after the delay; by then nothing may have come too early."""
        if not c.quiet(self.delay):
            c.fault(f"came before {lines[-1]!r}: {c.data[:60]!r}")
        c.raw(("\r\n".join(lines) + "\r\n").encode())
        if accepted:
            self.accepted_after = c.turns
        return []

    def reply(self, c, verb, line):
        if verb == "EHLO":
            words = ["mail.test", *self.offers]
            return [f"250-{w}" for w in words[:-1]] + [f"250 {words[-1]}"]
        if verb == "AUTH":
            # Without an initial response PLAIN takes one turn more.
            self.signing_in = len(line.split()) == 2
            return ["334 " if self.signing_in else "235 2.7.0 ok"]
        if verb == "STARTTLS":
            return ["220 go ahead"]
        if verb == "RCPT":
            self.rcpts += 1
            return ["250 2.1.5 ok"]
        if verb == "DATA":
            return ["354 go"]
        if verb == "BDAT":
            self.message += c.exactly(int(line.split(" ")[1]))
        return ["221 bye" if verb == "QUIT" else "250 2.0.0 ok"]


def offers(words, security, auth):
    return words.split() + (["STARTTLS"] if security == "starttls" else []) + \
        (["AUTH PLAIN"] if auth else []) + ["SIZE 100000000"]
