#!/bin/sh
# Lets libFuzzer look for inputs that break a target, two targets at a time:
#
#   O=DIR SECONDS=N tests/fuzz/run.sh [NAME...]
#
# It starts from what is kept in tests/fuzz/corpus and from what earlier runs
# left in $O/grown. What breaks a target stays in $O/found: mend it, and keep
# the input in the corpus. Ends with 0 when nothing was found.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${O:=build/fuzz}" "${SECONDS:=60}"
export O SECONDS

if [ "${1-}" = --one ]; then
	mkdir -p "$O/grown/$2" "$O/found"
	log=$O/found/$2.log
	TMPDIR=$(mktemp -d) && export TMPDIR
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
		"$O/fuzzers/fuzz_$2" -max_total_time="$SECONDS" -timeout=10 -rss_limit_mb=1024 \
		-max_len=4096 -print_final_stats=1 -verbosity=1 \
		-artifact_prefix="$O/found/$2-" "$O/grown/$2" "tests/fuzz/corpus/$2" >"$log" 2>&1
	rc=$?
	rm -rf "$TMPDIR"
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	seen=$(grep -o ' ft: [0-9]*' "$log" | tail -n 1)
	if [ $rc = 0 ]; then
		echo "pass  fuzz_$2: $runs inputs,${seen:- nothing measured}"
	else
		echo "FAIL  fuzz_$2, see $log"
		grep -m 1 -E 'ERROR|runtime error|promise' "$log"
	fi
	exit $rc
fi

[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's/.*fuzz_//; s/\.c$//')
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I NAME tests/fuzz/run.sh --one NAME
