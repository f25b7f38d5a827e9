#!/bin/sh
# Obtains the programs and clients that Millrace is checked and measured against, each from its own registry: nsqd and
# its companions and go-nsq from the Go module proxy, pynsq from PyPI, nsqjs from npm; and pynsq's tests, which no package
# holds, from its repository. They are put under $MILLRACE_PEERS (~/.cache/millrace/peers if that is not set), never into
# the project.
#
#   verification/interop/peers.sh                   all that clients are checked against
#   verification/interop/peers.sh nsq go-nsq        some of: nsq go-nsq pynsq pynsq-tests nsqjs
#   verification/interop/peers.sh nats redis kafka  other brokers, for bench/run.sh only: nats-server from the Go module
#                                                   proxy, Redis from Debian's packages, Kafka from Maven Central
#   verification/interop/peers.sh --path        prints the folder and obtains nothing
#
# What is there already is kept; remove the folder to obtain it anew. Exits with 1 if something asked for could not be
# obtained, after having tried the rest.
set -eu

nsq_version=v1.3.0
go_nsq_version=v1.1.0
pynsq_version=0.9.1
nsqjs_version=0.13.0
pynsq_tests_commit=687ce1a
nats_version=v2.15.2
kafka_version=4.3.1

peers=${MILLRACE_PEERS:-${HOME:?set HOME or MILLRACE_PEERS}/.cache/millrace/peers}
failed=

say() { printf 'peers: %s\n' "$*" >&2; }

missing() {
    say "$1 needs $2, which is not on PATH. Cure: $3"
    failed="$failed $1"
    return 1
}

