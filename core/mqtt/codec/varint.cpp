// Variable Byte Integers from bytes.
#include "mqtt/codec/varint.h"

namespace mqtt {

std::optional<std::uint32_t> read_longer_varint(ByteReader& in, ByteReader ahead, std::uint32_t value) {
  for (std::size_t bytes = 2; bytes <= kMaximumVarintBytes; ++bytes) {
    const auto byte = ahead.u8();
    if (!byte) return std::nullopt;
    value |= (*byte & 0x7FU) << (7 * (bytes - 1));
    if ((*byte & 0x80) != 0) continue;
    if (bytes != varint_size(value)) return std::nullopt;
    in = ahead;
    return value;
  }
  return std::nullopt;
}

}  // namespace mqtt
