# Finds what is wrong without running it: types, formatting, and what looks like a bug. Sourced by ./run.

# lint [--report FILE] [CHECK...]: these checks, by default all; FILE gets the counts, for ./run test.
lint() {
  local check report='' passed=0 failed=0 checks
  [[ ${1-} == --report ]] && report=$2 && shift 2
  checks=("$@")
  [[ $# -gt 0 ]] || checks=(shell format biome types tidy)
  for check in "${checks[@]}"; do
    if ! declare -F "lint_$check" >/dev/null; then
      echo "run: there is no check '$check'" >&2
      exit 2
    fi
  done
  install_packages build node format lint
  install_npm_packages
  for check in "${checks[@]}"; do
    echo "--- lint $check"
    if "lint_$check"; then
      passed=$((passed + 1))
    else
      echo "run: lint $check failed" >&2
      failed=$((failed + 1))
    fi
  done
  [[ -z $report ]] || printf '{ "passed": %d, "failed": %d, "skipped": 0 }\n' "$passed" "$failed" >"$report"
  [[ $failed -eq 0 ]]
}

lint_shell() { shellcheck --shell=bash run .ci/run scripts/*.sh; }

# clang-format as the C++ sources are formatted, by the version that Debian 12 and 13 both have: others disagree with it.
lint_format() {
  cxx_sources | xargs --no-run-if-empty clang-format-19 --dry-run --Werror
}

format() {
  install_packages node format
  install_npm_packages
  cxx_sources | xargs --no-run-if-empty clang-format-19 -i
  npx biome format --write
}

cxx_sources() { git ls-files '*.cpp' '*.h'; }

# JavaScript and TypeScript: formatting, and biome.json's rules.
lint_biome() { npx biome ci; }

# The tests and examples use the package as it is published, so it has to be built.
lint_types() { ./run build wasm package && npx tsc --project tsconfig.json && npx tsc --project scripts/tsconfig.json; }

# .clang-tidy's checks, over what the server is built from. Takes a minute or two, so it comes last.
lint_tidy() {
  local log=build/lint-tidy.log
  cmake --preset release >/dev/null || return 1
  run-clang-tidy-19 -quiet -p build/release -j "$(nproc)" "^$PWD/(core|native-server)/" >"$log" 2>&1 && return
  grep -vE '^clang-tidy-19 |warnings? generated' "$log"
  return 1
}
