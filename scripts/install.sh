# Installs what a verb needs and the machine lacks: Debian packages, a recent Node.js, the npm packages. Sourced by ./run.

node_is_recent() {
  command -v node >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);'
}

# install_packages GROUP...: the Debian packages of these groups of scripts/packages.apt. Touches apt only if one is missing.
install_packages() {
  [[ ${WASMQTT_SKIP_INSTALL-} == 1 ]] && return
  local group wanted=() missing=() package
  for group in "$@"; do
    [[ $group == node ]] && command -v node >/dev/null && command -v npm >/dev/null && continue
    read -ra wanted -d '' < <(sed -n "s/^$group: //p" scripts/packages.apt) || true
    for package in "${wanted[@]}"; do
      is_installed "$package" || missing+=("$package")
    done
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  require_debian "${missing[@]}"
  echo "run: installing ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=300 \
    "${missing[@]}"
  [[ " ${missing[*]} " != *" mosquitto "* ]] || stop_mosquitto_service
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# require_debian PACKAGE...: ends the run, saying what to install, where these packages cannot be had by apt.
require_debian() {
  local ID=unknown VERSION_ID=0 PRETTY_NAME='this system'
  # shellcheck source=/dev/null
  [[ -r /etc/os-release ]] && source /etc/os-release
  # Debian testing and unstable have no VERSION_ID.
  [[ $ID == debian && ${VERSION_ID:-99} -ge 12 ]] && return
  {
    echo "run: can install packages on Debian 12 and 13 only, and this is $PRETTY_NAME."
    echo "Install what these Debian packages hold, then run it again with WASMQTT_SKIP_INSTALL=1:"
    printf '  %s\n' "$@"
    echo "and have Node.js 20.19 or later with npm in the PATH."
  } >&2
  exit 1
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "run: this needs root and there is no sudo; as root, run: $*" >&2
    exit 1
  fi
}

# The tests start brokers of their own; the service that comes with the package would hold port 1883, the demo's.
stop_mosquitto_service() {
  if [[ -d /run/systemd/system ]]; then
    echo "run: stopping and disabling the mosquitto service, which was just installed along with the program"
    as_root systemctl disable --now mosquitto
  elif [[ -x /etc/init.d/mosquitto ]]; then
    as_root service mosquitto stop >/dev/null 2>&1 || true
  fi
}

# Puts a Node.js that the tools accept first in the PATH: the system's, or one that npm brings (scripts/node).
use_recent_node() {
  node_is_recent && return
  local bin
  if [[ ${WASMQTT_SKIP_INSTALL-} != 1 ]]; then
    is_current scripts/node || (cd scripts/node && npm ci --ignore-scripts --no-audit --no-fund)
  fi
  for bin in "$PWD"/scripts/node/node_modules/node-linux-*/bin; do
    [[ -x $bin/node ]] && export PATH="$bin:$PATH"
  done
  node_is_recent && return
  echo "run: Node.js 20.19 or later is needed and this is $(node --version || echo none); install one and run it again" >&2
  exit 1
}

# The npm packages of package-lock.json. Their install scripts are not run: none of them needs one.
install_npm_packages() {
  use_recent_node
  [[ ${WASMQTT_SKIP_INSTALL-} == 1 ]] || is_current . || npm ci --ignore-scripts --no-audit --no-fund
}

# is_current FOLDER: whether its node_modules were installed from its present package-lock.json.
is_current() { [[ $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; }
