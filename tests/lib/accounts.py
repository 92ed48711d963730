"""Accounts without set-up: written into accounts.ini as a person would, many at once."""
import os

import tap

ADDRESS = "alice@example.org"
PASSWORD = "hunter2 \"%#é"


def password_file(password=PASSWORD, name="password"):
    path = os.path.join(tap.TMP, name)
    with open(path, "w") as f:
        f.write(password + "\n")
    os.chmod(path, 0o600)
    return path


def quoted(value):
    return "".join(c if c not in '%"\\\n;#' else f"%{ord(c):02X}" for c in str(value))


def write(accounts, folder=None):
    """accounts: name -> dict of settings; what is not set is the usual of a wire test. folder: of
    the configuration, if not the usual one."""
    folder = folder or os.path.join(os.environ["XDG_CONFIG_HOME"], "outpost")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, "accounts.ini")
    with open(path, "w") as f:
        for name, settings in accounts.items():
            every = {"address": ADDRESS, "host": "127.0.0.1", "security": "none",
                     "password": "file", "timeout": "20", **settings}
            if "password-file" not in every:
                every["password-file"] = password_file()
            f.write(f"[account {name}]\n")
            for key, value in every.items():
                if value is not None:
                    f.write(f'{key} = "{quoted(value)}"\n')
            f.write("\n")
    os.chmod(path, 0o600)
