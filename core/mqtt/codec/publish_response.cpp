// PUBACK, PUBREC, PUBREL and PUBCOMP: a packet identifier and, in 5.0, why. [MQTT5 3.4 to 3.7]
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/reason_codes.h"

namespace mqtt {

namespace {

PropertyOwner property_owner(PacketType type) {
  switch (type) {
    case PacketType::Puback:
      return PropertyOwner::Puback;
    case PacketType::Pubrec:
      return PropertyOwner::Pubrec;
    case PacketType::Pubrel:
      return PropertyOwner::Pubrel;
    default:
      return PropertyOwner::Pubcomp;
  }
}

// The properties that it may carry.
bool is_explained(const PublishResponse& packet) {
  return packet.properties.reason_string || !packet.properties.user_properties.empty();
}
void clear_explanation(PublishResponse& packet) {
  packet.properties.reason_string.reset();
  packet.properties.user_properties.clear();
}

}  // namespace

Result<void> decode_publish_response(const Frame& frame, ProtocolVersion version, PublishResponse& packet) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  packet.type = frame.type;
  packet.reason = ReasonCode::Success;
  if (is_explained(packet)) clear_explanation(packet);
  ByteReader in(frame.body);
  const auto identifier = read_packet_identifier(in);
  if (!identifier) return identifier.error();
  packet.packet_identifier = *identifier;
  // The reason code may be left out, and behind it the Property Length. [MQTT5 3.4.2.1] [MQTT5 3.4.2.2.1]
  if (version == ProtocolVersion::V5_0 && !in.empty()) {
    const auto reason = read_reason_code(in, frame.type);
    if (!reason) return reason.error();
    packet.reason = *reason;
    if (!in.empty()) {
      const auto read = read_properties(in, property_owner(frame.type), packet.properties);
      if (!read) return read.error();
    }
  }
  if (!in.empty()) return garbage("acknowledgement: bytes behind its end");
  return {};
}

void encode(const PublishResponse& packet, ProtocolVersion version, ByteBuffer& out) {
  if (version != ProtocolVersion::V5_0 || !is_explained(packet))
    return encode_bare_response(packet.type, packet.packet_identifier, packet.reason, version, out);
  const std::size_t body = begin_packet(packet.type, out);
  out.u16(packet.packet_identifier);
  out.u8(static_cast<std::uint8_t>(packet.reason));
  write_properties(packet.properties, property_owner(packet.type), out);
  end_packet(body, out);
}

void encode_bare_response(PacketType type, PacketIdentifier identifier, ReasonCode reason, ProtocolVersion version,
                          ByteBuffer& out) {
  const bool with_reason = version == ProtocolVersion::V5_0 && reason != ReasonCode::Success;
  std::uint8_t* at = out.extend(with_reason ? 5 : 4);
  at[0] = first_byte(type, reserved_flags(type));
  at[1] = with_reason ? 3 : 2;
  ByteBuffer::store_u16(at + 2, identifier);
  if (with_reason) at[4] = static_cast<std::uint8_t>(reason);
}

}  // namespace mqtt
