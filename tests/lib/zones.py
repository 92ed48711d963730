"""Real DNS servers for a test: knotd with zones that the test writes, unbound in front of it.

    with zones.Zones({"example.test": '''
            @                    MX   10 mx
            mx                   A    192.0.2.1
            _submissions._tcp    SRV  0 1 465 mail
            *                    A    192.0.2.9
            '''}) as dns:
        run("discover", "a@example.test", "--dns", dns.server)

Zones: an authoritative server. A zone is the text of a zone file, its name the origin; SOA, NS and
"$TTL 60" are added where the text has none. A zone of None cannot be loaded: SERVFAIL. Names in
none of the zones do not exist (NXDOMAIN); rest="refused" refuses them. signed names the zones that
knotd signs. An answer over UDP is at most 1,232 bytes, longer ones are truncated. CNAME is followed
within a zone only.

Resolver: a caching server in front of Zones, as at a provider: it follows CNAME everywhere, checks
DNSSEC for the signed zones (the AD bit), and remembers what it was asked:

    with Zones(...) as dns, Resolver(dns) as resolver: ... resolver.asked() == ["example.test. MX"]

Both: start(), stop(), or "with"; server is "ADDRESS:PORT", a free port of 127.0.0.1 when none is
given; within is put before the command, as ["ip", "netns", "exec", NAME], for an address and
port 53 in a network of its own. No root is needed, nothing is installed: the packages are unpacked
(tests/lib/unpack.sh), and a test is skipped where they cannot be had. Ready within some 50 ms.
"""
import os
import shutil
import socket
import subprocess
import tempfile
import textwrap

import jail
import tap

KNOT = ["knot", "libknot13", "libdnssec9", "libzscanner4", "liblmdb0", "liburcu8", "libxdp1",
        "libbpf1", "libcap-ng0", "libedit2"]
UNBOUND = ["unbound", "libpython3.11", "libprotobuf-c1", "libevent-2.1-7"]


def free_port():
    """One of 127.0.0.1 that is free for UDP and for TCP."""
    while True:
        port = tap.free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class _Server:
    """A daemon with a folder and a log of its own."""

    def __init__(self, packages, address, port, within):
        self.address, self.port, self.within = address, port, list(within)
        self.unpacked = jail.unpacked("/usr/sbin/" + self.program, packages)
        self.daemon = self.folder = None

    @property
    def server(self):
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def said(self):
        with open(self.path("log"), errors="replace") as f:
            return f.read()

    def command(self, program, *args):
        return [*self.within, os.path.join(self.unpacked, "root/usr/sbin", program), *args]

    def start(self):
        self.folder = tempfile.mkdtemp(prefix="outpost-dns.")
        self.port = self.port or free_port()
        config = self.prepare()
        with open(self.path("log"), "wb") as log:
            self.daemon = subprocess.Popen(self.command(self.program, *self.flags, "-c", config),
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=jail.environment(self.unpacked))
        if not tap.wait_until(lambda: self.ready() or self.daemon.poll() is not None, 10,
                              self.program) or self.daemon.poll() is not None:
            said = self.said()
            self.stop()
            raise RuntimeError(f"{self.program} does not start:\n{said[-2000:]}")
        return self

    def stop(self):
        if self.daemon:
            self.daemon.kill()
            self.daemon.wait()
            self.daemon = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Zones(_Server):
    program, flags = "knotd", ()

    def __init__(self, zones, signed=(), rest="nxdomain", address="127.0.0.1", port=None, within=()):
        super().__init__(KNOT, address, port, within)
        self.signed = list(signed)
        self.zones = dict(zones)
        if rest == "nxdomain":
            self.zones.setdefault(".", "")

    def prepare(self):
        os.mkdir(self.path("db"))
        conf = textwrap.dedent(f"""\
            server:
                rundir: {self.folder}
                listen: {self.address}@{self.port}
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
                udp-max-payload: 1232
                tcp-max-clients: 50
            log:
              - target: stdout
                any: info
            database:
                storage: {self.path('db')}
                journal-db-max-size: 16M
                kasp-db-max-size: 16M
                timer-db-max-size: 16M
            policy:
              - id: sign
                algorithm: ecdsap256sha256
                single-type-signing: on
            template:
              - id: default
                storage: {self.folder}
                zonefile-sync: -1
                journal-content: none
                semantic-checks: off
            zone:
            """)
        for n, (name, text) in enumerate(self.zones.items()):
            conf += f"  - domain: {name}\n    file: zone{n}\n"
            if name in self.signed:
                conf += "    dnssec-signing: on\n    dnssec-policy: sign\n"
            if text is not None:
                self.write(f"zone{n}", self.complete(name, text))
        return self.write("knot.conf", conf)

    @staticmethod
    def complete(name, text):
        text = textwrap.dedent(text)
        words = text.upper().split()
        origin = name.rstrip(".") + "."
        head = f"$ORIGIN {origin}\n$TTL 60\n"
        if "SOA" not in words:
            head += "@ SOA ns.invalid. hostmaster.invalid. 1 3600 600 864000 60\n"
        if "NS" not in words:
            head += "@ NS ns.invalid.\n"
        return head + text.strip("\n") + "\n"

    def ready(self):
        said = self.said()
        wanted = [name.rstrip(".") for name, text in self.zones.items() if text is not None]
        if any(f"[{name}.] zone event 'load' failed" in said for name in wanted):
            self.daemon.kill()
        return "server started" in said and all(f"[{name}.] loaded, serial" in said for name in wanted)

    def anchor(self, name):
        """The DS records that a resolver has to trust for a signed zone."""
        r = subprocess.run(self.command("keymgr", "-c", self.path("knot.conf"), name, "ds"),
                           env=jail.environment(self.unpacked), capture_output=True, text=True, check=True)
        return r.stdout.splitlines()


