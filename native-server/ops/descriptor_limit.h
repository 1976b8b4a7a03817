// The process's limit on open files, and with it on connections.
#pragma once

#include <cstdint>

namespace wasmqtt {

// Raises the soft limit to the hard one and answers what now holds.
std::uint64_t raise_descriptor_limit();

}  // namespace wasmqtt
