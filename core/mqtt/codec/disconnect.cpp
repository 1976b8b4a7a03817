// DISCONNECT: nothing before 5.0, then why. [MQTT5 3.14]
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/reason_codes.h"

namespace mqtt {

Result<Disconnect> decode_disconnect(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  ByteReader in(frame.body);
  Disconnect packet;
  // The reason code may be left out, and behind it the Property Length. [MQTT5 3.14.2.1] [MQTT5 3.14.2.2.1]
  if (version == ProtocolVersion::V5_0 && !in.empty()) {
    const auto reason = read_reason_code(in, PacketType::Disconnect);
    if (!reason) return reason.error();
    packet.reason = *reason;
    if (!in.empty()) {
      if (const auto read = read_properties(in, PropertyOwner::Disconnect, packet.properties); !read)
        return read.error();
    }
  }
  if (!in.empty()) return garbage("DISCONNECT: bytes behind its end");
  return packet;
}

void encode(const Disconnect& packet, ProtocolVersion version, ByteBuffer& out) {
  const std::size_t body = begin_packet(PacketType::Disconnect, out);
  if (version == ProtocolVersion::V5_0) {
    const bool with_properties = has_properties(packet.properties, PropertyOwner::Disconnect);
    if (with_properties || packet.reason != ReasonCode::Success) out.u8(static_cast<std::uint8_t>(packet.reason));
    if (with_properties) write_properties(packet.properties, PropertyOwner::Disconnect, out);
  }
  end_packet(body, out);
}

}  // namespace mqtt
