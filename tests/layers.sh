#!/bin/sh
# The folders are the layers: a file includes only from its own folder and from
# folders below; a foreign library stands behind the files named here.
cd "$(dirname "$0")/.." || exit 1
bad=0

# may FOLDER ALLOWED...: quoted includes of FOLDER come from ALLOWED only.
may() {
	folder=$1
	shift
	allowed=$(echo "$@" | tr ' ' '|')
	grep -HnE '^#include "[a-z]+/' "$folder"/*.[ch] 2>/dev/null |
		grep -vE "#include \"($allowed)/" | sed 's/^/layer: /'
}
# only HEADER-REGEX FILES-REGEX: no other file includes that library.
only() {
	grep -rHnE "^#include <($1)" src tui --include='*.[ch]' | grep -vE "^($2):" |
		sed 's/^/library: /'
}
# only_late NAME FILES-REGEX: the same for a library that is loaded when needed.
only_late() {
	grep -rHnE "^#include \"late_$1" src tui --include='*.[ch]' | grep -vE "^($2):" |
		sed 's/^/library: /'
}

out=$(
	may src/base base
	may src/port port base
	may src/mail mail port base
	grep -HnE '^#include "(port|mail)/' src/mail/sandbox*.[ch] | sed 's/^/sandbox: /' |
		grep -v 'mail/sandbox'
	may src/task task mail port base
	may src/task/export task mail port base
	may src/task/import task mail port base
	may src/task/discover task mail port base
	may tui/widget widget base
	may tui/screen screen widget task mail port base
	may src/cli cli screen task mail port base
	may src/tool tool task mail port base
	only 'curl/' 'src/port/net[a-z_]*\.[ch]'
	only '(n?curses|ncursesw/.*|term)\.h' 'tui/.*'
	only 'libsecret/' 'none'
	only_late secret 'src/port/store_(keyring|dbus)\.h'
	only '(iniparser/)?(iniparser|dictionary)\.h' 'src/port/ini\.c'
	only 'libxml/' 'none'
	only_late html 'src/port/html\.c'
	only 'jansson' 'src/port/json\.c'
	only 'ares' 'src/port/dns[a-z_]*\.c'
	only 'expat' 'src/port/xml\.c'
	only 'libpsl' 'src/port/suffix\.c'
	only 'csv\.h' 'src/port/csv\.c'
	only 'sqlite3' 'src/port/db\.c'
	only '(gmime|gio)/|glib' 'none'
	only_late gmime 'src/mail/message_gmime\.h'
	only 'openssl/' 'src/port/net_tls\.c|src/mail/sandbox_tls\.[ch]|src/port/crypt\.c|src/mail/sandbox[a-z_]*\.c'
)
[ -z "$out" ] || { echo "$out"; bad=1; }

# No file past 700 lines.
long=$(find src tui tests -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 700')
[ -z "$long" ] || { echo "too long: $long"; bad=1; }

[ $bad = 0 ] && echo "ok 1 - layers" || echo "not ok 1 - layers"
exit $bad
