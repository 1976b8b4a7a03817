// UNSUBSCRIBE and UNSUBACK. [MQTT5 3.10] [MQTT5 3.11]
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/reason_codes.h"
#include "mqtt/codec/text.h"

namespace mqtt {

Result<Unsubscribe> decode_unsubscribe(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  ByteReader in(frame.body);
  Unsubscribe packet;
  const auto identifier = read_packet_identifier(in);
  if (!identifier) return identifier.error();
  packet.packet_identifier = *identifier;
  if (version == ProtocolVersion::V5_0) {
    if (const auto read = read_properties(in, PropertyOwner::Unsubscribe, packet.properties); !read)
      return read.error();
  }
  if (in.empty()) return protocol_error("UNSUBSCRIBE: no topic filter");  // [MQTT-3.10.3-2]
  while (!in.empty()) {
    const auto topic_filter = read_text(in);
    if (!topic_filter)
      return garbage("UNSUBSCRIBE: topic filter is cut short or not well-formed UTF-8");  // [MQTT-3.10.3-1]
    if (topic_filter->empty()) return garbage("UNSUBSCRIBE: topic filter is empty");      // [MQTT-4.7.3-1]
    packet.topic_filters.push_back(*topic_filter);
  }
  return packet;
}

void encode(const Unsubscribe& packet, ProtocolVersion version, ByteBuffer& out) {
  const std::size_t body = begin_packet(PacketType::Unsubscribe, out);
  out.u16(packet.packet_identifier);
  if (version == ProtocolVersion::V5_0) write_properties(packet.properties, PropertyOwner::Unsubscribe, out);
  for (const std::string_view topic_filter : packet.topic_filters)
    out.text(topic_filter);
  end_packet(body, out);
}

Result<Unsuback> decode_unsuback(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  ByteReader in(frame.body);
  Unsuback packet;
  const auto identifier = read_packet_identifier(in);
  if (!identifier) return identifier.error();
  packet.packet_identifier = *identifier;
  if (version != ProtocolVersion::V5_0) {
    if (!in.empty()) return garbage("UNSUBACK: bytes behind its end");
    return packet;
  }
  if (const auto read = read_properties(in, PropertyOwner::Unsuback, packet.properties); !read) return read.error();
  if (in.empty()) return protocol_error("UNSUBACK: no reason code");
  while (!in.empty()) {
    const auto reason = read_reason_code(in, PacketType::Unsuback);
    if (!reason) return reason.error();
    packet.reasons.push_back(*reason);
  }
  return packet;
}

void encode(const Unsuback& packet, ProtocolVersion version, ByteBuffer& out) {
  const std::size_t body = begin_packet(PacketType::Unsuback, out);
  out.u16(packet.packet_identifier);
  if (version == ProtocolVersion::V5_0) {
    write_properties(packet.properties, PropertyOwner::Unsuback, out);
    for (const ReasonCode reason : packet.reasons)
      out.u8(static_cast<std::uint8_t>(reason));
  }
  end_packet(body, out);
}

}  // namespace mqtt
