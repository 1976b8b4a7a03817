// A fuzzer's octets -> the choices of a script, so that any octets are one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mqtt/base/bytes.h"

namespace mqtt::fuzz {

// A view; what take() hands out is one, too.
class Choices {
 public:
  explicit Choices(Bytes octets) : octets_(octets) {}

  bool empty() const { return octets_.empty(); }

  // 0 once they are used up, so that every script has an end.
  std::uint8_t octet() {
    if (octets_.empty()) return 0;
    const std::uint8_t first = octets_.front();
    octets_ = octets_.subspan(1);
    return first;
  }
  bool flag() { return octet() % 2 != 0; }
  // Of many independent ones for an octet.
  bool rarely() { return octet() % 8 == 7; }
  std::uint8_t below(std::uint8_t bound) { return static_cast<std::uint8_t>(octet() % bound); }
  template <typename T, std::size_t count>
  const T& one_of(const T (&choices)[count]) {
    static_assert(count <= 256);
    return choices[octet() % count];
  }
  // As many as the next one says.
  Bytes take() {
    const std::size_t count = octet();
    const Bytes taken = octets_.first(std::min(count, octets_.size()));
    octets_ = octets_.subspan(taken.size());
    return taken;
  }

 private:
  Bytes octets_;
};

}  // namespace mqtt::fuzz
