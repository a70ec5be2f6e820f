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
  options=(-Xmx"${HEAP:-2g}" -XX:+UseCompactObjectHeaders -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
}

# Runs a class of a module, which is built first if its sources are newer: run_class MODULE CLASS ARGUMENT...
run_class() {
  local module=$1 class=$2 root newest
  shift 2
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  local classes=$root/$module/target/classes classpath=$root/$module/target/classpath
  newest=$(find "$root"/pom.xml "$root"/common/*/src/main "$root/$module/src/main" "$root/$module/pom.xml" \
    -newer "$classpath" -print -quit 2>/dev/null || echo none)
  if [ ! -f "$classpath" ] || [ -n "$newest" ]; then
    find_maven
    (cd "$root" && mvn -B -ntp -q -Dmaven.test.skip=true -Dspotless.check.skip -pl "$module" -am package \
      dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=runtime) >&2
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
    -Dmdep.outputFile=target/classpath -Dmdep.includeScope=runtime >&2
  exec "${batch[@]}" "$JAVA" "${options[@]}" \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dlogback.configurationFile=bench-logback.xml \
    -cp "deploy/bench/target/classes:$(cat deploy/bench/target/classpath)" "io.openclaw.gateway.bench.$class" "$@"
}
