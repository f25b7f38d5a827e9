#!/bin/sh
# The engine's parts by JMH: the log's append beside a bare write and force, and the NSQ decoder. About three minutes.
#   bench/parts.sh                 both
#   bench/parts.sh Append -p way=DIRECT     what follows goes to JMH as it is
# The wheel is measured by bench/structures.sh. The append writes into $TMPDIR, or /tmp: choose the disk that counts.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"
need_jdk
need_maven
run_maven -q -pl bench -am package -DskipTests >&2 || die "the build failed: see Maven's message above"
[ $# -gt 0 ] || set -- 'AppendBenchmark|DecoderBenchmark'
exec "$java_home/bin/java" --enable-native-access=ALL-UNNAMED "-Djava.io.tmpdir=${TMPDIR:-/tmp}" \
    -cp "$root/bench/target/classes:$root/bench/target/lib/*" org.openjdk.jmh.Main \
    -jvmArgs "--enable-native-access=ALL-UNNAMED -Djava.io.tmpdir=${TMPDIR:-/tmp}" "$@"
