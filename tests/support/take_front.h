// Bytes out of a machine's output, as a transport takes them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mqtt/connection/output_queue.h"

namespace mqtt::test {

// Appends up to `bytes` of the output's front to `wire` and answers how many.
inline std::size_t take_front(const OutputQueue& output, std::size_t bytes, std::vector<std::uint8_t>& wire) {
  Bytes elements[3];
  std::size_t taken = 0;
  for (const Bytes element : std::span(elements, output.gather(elements))) {
    const std::size_t size = std::min(element.size(), bytes - taken);
    wire.insert(wire.end(), element.begin(), element.begin() + static_cast<std::ptrdiff_t>(size));
    taken += size;
  }
  return taken;
}

}  // namespace mqtt::test