class Resolver(_Server):
    program, flags = "unbound", ("-d",)

    def __init__(self, zones, anchors=None, address="127.0.0.1", port=None, within=()):
        """anchors: DS records in place of those of the signed zones. With one for a zone that is
        not signed, or with that of another key, its answers are bogus: SERVFAIL."""
        super().__init__(UNBOUND, address, port, within or zones.within)
        self.zones = zones
        self.anchors = anchors

    def prepare(self):
        anchors = self.anchors
        if anchors is None:
            anchors = [line for name in self.zones.signed for line in self.zones.anchor(name)]
        lines = [f'    trust-anchor: "{line}"' for line in anchors]
        # Names that unbound would answer by itself.
        lines += [f'    local-zone: "{zone}" nodefault' for zone in ("test.", "invalid.", "localhost.")]
        return self.write("unbound.conf", "\n".join([
            "server:", '    username: ""', '    chroot: ""', f'    directory: "{self.folder}"',
            '    pidfile: ""', "    use-syslog: no", '    logfile: ""', "    do-daemonize: no",
            f"    interface: {self.address}@{self.port}", "    access-control: 0.0.0.0/0 allow",
            "    access-control: ::/0 allow", "    do-not-query-localhost: no", "    num-threads: 1",
            '    module-config: "validator iterator"', "    qname-minimisation: no",
            "    unblock-lan-zones: yes", "    insecure-lan-zones: yes", "    log-queries: yes",
            "    log-servfail: yes", *lines,
            "remote-control:", "    control-enable: no",
            "stub-zone:", '    name: "."', f"    stub-addr: {self.zones.address}@{self.zones.port}", ""]))

    def ready(self):
        return "start of service" in self.said()

    def asked(self):
        """What it was asked since its start, "NAME. TYPE" each, in order, names as they came."""
        # "[time] unbound[pid:0] info: 127.0.0.1 example.test. MX IN"
        lines = [line.split(" info: ", 1)[1].split() for line in self.said().splitlines()
                 if " info: " in line]
        return [f"{words[1]} {words[2]}" for words in lines if len(words) == 4 and words[3] == "IN"]
