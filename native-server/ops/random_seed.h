// The machine's randomness, for what the core is to spread or to hide.
#pragma once

#include <cstdint>

namespace wasmqtt {

std::uint64_t random_seed();

}  // namespace wasmqtt
