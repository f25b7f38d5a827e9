#!/bin/sh
# Parts of the broker alone, with JMH: appends to the file log (nowhere, page cache, disk), NSQ commands decoded, message
# frames encoded. Three forks each: about 7 minutes.
#   bench/broker-jmh.sh [quick] [data=DIR] [PATTERN...]   quick: one short fork each, half a minute; data: a folder on the
#                                                         disk that is meant; PATTERN: of benchmarks' names, as JMH has it
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
ensure_room bench
"$java_home/bin/java" -version
uname -srm
uptime
"$java_home/bin/java" -cp "$root/bench/target/classes:$root/bench/target/lib/*" dev.millrace.bench.parts.Main "$@"
uptime
