#!/bin/sh
# Installs what the database tests need besides npm: MariaDB, and FerretDB, which speaks MongoDB's protocol.
# For Debian, as root. Safe to run again: what is there already is left as it is. BIN_DIR says where FerretDB goes.
set -eu

ferretdb=v1.24.2
bin_dir=${BIN_DIR:-/usr/local/bin}
. "$(dirname "$0")/../go.sh"

if ! PATH="$PATH:/usr/sbin" command -v mariadbd >/dev/null; then
  # Somebody else's apt may be at work on a machine that has just started.
  apt="apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300"
  $apt update
  DEBIAN_FRONTEND=noninteractive $apt install -y --no-install-recommends mariadb-server >/dev/null
fi

if [ -n "${FERRETDB:-}" ] || command -v ferretdb >/dev/null || [ -x "$bin_dir/ferretdb" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bring_go "$work/go"

# Built from a copy, because it wants a file that says its version.
source=$(go mod download -json "github.com/FerretDB/FerretDB@$ferretdb" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp -r "$source" "$work/source"
echo "$ferretdb" >"$work/source/build/version/version.txt"
cd "$work/source"
go build -mod=mod -trimpath -o "$work/ferretdb" ./cmd/ferretdb 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
mkdir -p "$bin_dir"
install -m 755 "$work/ferretdb" "$bin_dir/ferretdb"
echo "Installed FerretDB $ferretdb in $bin_dir."