# A module's source as a writable copy: the module cache is read-only, and tests write beside their sources.
copy_module() {
    dir=$(cd / && go mod download -json "$1" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
    [ -n "$dir" ] && [ -d "$dir" ] || return 1
    rm -rf "$2"
    cp -R "$dir" "$2"
    chmod -R u+w "$2"
}

nsq_programs="nsqd nsqlookupd nsqadmin nsq_tail nsq_stat nsq_to_file nsq_to_nsq nsq_to_http to_nsq"

obtain_nsq() {
    all=yes
    for program in $nsq_programs; do [ -x "$peers/bin/$program" ] || all=; done
    [ -z "$all" ] || { say "nsq $nsq_version is there"; return 0; }
    command -v go >/dev/null || { missing nsq go "install Go 1.20 or later (Debian: apt install golang; or go.dev/dl)"; return; }
    say "building nsq $nsq_version from the Go module proxy"
    mkdir -p "$peers/bin" "$peers/src"
    copy_module "github.com/nsqio/nsq@$nsq_version" "$peers/src/nsq" || return 1
    for program in $nsq_programs; do
        (cd "$peers/src/nsq" && GOBIN=$peers/bin GOFLAGS=-buildvcs=false go install "./apps/$program") || return 1
    done
}

obtain_go_nsq() {
    [ ! -x "$peers/bin/go-nsq.test" ] || { say "go-nsq $go_nsq_version is there"; return 0; }
    command -v go >/dev/null || { missing go-nsq go "install Go 1.20 or later (Debian: apt install golang; or go.dev/dl)"; return; }
    say "building the tests of go-nsq $go_nsq_version from the Go module proxy"
    mkdir -p "$peers/bin" "$peers/src"
    copy_module "github.com/nsqio/go-nsq@$go_nsq_version" "$peers/src/go-nsq" || return 1
    (cd "$peers/src/go-nsq" && go test -c -vet=off -o "$peers/bin/go-nsq.test" .)
}

obtain_pynsq() {
    [ ! -e "$peers/pynsq/ready" ] || { say "pynsq $pynsq_version is there"; return 0; }
    command -v python3 >/dev/null || { missing pynsq python3 "install Python 3.8 or later (Debian: apt install python3 python3-venv)"; return; }
    say "installing pynsq $pynsq_version from PyPI"
    rm -rf "$peers/pynsq"
    python3 -m venv "$peers/pynsq" || { missing pynsq "Python's venv" "Debian: apt install python3-venv"; return; }
    # tornado: the newest that pynsq's sockets work with. pytest: later ones cannot collect tornado's test cases.
    "$peers/pynsq/bin/pip" install --quiet "pynsq==$pynsq_version" tornado==6.1 pytest==7.4.4 mock==5.1.0 \
        python-snappy==0.7.3 || return 1
    : >"$peers/pynsq/ready"
}

# Not in the package. MILLRACE_PYNSQ_GIT may name another copy of the repository.
obtain_pynsq_tests() {
    [ ! -e "$peers/src/pynsq/tests/test_reader.py" ] || { say "pynsq's tests are there"; return 0; }
    command -v git >/dev/null || { missing pynsq-tests git "install git"; return; }
    from=${MILLRACE_PYNSQ_GIT:-https://github.com/nsqio/pynsq}
    say "fetching pynsq's tests from $from"
    clone=$peers/src/pynsq.git
    rm -rf "$clone" "$peers/src/pynsq"
    git clone --quiet --bare "$from" "$clone" || return 1
    mkdir -p "$peers/src/pynsq"
    # Only the tests: beside them the package's source would be imported instead of what was installed.
    git --git-dir="$clone" archive "$pynsq_tests_commit" tests | (cd "$peers/src/pynsq" && tar xf -) || return 1
    rm -rf "$clone"
}

obtain_nsqjs() {
    [ ! -e "$peers/nsqjs/ready" ] || { say "nsqjs $nsqjs_version is there"; return 0; }
    { command -v node && command -v npm; } >/dev/null ||
        { missing nsqjs "node and npm" "install Node.js 18 or later (Debian: apt install nodejs npm)"; return; }
    say "installing nsqjs $nsqjs_version and what its tests need from npm"
    rm -rf "$peers/nsqjs"
    mkdir -p "$peers/nsqjs"
    (cd "$peers/nsqjs" && printf '{"name":"peers","private":true}\n' >package.json &&
        npm install --silent --no-audit --no-fund "nsqjs@$nsqjs_version" mocha@9 should@13 sinon@11 nock@13 temp@0.9 \
            p-event@4 async-retry@1 debug@4 snappystream@2) || return 1
    : >"$peers/nsqjs/ready"
}

obtain_nats() {
    [ ! -x "$peers/bin/nats-server" ] || { say "nats-server $nats_version is there"; return 0; }
    command -v go >/dev/null || { missing nats go "install Go 1.25 or later (go.dev/dl)"; return; }
    say "building nats-server $nats_version from the Go module proxy"
    mkdir -p "$peers/bin"
    (cd / && GOBIN=$peers/bin GOFLAGS=-buildvcs=false go install "github.com/nats-io/nats-server/v2@$nats_version")
}

# Whatever version Debian has; taken out of its packages, not installed.
obtain_redis() {
    [ ! -x "$peers/redis/usr/bin/redis-server" ] || { say "redis is there"; return 0; }
    command -v apt-get >/dev/null || { missing redis apt-get "put redis-server into $peers/redis/usr/bin"; return; }
    say "taking redis out of Debian's packages"
    rm -rf "$peers/redis"
    mkdir -p "$peers/redis/packages"
    (cd "$peers/redis/packages" &&
        apt-get -q download redis-server redis-tools libatomic1 libjemalloc2 liblzf1 >/dev/null &&
        for package in *.deb; do dpkg-deb -x "$package" "$peers/redis" || exit 1; done)
}

obtain_kafka() {
    [ ! -e "$peers/kafka/ready" ] || { say "kafka $kafka_version is there"; return 0; }
    command -v mvn >/dev/null || { missing kafka mvn "install Maven (Debian: apt install maven)"; return; }
    say "obtaining kafka $kafka_version from Maven Central"
    rm -rf "$peers/kafka"
    mkdir -p "$peers/kafka"
    cat >"$peers/kafka/pom.xml" <<EOF
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>peers</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$kafka_version</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>$kafka_version</version></dependency>
  </dependencies>
</project>
EOF
    mvn -q -B -f "$peers/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$peers/kafka/lib" >&2 || return 1
    : >"$peers/kafka/ready"
}

if [ "${1-}" = --path ]; then
    printf '%s\n' "$peers"
    exit 0
fi
[ $# -gt 0 ] || set -- nsq go-nsq pynsq pynsq-tests nsqjs
for peer in "$@"; do
    case $peer in
        nsq) obtain_nsq ;;
        go-nsq) obtain_go_nsq ;;
        pynsq) obtain_pynsq ;;
        pynsq-tests) obtain_pynsq_tests ;;
        nsqjs) obtain_nsqjs ;;
        nats) obtain_nats ;;
        redis) obtain_redis ;;
        kafka) obtain_kafka ;;
        *) say "there is no peer \"$peer\"; there are: nsq go-nsq pynsq pynsq-tests nsqjs nats redis kafka"; exit 2 ;;
    esac || case " $failed " in *" $peer "*) ;; *) say "$peer could not be obtained: see above"; failed="$failed $peer" ;; esac
done
[ -z "$failed" ] || { say "not obtained:$failed"; exit 1; }
say "all in $peers"
