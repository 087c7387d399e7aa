#!/bin/sh
# Installs what the integration tests of storage jobs need: Azurite (Azure Blob Storage) beside this script, from npm, and
# fake-gcs-server (Google Cloud Storage in one program), built from its Go module, on the PATH: BIN_DIR says where it goes. What is
# there already is left alone.
set -eu

# Apart from the other packages, since it is as large as a fifth of them. A date pins what it depends on, as its version pins it.
azurite=$(cd "$(dirname "$0")" && pwd)/azurite
[ -d "$azurite/node_modules/azurite" ] ||
  npm install --prefix "$azurite" --no-save --no-package-lock --before 2026-11-01 --ignore-scripts --no-audit --no-fund \
    --loglevel=error azurite@3.37.0

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
