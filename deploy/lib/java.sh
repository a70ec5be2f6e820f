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
