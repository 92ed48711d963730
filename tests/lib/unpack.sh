#!/bin/sh
# Packages that may not be installed beside each other (mail servers exclude one another):
# fetched and unpacked into a folder, with what libraries of theirs are missing here.
#
#   unpack.sh FOLDER PROGRAM PACKAGE [+PACKAGE...] [LIBRARY-PACKAGE...]
#
# FOLDER/root gets the files; PROGRAM is looked at for missing libraries; "+" marks a package that
# is needed in any case. Says why it cannot and ends with 1.
set -u
folder=$1 program=$2 package=$3
shift 2
libs=$folder/root/usr/lib/$(uname -m)-linux-gnu:$folder/root/lib/$(uname -m)-linux-gnu
lack() { LD_LIBRARY_PATH=$libs ldd "$folder/root$program" 2>&1 | grep -q 'not found'; }

exec 9>"$folder.lock" && flock 9 || exit 1
[ ! -e "$folder/done" ] || exit 0
rm -rf "$folder" && mkdir -p "$folder/root" && cd "$folder" || exit 1
for p in "$@"; do
	case $p in
	"$package" | +*) p=${p#+} ;;
	*) lack || continue ;;
	esac
	apt-get -q download "$p" >log 2>&1 || { echo "$p cannot be fetched: $(tail -n 1 log)"; exit 1; }
	dpkg-deb -x "$p"_*.deb root || exit 1
	rm -f "$p"_*.deb
done
! lack || { echo "$package lacks libraries here"; exit 1; }
touch done
