# Builds and runs the benchmarks. Sourced by ./run.

# bench [NAME...]: all of them, or those whose name holds one of the names.
# bench --short: the most telling ratios in a minute, against their floors in tests/bench/floors.json.
bench() {
  install_packages build bench node
  install_npm_packages
  ./run build server wasm package
  if [[ ${1-} == --short ]]; then
    build_bench mqtt_load
    node tests/bench/short-form.mjs
    return
  fi
  build_bench all
  if wanted core "$@"; then
    echo "--- bench core"
    build/bench/core_bench
  fi
  local file name
  for file in tests/bench/*.bench.mjs; do
    name=$(basename "$file" .bench.mjs)
    if wanted "$name" "$@"; then
      echo "--- bench $name"
      node "$file"
    fi
  done
}

# build_bench TARGET: of the C++ programs, in build/bench.
build_bench() {
  cmake --preset bench &&
    cmake --build --preset bench --target "$1" --parallel "$(nproc)"
}

# wanted NAME [PART_OF_NAME...]: whether NAME holds one of the parts, or there is none.
wanted() {
  [[ $# -gt 1 ]] || return 0
  local part
  for part in "${@:2}"; do
    [[ $1 == *"$part"* ]] && return
  done
  return 1
}
