# Builds and runs the benchmarks. Sourced by ./run.

# bench [NAME...]: all of them, or those whose name holds one of the names.
bench() {
  install_packages build bench node
  install_npm_packages
  ./run build server wasm package
  cmake --preset bench
  cmake --build --preset bench --parallel "$(nproc)"
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

# wanted NAME [PART_OF_NAME...]: whether NAME holds one of the parts, or there is none.
wanted() {
  [[ $# -gt 1 ]] || return 0
  local part
  for part in "${@:2}"; do
    [[ $1 == *"$part"* ]] && return
  done
  return 1
}
