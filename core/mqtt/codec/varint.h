// The Variable Byte Integer: seven bits a byte, least significant first, at most four bytes. [MQTT5 1.5.5]
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "mqtt/base/bytes.h"

namespace mqtt {

inline constexpr std::size_t kMaximumVarintBytes = 4;
inline constexpr std::uint32_t kMaximumVarint = 268'435'455;

// The bytes that `value` takes. Precondition of this and the following: value <= kMaximumVarint.
constexpr std::size_t varint_size(std::uint32_t value) {
  if (value < (1U << 7)) return 1;
  if (value < (1U << 14)) return 2;
  if (value < (1U << 21)) return 3;
  return 4;
}

// Writes varint_size(value) bytes and answers where the next one goes.
inline std::uint8_t* store_varint(std::uint8_t* at, std::uint32_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<std::uint8_t>(value);
  return at;
}

inline void append_varint(std::uint32_t value, ByteBuffer& out) {
  store_varint(out.extend(varint_size(value)), value);
}

// The rest of read_varint() for what does not fit in one byte: `ahead` begins behind the first byte, which said
// `value`.
std::optional<std::uint32_t> read_longer_varint(ByteReader& in, ByteReader ahead, std::uint32_t value);

// nullopt, with nothing consumed, where the input ends first, has more than four bytes, or has more of them than the
// value needs [MQTT-1.5.5-1].
inline std::optional<std::uint32_t> read_varint(ByteReader& in) {
  ByteReader ahead = in;
  const auto first = ahead.u8();
  if (!first) return std::nullopt;
  if (*first >= 0x80) return read_longer_varint(in, ahead, *first & 0x7FU);
  in = ahead;
  return *first;
}

}  // namespace mqtt
