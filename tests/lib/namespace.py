"""A network of the test's own, with real names, standard ports and addresses that are not loopback.

    import namespace
    namespace.enter(["192.0.2.53", "192.0.2.80", "2001:db8::80"], dns="192.0.2.53")

enter() runs the test once more from its begin, by unshare(1), and returns only there. So it is the
first thing a test does. Inside, nothing of the machine's network is there: lo is up with 127.0.0.1,
::1 and the addresses asked for, every port is free (also 25, 53, 443) and may be served, and whatever
else is called for is unreachable at once. Addresses for documentation (192.0.2.0/24, 198.51.100.0/24,
203.0.113.0/24, 2001:db8::/32) count as global, 10.0.0.0/8, 192.168.0.0/16, fd00::/8 as private.

dns becomes the name server of /etc/resolv.conf, and hosts ({"name": "address"}) are the names of
/etc/hosts beside localhost, for every program that is started inside; the files of the machine
stay as they are. Without dns there is a name server that nobody serves (127.0.0.1). trust(ca) makes
an authority of the test's own the only one that programs trust.

Works as root and as an ordinary user, who is root inside, but of nothing that was not theirs: a
test that drops privileges asks namespace.is_root(). Where none of it is allowed the test is skipped.
It all goes when the last process of the test ends.
"""
import ipaddress
import os
import subprocess
import sys

import tap

_MARK = "OUTPOST_TEST_NAMESPACE"


def _unshare():
    return ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def why_not():
    """Why there cannot be one, or None."""
    try:
        r = subprocess.run([*_unshare(), "ip", "link", "set", "lo", "up"], capture_output=True,
                           text=True)
    except OSError as e:
        return str(e)
    return None if r.returncode == 0 else "no network of one's own is possible here: " + r.stderr.strip()


def inside():
    return _MARK in os.environ


def is_root():
    """Was the test started by root?"""
    return os.environ.get(_MARK, str(os.geteuid())) == "0"


def add(*addresses):
    """More addresses, at any time."""
    for address in addresses:
        six = ipaddress.ip_address(address).version == 6
        subprocess.run(["ip", "address", "add", f"{address}/{128 if six else 32}", "dev", "lo",
                        *(["nodad"] if six else [])], check=True)


def remove(*addresses):
    for address in addresses:
        bits = ipaddress.ip_address(address).max_prefixlen
        subprocess.run(["ip", "address", "delete", f"{address}/{bits}", "dev", "lo"], check=True)


def _instead(path, text):
    """In this namespace path holds text."""
    path = os.path.realpath(path)
    if not os.path.exists(path):
        tap.skip_all(f"there is no {path} here that could be replaced")
    ours = os.path.join(tap.TMP, "namespace-" + os.path.basename(path))
    with open(ours, "w") as f:
        f.write(text)
    os.chmod(ours, 0o644)
    subprocess.run(["mount", "--bind", ours, path], check=True)


def trust(ca):
    """Inside: programs that start from now on trust this authority (a file, PEM) and no other."""
    with open(ca) as f:
        _instead("/etc/ssl/certs/ca-certificates.crt", f.read())


def enter(addresses=(), dns="127.0.0.1", hosts=None):
    if not inside():
        why = why_not()
        if why:
            tap.skip_all(why)
        os.environ[_MARK] = str(os.geteuid())
        argv = [*_unshare(), sys.executable, *sys.argv]
        os.execvp(argv[0], argv)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    add(*addresses)
    _instead("/etc/resolv.conf", f"nameserver {dns}\noptions timeout:1 attempts:2\n")
    _instead("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n" +
             "".join(f"{address} {name}\n" for name, address in (hosts or {}).items()))


def offline():
    """enter() without a name server, for a test that wants nothing of the network but its own servers on
    loopback. Where that is not possible the test goes on in the machine's network."""
    if inside() or not why_not():
        enter()
