// The soft limit of open files -> the hard one, so that thousands of connections fit.
#pragma once

#include <sys/resource.h>

namespace wasmqtt::load {

inline void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace wasmqtt::load
