#!/bin/sh
# Runs every test and closes with "N passed, N failed".
#
#   tests/run.sh [--one-build] [TEST...]
#
# Tests are the unit programs ($O/tests/*, among them the fuzz targets with their
# corpus) and the scripts in tests/*/ named *.test.
# Each prints TAP lines ("ok 1 - ...", "not ok 2 - ...") and ends with 0; a
# script finds the program in $OUTPOST and a folder of its own in $TEST_TMP,
# which is removed when it passed. Every test runs against the plain build and
# against the ASan+UBSan build, two at a time; those of tests/clients only once. A
# test that needs longer than $LIMIT seconds is ended and has failed. What a test
# says after "# real: " and "# otherwise: " about other programs is told at the end.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${O:=build}" "${LIMIT:=240}" "${JOBS:=2}"
export LIMIT

case ${1-} in
--one)	# one test of one build: called by xargs below
	build=$2 test=$3 work=$4
	name=$(basename "$build")-$(basename "$test" .test)
	TEST_TMP=$work/$name
	mkdir -p "$TEST_TMP"
	OUTPOST=$PWD/$build/outpost
	case $build in
	/*) OUTPOST=$build/outpost ;;
	esac
	BUILD=$build
	HOME=$TEST_TMP/home XDG_CONFIG_HOME=$TEST_TMP/home/.config
	TMPDIR=$TEST_TMP/tmp
	mkdir -p "$HOME" "$TMPDIR"
	export TEST_TMP OUTPOST BUILD HOME XDG_CONFIG_HOME TMPDIR
	unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR XDG_STATE_HOME CREDENTIALS_DIRECTORY DISPLAY \
		WAYLAND_DISPLAY VISUAL EDITOR NO_COLOR TMUX TERM OUTPOST_CONFIG
	export TERM=xterm-256color LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP
	# It guesses where a late library's thread-local storage is, and crashes on a wrong guess.
	export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99:intercept_tls_get_addr=0
	export LSAN_OPTIONS=suppressions=$PWD/tests/lib/lsan.supp:print_suppressions=0
	export UBSAN_OPTIONS=print_stacktrace=1
	begin=$(date +%s)
	timeout -k 5 "$LIMIT" "$test" >"$TEST_TMP/log" 2>&1 </dev/null
	rc=$?
	ok=$(grep -c '^ok ' "$TEST_TMP/log")
	bad=$(grep -c '^not ok ' "$TEST_TMP/log")
	[ $rc = 0 ] || [ "$bad" != 0 ] || bad=1
	[ "$ok$bad" != 00 ] || bad=1
	took=$(($(date +%s) - begin))
	sed -n -e 's/^# \(real: .*\)/\1/p' -e 's/^# \(otherwise: .*\)/\1/p' \
		-e 's/^ok [0-9]* # SKIP \(.* was not run.*\)/not run: \1/p' "$TEST_TMP/log" >"$work/said.$name"
	if [ "$bad" = 0 ]; then
		echo "pass  $name ($ok, ${took}s)"
		rm -rf "$TEST_TMP"
	else
		echo "FAIL  $name ($ok passed, $bad failed, exit $rc, ${took}s)"
		grep -v '^ok ' "$TEST_TMP/log" | tail -n 60 | sed 's/^/      /'
	fi
	echo "$ok $bad" >"$work/count.$name"
	exit 0
	;;
esac

builds="$O $O/asan"
[ "${1-}" != --one-build ] || { builds=$O; shift; }
work=$(mktemp -d /tmp/outpost-check.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT

list=$work/list
for build in $builds; do
	if [ $# -gt 0 ]; then
		for t in "$@"; do
			case $t in
			*/*) echo "$build $t" ;;
			*) echo "$build $build/tests/$t" ;;
			esac
		done
	else
		for t in tests/unit/*.c tests/fuzz/fuzz_*.c; do
			t=$build/tests/$(basename "$t" .c)
			[ -x "$t" ] || echo "tests/run.sh: $t is not built" >&2
			echo "$build $t"
		done
		# What does not look at the program is run once.
		[ "$build" != "$O" ] || printf '%s\n' "$build tests/layers.sh" "$build tests/style.sh"
		for t in tests/*/*.test; do
			# Those look at other programs: once is enough.
			case $build:$t in
			"$O":* | *:tests/[!c]*) [ -x "$t" ] && echo "$build $t" ;;
			esac
		done
	fi
done >"$list"

# Their folders and counts are called by their names alone.
same=$(sed 's|.*/||' "$list" | sort | uniq -c | awk -v n="$(echo $builds | wc -w)" '$1 > n { print $2 }')
[ -z "$same" ] || { echo "tests/run.sh: two tests have the same name: $same" >&2; exit 1; }

xargs -P "$JOBS" -L 1 sh -c 'exec tests/run.sh --one "$1" "$2" "$0"' "$work" <"$list"

for kind in real otherwise 'not run'; do
	sed -n "s/^$kind: //p" "$work"/said.* 2>/dev/null | sort -u >"$work/kind"
	[ ! -s "$work/kind" ] || case $kind in
	real) echo "Run for real:" ;;
	otherwise) echo "Checked otherwise:" ;;
	*) echo "Not run:" ;;
	esac
	sed 's/^/  /' "$work/kind"
done
cat "$work"/count.* 2>/dev/null | awk '
	{ ok += $1; bad += $2 }
	END { printf "%d passed, %d failed\n", ok, bad; exit bad > 0 || ok == 0 }'
