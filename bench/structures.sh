#!/bin/sh
# The structures beside their peers: builds what is needed, then runs everything in one go (about 15 minutes).
#   bench/structures.sh            all
#   bench/structures.sh quick      fewer and shorter rounds, for a look
# Results: bench/target/structures.json (JMH) and the tables on the standard output.
set -eu
cd "$(dirname "$0")/.."
mvn -q -pl bench -am -DskipTests package
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
case ${1:-all} in
    quick) rounds="-wi 2 -w 300ms -i 3 -r 300ms" ;;
    *) rounds="" ;;
esac
jmh() {
    # shellcheck disable=SC2086
    "$java" -cp "bench/target/classes:bench/target/lib/*" org.openjdk.jmh.Main $rounds -rf json "$@"
}
"$java" -version
uname -srm
nproc
figure() {
    "$java" -Xms4g -Xmx4g -cp "bench/target/classes:bench/target/lib/*" dev.millrace.bench.structures.Figures "$@"
}
echo "| figure | value |"
echo "|---|---|"
for timer in millrace millrace-object netty agrona kafka stpe; do figure timer $timer; done
for map in jdk millrace millrace-long treemap skiplist; do figure map $map; done
for pool in millrace semaphore; do figure waiting $pool; done
for round in 1 2 3; do figure lateness; done
jmh -rff bench/target/structures-timers.json TimerBenchmark
jmh -rff bench/target/structures-pools.json PoolBenchmark
jmh -rff bench/target/structures-maps-1.json -t 1 MapBenchmark
jmh -rff bench/target/structures-maps-2.json -t 2 -p map=jdk,millrace,millrace-long \
    'MapBenchmark.(get|mixed|putAndRemove|scan)'
