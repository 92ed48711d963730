#!/bin/sh
# late.sh h|c LIST: the header or the table that port/late.h tells of, on
# standard output. LIST holds "file", "name", "package" and "include" lines with one
# value each, then one function a line; "#" begins a comment.
set -eu
kind=$1 list=$2
name=$(basename "$list" .calls)

value() {
	sed -n "s/^$1[[:space:]]\{1,\}//p" "$list"
}
functions() {
	sed 's/#.*//' "$list" | awk 'NF == 1 { print $1 }'
}

if [ "$kind" = h ]; then
	echo "/* Made from $list by late.sh. */"
	echo "#pragma once"
	echo "#include $(value include)"
	echo '#include "port/late.h"'
	echo
	echo "extern struct late_library late_${name}_library;"
	echo "extern struct late_${name} {"
	functions | sed 's/.*/\t__typeof__(\&&) &;/'
	echo "} late_${name};"
	echo
	functions | sed "s/.*/#undef &\n#define & late_${name}.&/"
else
	echo "/* Made from $list by late.sh. */"
	echo "#include \"late_$name.h\""
	echo
	echo "struct late_${name} late_${name};"
	echo
	echo "static const char *const functions[] = {"
	functions | sed 's/.*/\t"&",/'
	echo "};"
	echo
	echo "struct late_library late_${name}_library = {"
	echo "	\"$(value file)\", \"$(value name)\", \"$(value package)\", functions,"
	echo "	(void **)&late_${name}, sizeof functions / sizeof *functions,"
	echo "	PTHREAD_MUTEX_INITIALIZER, false,"
	echo "};"
fi
