// Reserved flags checked by version; Remaining Length put in front of a body that is already there.
#include "mqtt/codec/fixed_header.h"

#include <cstring>

#include "mqtt/codec/varint.h"

namespace mqtt {

Result<void> check_fixed_header(const Frame& frame, ProtocolVersion version) {
  const std::uint8_t expected = reserved_flags(frame.type);
  if (version == ProtocolVersion::V3_1) {
    constexpr std::uint8_t kQosBits = 0x06;
    const std::uint8_t qos = frame.flags & kQosBits;
    const bool is_qos_0_taken = frame.type == PacketType::Pubrel;
    if (expected != 0 && qos != expected && !(qos == 0 && is_qos_0_taken))
      return garbage("fixed header: this packet has QoS 1");
    return {};
  }
  if (frame.flags != expected) return garbage("fixed header: reserved flags are wrong");
  if (version == ProtocolVersion::V5_0 && !frame.length_is_minimal) {
    return garbage("fixed header: Remaining Length has more bytes than it needs");
  }
  return {};
}

std::size_t begin_packet(PacketType type, ByteBuffer& out) {
  std::uint8_t* at = out.extend(2);
  at[0] = first_byte(type, reserved_flags(type));
  at[1] = 0;
  return out.size();
}

void end_packet(std::size_t body, ByteBuffer& out) {
  const std::size_t length = out.size() - body;
  // One byte was set aside; a longer length moves the body, which only packets of 128 bytes and more pay.
  const std::size_t more = varint_size(static_cast<std::uint32_t>(length)) - 1;
  if (more > 0) {
    out.extend(more);
    std::memmove(out.data() + body + more, out.data() + body, length);
  }
  store_varint(out.data() + body - 1, static_cast<std::uint32_t>(length));
}

Result<PacketIdentifier> read_packet_identifier(ByteReader& in) {
  const auto identifier = in.u16();
  if (!identifier) return garbage("packet identifier cut short");
  if (*identifier == 0) return protocol_error("packet identifier 0");
  return *identifier;
}

}  // namespace mqtt
