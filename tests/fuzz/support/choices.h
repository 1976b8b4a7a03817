// A fuzzer's bytes -> the choices of a script, so that any bytes are one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mqtt/base/bytes.h"

namespace mqtt::fuzz {

// A view; what take() hands out is one, too.
class Choices {
 public:
  explicit Choices(Bytes bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  // 0 once they are used up, so that every script has an end.
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }
  bool flag() { return byte() % 2 != 0; }
  // Of many independent ones for a byte.
  bool rarely() { return byte() % 8 == 7; }
  std::uint8_t below(std::uint8_t bound) { return static_cast<std::uint8_t>(byte() % bound); }
  template <typename T, std::size_t count>
  const T& one_of(const T (&choices)[count]) {
    static_assert(count <= 256);
    return choices[byte() % count];
  }
  // As many as the next one says.
  Bytes take() {
    const std::size_t count = byte();
    const Bytes taken = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  Bytes bytes_;
};

}  // namespace mqtt::fuzz
