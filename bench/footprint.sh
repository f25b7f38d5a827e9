#!/bin/sh
# What messages cost in memory, on disk and at a restart, by the shape that they are in (M6):
#   bench/footprint.sh [quick] [heap=1g] [messages=N] [SHAPE...]
# Shapes: retrying, stuck, ten-groups and keys unless named; also backlog, deferred, noted, leased, vanish. 10,000,000
# messages each, about 8 minutes for the four; quick: 100,000. Root drops the page cache before the restart.
# Data goes to $FOOTPRINT_DATA, bench/target/footprint unless set. Table: the standard output and bench/target/footprint.md.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
messages=10000000 heap=1g shapes=
for argument in "$@"; do
    case $argument in
        quick) messages=100000 ;;
        heap=*) heap=${argument#heap=} ;;
        messages=*) messages=${argument#messages=} ;;
        *) shapes="$shapes $argument" ;;
    esac
done
ensure_room bench
data=${FOOTPRINT_DATA:-$root/bench/target/footprint}
rm -rf "$root/bench/target/footprint"

"$java_home/bin/java" -version
uname -srm
uptime
# shellcheck disable=SC2086 # shapes are words
"$java_home/bin/java" -cp "$root/bench/target/classes:$root/bench/target/lib/*" dev.millrace.bench.footprint.Comparison \
    "$root/bench/target" "$data" "$messages" "$heap" $shapes
uptime
