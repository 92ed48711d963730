/* The readers of import: real-looking files, faults, hostile ones. A row is a file and what comes of
 * it: each account on a line, "id address host port security user password", then the notes. */
#include "test_base_kit.h"

#include "base/dirs.h"
#include "base/secret.h"
#include "mail/account.h"
#include "port/store.h"
#include "task/import/import.h"

static char *home;

static void write_file(const char *name, const char *text, size_t len)
{
	char *path = xasprintf("%s/%s", home, name), *slash = strrchr(path, '/');
	struct err err = ERR_INIT;

	*slash = '\0';
	if (file_mkdirs(path, 0700, &err) < 0)
		fail_msg("%s", err.text);
	*slash = '/';
	if (file_replace(path, text, len, 0600, &err) < 0)
		fail_msg("%s", err.text);
	free(path);
}

static void add_found(struct buf *out, const struct import_found *f)
{
	const struct account *a = f->account;
	const char *command = account_get(a, ACCOUNT_PASSWORD_COMMAND);

	buf_printf(out, "%s %s %s %d %s %s", account_id(a), account_get(a, ACCOUNT_ADDRESS),
		   account_get(a, ACCOUNT_HOST), account_port(a), account_get(a, ACCOUNT_SECURITY),
		   account_user(a));
	if (account_is_set(a, ACCOUNT_FROM_NAME))
		buf_printf(out, " (%s)", account_get(a, ACCOUNT_FROM_NAME));
	if (account_is_set(a, ACCOUNT_AUTH))
		buf_printf(out, " %s", account_get(a, ACCOUNT_AUTH));
	if (account_is_set(a, ACCOUNT_CA_FILE))
		buf_printf(out, " ca=%s", account_get(a, ACCOUNT_CA_FILE));
	if (f->password)
		buf_printf(out, " pw=%s", secret_text(f->password));
	if (account_is_set(a, ACCOUNT_PASSWORD) && strcmp(account_get(a, ACCOUNT_PASSWORD), "none") != 0)
		buf_printf(out, " %s", account_get(a, ACCOUNT_PASSWORD));
	buf_printf(out, "%s%s\n", *command ? " cmd=" : "", command);
}

/* What comes of the file of that name below home; free it. */
static char *imported(const char *id, const char *name, const char *address)
{
	struct import_result result = IMPORT_RESULT_INIT;
	char *path = xasprintf("%s/%s", home, name);
	struct import_params params = { import_source_by_id(id), path, address };
	struct buf out = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;

	assert_non_null(params.source);
	if (import_read(&params, &result, &err) < 0)
		buf_printf(&out, "error %s: %s\n", err_kind_name(err.kind), err.text);
	for (size_t i = 0; i < result.count; i++)
		add_found(&out, &result.found[i]);
	for (size_t i = 0; i < result.note_count; i++)
		buf_printf(&out, "%s\n", result.notes[i].text);
	import_result_clear(&result);
	free(path);
	return buf_detach(&out);
}

