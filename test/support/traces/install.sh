#!/bin/sh
# Installs the OpenTelemetry collector that `test/integration/traces/collector.test.ts` exports spans to, built from its Go modules, in BIN_DIR (/usr/local/bin).
# It takes minutes, so that continuous integration goes without.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bin_dir=${BIN_DIR:-/usr/local/bin}
. "$here/../go.sh"

if [ -n "${OTELCOL:-}" ] || command -v otelcol >/dev/null || [ -x "$bin_dir/otelcol" ]; then
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bring_go "$work/go"

(cd "$here/collector" && go build -o "$work/otelcol" .) 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
mkdir -p "$bin_dir"
install -m 755 "$work/otelcol" "$bin_dir/otelcol"
echo "Installed an OpenTelemetry collector in $bin_dir."
