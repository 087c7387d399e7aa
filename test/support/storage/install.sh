#!/bin/sh
# Puts fake-gcs-server, a Google Cloud Storage in one program, on the PATH for the integration tests of storage jobs,
# built from its Go module. Does nothing when it is there already. BIN_DIR says where it goes.
set -eu

version=v1.56.1
bin_dir=${BIN_DIR:-/usr/local/bin}
. "$(dirname "$0")/../go.sh"

if [ -n "${FAKE_GCS_SERVER:-}" ] || command -v fake-gcs-server >/dev/null || [ -x "$bin_dir/fake-gcs-server" ]; then
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bring_go "$work/go"

GOBIN="$work/bin" go install "github.com/fsouza/fake-gcs-server@$version" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
mkdir -p "$bin_dir"
install -m 755 "$work/bin/fake-gcs-server" "$bin_dir/fake-gcs-server"
echo "Installed fake-gcs-server $version in $bin_dir."
