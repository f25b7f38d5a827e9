# Shared by millrace, bin/nsqd, bin/nsqlookupd and .ci/run. POSIX sh: it runs in dash, bash, ksh and busybox.
# The caller sets root, the folder of the project. Nothing here starts a JVM in order to look for one.

say() { printf 'millrace: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# ---- JDK 25 or later -------------------------------------------------------------------------------------------

# jdk_major DIR: prints the feature release of the JDK in DIR, from its release file; fails if there is no JDK.
jdk_major() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            JAVA_VERSION=*)
                line=${line#JAVA_VERSION=}
                line=${line#\"}
                line=${line%%[!0-9]*}
                [ -n "$line" ] || return 1
                printf '%s\n' "$line"
                return 0
                ;;
        esac
    done <"$1/release"
    return 1
}

# try_jdk DIR: sets java_home if DIR is a JDK that is new enough.
try_jdk() {
    [ -n "$1" ] && major=$(jdk_major "$1") && [ "$major" -ge 25 ] && java_home=$1
}

# path_jdk: prints the JDK folder behind the java of PATH, through its links.
path_jdk() {
    file=$(command -v java) || return 1
    while [ -h "$file" ]; do
        link=$(readlink "$file")
        case $link in
            /*) file=$link ;;
            *) file=${file%/*}/$link ;;
        esac
    done
    file=${file%/*}
    printf '%s\n' "${file%/*}"
}

# variable_jdks: prints the values of JAVA25_HOME, JAVA_HOME_25_X64, JDK_25 and the like.
variable_jdks() {
    env | sed -n 's/^J\(AVA\|DK\)[A-Z0-9_]*25[A-Z0-9_]*=\(\/.*\)$/\2/p'
}

# find_jdk: sets java_home to a JDK 25 or later, or fails.
find_jdk() {
    java_home=
    if [ -n "${MILLRACE_JAVA_HOME-}" ]; then
        try_jdk "$MILLRACE_JAVA_HOME" && return 0
        die "MILLRACE_JAVA_HOME=$MILLRACE_JAVA_HOME is not a JDK 25 or later (bin/javac and release were looked for)." \
            "Point it at one, or unset it to let the usual places be searched."
    fi
    try_jdk "${JAVA_HOME-}" && return 0
    saved_ifs=$IFS
    IFS='
'
    # shellcheck disable=SC2046 # one folder a line
    set -- $(variable_jdks)
    IFS=$saved_ifs
    for dir in "$@"; do try_jdk "$dir" && return 0; done
    dir=$(path_jdk) && try_jdk "$dir" && return 0
    for dir in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /opt/java/* /opt/jdk* /opt/*jdk*; do
        try_jdk "$dir" && return 0
    done
    for dir in /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        try_jdk "$dir" && return 0
    done
    [ -n "${HOME-}" ] || return 1
    for dir in "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "$HOME"/.jdks/* "$HOME"/.gradle/jdks/* \
        "${MISE_DATA_DIR:-$HOME/.local/share/mise}"/installs/java/* "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/java/* \
        "$HOME"/.jbang/cache/jdks/* "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
        try_jdk "$dir" && return 0
    done
    return 1
}

need_jdk() {
    find_jdk && return 0
    say "no JDK 25 or later was found."
    say "Looked at: MILLRACE_JAVA_HOME, JAVA_HOME (${JAVA_HOME:-not set}), variables such as JAVA25_HOME, java on PATH" \
        "($(command -v java || echo none)), and the JDK folders of Debian (/usr/lib/jvm), macOS, Homebrew, SDKMAN, IntelliJ" \
        "(~/.jdks), Gradle, mise, asdf and JBang."
    die "Cure: install one (Debian: apt install temurin-25-jdk from packages.adoptium.net, or openjdk-25-jdk-headless;" \
        "SDKMAN: sdk install java 25-tem; macOS: brew install openjdk@25), or set MILLRACE_JAVA_HOME to its folder."
}

# ---- Maven -----------------------------------------------------------------------------------------------------

# find_maven: sets mvn, or fails.
find_maven() {
    if [ -n "${MVN-}" ]; then
        mvn=$(command -v "$MVN") && return 0
        die "MVN=$MVN is not a program. Point it at Maven's mvn, or unset it to let the usual places be searched."
    fi
    mvn=$(command -v mvn) && return 0
    for mvn in "${MAVEN_HOME:-/none}/bin/mvn" "${M2_HOME:-/none}/bin/mvn" /usr/share/maven/bin/mvn /usr/local/bin/mvn \
        /opt/maven/bin/mvn /opt/apache-maven*/bin/mvn /usr/local/apache-maven*/bin/mvn /opt/homebrew/bin/mvn; do
        [ -x "$mvn" ] && return 0
    done
    [ -n "${HOME-}" ] || return 1
    for mvn in "${SDKMAN_DIR:-$HOME/.sdkman}/candidates/maven/current/bin/mvn" \
        "${MISE_DATA_DIR:-$HOME/.local/share/mise}"/installs/maven/*/bin/mvn \
        "${MISE_DATA_DIR:-$HOME/.local/share/mise}"/installs/maven/*/apache-maven-*/bin/mvn \
        "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/maven/*/bin/mvn "$HOME"/.m2/wrapper/dists/*/*/bin/mvn; do
        [ -x "$mvn" ] && return 0
    done
    return 1
}

need_maven() {
    find_maven && return 0
    say "no Maven was found."
    say "Looked at: MVN, mvn on PATH, MAVEN_HOME, M2_HOME, and the usual folders of Debian, macOS, SDKMAN, mise and asdf."
    die "Cure: install it (Debian: apt install maven; SDKMAN: sdk install maven; macOS: brew install maven)," \
        "or set MVN to its mvn."
}

# run_maven ARGS: Maven on the JDK that was found; its own use of Unsafe is not our user's concern.
run_maven() {
    JAVA_HOME=$java_home MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS-}" \
        "$mvn" -B -Dstyle.color=never -f "$root/pom.xml" "$@"
}

