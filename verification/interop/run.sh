#!/bin/sh
# Checks Millrace with programs and clients that others wrote (docs/interop.md). Needs verification/interop/peers.sh once.
#
#   verification/interop/run.sh                     bin/nsqd, bin/nsqlookupd and ./millrace server
#   verification/interop/run.sh --self-check        the real nsqd and nsqlookupd: are the checks right?
#   verification/interop/run.sh --only tools,admin  some of: go-nsq pynsq nsqjs tools admin registration import letter
#   verification/interop/run.sh --server-tcp H:P --server-http H:P --lookupd-tcp H:P --lookupd-http H:P
#                                                   tools and nsqadmin against servers that run already
#
# Prints a line for each check and "N passed, N failed"; exits with 1 if one failed. NSQ's clients insist on NSQ's own
# ports, so all runs in a network namespace of its own where unshare(1) may make one; else the ports must be free.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/../.." && pwd -P)
. "$root/bin/lib.sh"

need_jdk
ensure_checks
classes=$root/verification/target/classes
peers=$("$root/verification/interop/peers.sh" --path)
[ -x "$peers/bin/nsqd" ] || die "the foreign programs are not in $peers: run verification/interop/peers.sh once"
outside=
for argument in "$@"; do
    case $argument in
        --self-check | --server-tcp) outside=yes ;;
    esac
done
# Built before the namespace is entered: there is no network in it.
# The start cache as well: the foreign suites give a server two seconds, not the half minute of its making.
[ -n "$outside" ] || { ensure_jar && ensure_aot; }

set -- "$java_home/bin/java" -cp "$classes:$root/verification/target/lib/*" dev.millrace.verification.interop.Main \
    --root "$root" --peers "$peers" "$@"
case " $* " in
    *" --server-tcp "*) ;;
    *)
        # Of processes too: a foreign test suite that fails leaves the servers that it started, and they end with the run.
        apart="unshare --net --map-root-user --pid --fork --kill-child --mount-proc"
        # shellcheck disable=SC2086 # options are words
        if $apart ip link set lo up 2>/dev/null; then
            export MILLRACE_INTEROP_APART=yes
            # shellcheck disable=SC2016 # the inner shell expands it
            exec $apart sh -c 'ip link set lo up && "$@"' sh "$@"
        fi
        say "no network namespace can be made here (unshare and ip are needed): using the machine's own ports"
        ;;
esac
exec "$@"
