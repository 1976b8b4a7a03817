// AUTH, of 5.0 only. [MQTT5 3.15]
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/reason_codes.h"

namespace mqtt {

Result<Auth> decode_auth(const Frame& frame, ProtocolVersion version) {
  if (version != ProtocolVersion::V5_0) return garbage("packet type 15 is reserved before MQTT 5.0");
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  ByteReader in(frame.body);
  Auth packet;
  // The one short form: Success without properties. [MQTT5 3.15.2.1]
  if (in.empty()) return packet;
  const auto reason = read_reason_code(in, PacketType::Auth);
  if (!reason) return reason.error();
  packet.reason = *reason;
  if (const auto read = read_properties(in, PropertyOwner::Auth, packet.properties); !read) return read.error();
  if (!in.empty()) return garbage("AUTH: bytes behind its end");
  // [MQTT5 3.15.2.2.2]
  if (!packet.properties.authentication_method) return protocol_error("AUTH: no Authentication Method");
  return packet;
}

void encode(const Auth& packet, ByteBuffer& out) {
  const std::size_t body = begin_packet(PacketType::Auth, out);
  if (packet.reason != ReasonCode::Success || has_properties(packet.properties, PropertyOwner::Auth)) {
    out.u8(static_cast<std::uint8_t>(packet.reason));
    write_properties(packet.properties, PropertyOwner::Auth, out);
  }
  end_packet(body, out);
}

}  // namespace mqtt
