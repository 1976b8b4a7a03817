// PUBLISH, the hot path: fixed header, topic name, packet identifier, properties, payload. [MQTT5 3.3]
#include <cstring>

#include "mqtt/base/utf8.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/varint.h"

namespace mqtt {

namespace {

constexpr unsigned kRetainFlag = 0x01;
constexpr unsigned kQosShift = 1;
constexpr unsigned kDupFlag = 0x08;

Result<void> read_flags(const Frame& frame, ProtocolVersion version, Publish& out) {
  const unsigned qos = (frame.flags >> kQosShift) & 0x03U;
  if (qos == 3) return garbage("PUBLISH: QoS 3");  // [MQTT-3.3.1-4]
  out.qos = static_cast<QoS>(qos);
  out.retain = (frame.flags & kRetainFlag) != 0;
  out.dup = (frame.flags & kDupFlag) != 0;
  if (out.dup && qos == 0) {
    if (version != ProtocolVersion::V3_1) return garbage("PUBLISH: DUP at QoS 0");  // [MQTT-3.3.1-2]
    out.dup = false;
  }
  return {};
}

Error topic_error(std::string_view topic) {
  // [MQTT-3.3.2-2]
  if (is_valid_utf8(topic)) return garbage("PUBLISH: wildcard in the topic name");
  return garbage("PUBLISH: topic name is not well-formed UTF-8");
}

Result<void> read_properties_of_5_0(const Frame& frame, ByteReader& in, Publish& out) {
  if (!frame.length_is_minimal) return garbage("PUBLISH: Remaining Length has more bytes than it needs");
  if (const auto read = read_properties(in, PropertyOwner::Publish, out.properties); !read) return read;
  // [MQTT5 3.3.2.1]
  if (out.topic.empty() && !out.properties.topic_alias)
    return protocol_error("PUBLISH: neither topic name nor Topic Alias");
  return {};
}

struct Layout {
  std::size_t properties = 0;  // bytes of the property block without its length
  std::size_t remaining_length = 0;
};

Layout layout_of(const Publish& packet, ProtocolVersion version) {
  Layout layout;
  layout.remaining_length = 2 + packet.topic.size() + packet.payload.size();
  if (packet.qos != QoS::AtMostOnce) layout.remaining_length += 2;
  if (version == ProtocolVersion::V5_0) {
    if (has_publish_properties(packet.properties)) {
      layout.properties = properties_size(packet.properties, PropertyOwner::Publish);
    }
    layout.remaining_length += varint_size(static_cast<std::uint32_t>(layout.properties)) + layout.properties;
  }
  return layout;
}

}  // namespace

Result<void> decode_publish(const Frame& frame, ProtocolVersion version, Publish& out) {
  if (const auto flags = read_flags(frame, version, out); !flags) return flags;
  ByteReader in(frame.body);
  const auto topic = in.binary();
  if (!topic) return garbage("PUBLISH: topic name cut short");
  out.topic = as_text(*topic);
  if (!is_valid_utf8_without_wildcards(out.topic)) return topic_error(out.topic);
  out.packet_identifier = 0;
  if (out.qos != QoS::AtMostOnce) {
    const auto identifier = read_packet_identifier(in);
    if (!identifier) return identifier.error();
    out.packet_identifier = *identifier;
  }
  clear_publish_properties(out.properties);
  if (version == ProtocolVersion::V5_0) {
    if (const auto read = read_properties_of_5_0(frame, in, out); !read) return read;
  } else if (out.topic.empty()) {
    return garbage("PUBLISH: topic name is empty");  // [MQTT-4.7.3-1]
  }
  out.payload = in.rest();
  return {};
}

std::size_t encode_publish_head(const Publish& packet, ProtocolVersion version, ByteBuffer& out) {
  const Layout layout = layout_of(packet, version);
  const auto remaining_length = static_cast<std::uint32_t>(layout.remaining_length);
  const bool has_identifier = packet.qos != QoS::AtMostOnce;
  const std::size_t fixed_header = 1 + varint_size(remaining_length);
  const std::size_t identifier_offset = fixed_header + 2 + packet.topic.size();

  std::uint8_t* at = out.extend(identifier_offset + (has_identifier ? 2 : 0));
  *at++ =
      first_byte(PacketType::Publish, (packet.dup ? kDupFlag : 0U) | (static_cast<unsigned>(packet.qos) << kQosShift) |
                                          (packet.retain ? kRetainFlag : 0U));
  at = store_varint(at, remaining_length);
  ByteBuffer::store_u16(at, static_cast<std::uint16_t>(packet.topic.size()));
  at += 2;
  if (!packet.topic.empty()) std::memcpy(at, packet.topic.data(), packet.topic.size());
  if (has_identifier) ByteBuffer::store_u16(at + packet.topic.size(), packet.packet_identifier);

  if (version == ProtocolVersion::V5_0) {
    if (layout.properties == 0) {
      out.u8(0);
    } else {
      write_properties(packet.properties, PropertyOwner::Publish, out);
    }
  }
  return has_identifier ? identifier_offset : 0;
}

void encode(const Publish& packet, ProtocolVersion version, ByteBuffer& out) {
  encode_publish_head(packet, version, out);
  out.append(packet.payload);
}

std::size_t encoded_size(const Publish& packet, ProtocolVersion version) {
  const std::size_t remaining_length = layout_of(packet, version).remaining_length;
  return 1 + varint_size(static_cast<std::uint32_t>(remaining_length)) + remaining_length;
}

}  // namespace mqtt
