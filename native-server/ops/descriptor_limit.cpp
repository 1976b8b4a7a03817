// Shells start programs with room for 1,024 descriptors, for the sake of select(), which is not used here.
#include "ops/descriptor_limit.h"

#include <sys/resource.h>

namespace wasmqtt {

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

}  // namespace wasmqtt