static const struct {
	const char *id, *name, *text, *want;
} cases[] = {
	{ "msmtp", "a", "account w\nhost h.example\nport 587\ntls on\nauth on\nuser u\nfrom a@b.example\n"
	  "password x \"y\"\n"
	  "proxy_host p\n", "w a@b.example h.example 587 starttls u pw=x \"y\"\n"
	  "line 9: proxy_host is not understood\n" },
	/* A word about encryption that is not known never means none. */
	{ "msmtp", "a", "account w\nhost h.example\nfrom a@b.example\ntls maybe\n",
	  "w a@b.example h.example 25 starttls \n"
	  "line 4: \"maybe\" is not understood; outpost insists on encryption\n" },
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://h.example\nset ssl_starttls=ask-yes\n",
	  "b.example a@b.example h.example 25 starttls \n"
	  "line 2: \"ask-yes\" is not understood; outpost insists on encryption\n" },
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://h.example\n"
	  "set ssl_force_tls ssl_starttls=no\n", "b.example a@b.example h.example 25 starttls \n" },
	{ "git", "a", "[sendemail]\nsmtpServer = h.example\nsmtpUser = a@b.example\n"
	  "smtpEncryption = STARTTLS\n", "b.example a@b.example h.example 25 starttls a@b.example\n"
	  "line 4: \"STARTTLS\" is not understood; outpost insists on encryption\n" },
	{ "env", "a", "MAIL_HOST=h.example\nMAIL_USERNAME=a@b.example\nMAIL_ENCRYPTION=TLSv1.2\n",
	  "b.example a@b.example h.example 587 starttls a@b.example\n"
	  "line 3: \"TLSv1.2\" is not understood; outpost insists on encryption\n" },
	{ "env", "a", "EMAIL_HOST=h.example\nEMAIL_HOST_USER=a@b.example\nEMAIL_USE_TLS=$X\n",
	  "b.example a@b.example h.example 587 starttls a@b.example\n"
	  "line 3: \"$X\" is not understood; outpost insists on encryption\n" },
	{ "thunderbird", "a", "user_pref(\"mail.smtpservers\", \"s\");\n"
	  "user_pref(\"mail.smtpserver.s.hostname\", \"h.example\");\n"
	  "user_pref(\"mail.smtpserver.s.username\", \"a@b.example\");\n"
	  "user_pref(\"mail.smtpserver.s.try_ssl\", 4);\n",
	  "b.example a@b.example h.example 587 starttls a@b.example\n"
	  "line 4: \"4\" is not understood; outpost insists on encryption\n" },
	{ "himalaya", "a", "[accounts.x]\nemail = \"a@b.example\"\n"
	  "message.send.backend.type = \"smtp\"\nmessage.send.backend.host = \"h.example\"\n"
	  "message.send.backend.login = \"u\"\nmessage.send.backend.encryption.type = \"weird\"\n",
	  "x a@b.example h.example 587 starttls u\n"
	  "line 6: \"weird\" is not understood; outpost insists on encryption\n" },
	/* What mutt puts together from text and a command is neither a password nor a command. */
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://u@h.example\n"
	  "set smtp_pass=\"x`pass`\"\n", "b.example a@b.example h.example 25 starttls u\n"
	  "line 2: smtp_pass is put together with a command, which is not run\n" },
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://u@h.example my_p=`pass`\n"
	  "set smtp_pass=\"$my_p; rm x\"\n", "b.example a@b.example h.example 25 starttls u\n"
	  "line 2: smtp_pass is put together with a command, which is not run\n" },
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://u@h.example\n"
	  "set smtp_pass=`pass`'; rm x'\n", "b.example a@b.example h.example 25 starttls u\n"
	  "line 2: smtp_pass is put together with a command, which is not run\n" },
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://u@h.example my_p=`pass`\n"
	  "set smtp_pass=$my_p realname=\"A `id`\" my_q=\"`a`\"\n",
	  "b.example a@b.example h.example 25 starttls u command cmd=pass\n"
	  "line 2: realname is put together with a command, which is not run\n" },
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://u@h.example realname=`id`\n"
	  "set smtp_pass=\001id\n", "b.example a@b.example h.example 25 starttls u pw=id\n"
	  "line 1: realname comes from a command, which is not run\n" },
	{ "mutt", "a", "set from=a@b.example smtp_url=smtp://h.example\n"
	  "folder-hook x \"set smtp_url=smtp://u@i.example smtp_pass=`pass x`\"\n",
	  "b.example a@b.example h.example 25 starttls \n"
	  "line 2: this hook is put together with a command, which is not run\n" },
	/* A password that its program does not use is told. */
	{ "msmtp", "a", "account w\nhost h.example\nfrom a@b.example\ntls on\nuser u\npassword p\n",
	  "w a@b.example h.example 25 starttls \n"
	  "line 1: it does not sign in, so its password is not taken\n" },
	{ "msmtp", "a", "defaults\ntls on\ntls_starttls off\nauth login\naccount a\nhost a.example\n"
	  "user \"u@a.example\"\n"
	  "account b : a\nhost b.example\npasswordeval \"echo \"x\"\"\naccount default : b\n",
	  "b u@a.example b.example 465 tls u@a.example login command cmd=echo \"x\"\n"
	  "a u@a.example a.example 465 tls u@a.example login\n" },
	{ "msmtp", "a", "host h.example\nfrom a@b.example\n", "" },
	{ "msmtp", "a", "account x\nfrom a@b.example\nport 99999\ntls_certcheck off\neval echo host evil\n"
	  "account y : nobody\n",
	  "line 3: The port must be a number from 1 to 65535, not \"99999\"\n"
	  "line 4: tls_certcheck off is not taken over: outpost checks who the server is\n"
	  "line 5: eval: its command is not run\n"
	  "line 6: there is no account nobody before this line\n"
	  "line 1: the account x names no server, so it is left out\n"
	  "line 6: the account y names no server, so it is left out\n" },
	{ "msmtp", "a", "\xef\xbb\xbf" "account \xc3\xbc\xc3\xbc\r\nhost h.example\r\n"
	  "from \xff@b.example\r\n",
	  "h.example  h.example 25 none \nline 3: \\xff@b.example is not an address\n" },
	{ "mutt", "a", "set from=a@b.example realname='A \\ B'\n"
	  "set smtp_url=\"smtp://u%40x@h.example:587/\" smtp_pass=\"a\\\"b\\$c\" ; "
	  "set ssl_starttls = yes\nbind index x y\n",
	  "b.example a@b.example h.example 587 starttls u@x (A \\ B) pw=a\"b$c\n" },
	{ "mutt", "a", "set smtp_url = smtps://u@h.example\\\n:465\nset smtp_pass=\"`pass 'my mail'`\"\n"
	  "set smtp_odd=1 from=\"`cat x`\"\n"
	  "set spoolfile=\"`evil`\"\n", "h.example  h.example 465 tls u command cmd=pass 'my mail'\n"
	  "line 4: smtp_odd is not understood\n"
	  "line 4: from comes from a command, which is not run\n" },
	{ "mutt", "a", "set my_p='se cret'\nset smtp_url=smtp://u@h.example smtp_pass=$my_p ssl_starttls=no "
	  "from='x\n",
	  "h.example  h.example 25 none u pw=se cret\nline 2: the quote around from is not closed\n" },
	{ "neomutt", "d/rc", "source part\nsource /etc/passwd\nsource 'evil |'\nsource nothere\n"
	  "folder-hook w 'set from=w@w.example'\n",
	  "b.example a@b.example h.example 25 starttls u\nw w@w.example h.example 25 starttls u\n"
	  "line 2: /etc/passwd lies outside your home folder, so it was not read\n"
	  "line 3: what a command prints is not read: it is not run\nline 4: there is no file nothere\n" },
	{ "s-nail", "a", "set v15-compat=yes from='\"A, B\" <a@b.example>'\n"
	  "set mta=smtp://u%40x@h.example:587 smtp-use-starttls \\\n"
	  "  smtp-auth=plain\nvput ! pw pass m | head -n 1 | tr -d '\\n'\n"
	  "set password-u@x@h.example:587=\"$pw\"\n",
	  "b.example a@b.example h.example 587 starttls u@x (A, B) plain command cmd=pass m\n" },
	{ "s-nail", "a", "set smtp=h.example:25 smtp-auth-user=u smtp-auth-password='p w'\naccount two {\n"
	  "set mta=smtps://v@i.example\n"
	  "set password=$'a\\'b'\n}\nset smtp-x=1 mta=/usr/bin/msmtp\n",
	  "two  i.example 465 tls v pw=a'b\nline 6: smtp-x is not understood\n"
	  "line 6: mail is handed to the program /usr/bin/msmtp, which was not looked at\n" },
	{ "aerc", "a", "[w]\nsource = imaps://x\noutgoing = smtp://u%40x:p%25w@h.example:587\n"
	  "smtp-starttls = yes\n"
	  "from = \"A\" <a@b.example> ; me\n[r]\nsource = x\n[c]\noutgoing = smtps+login://u@c.example\n"
	  "outgoing-cred-cmd = `a # b`\n"
	  "[s]\noutgoing = /usr/sbin/sendmail\noutgoing-odd = 1\n",
	  "w a@b.example h.example 587 starttls u@x (A) pw=p%w\n"
	  "c  c.example 465 tls u login command cmd=a # b\n"
	  "line 12: mail is handed to the program /usr/sbin/sendmail, which was not looked at\n"
	  "line 13: outgoing-odd is not understood\n" },
	{ "git", "a", "[user]\n\tname = \"A B\"\n\temail = a@b.example\n[sendemail]\n"
	  "\tsmtpServer = h.example ; c\n\tsmtpUser = u\n"
	  "\tsmtpEncryption = tls\n\tsmtpServerPort = 587\n\tsmtpPass = \"p \\\"w\\\\ #\"\n"
	  "\tidentity = two\n[sendemail \"two\"]\n\tsmtpServer = i.example\n"
	  "\tsmtpEncryption=ssl\n\tsmtpServerPort=465\n\tsmtpOdd = 1\n[core]\n\tx = y\n",
	  "two a@b.example i.example 465 tls u (A B) pw=p \"w\\ #\n"
	  "b.example a@b.example h.example 587 starttls u (A B) pw=p \"w\\ #\n"
	  "line 15: smtpodd is not understood\n" },
	{ "git", "a", "[include]\npath = ~/incl\n[includeIf \"gitdir:x\"]\npath = ~/other\n[sendemail]\n"
	  "smtpServer = /usr/bin/msmtp -a x\n[broken\n",
	  "line 4: ~/other is read only where its condition holds, and was not\n"
	  "line 7: this heading is not understood\n"
	  "line 6: mail is handed to the program /usr/bin/msmtp -a x, which was not looked at\n" },
	{ "ssmtp", "a", "# c\nroot=postmaster\nmailhub=h.example:587\nUseTLS=YES\nUseSTARTTLS=YES\n"
	  "AuthUser=a@b.example\nAuthPass=p'w # c\nOdd=1\n",
	  "b.example a@b.example h.example 587 starttls a@b.example pw=p'w\n"
	  "line 8: Odd is not understood\n" },
	{ "esmtp", "a", "identity = a@b.example\nhostname = h.example:587\nusername = \"u\"\n"
	  "password = \"p w\"\nstarttls = required\n"
	  "identity b@c.example\n\thostname=i.example:25\n\tstarttls=disabled\npreconnect \"evil\"\n",
	  "b.example a@b.example h.example 587 starttls u pw=p w\n"
	  "c.example b@c.example i.example 25 none u pw=p w\n"
	  "line 9: preconnect: its command is not run\n" },
	{ "nullmailer", "a", "h.example smtp --port=465 --tls --user='a b' --pass='p'\"'\"'w' --auth-login\n"
	  "i.example smtp odd=1 user='x\n",
	  "h.example  h.example 465 tls a b login pw=p'w\ni.example  i.example 25 none \n"
	  "line 2: odd is not understood\n"
	  "line 2: a quote is not closed\n" },
	{ "dma", "dma/dma.conf", "SMARTHOST h.example\nPORT 587\nSECURETRANSFER\nSTARTTLS\n"
	  "AUTHPATH /etc/dma/auth.conf\nMASQUERADE a@b.example\n",
	  "b.example a@b.example h.example 587 starttls u pw=p:w\n" },
	{ "postfix", "pf/main.cf", "# c\nmyhostname = x\nrelayhost =\n  [h.example]:587\n"
	  "smtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = "
	  "hash:/etc/postfix/sasl_passwd\nsmtp_tls_security_level = may\nsmtp_odd = 1\n"
	  "smtp_tls_CAfile = $x/y\n",
	  "h.example  h.example 587 starttls u pw=p w:x\nline 7: encryption was only tried; outpost insists "
	  "on it\n"
	  "line 8: smtp_odd is not understood\nline 9: smtp_tls_CAfile takes its value from another setting, "
	  "and is not understood\n" },
	{ "thunderbird", "tb/prefs.js", "// c\nuser_pref(\"mail.smtpservers\", \"s1,s2\");\n"
	  "user_pref(\"mail.smtp.defaultserver\", \"s2\");\n"
	  "user_pref(\"mail.smtpserver.s1.hostname\", \"h.example\");\n"
	  "user_pref(\"mail.smtpserver.s1.port\", 587);\n"
	  "user_pref(\"mail.smtpserver.s1.try_ssl\", 2);\nuser_pref(\"mail.smtpserver.s1.username\", \"u "
	  "\\\"\\u00fc\");\n"
	  "user_pref(\"mail.smtpserver.s2.hostname\", \"i.example\");\n"
	  "user_pref(\"mail.smtpserver.s2.try_ssl\", 3);\n"
	  "user_pref(\"mail.smtpserver.s2.odd\", true);\nuser_pref(\"mail.smtpserver.s2.authMethod\", 4);\n"
	  "user_pref(\"mail.smtpserver.s2.username\", \"v\");\n"
	  "user_pref(\"mail.identity.id1.useremail\", \"a@b.example\");\n"
	  "user_pref(\"mail.identity.id1.fullName\", \"A\\\\B\");\n"
	  "user_pref(\"mail.identity.id1.smtpServer\", \"s1\");\n"
	  "user_pref(\"mail.identity.id2.useremail\", \"c@d.example\");\nuser_pref(broken\n",
	  "d.example c@d.example i.example 465 tls v cram-md5\n"
	  "b.example a@b.example h.example 587 starttls u \"\xc3\xbc (A\\B)\n"
	  "line 17: this line is not understood\nline 10: mail.smtpserver.s2.odd is not understood\n" },
	{ "himalaya", "a", "display-name = \"All\"\n[accounts.one]\ndefault = true\nemail = \"a@b.example\"\n"
	  "message.send.backend.type = \"smtp\"\nmessage.send.backend.host = 'h.example'\n"
	  "message.send.backend.port = 587\n"
	  "message.send.backend.encryption.type = \"start-tls\"\nmessage.send.backend.login = \"u\"\n"
	  "message.send.backend.auth = { type = \"password\", cmd = \"pass \\\"x\\\"\" }\n"
	  "message.send.odd = [1, {a = 2}]\n"
	  "[accounts.two]\nemail = \"c@d.example\"\nsmtp.server = \"smtps://i.example:465\"\n"
	  "smtp.sasl.plain.username = \"v\"\n"
	  "smtp.sasl.plain.password.raw = \"\"\"\np\"w\"\"\"\nsmtp.odd = 3\nbroken =\n",
	  "one a@b.example h.example 587 starttls u (All) command cmd=pass \"x\"\n"
	  "two c@d.example i.example 465 tls v (All) pw=p\"w\n"
	  "line 11: message.send.odd.0 is not understood\nline 11: message.send.odd.1.a is not understood\n"
	  "line 18: smtp.odd is not understood\n"
	  "line 19: this line is not understood\n" },
	{ "env", "a", "# c\nexport SMTP_HOST=\"h.example\"\nSMTP_PORT=465\nSMTP_USER=u # c\n"
	  "SMTP_PASSWORD='p w'\nSMTP_FROM=a@b.example\n"
	  "SMTP_ODD=1\nPATH=/bin\nMAIL_HOST=i.example\nMAIL_PORT=587\nMAIL_ENCRYPTION=tls\n"
	  "MAIL_USERNAME=null\nMAIL_FROM_ADDRESS=${X}\nEMAIL_URL="
	  "smtps://x%40y:z@j.example\nbroken\n",
	  "b.example a@b.example h.example 465 tls u pw=p w\ny x@y j.example 465 tls x@y pw=z\n"
	  "i.example  i.example 587 starttls \n"
	  "line 7: SMTP_ODD is not understood\n"
	  "line 13: MAIL_FROM_ADDRESS takes its value from another variable, and is not understood\n"
	  "line 15: broken is not understood\n" },
	{ "mailspring", "a", "{\"*\":{\"accounts\":[{\"name\":\"A\",\"emailAddress\":\"a@b.example\","
	  "\"settings\":{\"smtp_host\":\"h.example\",\"smtp_port\":587,\"smtp_username\":\"u\","
	  "\"smtp_security\":\"STARTTLS\"}},{\"emailAddress\":\"c@d.example\"}, 3]}}",
	  "b.example a@b.example h.example 587 starttls u (A)\n"
	  "the account c@d.example names no server for outgoing mail, so it is left out\n"
	  "the account  names no server for outgoing mail, so it is left out\n" },
	{ "mailspring", "a", "{}", "error input: There is no list of accounts in it.\n" },
	{ "outpost", "a", "[account w]\naddress = a@b.example\nhost = h.example\n[account x]\n"
	  "address = nothing\n",
	  "w a@b.example h.example 465 tls a@b.example\nline 5: The address \"nothing\" has no @\n" },
	{ "autoconfig", "a", "<html></html>", "error input: It is a web page, not settings.\n" },
	{ "msmtp", "nowhere/x", NULL, "error noinput: " },
};

