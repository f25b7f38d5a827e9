#!/bin/sh
# Checks the native protocol from Python: grpcio of PyPI, code made of the project's own .proto files, a real server.
#
#   verification/interop/grpc.sh                    starts ./millrace server on free ports and a folder of its own
#   verification/interop/grpc.sh --address H:P      against a server that runs already
#
# Needs python3 with venv, and PyPI the first time; everything is put under $MILLRACE_PEERS (~/.cache/millrace/peers).
# Prints a line for each check and "N passed, N failed"; exits with 1 if one failed.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/../.." && pwd -P)
. "$root/bin/lib.sh"

grpcio_version=1.85.1
peers=$("$root/verification/interop/peers.sh" --path)/grpc-python
command -v python3 >/dev/null || die "python3 is not on PATH. Cure: install it with its module venv"
if ! [ -e "$peers/ready-$grpcio_version" ]; then
    say "obtaining grpcio $grpcio_version from PyPI"
    rm -rf "$peers"
    python3 -m venv "$peers"
    "$peers/bin/pip" install -q "grpcio==$grpcio_version" "grpcio-tools==$grpcio_version" ||
        die "grpcio could not be obtained: see pip's message above"
    : >"$peers/ready-$grpcio_version"
fi
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
proto=$root/grpc-protocol/src/main/proto
"$peers/bin/python" -m grpc_tools.protoc -I "$proto" --python_out="$work" --grpc_python_out="$work" \
    "$proto"/millrace/v1/*.proto

case ${1-} in
    --address) address=$2 ;;
    *)
        need_jdk
        ensure_jar
        # shellcheck disable=SC2086 # options are words
        "$java_home/bin/java" $java_options -jar "$jar" server --data "$work/data" --nsq-tcp 127.0.0.1:0 \
            --nsq-http 127.0.0.1:0 --lookupd-tcp off --lookupd-http off --http off --grpc 127.0.0.1:0 \
            >"$work/server.txt" 2>&1 &
        server=$!
        until grep -q '^ready in' "$work/server.txt"; do
            kill -0 "$server" 2>/dev/null || die "the server did not start: $(cat "$work/server.txt")"
            sleep 0.1
        done
        address=$(sed -n 's/^grpc listening on //p' "$work/server.txt")
        ;;
esac
PYTHONPATH=$work "$peers/bin/python" "$root/verification/interop/grpc_checks.py" "$address"
