// Any packet by its type, in both directions: the variant's dispatch.
#include <utility>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace mqtt {

namespace {

template <typename T>
Result<Packet> to_packet(Result<T> decoded) {
  if (!decoded) return decoded.error();
  return Packet(std::move(*decoded));
}

Result<Packet> decode_any_publish(const Frame& frame, ProtocolVersion version) {
  Publish packet;
  if (const auto decoded = decode_publish(frame, version, packet); !decoded) return decoded.error();
  return Packet(std::move(packet));
}

Result<Packet> decode_any_response(const Frame& frame, ProtocolVersion version) {
  PublishResponse packet;
  if (const auto decoded = decode_publish_response(frame, version, packet); !decoded) return decoded.error();
  return Packet(std::move(packet));
}

template <typename Ping>
Result<Packet> decode_any_ping(const Frame& frame, ProtocolVersion version) {
  if (const auto decoded = decode_ping(frame, version); !decoded) return decoded.error();
  return Packet(Ping{});
}

struct Encoder {
  ProtocolVersion version;
  ByteBuffer& out;

  // These are the same in every version, or say theirs.
  void operator()(const Connect& packet) const { encode(packet, out); }
  void operator()(const Pingreq& packet) const { encode(packet, out); }
  void operator()(const Pingresp& packet) const { encode(packet, out); }
  void operator()(const Auth& packet) const { encode(packet, out); }
  template <typename T>
  void operator()(const T& packet) const {
    encode(packet, version, out);
  }
};

}  // namespace

Result<Packet> decode_packet(const Frame& frame, ProtocolVersion version) {
  switch (frame.type) {
    case PacketType::Connect:
      return to_packet(decode_connect(frame));
    case PacketType::Connack:
      return to_packet(decode_connack(frame, version));
    case PacketType::Publish:
      return decode_any_publish(frame, version);
    case PacketType::Puback:
    case PacketType::Pubrec:
    case PacketType::Pubrel:
    case PacketType::Pubcomp:
      return decode_any_response(frame, version);
    case PacketType::Subscribe:
      return to_packet(decode_subscribe(frame, version));
    case PacketType::Suback:
      return to_packet(decode_suback(frame, version));
    case PacketType::Unsubscribe:
      return to_packet(decode_unsubscribe(frame, version));
    case PacketType::Unsuback:
      return to_packet(decode_unsuback(frame, version));
    case PacketType::Pingreq:
      return decode_any_ping<Pingreq>(frame, version);
    case PacketType::Pingresp:
      return decode_any_ping<Pingresp>(frame, version);
    case PacketType::Disconnect:
      return to_packet(decode_disconnect(frame, version));
    case PacketType::Auth:
      return to_packet(decode_auth(frame, version));
  }
  return garbage("packet type 0 is reserved");
}

void encode(const Packet& packet, ProtocolVersion version, ByteBuffer& out) {
  std::visit(Encoder{version, out}, packet);
}

}  // namespace mqtt
