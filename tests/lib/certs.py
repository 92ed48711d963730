"""Certificates for test servers: a CA, and what it signs, good and bad."""
import os
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def _openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def make(folder):
    """Makes ca.pem, and good/expired/wrong/selfsigned .pem (key and certificate in one)."""
    os.makedirs(folder, exist_ok=True)
    p = lambda name: os.path.join(folder, name)
    _openssl("req", "-x509", *KEY, "-keyout", p("ca.key"), "-out", p("ca.pem"), "-days", "30",
             "-subj", "/CN=outpost test CA", "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    # `openssl ca` is the one command of Debian 12's that can date a certificate in the past.
    open(p("index"), "w").close()
    with open(p("ca.cnf"), "w") as f:
        f.write("[ca]\ndefault_ca=d\n[d]\n"
                f"dir={folder}\ndatabase={p('index')}\nnew_certs_dir={folder}\n"
                f"serial={p('serial')}\ncertificate={p('ca.pem')}\nprivate_key={p('ca.key')}\n"
                "default_md=sha256\npolicy=any\nunique_subject=no\ncopy_extensions=copy\n"
                "[any]\ncommonName=supplied\n")
    with open(p("serial"), "w") as f:
        f.write("1000\n")
    issue(folder, "good", ["localhost", "127.0.0.1", "::1"])
    issue(folder, "expired", ["localhost", "127.0.0.1"], end="20210101000000Z")
    issue(folder, "wrong", ["other.example.net"])
    selfsigned(folder, "selfsigned", ["localhost", "127.0.0.1"])
    return p("ca.pem")


def _alt(names):
    """As openssl writes them: what looks like an address is one."""
    return ",".join(("IP:" if ":" in n or n.replace(".", "").isdigit() else "DNS:") + n
                    for n in names)


def _join(folder, name):
    pem = os.path.join(folder, name + ".pem")
    with open(pem, "w") as out:
        for part in [".key", ".crt"]:
            with open(os.path.join(folder, name + part)) as f:
                out.write(f.read())
    os.chmod(pem, 0o600)
    return pem


def issue(folder, name, names, start="20200101000000Z", end="20491231000000Z"):
    """After make: NAME.pem, .key and .crt for these names and addresses, signed by its CA. Returns
    the path of NAME.pem. Takes some 50 ms; not two at a time in one folder."""
    p = lambda ext: os.path.join(folder, name + ext)
    _openssl("req", *KEY, "-keyout", p(".key"), "-out", p(".csr"), "-subj", "/CN=" + names[0][:64],
             "-addext", "subjectAltName=" + _alt(names))
    _openssl("ca", "-batch", "-config", os.path.join(folder, "ca.cnf"), "-in", p(".csr"),
             "-out", p(".crt"), "-startdate", start, "-enddate", end, "-notext")
    return _join(folder, name)


def selfsigned(folder, name, names):
    """The same, signed by nobody but itself."""
    p = lambda ext: os.path.join(folder, name + ext)
    _openssl("req", "-x509", *KEY, "-keyout", p(".key"), "-out", p(".crt"), "-days", "30",
             "-subj", "/CN=" + names[0][:64], "-addext", "subjectAltName=" + _alt(names))
    return _join(folder, name)


def rsa(folder):
    """After make: rsa.key and rsa.crt, for servers that know no other key."""
    p = lambda name: os.path.join(folder, name)
    with open(p("rsa.ext"), "w") as f:
        f.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", p("rsa.key"), "-out", p("rsa.csr"),
             "-subj", "/CN=localhost")
    _openssl("x509", "-req", "-in", p("rsa.csr"), "-CA", p("ca.pem"), "-CAkey", p("ca.key"),
             "-set_serial", "77", "-days", "30", "-extfile", p("rsa.ext"), "-out", p("rsa.crt"))
    for name in ("rsa.key", "rsa.crt"):
        os.chmod(p(name), 0o600)