TEST(test_files)
{
	write_file("d/part", "set smtp_url=smtp://u@h.example from=a@b.example\n", 49);
	write_file("dma/auth.conf", "x|other:y\nu|h.example:p:w\n", 26);
	write_file("pf/sasl_passwd", "# c\n[h.example]:587 u:p w:x\n", 28);
	write_file("incl", "[sendemail]\nfrom = i@i.example\n", 31);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *want = cases[i].want;
		char *got;

		if (cases[i].text)
			write_file(cases[i].name, cases[i].text, strlen(cases[i].text));
		got = imported(cases[i].id, cases[i].name, NULL);
		/* A row may end in what only begins so. */
		if (*want && (want[strlen(want) - 1] == ' ') ? strncmp(got, want, strlen(want)) != 0
					     : strcmp(got, want) != 0)
			fail_msg("%s, row %zu: got\n%swanted\n%s", cases[i].id, i, got, want);
		free(got);
	}
}

TEST(test_evolution)
{
	static const char transport[] = "[Data Source]\nParent=acc\n[Mail Transport]\nBackendName=smtp\n"
		"[Authentication]\nHost=h.example\n"
			"Port=587\nUser=u\\\\x\nMethod=PLAIN\n[Security]\n"
			  "Method=starttls-on-standard-port\n";
	static const char identity[] = "[Data Source]\nParent=acc\n[Mail Identity]\nAddress=a@b.example\n"
		"Name=\xc3\x9c\\sB\n"
				       "[Mail Submission]\nTransportUid=tr\n";
	char *got;

	write_file("evo/tr.source", transport, strlen(transport));
	write_file("evo/id.source", identity, strlen(identity));
	write_file("evo/bad.source", "\0", 1);
	got = imported("evolution", "evo", NULL);
	assert_non_null(strstr(got, "b.example a@b.example h.example 587 starttls u\\x (\xc3\x9c B)\n"));
	assert_non_null(strstr(got, "bad.source is not a text file"));
	free(got);
}

