// The broker's number of a connection.
#pragma once

#include <cstdint>

namespace mqtt {

// From open() until the host calls closed(), then it is used again. Small and dense.
using ConnectionId = std::uint32_t;

}  // namespace mqtt
