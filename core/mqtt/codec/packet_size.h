// The first bytes of a packet -> where it ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/base/error.h"
#include "mqtt/base/result.h"
#include "mqtt/codec/varint.h"

namespace mqtt {

// The first byte, and four of Remaining Length.
inline constexpr std::size_t kMaximumFixedHeader = 1 + kMaximumVarintBytes;

struct PacketSize {
  std::size_t fixed_header = 0;  // 0: not all of it is there, so that nothing is known
  std::uint32_t remaining_length = 0;

  bool is_known() const { return fixed_header != 0; }
  std::size_t total() const { return fixed_header + remaining_length; }
};

// `bytes` begin with the packet; more than kMaximumFixedHeader of them are not looked at. An Error of MalformedPacket
// for what no packet begins with: type 0, a Remaining Length of five bytes.
inline Result<PacketSize> peek_packet_size(Bytes bytes) {
  PacketSize size;
  if (bytes.empty()) return size;
  if (bytes[0] < 0x10) return garbage("packet type 0 is reserved");
  std::uint32_t length = 0;
  const std::size_t end = std::min(bytes.size(), kMaximumFixedHeader);
  for (std::size_t at = 1; at < end; ++at) {
    length |= (bytes[at] & 0x7FU) << (7 * (at - 1));
    if ((bytes[at] & 0x80) != 0) continue;
    size.fixed_header = at + 1;
    size.remaining_length = length;
    return size;
  }
  if (end < kMaximumFixedHeader) return size;
  return garbage("Remaining Length has more than four bytes");
}

}  // namespace mqtt