# ---- the jar ---------------------------------------------------------------------------------------------------

jar_of() { jar=$root/server/target/millrace.jar; }

# stale: true if the jar is missing or something it is made of is newer.
stale() {
    [ -f "$jar" ] || return 0
    [ -f "$root/pom.xml" ] || return 1
    set -- "$root/docs/openapi.yaml"
    for dir in "$root"/*/src/main; do
        case $dir in
            */verification/src/main | */bench/src/main | */log-contract/src/main | */api-contract/src/main | \
                */testkit/src/main | */opentelemetry/src/main | */examples/src/main) ;;
            *) set -- "$@" "$dir" "${dir%/src/main}/pom.xml" ;;
        esac
    done
    [ -n "$(find "$root/pom.xml" "$@" -newer "$jar" -print 2>/dev/null | head -n 1)" ]
}

# Two launchers started at once must not build at once: the lock is a link whose target is the owner's process id.
lock() {
    mkdir -p "$root/target"
    told=
    until ln -s $$ "$root/target/launcher.lock" 2>/dev/null; do
        owner=$(readlink "$root/target/launcher.lock") || continue
        if ! kill -0 "$owner" 2>/dev/null; then
            rm -f "$root/target/launcher.lock"
            continue
        fi
        [ -n "$told" ] || say "waiting for another millrace (process $owner) that is building"
        told=yes
        sleep 1
    done
    trap 'rm -f "$root/target/launcher.lock"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

unlock() {
    rm -f "$root/target/launcher.lock"
    trap - EXIT HUP INT TERM
}

# ensure_jar: builds server/target/millrace.jar if it is stale. Its time becomes that of the build's start, so an edit
# made during the build makes it stale again.
ensure_jar() {
    jar_of
    stale || return 0
    need_maven
    lock
    if stale; then
        say "building server/target/millrace.jar (the first time Maven also downloads what it needs)"
        : >"$root/target/build-started"
        run_maven -q -pl server -am package -Dmaven.test.skip=true >&2 ||
            die "the build failed: see Maven's message above; ./millrace test shows more."
        touch -r "$root/target/build-started" "$jar"
    fi
    unlock
}

# ---- the room verification, which is in no jar ------------------------------------------------------------------

# checks_stale: true if it was never built or something it is made of is newer: also the tests of two rooms, from which
# the simulator borrows its disk and its planted bugs.
checks_stale() {
    [ -e "$root/verification/target/built" ] || return 0
    set -- "$root/core/src/test" "$root/log-file/src/test"
    for dir in "$root"/*/src/main; do
        case $dir in
            */bench/src/main) ;;
            *) set -- "$@" "$dir" "${dir%/src/main}/pom.xml" ;;
        esac
    done
    [ -n "$(find "$root/pom.xml" "$@" -newer "$root/verification/target/built" -print 2>/dev/null | head -n 1)" ]
}

