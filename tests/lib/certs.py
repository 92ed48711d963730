"""Certificates for test servers: a CA, and what it signs, good and bad."""
import os
import subprocess


def _openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def make(folder):
    """Makes ca.pem, and good/expired/wrong/selfsigned .pem (key and certificate in one)."""
    os.makedirs(folder, exist_ok=True)
    p = lambda name: os.path.join(folder, name)
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", p("ca.key"), "-out", p("ca.pem"), "-days", "30",
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
    for name, alt, start, end in [
            ("good", "DNS:localhost,IP:127.0.0.1,IP:::1", "20200101000000Z", "20491231000000Z"),
            ("expired", "DNS:localhost,IP:127.0.0.1", "20200101000000Z", "20210101000000Z"),
            ("wrong", "DNS:other.example.net", "20200101000000Z", "20491231000000Z")]:
        cn = alt.split(",")[0].split(":")[1]
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", p(name + ".key"), "-out", p(name + ".csr"), "-subj", "/CN=" + cn,
                 "-addext", "subjectAltName=" + alt)
        _openssl("ca", "-batch", "-config", p("ca.cnf"), "-in", p(name + ".csr"),
                 "-out", p(name + ".crt"), "-startdate", start, "-enddate", end, "-notext")
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", p("selfsigned.key"), "-out", p("selfsigned.crt"), "-days", "30",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    for name in ["good", "expired", "wrong", "selfsigned"]:
        with open(p(name + ".pem"), "w") as out:
            for part in [".key", ".crt"]:
                with open(p(name + part)) as f:
                    out.write(f.read())
        os.chmod(p(name + ".pem"), 0o600)
    return p("ca.pem")


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
