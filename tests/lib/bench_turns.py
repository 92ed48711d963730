"""Round trips from TCP connect to acceptance, counted in the server's own ledger."""
import os
import shutil
import subprocess

import certs
from faulty import Faulty, wait_over
from ledger import Session, offers

PASSWORD = "secret"


def clients(outpost, tmp, env, port, security, to, mail):
    """Name and command line of each, all with AUTH PLAIN; certificates are not looked at."""
    pw = os.path.join(tmp, "pw")
    with open(pw, "w") as f:
        f.write(PASSWORD + "\n")
    os.chmod(pw, 0o600)
    subprocess.run([outpost, "setup", "alice@example.org", "--name", "turns", "--host",
                    "127.0.0.1", "--port", str(port), "--security", security, "--user", "alice",
                    "--password-file", pw, "--ca-file", os.path.join(tmp, "tls", "ca.pem"),
                    "--yes", "--no-check", "--replace"], check=True, env=env, capture_output=True)
    yield "outpost", [outpost, "send", "-A", "turns", "-s", "s"] + \
        [w for a in to for w in ("-t", a)], "hello\n"
    scheme = "smtps" if security == "tls" else "smtp"
    yield "curl", ["curl", "-sSk", f"{scheme}://127.0.0.1:{port}", "--user", "alice:" + PASSWORD,
                   *(["--ssl-reqd"] if security == "starttls" else []), "--mail-from",
                   "alice@example.org", *[w for a in to for w in ("--mail-rcpt", a)], "-T", mail], ""
    tls = {"none": ["--tls=off"], "tls": ["--tls=on", "--tls-starttls=off"],
           "starttls": ["--tls=on", "--tls-starttls=on"]}[security]
    yield "msmtp", ["msmtp", "--host=127.0.0.1", f"--port={port}", "--from=alice@example.org",
                    "--auth=plain", "--user=alice", "--passwordeval=echo " + PASSWORD, *tls,
                    "--tls-certcheck=off", *to], open(mail).read()
    url = f"{scheme}://alice:{PASSWORD}@127.0.0.1:{port}"
    yield "mutt", ["mutt", "-n", "-F", "/dev/null", "-e", f"set smtp_url={url}/", "-e",
                   "set from=alice@example.org copy=no ssl_force_tls=" +
                   ("no" if security == "none" else "yes"), "-e",
                   f"set ssl_starttls={'yes' if security == 'starttls' else 'no'} "
                   "ssl_verify_dates=no ssl_verify_host=no certificate_file=" +
                   os.path.join(tmp, "tls", "ca.pem"), "-s", "s", *to], "hello\n"
    yield "s-nail", ["s-nail", "-:/", "-S", "v15-compat", "-S", "mta=" + url, "-S",
                     "from=alice@example.org", "-S", "smtp-auth=plain", "-S", "tls-verify=ignore",
                     *(["-S", "smtp-use-starttls"] if security == "starttls" else []), "-s", "s",
                     *to], "hello\n"


def one(outpost, tmp, env, security, count, mail):
    """Turns of each client that is here; None: it did not come to the end."""
    got = {}
    to = [f"someone-{n}@example.net" for n in range(count)]
    names = ["outpost", "curl", "msmtp", "mutt", "s-nail"]
    for i, name in enumerate(names):
        if name != "outpost" and not shutil.which(name):
            continue
        session = Session(offers("PIPELINING CHUNKING", security, True), 0.01, 0.03)
        with Faulty(session, tls=os.path.join(tmp, "tls", "good.pem"),
                    wrap=security == "tls") as server:
            _, cmd, stdin = list(clients(outpost, tmp, env, server.port, security, to, mail))[i]
            try:
                subprocess.run(cmd, input=stdin, env=env, capture_output=True, text=True,
                               timeout=30)
                wait_over(server)
            except subprocess.TimeoutExpired:
                pass
            got[name] = session.accepted_after
    return got


def table(outpost, tmp, env, mail):
    certs.make(os.path.join(tmp, "tls"))
    print("\nround trips to acceptance, with AUTH PLAIN; PIPELINING and CHUNKING are offered")
    for security in ["none", "starttls", "tls"]:
        for count in [1, 10]:
            got = one(outpost, tmp, env, security, count, mail)
            print("  %-9s %2d recipient%s  %s" % (
                security, count, " " if count == 1 else "s",
                "  ".join(f"{n} {got[n] if got[n] else 'failed'}" for n in got)), flush=True)
    gone = [n for n in ["curl", "msmtp", "mutt", "s-nail"] if not shutil.which(n)]
    if gone:
        print("  not installed: " + ", ".join(gone))
