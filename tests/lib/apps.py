"""Formats that are printed: nasty values read back, and letters sent with what was printed.

    carries("django", ["name", "user", "password"], read, cannot=...)
    sends("django", server, send)

read(exports) gets what was printed for each value, at once: a list of lists of texts, one a file;
it returns a list of dicts, key to value. Interpreters are started once for all of them.
cannot(key, value) says which values this format must refuse, with a sentence.
"""
import json
import os
import shutil
import subprocess

import accounts
import clients
import tap

SYSTEM_PYTHON = "/usr/bin/python3"  # python3 of PATH may lack what Debian's packages bring
KEYS = ["name", "user", "password"]
ASCII = "pa ss\"w\\or#d;%$'"


def never(key, value):
    return False


def child(args, data=None, **env):
    """Runs an interpreter; what it prints as JSON, else None with its error shown."""
    p = subprocess.run(args, input=None if data is None else json.dumps(data), text=True,
                       capture_output=True, env={**os.environ, **env}, timeout=60)
    if p.returncode != 0:
        print("# " + "\n# ".join((p.stderr + p.stdout)[-1500:].splitlines()))
        return None
    return json.loads(p.stdout)


def works(*args):
    """The program is here and is content."""
    return bool(shutil.which(args[0])) and subprocess.run(args, capture_output=True).returncode == 0


def has_module(name):
    return works(SYSTEM_PYTHON, "-c", f"import {name}")


def not_here(what):
    tap.skip(f"{what} is not installed, so it was not run")


def missing(path, what):
    """Says so when a program or file is not there."""
    if shutil.which(path) or os.path.exists(path):
        return False
    not_here(what)
    return True


def texts(client, name, *options):
    """What outpost prints for this account: a list of texts; None and its words when refused."""
    r = tap.run("export", client, name, "--json", *options)
    if r.returncode != 0:
        return None, r.stderr + r.stdout
    return [f["text"] for f in json.loads(r.stdout)["files"]], ""


def export(client, *options):
    """The one text of the account "work"."""
    got, said = texts(client, "work", *options)
    tap.ok(got is not None, f"{client}: exported", said)
    return got


def _write(home, rows):
    """An account for each row: the keys that get its value."""
    every = {}
    for i, (keys, value) in enumerate(rows):
        a = {**home.settings, "from-name": "Alice", "user": clients.USER}
        word = value if "password" in keys else "plain"
        a["password-file"] = home.file(f"password{i}", word + "\n")
        if "name" in keys:
            a["from-name"] = value
        if "user" in keys:
            a["user"] = value
        if "ca_file" in keys:
            a["ca-file"] = home.file(value, "")
        every[f"n{i}"] = a
    accounts.write(every)


def _compare(client, home, rows, read, wrong):
    """Reads back what is exported; the rows that were refused."""
    _write(home, rows)
    got, taken, refused = [], [], []
    for i, (keys, value) in enumerate(rows):
        text, said = texts(client, f"n{i}", *(["--with-password"] if "password" in keys else []))
        if text is None:
            refused.append((keys, value))
            if "this format" not in said.lower():
                wrong.append((keys, value, said))
        else:
            got.append(text)
            taken.append((keys, value))
    found = read(got) if got else []
    if found is None or len(found) != len(taken):
        wrong.append((client, "cannot be read"))
        return refused
    for (keys, value), values in zip(taken, found):
        want = {k: os.path.join(home.path, value) if k == "ca_file" else value for k in keys}
        wrong += [(k, want[k], values.get(k)) for k in keys if values.get(k) != want[k]]
    return refused


def carries(client, keys, read, cannot=never, values=clients.NASTY):
    """Each value as each key: the same when it is read back, or refused where it must be."""
    home, wrong = clients.Home(), []
    fine = [([k for k in keys if not cannot(k, v)], v) for v in values]
    rest = [([k], v) for v in values for k in keys if cannot(k, v)]
    for keys_, value in _compare(client, home, [row for row in fine if row[0]], read, wrong):
        wrong.append(("refused", keys_, value))
    refused = _compare(client, home, rest, read, wrong) if rest else []
    wrong += [("not refused", row) for row in rest if row not in refused]
    for row in wrong:
        print("# " + repr(row))
    tap.equal(len(wrong), 0, f"{client}: {len(values)} nasty values as {', '.join(keys)}, "
                             f"{len(rest)} refused")


def no_password(client, name=clients.NAME):
    """Without --with-password it is nowhere."""
    home = clients.Home(**{"from-name": name})
    got = export(client) or []
    told = [t for t in got if "w\\ör" in t or "ör#d" in t or clients.PASSWORD in t]
    tap.equal(told, [], f"{client}: no password in what is printed")
    return home, got


def sends(client, server, send, name=clients.NAME, ca=True, hows=("starttls", "tls")):
    """send(home, texts, letter, password) runs the program; ca=False: it looks at no CA."""
    def ready(how, **more):
        home = clients.Home(server, how, **{"from_name": name, **more})
        return home, export(client)

    for how in hows:
        home, got = ready(how)
        letter = clients.Letter(f"Über {how} from {client}", clients.BODY.format(client))
        r = send(home, got, letter, server.password)
        tap.equal(r.returncode, 0, f"{client}, {how}: it sends") or print("# " + r.said[-1500:])
        clients.arrived(server, letter, f"{client}, {how}", name)
    letter = clients.Letter("never", "never\n")
    home, got = ready(hows[0])
    clients.refused(server, send(home, got, letter, "wrong"), f"{client}, wrong password")
    if ca:
        home, got = ready(hows[0], ca_file=server.stranger)
        clients.refused(server, send(home, got, letter, server.password), f"{client}, unknown CA")


# ---- readers that several formats share ----

def agreed(readers):
    """One reader of several: where they differ, the value is what each of them found."""
    def read(exports):
        found = {what: one(exports) for what, one in readers.items()}
        rows = []
        for values in zip(*found.values()):
            rows.append({k: v if all(d.get(k) == v for d in values) else
                         {what: d.get(k) for what, d in zip(found, values)}
                         for k, v in values[0].items()})
        return rows
    return read


def yaml(exports):
    """Documents of YAML; !secret is kept as a text."""
    code = """
import json, sys, yaml
yaml.SafeLoader.add_constructor("!secret", lambda l, n: "!secret " + n.value)
print(json.dumps([yaml.safe_load(t) for t in json.load(sys.stdin)]))
"""
    return child([SYSTEM_PYTHON, "-c", code], [t[-1] for t in exports])