TEST(test_autoconfig)
{
	static const char xml[] =
		"<clientConfig version=\"1.1\"><emailProvider id=\"b.example\">"
		"<outgoingServer type=\"smtp\"><hostname>smtp.b.example</hostname><port>465</port>"
		"<socketType>SSL</socketType><username>%EMAILLOCALPART%</username>"
		"<authentication>password-cleartext</authentication></outgoingServer>"
		"</emailProvider></clientConfig>";
	char *got;

	write_file("c.xml", xml, strlen(xml));
	got = imported("autoconfig", "c.xml", "a@b.example");
	assert_string_equal(got, "b.example a@b.example smtp.b.example 465 tls a\n");
	free(got);
	got = imported("autoconfig", "c.xml", NULL);
	assert_string_equal(got, "smtp.b.example  smtp.b.example 465 tls \n"
				 "the user name is made from the address: give it with --address\n");
	free(got);
}

/* Files that name each other, links that lead out, what is no file, what is too long. */
TEST(test_hostile)
{
	char *big = xmalloc(IMPORT_MAX + 2), *got, *link;

	write_file("loop", "source ~/loop\nsource ~/loop\nset smtp_url=smtp://h.example\n", 57);
	got = imported("mutt", "loop", NULL);
	assert_non_null(strstr(got, "more than 5 files name each other"));
	assert_non_null(strstr(got, "h.example"));
	free(got);

	link = xasprintf("%s/out", home);
	assert_int_equal(symlink("/etc/hostname", link), 0);
	write_file("a", "source ~/out\n", 13);
	got = imported("mutt", "a", NULL);
	assert_non_null(strstr(got, "lies outside your home folder"));
	free(got);
	free(link);

	link = xasprintf("%s/pipe", home);
	assert_int_equal(mkfifo(link, 0600), 0);
	write_file("a", "source ~/pipe\n", 14);
	got = imported("mutt", "a", NULL);
	assert_non_null(strstr(got, "is not a plain file"));
	free(got);
	free(link);

	memset(big, 'x', IMPORT_MAX + 1);
	write_file("big", big, IMPORT_MAX + 1);
	got = imported("msmtp", "big", NULL);
	assert_non_null(strstr(got, "error input: "));
	free(got);
	for (size_t i = 0; i + 2 < IMPORT_MAX; i += 2)
		memcpy(big + i, "x\n", 2);
	write_file("big", big, IMPORT_MAX - 2);
	got = imported("msmtp", "big", NULL);
	free(got);
	write_file("nul", "account w\0host x\n", 17);
	got = imported("msmtp", "nul", NULL);
	assert_non_null(strstr(got, "is not a text file"));
	free(got);
	free(big);
}

