#!/bin/sh
# Memory ordering of the concurrent structures, by JCStress. Arguments go to it, for example: bench/jcstress.sh -m quick
# Report: bench/target/jcstress/index.html; the exit status is not 0 if a forbidden outcome was seen.
set -eu
cd "$(dirname "$0")/.."
mvn -q -pl bench -am -DskipTests package
mkdir -p bench/target/jcstress
cd bench/target/jcstress
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -cp "../classes:../lib/*" org.openjdk.jcstress.Main -t dev.millrace.bench.jcstress -r . "$@"
