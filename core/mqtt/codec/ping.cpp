// PINGREQ and PINGRESP: a fixed header. [MQTT5 3.12] [MQTT5 3.13]
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"

namespace mqtt {

Result<void> decode_ping(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  if (!frame.body.empty()) return garbage("PINGREQ or PINGRESP: bytes behind its end");
  return {};
}

void encode(const Pingreq&, ByteBuffer& out) {
  begin_packet(PacketType::Pingreq, out);
}

void encode(const Pingresp&, ByteBuffer& out) {
  begin_packet(PacketType::Pingresp, out);
}

}  // namespace mqtt
