#!/bin/sh
# The structures beside their peers: contestants in turn, each in a JVM of its own, three rounds.
#   bench/structures.sh                      all sections: an hour or more, most of it maps-7; 10 minutes and more with quick
#   bench/structures.sh timers|maps|pools    one group, or a section of it: timers-4 timers-6 timers-7 timers-month
#                                            timers-lateness maps-4 maps-6 maps-7 pools-tasks pools-fairness pools-waiting
#   bench/structures.sh jmh                  JMH for single operations, three forks each: about 45 minutes; or a part of it:
#                                            jmh-timers jmh-pools jmh-maps jmh-maps-2
#   ... quick                                one round, everything shorter: for a look
#   ... rounds=3                             so many rounds
# MILLRACE_BENCH_WITH="taskset -c 0,1" bench/structures.sh ...: each contestant's JVM is started by that command.
# Tables: the standard output and bench/target/structures-SECTION.md; JMH: bench/target/structures-jmh-*.json.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
rounds=
how=full
jmh_options=
sections=
for argument in "$@"; do
    case $argument in
        quick)
            rounds=${rounds:-1}
            how=quick
            jmh_options="-f 1 -wi 2 -w 300ms -i 3 -r 300ms"
            ;;
        rounds=*) rounds=${argument#rounds=} ;;
        jmh) sections="$sections jmh-timers jmh-pools jmh-maps jmh-maps-2" ;;
        timers* | maps* | pools* | jmh-*) sections="$sections $argument" ;;
        *) die "there is no section $argument; bench/structures.sh says at its head which there are" ;;
    esac
done
sections=${sections:-timers maps pools}
ensure_room bench

run() { "$java_home/bin/java" -cp "$root/bench/target/classes:$root/bench/target/lib/*" "$@"; }
jmh() {
    file=$1
    shift
    # shellcheck disable=SC2086 # options are words
    run org.openjdk.jmh.Main $jmh_options -rf json -rff "$root/bench/target/structures-jmh-$file.json" "$@"
}

"$java_home/bin/java" -version
uname -srm
uptime
for section in $sections; do
    case $section in
        jmh-timers) jmh timers TimerBenchmark ;;
        jmh-pools) jmh pools PoolBenchmark ;;
        jmh-maps) jmh maps-1-thread -t 1 MapBenchmark ;;
        jmh-maps-2)
            jmh maps-2-threads -t 2 -p map=jdk,millrace,millrace-long 'MapBenchmark.(get|mixed|putAndRemove|scan)'
            ;;
        jmh-*) die "there is no section $section; bench/structures.sh says at its head which there are" ;;
        *) run dev.millrace.bench.structures.Comparison "$root/bench/target" "${rounds:-3}" $how "$section" ;;
    esac
done
uptime
