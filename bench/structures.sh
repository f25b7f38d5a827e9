#!/bin/sh
# The structures beside their peers: builds what is needed, then runs everything in one go (about 20 minutes).
#   bench/structures.sh                     all, three rounds, contestants in turn
#   bench/structures.sh --quick             all, one round, shorter (about 8 minutes)
#   bench/structures.sh SECTION ...         timers pending lateness maps-4 maps-6 maps-7 pools waiting, or jmh
# Tables go to the standard output, JMH's own results to bench/target/structures-*.json.
set -eu
cd "$(dirname "$0")/.."
rounds=3
jmh="-wi 3 -w 1s -i 5 -r 1s"
if [ "${1:-}" = --quick ]; then
    shift
    rounds=1
    jmh="-wi 2 -w 300ms -i 3 -r 300ms"
fi
sections=${*:-"jmh timers pending lateness maps-4 maps-6 maps-7 pools waiting"}
if [ -z "${MILLRACE_BENCH_BUILT:-}" ]; then
    mvn -q -pl bench -am -DskipTests package
fi
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
run() {
    "$java" -cp "bench/target/classes:bench/target/lib/*" "$@"
}
"$java" -version
uname -srm
nproc
uptime
for section in $sections; do
    if [ "$section" = jmh ]; then
        # shellcheck disable=SC2086
        for benchmark in TimerBenchmark PoolBenchmark; do
            run org.openjdk.jmh.Main $jmh -rf json -rff "bench/target/structures-$benchmark.json" $benchmark |
                sed -n '/^Benchmark /,$p'
        done
    else
        run dev.millrace.bench.structures.Comparison $rounds "$section"
    fi
done
uptime
