# Finds what the scripts need: JAVA, a Java 25, and Maven.

# Sets JAVA to a Java 25, or says what to install.
find_java25() {
  local candidate
  for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" \
      /usr/lib/jvm/*/bin/java "$HOME"/.sdkman/candidates/java/*/bin/java /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java; do
    if [ -x "$candidate" ] && "$candidate" -version 2>&1 | grep -q 'version "25[."]'; then
      JAVA=$candidate
      return
    fi
  done
  echo "The gateway needs a JDK 25: install Eclipse Temurin 25 (package temurin-25-jdk) or any other, or point JAVA_HOME at one." >&2
  exit 3
}

find_maven() {
  command -v mvn >/dev/null || {
    echo "Building the gateway needs Maven 3.8 or newer: install the package maven." >&2
    exit 3
  }
}

# Sets how the gateway's JVM is run, and what it is measured against: batch, which goes before JAVA, and its options.
set_up_jvm() {
  # As a batch job, where that can be: a thread that is woken then waits for its turn, instead of taking the core of the one
  # that woke it (docs/decisions/0005).
  batch=()
  if chrt --batch 0 true 2>/dev/null; then batch=(chrt --batch 0); fi
  options=(-Xmx"${HEAP:-2g}" -XX:+UseCompactObjectHeaders -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
    # A process that is out of memory is not half alive: it ends with status 3, and is started again.
    -XX:+ExitOnOutOfMemoryError)
}

out_of_memory=3

# Says that a process ran out of memory, and after how long it is started again: say_out_of_memory WHAT SECONDS.
say_out_of_memory() {
  echo "$(date '+%F %T') deploy/run: $1 ran out of memory and ended; it is started again in $2 s. If this happens often, give it more: HEAP=4g deploy/run" >&2
}

# Sets delay to the seconds before the next start of a process, from the last delay and how long it ran: 1, 2, 4 ... 60, and 1
# again after ten minutes.
next_delay() {
  if [ "$1" -eq 0 ] || [ "$2" -gt 600 ]; then delay=1; else delay=$(($1 * 2 > 60 ? 60 : $1 * 2)); fi
}

# Runs a command until it ends with another status than that of a JVM that is out of memory, and returns that. It ends when this
# shell is told to stop, or killed: supervise WHAT COMMAND ARGUMENT...
supervise() {
  local what=$1 status pid delay=0 began stopped=
  shift
  while true; do
    began=$SECONDS
    setpriv --pdeathsig KILL "$@" &
    pid=$!
    trap 'stopped=yes; kill -TERM $pid 2>/dev/null || true' INT TERM HUP
    status=0
    # A signal ends the wait, not the process.
    while wait "$pid" && status=0 || status=$?; kill -0 "$pid" 2>/dev/null; do :; done
    trap - INT TERM HUP
    [ "$status" -eq "$out_of_memory" ] && [ -z "$stopped" ] || return "$status"
    next_delay "$delay" $((SECONDS - began))
    say_out_of_memory "$what" "$delay"
    sleep "$delay"
  done
}

# Prints the executable jar of a service: service_jar STAGE VERSION. A service of several modules is started from the one named service.
service_jar() {
  local module=$1-service
  [ ! -d "$module/service" ] || module=$module/service
  echo "$module/target/$1-service-$2-exec.jar"
}

# Runs a class of a module, which is built first if its sources are newer: run_class MODULE CLASS ARGUMENT...
run_class() {
  local module=$1 class=$2 root newest
  shift 2
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  local classes=$root/$module/target/classes classpath=$root/$module/target/classpath
  newest=$(find "$root"/pom.xml "$root/common" "$root/${module%%/*}" -name target -prune -o \
    -newer "$classpath" \( -path '*/src/main/*' -o -name pom.xml \) -print -quit 2>/dev/null || echo none)
  if [ ! -f "$classpath" ] || [ -n "$newest" ]; then
    find_maven
    (cd "$root" && mvn -B -ntp -q -Dmaven.test.skip=true -Dspotless.check.skip -pl "$module" -am package \
      dependency:build-classpath -Dmdep.outputFile=target/classpath -DincludeScope=runtime) >&2
  fi
  exec "$JAVA" ${JAVA_OPTIONS:--XX:+UseSerialGC} -cp "$classes:$(cat "$classpath")" "$class" "$@"
}

# Builds the bench with everything that it measures, and runs a class of it: run_bench CLASS ARGUMENT...
run_bench() {
  local class=$1
  shift
  find_java25
  find_maven
  set_up_jvm
  mvn -B -ntp -q -Dmaven.test.skip=true -pl deploy/bench -am package dependency:build-classpath \
    -Dmdep.outputFile=target/classpath -DincludeScope=runtime >&2
  exec "${batch[@]}" "$JAVA" "${options[@]}" \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dlogback.configurationFile=bench-logback.xml \
    -cp "deploy/bench/target/classes:$(cat deploy/bench/target/classpath)" "io.openclaw.gateway.bench.$class" "$@"
}
