#!/bin/sh
# What the tests reached, file by file, least first:  O=build/cov tests/cov.sh
cd "$(dirname "$0")/.." || exit 1
: "${O:=build/cov}"

find "$O/src" "$O/tui" -name '*.gcda' | xargs gcov -n -r 2>/dev/null | awk '
	/^File/ { file = $2; gsub(/\047/, "", file) }
	/^Lines/ && file ~ /^(src|tui)\/.*\.c$/ {
		split($2, part, ":")
		lines = $4
		reached = part[2] * lines / 100
		printf "%6.1f %% of %4d  %s\n", part[2], lines, file | "sort -n"
		all += lines
		ok += reached
	}
	/^Lines/ { file = "" }
	END {
		close("sort -n")
		if (!all) exit 1
		printf "%6.1f %% of %4d  in all\n", 100 * ok / all, all
	}'
