#!/bin/sh
# Task queues beside their peers, all embedded in a JVM of their own, in turn:
#   bench/work.sh [quick] [CONTESTANT...]    contestants: millrace (20 handlers), millrace-1000, db-scheduler-h2,
#                                            db-scheduler-postgresql; three rounds, about 12 minutes; quick: one, shorter
# Data goes to $WORK_DATA, bench/target/work unless set. Table: the standard output and bench/target/work.md.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
rounds=3 seconds=5 tasks=1000000 peers=40000
if [ "${1:-}" = quick ]; then
    shift
    rounds=1 seconds=2 tasks=400000 peers=20000
fi
ensure_room bench
data=${WORK_DATA:-$root/bench/target/work}
rm -rf "$root/bench/target/work"

"$java_home/bin/java" -version
uname -srm
uptime
"$java_home/bin/java" -cp "$root/bench/target/classes:$root/bench/target/lib/*" dev.millrace.bench.work.Comparison \
    "$root/bench/target" "$data" $rounds $seconds $tasks $peers "$@"
uptime
