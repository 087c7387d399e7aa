#!/bin/sh
# Installs what the tests of message brokers need besides npm: RabbitMQ, and Kafka's own broker with a Java runtime.
# For Debian, as root. Safe to run again: what is there already is left as it is. KAFKA_LIBS says where Kafka's jars go.
set -eu

kafka=3.9.1
kafka_libs=${KAFKA_LIBS:-/usr/local/lib/kafka-$kafka}
# Somebody else's apt may be at work on a machine that has just started.
apt="apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300"

missing=""
PATH="$PATH:/usr/sbin" command -v rabbitmq-server >/dev/null || missing="$missing rabbitmq-server"
command -v openssl >/dev/null || missing="$missing openssl"
command -v java >/dev/null || missing="$missing openjdk-17-jre-headless"
[ -d "$kafka_libs" ] || command -v mvn >/dev/null || missing="$missing maven"
if [ -n "$missing" ]; then
  $apt update
  DEBIAN_FRONTEND=noninteractive $apt install -y --no-install-recommends $missing >/dev/null
fi
# The package starts a broker of its own where there is an init system: the tests start theirs, on other ports.
case "$missing" in *rabbitmq*) if command -v systemctl >/dev/null; then systemctl disable --now rabbitmq-server >/dev/null 2>&1 || true; fi ;; esac

if [ -d "$kafka_libs" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>$kafka</version>
    </dependency>
  </dependencies>
</project>
POM
mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$work/libs" >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; exit 1; }
mkdir -p "$(dirname "$kafka_libs")"
mv "$work/libs" "$kafka_libs"
chmod -R a+rX "$kafka_libs"
echo "Installed Kafka $kafka in $kafka_libs."
