"""A small internet: names, web servers and mail servers, as the search for a server meets them.

    import scenes
    scenes.begin()                              # the first thing: enters a namespace
    with scenes.Internet({"a.test": zone}, signed=[...]) as net:
        net.web.on("autoconfig.a.test", PATH, web_file(...))
        net.discover("alice@a.test")            # -> Found

Every test of discovery has these addresses, so that a zone can be read:

    127.0.0.1:53    unbound, which checks DNSSEC; behind it knotd with the zones of the test
    192.0.2.53      a name server that never answers         192.0.2.27   nothing is served
    192.0.2.80      the web: https with certificates of our CA for each host, and http
    192.0.2.81      a network's sign-in page: the certificate of somebody else, http that redirects
    192.0.2.82      https with a good certificate for all below *.DOMAIN, a web page for everything
    192.0.2.25      mail: 465 TLS, 587 STARTTLS, 25 STARTTLS; password
    192.0.2.26      takes connections on 443, 465, 587, 25, and says nothing
    192.0.2.28/29/30    as .25, with a certificate that is self-signed, expired, of another name
    192.0.2.31      587 and 25 without STARTTLS               192.0.2.32   25 with STARTTLS, no AUTH
    192.0.2.34      25 only, STARTTLS and AUTH                192.0.2.35   465, 587: no AUTH
    192.0.2.36      a web server on 465, 587 and 25
    10.1.1.1        as .25, in a private network
    2001:db8::25    as .25
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import certs
import namespace
import tap
from faulty import Faulty, Listener
from web import Web, web_file, web_redirect
from wire import CA, Talk
from zones import Resolver, Zones

CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
ISPDB = "autoconfig.thunderbird.net"
TLS = os.path.join(tap.TMP, "tls")
_HERE = ["192.0.2.%d" % n for n in (25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 53, 80, 81, 82)]


def begin():
    Resolver(Zones({}))  # unpacked while there is a network
    namespace.enter([*_HERE, "10.1.1.1", "2001:db8::25"], dns="127.0.0.1")


def xml(*servers, name="Example Mail", more=""):
    """An autoconfig file. A server: "mail.a.test:465 SSL [USER [AUTHENTICATION...]]"."""
    out = []
    for server in servers:
        place, security, *rest = server.split()
        user, ways = (rest or ["%EMAILADDRESS%"])[0], rest[1:] or ["password-cleartext"]
        host, port = place.rsplit(":", 1)
        out.append(f'<outgoingServer type="smtp"><hostname>{host}</hostname><port>{port}</port>'
                   f"<socketType>{security}</socketType><username>{user}</username>" +
                   "".join(f"<authentication>{w}</authentication>" for w in ways) + "</outgoingServer>")
    return (f'<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x"><displayName>{name}'
            f"</displayName>{more}{''.join(out)}</emailProvider></clientConfig>")


class Quiet(Listener):
    """Takes connections, and says nothing."""

    def serve(self, s):
        self.stopping.wait(3600)
        s.close()


class Found:
    """What `outpost discover --json` said."""

    def __init__(self, process, seconds):
        self.code, self.stderr, self.seconds = process.returncode, process.stderr, seconds
        try:
            self.json = json.loads(process.stdout)
        except ValueError:
            self.json = {"error": {"message": "no JSON: " + process.stdout[:500]}}
        self.candidates = self.json.get("candidates", [])
        self.trail = self.json.get("trail", [])
        self.error = self.json.get("error") or {}
        self.message = self.error.get("message", "")

    @staticmethod
    def place(c):
        return f"{c['source']} {c['host']}:{c['port']} {c['security']}"

    def first(self):
        if not self.candidates:
            return self.message
        c = self.candidates[0]
        return " ".join([self.place(c), c["user"] or "-", c["sure"], c["secured"], c["live"],
                         *(w for w in ("foreign", "private", "trusted") if c[w])])

    def rest(self):
        return [self.place(c) for c in self.candidates[1:]]

    def said(self, asked):
        """The answers to the questions that have the words in them."""
        return [step["answer"] for step in self.trail if asked in step["asked"]]


class Internet:
    """zones as in Zones, without those of the ISPDB. mail_names: hosts of the good certificate."""

    def __init__(self, zones, signed=(), mail_names=(), rest=None):
        self.zones = {"thunderbird.net": "autoconfig A 192.0.2.80", **zones}
        self.signed = list(signed)
        self.mail_names = list(mail_names) or self._names()
        self.rest = rest or {}
        self.servers = []

    def _names(self):
        """Names with an address where mail servers are."""
        found = []
        for zone, text in self.zones.items():
            for name in re.findall(r"^\s*(\S+)\s+A+\s+(?:192\.0\.2\.(?:2[5-9]|3\d)|10\.|2001:)",
                                   text or "", re.M):
                found.append(zone if name == "@" else f"{name}.{zone}" if name != "*" else f"*.{zone}")
        return sorted(set(found))

    def __enter__(self):
        self.dns = Zones(self.zones, signed=self.signed, port=5300)
        self.dns.start()
        self.resolver = Resolver(self.dns, port=53)
        self.resolver.start()
        self._mail()
        self.web = Web("192.0.2.80", 443, tls=TLS)
        self.http = Web("192.0.2.80", 80)
        portal = Web("192.0.2.81", 443, tls=TLS).host("portal.test", cert="selfsigned")
        portal.on("*", "*", web_file("<html>Welcome to our hotel</html>", "text/html"))
        to_page = Web("192.0.2.81", 80).on("*", "*", web_redirect("https://portal.test/login"))
        self.servers += [self.web, self.http, portal, to_page]
        return self

    def wildcard(self, *domains):
        """192.0.2.82 has a certificate for all that is below these."""
        page = Web("192.0.2.82", 443, tls=TLS)
        page.host(*(n for d in domains for n in (d, "*." + d)))
        for host in (*page.paths, "*"):
            page.on(host, "*", web_file("<!DOCTYPE html><html><body>Parked</body></html>", "text/html"))
        self.servers.append(page)

    def _serve(self, address, port, talk, pem):
        """talk: what is offered, and what after STARTTLS."""
        def script(conn):
            self.talks.append(own := Talk(*talk))
            own(conn)

        self.servers.append(Faulty(script, tls=pem, wrap=port == 465, at=(address, port)))

    def _mail(self):
        names = self.mail_names
        good = certs.issue(TLS, "mail", names)
        self.talks = []
        at_once, late = ("AUTH PLAIN LOGIN",), ("STARTTLS", "AUTH PLAIN LOGIN")
        for address, pem in (("192.0.2.25", good), ("10.1.1.1", good), ("2001:db8::25", good),
                             ("192.0.2.28", certs.selfsigned(TLS, "mail-self", names)),
                             ("192.0.2.29", certs.issue(TLS, "mail-old", names, end="20210101000000Z")),
                             ("192.0.2.30", os.path.join(TLS, "wrong.pem"))):
            self._serve(address, 465, at_once, pem)
            self._serve(address, 587, late, pem)
            self._serve(address, 25, late, pem)
        for address, port, talk in (("192.0.2.31", 587, at_once), ("192.0.2.31", 25, at_once),
                                    ("192.0.2.32", 25, ("STARTTLS", "SIZE")), ("192.0.2.34", 25, late),
                                    ("192.0.2.35", 465, ("SIZE",)), ("192.0.2.35", 587, ("STARTTLS", "SIZE"))):
            self._serve(address, port, talk, good)
        self.servers += [Quiet("192.0.2.26", port) for port in (443, 465, 587, 25)]
        self.servers += [Web("192.0.2.36", port).on("*", "*", web_file("<html>")) for port in (465, 587, 25)]

    def stop(self):
        for server in self.servers:
            server.stop()
        self.resolver.stop()
        self.dns.stop()

    def __exit__(self, *_):
        self.stop()

    def ispdb(self, domain, answer):
        self.web.on(ISPDB, "/v1.1/" + domain, answer)

    def told(self):
        """What mail servers heard: the first words of all commands."""
        return sorted({verb for talk in self.talks for verb in talk.verbs()})

    @staticmethod
    def discover(address, *args, env=None, timeout=60):
        begun = time.monotonic()
        r = subprocess.run([tap.OUTPOST, "discover", address, "--json", "--ca-file", CA, *args],
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
                           env={**os.environ, **(env or {})})
        return Found(r, time.monotonic() - begun)


class Scene:
    """One row of a table: what is there, and what is found.

    zone is that of the address's domain, zones are others; web are (host, path, answer) for https, http
    the same for http, ispdb (domain, answer). first is Found.first() or, when nothing is found, the
    sentence; rest is Found.rest(). said: (words of a question, words of its answer)."""

    def __init__(self, what, address, first, rest=(), **more):
        self.what, self.address, self.first, self.rest = what, address, first, list(rest)
        self.zone, self.zones = more.pop("zone", None), more.pop("zones", {})
        self.signed, self.code = more.pop("signed", False), more.pop("code", None)
        self.web, self.http, self.ispdb = (more.pop(k, []) for k in ("web", "http", "ispdb"))
        self.args, self.said = more.pop("args", []), more.pop("said", [])
        self.env, self.within = more.pop("env", None), more.pop("within", 8)
        assert not more, more

    @property
    def domain(self):
        return self.address.rsplit("@", 1)[1].encode("idna").decode()


def internet(table, **more):
    """The Internet in which all scenes of a table can be played."""
    zones, signed = {}, []
    for scene in table:
        zones.update(scene.zones)
        if scene.zone is not None:
            zones[scene.domain] = scene.zone
        if scene.signed:
            signed.append(scene.domain)
    return Internet(zones, signed, **more)


def furnish(table, net):
    """The files of all scenes; one certificate for all their hosts."""
    net.web.host(ISPDB, *sorted({host for scene in table for host, _, _ in scene.web}))
    for scene in table:
        for host, path, answer in scene.web:
            net.web.on(host, path, answer)
        for host, path, answer in scene.http:
            net.http.on(host, path, answer)
        for domain, answer in scene.ispdb:
            net.ispdb(domain, answer)


def judge(scene, found):
    """One line for all that is as it should be, else what is not."""
    wrong = []
    code = scene.code if scene.code is not None else 0 if re.match(r"[a-z-]+ \S+:\d+ ", scene.first) else 68
    for what, got, want in (("first", found.first(), scene.first), ("rest", found.rest(), scene.rest),
                            ("exit code", found.code, code)):
        if got != want:
            wrong.append(f"{what}\n  got  {got!r}\n  want {want!r}")
    for asked, answer in scene.said:
        if not any(answer in said for said in found.said(asked)):
            wrong.append(f"asked for {asked!r} it is told {found.said(asked)!r}, not {answer!r}")
    if found.seconds > scene.within + (6 if "asan" in tap.OUTPOST else 1):
        wrong.append(f"it took {found.seconds:.1f} s")
    trail = "\n".join(f"{s['at']} {s['asked']}: {s['answer']}" for s in found.trail)
    tap.ok(not wrong, f"{scene.what}: {scene.first}", "\n".join(wrong) + "\n" + found.stderr + trail)


def play(table, net, at_once=4):
    """All scenes, some at a time; reported in order."""
    furnish(table, net)
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        runs = [pool.submit(net.discover, s.address, *s.args, env=s.env) for s in table]
        for scene, run in zip(table, runs):
            judge(scene, run.result())
