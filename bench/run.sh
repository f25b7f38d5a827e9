#!/bin/sh
# The end-to-end benchmark: builds it if it is stale and runs it. `bench/run.sh --help` shows the options,
# docs/benchmarks.md how to read the figures.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
ensure_room bench
exec "$java_home/bin/java" -Xms1g -Xmx2g -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED \
    -cp "$root/bench/target/classes:$root/bench/target/lib/*" dev.millrace.bench.e2e.Main \
    --launcher "$root/millrace" --out "$root/bench/target/report" "$@"
