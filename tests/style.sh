#!/bin/sh
# The rules of layout that a tool can judge: tabs, 100 columns, no function over
# 80 lines unless it is a table, headers that begin with their story. What is
# laid out by hand within them (tables, comments side by side) stays; the tables
# of tests may be a little wider.
cd "$(dirname "$0")/.." || exit 1

out=$(find src tui tests -name '*.[ch]' | sort | LC_ALL=C xargs awk '
	function say(what) { print FILENAME ":" FNR ": " what }
	function width(s,  n, i) {
		gsub(/[\200-\277]/, "", s)
		for (n = i = 0; i++ < length(s);) n += substr(s, i, 1) == "\t" ? 8 - n % 8 : 1
		return n
	}
	FNR == 1 {
		begun = 0
		library = FILENAME !~ /^tests/
		if (FILENAME ~ /\.h$/ && $0 !~ /^\/\*/) say("a header begins with its story")
	}
	width($0) > (library ? 100 : 112) { say("the line is too long") }
	/[ \t]$/ { say("blanks at the end") }
	/^ / && !/^ \*/ { say("indented with blanks") }
	/\t +\t/ || / \t/ && !/^ \*/ { say("a blank before a tab") }
	/^[ \t]*\/\// || /[;{}] *\/\/ / { say("a comment is /* ... */") }
	/(^|[^a-z_])(if|for|while|switch)\(/ { say("a blank after if, for, while, switch") }
	/^typedef +(struct|union|enum) [a-z_]+( {|$| [a-z_]+;)/ { say("no typedef of structs") }
	/(TODO|FIXME|XXX)[^X]/ && !/XXXXXX/ { say("unfinished") }
	library && /(^|[^a-z_])(sprintf|gets|tmpnam|atof)\(/ { say("a function without bounds") }
	/^{/ { begun = FNR; flat = 0 }
	/^\t(switch|static const)/ { flat = 1 }
	/^}/ && begun {
		if (FNR - begun > 80 && !flat) say("a function of " FNR - begun " lines")
		begun = 0
	}
')
[ -z "$out" ] || echo "$out" | sed 's/^/# /'
[ -z "$out" ] && echo "ok 1 - style" || echo "not ok 1 - style"
[ -z "$out" ]
