// Variable Byte Integers from octets.
#include "mqtt/codec/varint.h"

namespace mqtt {

std::optional<std::uint32_t> read_longer_varint(ByteReader& in, ByteReader ahead, std::uint32_t value) {
  for (std::size_t octets = 2; octets <= kMaximumVarintOctets; ++octets) {
    const auto octet = ahead.u8();
    if (!octet) return std::nullopt;
    value |= (*octet & 0x7FU) << (7 * (octets - 1));
    if ((*octet & 0x80) != 0) continue;
    if (octets != varint_size(value)) return std::nullopt;
    in = ahead;
    return value;
  }
  return std::nullopt;
}

}  // namespace mqtt
