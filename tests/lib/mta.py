"""A real Postfix on loopback: own configuration, queue, CA, SASL, Maildirs.

It needs root (Postfix does). Every listener is on a free port of 127.0.0.1, unless address and ports
say otherwise; names are those of its good certificate beside localhost:
  submission  STARTTLS, AUTH demanded           tls       implicit TLS, AUTH demanded
  expired     STARTTLS, expired certificate     wrong     STARTTLS, certificate of another name
  selfsigned  STARTTLS, self-signed             plain     no TLS, no AUTH, relays from loopback
  clearauth   AUTH without TLS                  data      as plain, without CHUNKING
Mail for anybody at example.org lands in Maildirs below `folder`/mail.
"""
import email
import email.policy
import glob
import os
import pwd
import shutil
import subprocess

import certs
import tap

USER = "alice@example.org"
PASSWORD = " pä ss%#\"'\\word; "


def usable():
    return os.geteuid() == 0 and os.path.exists("/usr/sbin/postfix")


class Postfix:
    def __init__(self, folder, password=PASSWORD, address="127.0.0.1", ports=None, names=()):
        self.folder = folder
        self.conf = os.path.join(folder, "conf")
        self.password = password
        self.address = address
        self.ca = certs.make(os.path.join(folder, "tls"))
        if names:
            certs.issue(os.path.join(folder, "tls"), "good", [*names, "localhost", address])
        self.ports = {n: tap.free_port() for n in
                      ["submission", "tls", "expired", "wrong", "selfsigned", "plain", "clearauth",
                       "data"]}
        self.ports.update(ports or {})
        # Its daemons run as postfix and have to reach the folders.
        path = folder
        while path != "/":
            if os.stat(path).st_uid == 0:
                os.chmod(path, os.stat(path).st_mode | 0o011)
            path = os.path.dirname(path)
        self._sasl()
        self._config()

    def _tls(self, name):
        return os.path.join(self.folder, "tls", name + ".pem")

    def _sasl(self):
        # Debian's Postfix looks here, whatever cyrus_sasl_config_path says.
        d = os.path.join(self.conf, "sasl")
        os.makedirs(d)
        db = os.path.join(d, "sasldb2")
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", db, "-u", "example.org", "alice"],
                       input=self.password.encode(), check=True, capture_output=True)
        os.chown(db, pwd.getpwnam("postfix").pw_uid, -1)
        with open(os.path.join(d, "smtpd.conf"), "w") as f:
            f.write("pwcheck_method: auxprop\nauxprop_plugin: sasldb\n"
                    f"sasldb_path: {db}\nmech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256\n")

    def _config(self):
        pf = pwd.getpwnam("postfix")
        q, data, mail = (os.path.join(self.folder, n) for n in ["queue", "data", "mail"])
        for d in [q, data, mail]:
            os.makedirs(d)
        os.chown(data, pf.pw_uid, pf.pw_gid)
        os.chown(mail, pf.pw_uid, pf.pw_gid)
        self.log = os.path.join(self.folder, "maillog")
        with open(os.path.join(self.conf, "main.cf"), "w") as f:
            f.write(f"""compatibility_level = 3.6
queue_directory = {q}
data_directory = {data}
maillog_file = {self.log}
maillog_file_prefixes = {self.folder}
inet_interfaces = {self.address}
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {mail}
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{pf.pw_uid}
virtual_gid_maps = static:{pf.pw_gid}
virtual_minimum_uid = 1
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = {os.path.join(self.conf, "sasl")}
smtpd_sasl_local_domain = example.org
smtpd_sasl_security_options = noanonymous
smtpd_tls_chain_files = {self._tls("good")}
smtpd_tls_session_cache_database =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{{{nobody@example.org = REJECT no such user here}}, {{gone@example.org = REJECT gone}}, {{later@example.org = DEFER try again later}}}}, permit
smtpd_delay_reject = no
smtpd_soft_error_limit = 100
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
""")
        auth = ("-o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions="
                " -o smtpd_relay_restrictions=permit_sasl_authenticated,reject"
                " -o smtpd_sender_restrictions=permit_sasl_authenticated,reject")
        start = " -o smtpd_tls_security_level=encrypt " + auth
        listeners = {
            "submission": start,
            "tls": " -o smtpd_tls_wrappermode=yes " + auth,
            "expired": start + f" -o smtpd_tls_chain_files={self._tls('expired')}",
            "wrong": start + f" -o smtpd_tls_chain_files={self._tls('wrong')}",
            "selfsigned": start + f" -o smtpd_tls_chain_files={self._tls('selfsigned')}",
            "plain": " -o smtpd_tls_security_level=none",
            "clearauth": " -o smtpd_tls_security_level=none " + auth,
            "data": " -o smtpd_tls_security_level=none -o smtpd_discard_ehlo_keywords=chunking",
        }
        with open(os.path.join(self.conf, "master.cf"), "w") as f:
            for name, options in listeners.items():
                f.write(f"{self.address}:{self.ports[name]} inet n - n - - smtpd{options}\n")
            f.write("""pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
""")

    def start(self):
        subprocess.run(["postfix", "-c", self.conf, "start"], check=True, capture_output=True)
        return self

    def stop(self):
        subprocess.run(["postfix", "-c", self.conf, "stop"], capture_output=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def mails(self):
        """Everything delivered so far, parsed, in order of arrival."""
        files = glob.glob(os.path.join(self.folder, "mail", "all", "new", "*"))
        out = []
        for name in sorted(files, key=os.path.getmtime):
            with open(name, "rb") as f:
                out.append(email.message_from_binary_file(f, policy=email.policy.default))
        return out

    def wait_mail(self, test, seconds=20):
        """The first mail for which test(mail) holds."""
        return tap.wait_until(lambda: next((m for m in self.mails() if test(m)), None), seconds,
                              "a mail")

    def log_text(self):
        try:
            with open(self.log) as f:
                return f.read()
        except OSError:
            return ""

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
