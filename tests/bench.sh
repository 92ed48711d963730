#!/bin/sh
# Figures, as ratios within one run: never a pass or a fail.
exec "$(dirname "$0")/lib/bench.py" "$@"
