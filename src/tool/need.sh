#!/bin/sh
# Installs the Debian packages named that are not there yet: as root or through
# sudo; otherwise prints the one command and fails. A name ending in "-" says
# "never this one" to apt-get, as it does there.
set -u

missing=
for p in "$@"; do
	case $p in
	*-) continue ;;
	esac
	case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null) in
	*" installed") ;;
	*) missing="$missing $p" ;;
	esac
done
[ -n "$missing" ] || exit 0

never=
for p in "$@"; do
	case $p in
	*-) never="$never $p" ;;
	esac
done

if ! command -v apt-get >/dev/null; then
	echo "outpost: this is not Debian; install what these packages hold:$missing" >&2
	exit 1
fi
if [ "$(id -u)" = 0 ]; then
	as=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as="sudo -n"
elif command -v sudo >/dev/null && [ -t 0 ]; then
	as=sudo
else
	echo "outpost: some packages are missing. As root, run:" >&2
	echo "  apt-get install -y --no-install-recommends$missing$never" >&2
	exit 1
fi

echo "outpost: installing$missing" >&2
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
install() {
	$as env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		$missing $never
}
# An old package list is the common reason to fail: refresh it and try once more.
if install >"$log" 2>&1 ||
	{ $as apt-get update >>"$log" 2>&1 && install >>"$log" 2>&1; }; then
	rm -f "$log"
	exit 0
fi
tail -n 20 "$log" >&2
rm -f "$log"
exit 1
