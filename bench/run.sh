#!/bin/sh
# The end-to-end benchmark: builds it if it is stale and runs it. `bench/run.sh --help` shows the options,
# docs/benchmarks.md how to read the figures.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
if [ ! -e "$root/bench/target/built" ] ||
    [ -n "$(find "$root/bench/src/main" "$root/bench/pom.xml" -newer "$root/bench/target/built" -print | head -n 1)" ]; then
    need_maven
    say "building the benchmark"
    mkdir -p "$root/bench/target"
    : >"$root/bench/target/build-started"
    run_maven -q -pl bench -am package -DskipTests >&2 || die "the build failed: see Maven's message above"
    mv "$root/bench/target/build-started" "$root/bench/target/built"
fi
exec "$java_home/bin/java" -Xms1g -Xmx2g -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED \
    -cp "$root/bench/target/classes:$root/bench/target/lib/*" dev.millrace.bench.e2e.Main \
    --launcher "$root/millrace" --out "$root/bench/target/report" "$@"
