#!/bin/sh
# Puts AWS's runtime interface emulator, built from its Go module, and the runtime interface client of Node into a folder
# ($1). Does nothing when they are there already.
set -eu

emulator=v0.0.0-20261030222936-bef5c4ba774d
client=4.0.2
folder=$(mkdir -p "$1" && cd "$1" && pwd)
. "$(dirname "$0")/../../support/go.sh"

if [ -x "$folder/aws-lambda-rie" ] && [ -f "$folder/client/rapid-client.node" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }

bring_go "$work/go"
export GOBIN="$folder"
run go install -ldflags=-s "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@$emulator"

# The client's own installation builds curl and asks nodejs.org for headers: Debian's curl and the headers on npm do as well.
if ! command -v cmake >/dev/null || ! command -v g++ >/dev/null || ! command -v curl-config >/dev/null; then
  # Somebody else's apt may be at work on a machine that has just started.
  apt="apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300"
  run $apt update
  DEBIAN_FRONTEND=noninteractive run $apt install -y --no-install-recommends cmake make g++ libcurl4-openssl-dev
fi
cd "$work"
run npm install --ignore-scripts --no-audit --no-fund --prefix "$work/npm" \
  "aws-lambda-ric@$client" node-addon-api@8.5.0 node-api-headers@1.9.0
modules=$work/npm/node_modules
mkdir cpp
run tar xJf "$modules/aws-lambda-ric/deps/aws-lambda-cpp.tar.xz" --no-same-owner -C cpp
run cmake -S cpp -B cpp/build -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-fPIC -DCMAKE_INSTALL_PREFIX="$work/cpp-built"
run cmake --build cpp/build --target install
mkdir -p "$folder/client" "$work/unused"
# It includes these and uses nothing of them.
for header in uv v8 node; do : >"$work/unused/$header.h"; done
run g++ -std=c++17 -O2 -fPIC -shared -DNODE_GYP_MODULE_NAME=rapid_client -DNAPI_CPP_EXCEPTIONS -DBUILDING_NODE_EXTENSION \
  -I"$work/unused" -I"$modules/node-api-headers/include" -I"$modules/node-addon-api" -I"$work/cpp-built/include" \
  "$modules/aws-lambda-ric/src/native/rapid-client.cc" "$work/cpp-built/lib/libaws-lambda-runtime.a" -lcurl -pthread \
  -o "$folder/client/rapid-client.node"
cp "$modules/aws-lambda-ric/index.mjs" "$modules/aws-lambda-ric/package.json" "$folder/client/"
