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

}  // namespace

Result<PublishResponse> decode_publish_response(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  PublishResponse packet{.type = frame.type};
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
  if (!in.empty()) return garbage("acknowledgement: octets behind its end");
  return packet;
}

void encode(const PublishResponse& packet, ProtocolVersion version, ByteBuffer& out) {
  const PropertyOwner owner = property_owner(packet.type);
  const bool with_properties = version == ProtocolVersion::V5_0 && has_properties(packet.properties, owner);
  const bool with_reason =
      version == ProtocolVersion::V5_0 && (with_properties || packet.reason != ReasonCode::Success);
  const std::size_t body = begin_packet(packet.type, out);
  out.u16(packet.packet_identifier);
  if (with_reason) out.u8(static_cast<std::uint8_t>(packet.reason));
  if (with_properties) write_properties(packet.properties, owner, out);
  end_packet(body, out);
}

}  // namespace mqtt
