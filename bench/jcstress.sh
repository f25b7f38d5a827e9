#!/bin/sh
# Memory ordering of the concurrent structures, by JCStress. Arguments go to it, for example: bench/jcstress.sh -m quick
# Report: bench/target/jcstress/index.html; the exit status is not 0 if a forbidden outcome was seen.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
ensure_room bench
mkdir -p "$root/bench/target/jcstress"
cd "$root/bench/target/jcstress"
# JCStress starts its own JVMs from java.home of this one.
exec "$java_home/bin/java" -cp "../classes:../lib/*" org.openjdk.jcstress.Main -t dev.millrace.bench.jcstress -r . "$@"
