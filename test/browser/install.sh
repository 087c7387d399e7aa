#!/bin/sh
# Installs the browser that the browser tests need. For Debian, as root. Safe to run again: what is there already is left as it is.
set -eu

if command -v chromium >/dev/null; then exit 0; fi
# Somebody else's apt may be at work on a machine that has just started.
apt="apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300"
$apt update
DEBIAN_FRONTEND=noninteractive $apt install -y --no-install-recommends chromium fonts-dejavu-core >/dev/null
