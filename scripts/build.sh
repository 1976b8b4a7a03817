# Builds in release mode what is shipped: server, WebAssembly modules, npm package, and the example page. Sourced by ./run.

# build [PART...]: these parts, in this order; all of them by default.
build() {
  local part parts=("$@")
  [[ $# -gt 0 ]] || parts=(server wasm package dashboard)
  install_packages build node
  install_npm_packages
  for part in "${parts[@]}"; do
    if ! declare -F "build_$part" >/dev/null; then
      echo "run: there is no part '$part' to build" >&2
      exit 2
    fi
    echo "--- build $part"
    "build_$part"
  done
}

# The server, at build/release/wasmqtt-server.
build_server() {
  cmake --preset release
  cmake --build --preset release --parallel "$(nproc)"
}

# The modules, at build/wasm/{client,broker}.wasm.
build_wasm() {
  # Debian's emcc looks for acorn beside Debian's node only, which may not be the node in use.
  NODE_PATH=/usr/share/nodejs emcmake cmake --preset wasm
  NODE_PATH=/usr/share/nodejs cmake --build --preset wasm --parallel "$(nproc)"
}

# The npm package, in dist/.
build_package() { node scripts/build-package.mjs; }

# The example page, in build/dashboard/.
build_dashboard() { node examples/dashboard/build.mjs; }
