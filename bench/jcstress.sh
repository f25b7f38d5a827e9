#!/bin/sh
# Memory ordering of the concurrent structures, by JCStress. Arguments go to it, for example:
#   bench/jcstress.sh -m quick                       all tests: a quarter of an hour on two processors
#   bench/jcstress.sh -m quick -t SkipListMerge      those whose names match
# Report: bench/target/jcstress/index.html; the exit status is not 0 if a forbidden outcome was seen.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
ensure_room bench
mkdir -p "$root/bench/target/jcstress"
cd "$root/bench/target/jcstress"
case " $* " in
    *" -t "*) ;;
    *) set -- -t dev.millrace.bench.jcstress "$@" ;;
esac
# JCStress starts its own JVMs from java.home of this one.
exec "$java_home/bin/java" -cp "../classes:../lib/*" org.openjdk.jcstress.Main -r . "$@"
