# Builds and runs the fuzzers. Sourced by ./run.

fuzz_targets=(decode broker client topic web_socket)

# fuzz [TARGET] [SECONDS]: one target, or each, for so long (60 s each by default). What they learn stays in
# build/fuzz/corpus for the next time; an input that fails is left in build/fuzz/found.
fuzz() {
  local target seconds=60 targets=("${fuzz_targets[@]}") failed=0
  if [[ $# -gt 0 && ! $1 =~ ^[0-9]+$ ]]; then
    if [[ " ${fuzz_targets[*]} " != *" $1 "* ]]; then
      echo "run: there is no fuzz target '$1'; there are: ${fuzz_targets[*]}" >&2
      exit 2
    fi
    targets=("$1")
    shift
  fi
  if [[ $# -gt 1 || ! ${1-60} =~ ^[1-9][0-9]*$ ]]; then
    echo "run: fuzz takes a target and a number of seconds, for example: ./run fuzz broker 600" >&2
    exit 2
  fi
  seconds=${1-60}
  install_packages build fuzz
  cmake --preset fuzz
  cmake --build --preset fuzz --target fuzz_targets --parallel "$(nproc)"
  for target in "${targets[@]}"; do
    fuzz_target "$target" "$seconds" || failed=1
  done
  return $failed
}

# fuzz_target TARGET SECONDS: prints what libFuzzer tells, and the executions as its last line.
fuzz_target() {
  local name=${1}_fuzz status=0 log=build/fuzz/$1.log inputs=("tests/fuzz/corpus/${1}_fuzz")
  echo "--- fuzz $1 for $2 s"
  mkdir -p "build/fuzz/corpus/$name" build/fuzz/found
  [[ -d tests/fuzz/regressions/$name ]] && inputs+=("tests/fuzz/regressions/$name")
  # Its entropic schedule costs more time than the targets themselves.
  "build/fuzz/$name" -max_total_time="$2" -max_len=2048 -timeout=20 -entropic=0 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$1-" "build/fuzz/corpus/$name" "${inputs[@]}" >"$log" 2>&1 || status=$?
  [[ $status -eq 0 ]] || tail -n 60 "$log"
  echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions$([[ $status -eq 0 ]] || echo ', FAILED')"
  return $status
}