/* A shell escape in every place that could run something. */
TEST(test_nothing_is_run)
{
	static const char *const texts[][2] = {
		{ "msmtp", "account w\nhost h.example\nuser u\nauth on\npasswordeval \"touch ~/RAN\"\n"
		  "eval touch ~/RAN\n" },
		{ "mutt", "source \"touch ~/RAN|\"\nset smtp_url=\"`touch ~/RAN`\"\n"
		  "set smtp_pass=\"`touch ~/RAN`\"\n" },
		{ "s-nail", "vput ! x touch ~/RAN\nset mta=smtp://u@h.example password=\"$x\"\n"
		  "source touch ~/RAN|\n! touch ~/RAN\n" },
		{ "git", "[include]\npath = |touch ~/RAN\n[sendemail]\nsmtpServer = h.example\n"
		  "[credential]\nhelper = !touch ~/RAN\n" },
		{ "esmtp", "hostname h.example:25\npreconnect \"touch ~/RAN\"\n" },
		{ "env", "SMTP_HOST=$(touch ~/RAN)\nSMTP_USER=`touch ~/RAN`\n" },
	};
	char *ran = xasprintf("%s/RAN", home);

	for (size_t i = 0; i < COUNT(texts); i++) {
		write_file("a", texts[i][1], strlen(texts[i][1]));
		free(imported(texts[i][0], "a", NULL));
		assert_false(file_exists(ran));
	}
	free(ran);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),	   cmocka_unit_test(test_evolution),
		cmocka_unit_test(test_autoconfig), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_nothing_is_run),
	};

	home = new_folder();
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
