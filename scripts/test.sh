# Builds and runs the tests of every layer and adds up what their runners counted. Sourced by ./run.

test_results=build/test-results
# Debian's own, whatever else is in the PATH: python3-paho-mqtt belongs to it.
python=/usr/bin/python3

# Which sanitizers the C++ programs are built with: address (and undefined) or thread.
sanitizer=address

# run_tests [--san address|thread] [PART...]: these parts; by default all of them, or under ThreadSanitizer the one that
# has threads. The last line printed is the sum, `N passed, N failed`.
run_tests() {
  if [[ ${1-} == --san ]]; then
    sanitizer=${2-}
    [[ $sanitizer == address || $sanitizer == thread ]] || { echo "run: --san takes address or thread" >&2 && exit 2; }
    shift 2
  fi
  local part parts=("$@")
  [[ $# -gt 0 || $sanitizer != address ]] || parts=(lint layering conformance core fuzz server js browser interop bench)
  [[ $# -gt 0 || $sanitizer != thread ]] || parts=(server)
  for part in "${parts[@]}"; do
    if ! declare -F "test_$part" >/dev/null; then
      echo "run: there is no part '$part' to test" >&2
      exit 2
    fi
  done
  install_packages build test node
  install_npm_packages
  rm -rf "$test_results"
  mkdir -p "$test_results"
  : >"$test_results/runs.tsv"
  for part in "${parts[@]}"; do
    "test_$part"
  done
  node scripts/test-summary.mjs "$test_results"
}

test_lint() { run_suite lint lint.lint.json lint --report "$test_results/lint.lint.json"; }

test_layering() { run_suite layering layering.python.json "$python" scripts/run_python_tests.py tests/layering; }

test_conformance() { run_suite conformance conformance.python.json "$python" scripts/run_python_tests.py tests/conformance; }

test_core() { test_cxx core core_tests tests/core; }

test_server() { test_cxx server native_server_tests tests/native-server; }

# The fuzz targets over their corpus and some mutations of it; no fuzzer is built for that (./run fuzz does).
test_fuzz() { test_cxx fuzz fuzz_targets tests/fuzz; }

test_js() {
  build_for_tests js wasm package || return 0
  test_jest js --testPathIgnorePatterns /tests/interop/
}

test_browser() {
  build_for_tests browser server wasm package dashboard || return 0
  PLAYWRIGHT_JSON_OUTPUT_FILE="$test_results/browser.playwright.json" \
    run_suite browser browser.playwright.json npx playwright test --reporter list,json
}

test_interop() {
  build_for_tests interop server wasm package || return 0
  run_suite interop-python interop.python.json "$python" scripts/run_python_tests.py tests/interop
  test_jest interop --testPathPatterns /tests/interop/
}

# The short form of the benchmarks, against its floors.
test_bench() {
  install_packages bench
  build_for_tests bench server wasm package || return 0
  run_step "build mqtt_load" build_bench mqtt_load || return 0
  run_suite bench bench.short.json node tests/bench/short-form.mjs "$test_results/bench.short.json"
}

# test_cxx NAME TARGET FOLDER: programs that CTest knows, built with assertions and (where they work) sanitizers.
test_cxx() {
  local preset wrapper=()
  preset=$(checking_preset)
  # ThreadSanitizer's map of the memory has no room for all that the kernel may choose; building runs programs, too.
  [[ $preset == tsan ]] && wrapper=(setarch "$(uname -m)" --addr-no-randomize)
  run_step "build $2" cmake --preset "$preset" || return 0
  run_step "build $2" "${wrapper[@]}" cmake --build --preset "$preset" --target "$2" --parallel "$(nproc)" || return 0
  run_suite "$1" "$1.ctest.xml" "${wrapper[@]}" ctest --test-dir "build/$preset/$3" --parallel "$(nproc)" \
    --output-on-failure --progress --output-junit "$PWD/$test_results/$1.ctest.xml"
}

# test_jest NAME FILTER...
test_jest() {
  # Jest loads ES modules through an interface of Node's that is still behind a flag.
  NODE_OPTIONS='--experimental-vm-modules --disable-warning=ExperimentalWarning' run_suite "$1" "$1.jest.json" \
    npx jest --json --outputFile "$test_results/$1.jest.json" "${@:2}"
}

# build_for_tests SUITE PART...: in a process of its own, so that a failing build counts and the other suites go on.
build_for_tests() { run_step "build for $1" ./run build "${@:2}"; }

# run_step NAME COMMAND...: a step that comes before a suite; counts only if it fails.
run_step() {
  echo "--- $1"
  "${@:2}" && return
  printf '%s\t%s\t%s\n' "$1" 1 '' >>"$test_results/runs.tsv"
  return 1
}

# run_suite NAME REPORT COMMAND...: runs it and notes its exit code and the report it leaves in $test_results.
run_suite() {
  local status=0
  echo "--- test $1"
  "${@:3}" || status=$?
  printf '%s\t%s\t%s\n' "$1" "$status" "$2" >>"$test_results/runs.tsv"
}

# The preset for GoogleTest programs: asan where a sanitized program runs. On some kernels (more random address bits than
# the compiler's sanitizer expects) it dies at its start now and then, and in some containers its leak check may not trace.
checking_preset() {
  local probe=build/sanitizer-probe preset=asan
  [[ $sanitizer == address ]] || { echo tsan && return; }
  mkdir -p build
  if ! echo 'int main() {}' | g++ -fsanitize=address,undefined -x c++ - -o "$probe" 2>/dev/null; then
    preset=dev
  else
    for _ in {1..20}; do
      "$probe" >/dev/null 2>&1 || preset=dev
    done
  fi
  [[ $preset == asan ]] || echo "run: sanitizers do not work here; testing without them" >&2
  echo "$preset"
}
