// What must hold in a fuzz target -> the end of the program where it does not.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace mqtt::fuzz {

// `rule` is a sentence that was broken when it is seen.
inline void demand(bool holds, const char* rule) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", rule);
  std::abort();
}

}  // namespace mqtt::fuzz