# ensure_checks: builds verification/target/classes and its class path verification/target/lib if they are stale.
ensure_checks() {
    checks_stale || return 0
    need_maven
    lock
    if checks_stale; then
        say "building the room verification"
        mkdir -p "$root/verification/target"
        : >"$root/verification/target/build-started"
        run_maven -q -pl verification -am package -DskipTests >&2 ||
            die "the build failed: see Maven's message above; ./millrace test shows more."
        mv "$root/verification/target/build-started" "$root/verification/target/built"
    fi
    unlock
}

# ---- the rooms bench and examples, which are in no jar either ---------------------------------------------------------

room_stale() {
    [ -e "$root/$1/target/built" ] || return 0
    [ -n "$(find "$root/pom.xml" "$root"/*/pom.xml "$root"/*/src/main -newer "$root/$1/target/built" -print | head -n 1)" ]
}

# ensure_room ROOM: builds its target/classes and its class path target/lib if they are stale.
ensure_room() {
    room_stale "$1" || return 0
    need_maven
    lock
    if room_stale "$1"; then
        say "building the room $1"
        mkdir -p "$root/$1/target"
        : >"$root/$1/target/build-started"
        run_maven -q -pl "$1" -am package -DskipTests >&2 || die "the build failed: see Maven's message above"
        mv "$root/$1/target/build-started" "$root/$1/target/built"
    fi
    unlock
}

# ---- the AOT cache: a start in half the time, never required ---------------------------------------------------

# find_aot: sets aot to the cache's path (its name stands for the jar's size and time and the JDK's release) and fails
# if the cache is missing or older than the jar. The JVM checks once more and goes on without a cache that does not fit.
find_aot() {
    key=$({ ls -ln "$jar"; cat "$java_home/release"; printf '%s\n' "$java_home"; } 2>/dev/null | cksum)
    aot=$root/server/target/millrace-${key%% *}.aot
    [ -e "$aot" ] && [ -z "$(find "$jar" -newer "$aot" -print)" ]
}

# ensure_aot: makes the cache if it is missing, by a short training run. A failure is remembered and harmless.
ensure_aot() {
    [ -z "${MILLRACE_NO_AOT-}" ] && [ -w "$root/server/target" ] || return 0
    find_aot && return 0
    lock
    if ! find_aot; then
        say "preparing a faster start (once per build)"
        rm -f "$root"/server/target/millrace-*.aot "$aot.part"
        limit=
        command -v timeout >/dev/null && limit='timeout 60'
        # shellcheck disable=SC2086 # options are words
        if $limit "$java_home/bin/java" $java_options "-XX:AOTCacheOutput=$aot.part" -jar "$jar" warm-up \
            </dev/null >"$root/server/target/aot.txt" 2>&1 && [ -s "$aot.part" ]; then
            mv "$aot.part" "$aot"
        else
            say "no start cache could be made (server/target/aot.txt says why); going on without"
            rm -f "$aot.part"
            : >"$aot"
        fi
    fi
    unlock
}

# ---- running ---------------------------------------------------------------------------------------------------

# The same for the training run and for every start: a cache only fits the options it was made with.
# docs/operations.md gives the reasons.
java_options='-XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError'

# run_jar ARGS: replaces this shell by the program, so signals reach it.
run_jar() {
    need_jdk
    ensure_jar
    case ${1-} in
        server | nsqd | nsqlookupd) ensure_aot ;;
    esac
    if [ -z "${MILLRACE_NO_AOT-}" ] && find_aot && [ -s "$aot" ]; then
        java_options="$java_options -XX:AOTCache=$aot -Xlog:aot=off -Xlog:cds=off"
    fi
    # For the progress of long commands: Java cannot tell whether standard error is a terminal.
    [ ! -t 2 ] || java_options="$java_options -Dmillrace.terminal=stderr"
    # shellcheck disable=SC2086 # options are words
    exec "$java_home/bin/java" $java_options ${MILLRACE_JAVA_OPTIONS-} -jar "$jar" "$@"
}
