#!/bin/sh
# Runs a command inside a D-Bus session of its own, with an unlocked
# gnome-keyring that starts empty.
#
#   tests/lib/keyring.sh [--locked | --no-keyring] [--service NAME=COMMAND]... COMMAND...
#
#   --locked        the keyring is locked before COMMAND runs
#   --no-keyring    a bus on which nothing is and nothing can be started
#   --service       the bus starts COMMAND when somebody calls NAME
#
# The bus can start nothing else; in particular there is no prompter, so no window can
# open. Everything lies in a folder that is removed at the end. HOME stays as it is, for
# gnome-keyring is told elsewhere to keep its files. Ends with COMMAND's exit status.
set -eu

if [ "${1-}" = --inside ]; then
	mode=$2 dir=$3
	shift 3
	[ "$mode" != no-keyring ] || exec "$@"

	bus() {
		dbus-send --session --print-reply=literal --dest="$1" "$2" "$3" $4
	}
	printf keyring | XDG_DATA_HOME=$dir/data gnome-keyring-daemon --unlock --foreground --components=secrets \
		>"$dir/daemon.log" 2>&1 &
	daemon=$!
	trap 'kill $daemon 2>/dev/null || :; wait $daemon 2>/dev/null || :' EXIT
	login=/org/freedesktop/secrets/collection/login
	tries=0
	until bus org.freedesktop.secrets /org/freedesktop/secrets \
		org.freedesktop.Secret.Service.ReadAlias string:default 2>/dev/null | grep -q $login; do
		tries=$((tries + 1))
		if [ $tries -gt 200 ] || ! kill -0 $daemon 2>/dev/null; then
			echo "keyring.sh: gnome-keyring-daemon did not start:" >&2
			cat "$dir/daemon.log" >&2
			exit 70
		fi
		sleep 0.05
	done
	[ "$mode" != locked ] || bus org.freedesktop.secrets /org/freedesktop/secrets \
		org.freedesktop.Secret.Service.Lock array:objpath:$login >"$dir/lock.log"
	rc=0
	"$@" || rc=$?
	exit $rc
fi

self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
# Sockets have short names: not below TMPDIR.
dir=$(mktemp -d /tmp/keyring.XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkdir -m 700 "$dir/run" "$dir/data" "$dir/services"
mode=unlocked
while :; do
	case ${1-} in
	--locked | --no-keyring) mode=${1#--} ;;
	--service)
		shift
		printf '[D-BUS Service]\nName=%s\nExec=%s\n' "${1%%=*}" "${1#*=}" \
			>"$dir/services/${1%%=*}.service"
		;;
	*) break ;;
	esac
	shift
done
cat >"$dir/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=$dir/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$dir/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
unset GNOME_KEYRING_CONTROL SSH_AUTH_SOCK DBUS_SESSION_BUS_ADDRESS
export XDG_RUNTIME_DIR="$dir/run"
rc=0
dbus-run-session --config-file="$dir/bus.conf" -- "$self" --inside "$mode" "$dir" "$@" || rc=$?
exit $rc
