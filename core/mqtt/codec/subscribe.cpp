// SUBSCRIBE and SUBACK. [MQTT5 3.8] [MQTT5 3.9]
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/reason_codes.h"
#include "mqtt/codec/text.h"

namespace mqtt {

namespace {

constexpr std::string_view kSharePrefix = "$share/";

constexpr unsigned kQosBits = 0x03;
constexpr unsigned kNoLocalFlag = 0x04;
constexpr unsigned kRetainAsPublishedFlag = 0x08;
constexpr unsigned kRetainHandlingShift = 4;
constexpr unsigned kRetainHandlingBits = 0x30;
constexpr unsigned kReservedBits = 0xC0;

// Before 5.0 the byte is the requested QoS alone.
Result<SubscriptionOptions> requested_qos(std::uint8_t byte, ProtocolVersion version) {
  // [MQTT-3-8.3-4]; 3.1 calls the upper bits unused.
  if (version == ProtocolVersion::V3_1_1 && (byte & ~kQosBits) != 0)
    return garbage("SUBSCRIBE: reserved bits of the QoS are set");
  if ((byte & kQosBits) == 3) return garbage("SUBSCRIBE: QoS 3");
  return SubscriptionOptions{.maximum_qos = static_cast<QoS>(byte & kQosBits)};
}

Result<SubscriptionOptions> subscription_options(std::uint8_t byte, std::string_view topic_filter) {
  if ((byte & kReservedBits) != 0)
    return garbage("SUBSCRIBE: reserved subscription options are set");           // [MQTT-3.8.3-5]
  if ((byte & kQosBits) == 3) return protocol_error("SUBSCRIBE: Maximum QoS 3");  // [MQTT5 3.8.3.1]
  if ((byte & kRetainHandlingBits) == kRetainHandlingBits) return protocol_error("SUBSCRIBE: Retain Handling 3");
  const SubscriptionOptions options{
      .maximum_qos = static_cast<QoS>(byte & kQosBits),
      .no_local = (byte & kNoLocalFlag) != 0,
      .retain_as_published = (byte & kRetainAsPublishedFlag) != 0,
      .retain_handling = static_cast<RetainHandling>((byte & kRetainHandlingBits) >> kRetainHandlingShift),
  };
  // [MQTT-3.8.3-4]
  if (options.no_local && topic_filter.starts_with(kSharePrefix))
    return protocol_error("SUBSCRIBE: No Local on a shared subscription");
  return options;
}

Result<SubscribeEntry> read_entry(ByteReader& in, ProtocolVersion version) {
  const auto topic_filter = read_text(in);
  if (!topic_filter) return garbage("SUBSCRIBE: topic filter is cut short or not well-formed UTF-8");  // [MQTT-3.8.3-1]
  if (topic_filter->empty()) return garbage("SUBSCRIBE: topic filter is empty");                       // [MQTT-4.7.3-1]
  const auto byte = in.u8();
  if (!byte) return garbage("SUBSCRIBE: subscription options missing");
  const auto options =
      version == ProtocolVersion::V5_0 ? subscription_options(*byte, *topic_filter) : requested_qos(*byte, version);
  if (!options) return options.error();
  return SubscribeEntry{*topic_filter, *options};
}

std::uint8_t options_byte(const SubscriptionOptions& options, ProtocolVersion version) {
  unsigned byte = static_cast<unsigned>(options.maximum_qos);
  if (version == ProtocolVersion::V5_0) {
    if (options.no_local) byte |= kNoLocalFlag;
    if (options.retain_as_published) byte |= kRetainAsPublishedFlag;
    byte |= static_cast<unsigned>(options.retain_handling) << kRetainHandlingShift;
  }
  return static_cast<std::uint8_t>(byte);
}

// Before 5.0: the granted QoS, or 0x80 for any failure.
bool is_return_code(std::uint8_t byte) {
  return byte <= 2 || byte == 0x80;
}

}  // namespace

Result<Subscribe> decode_subscribe(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  ByteReader in(frame.body);
  Subscribe packet;
  const auto identifier = read_packet_identifier(in);
  if (!identifier) return identifier.error();
  packet.packet_identifier = *identifier;
  if (version == ProtocolVersion::V5_0) {
    if (const auto read = read_properties(in, PropertyOwner::Subscribe, packet.properties); !read) return read.error();
  }
  if (in.empty()) return protocol_error("SUBSCRIBE: no topic filter");  // [MQTT-3.8.3-2]
  while (!in.empty()) {
    const auto entry = read_entry(in, version);
    if (!entry) return entry.error();
    packet.entries.push_back(*entry);
  }
  return packet;
}

void encode(const Subscribe& packet, ProtocolVersion version, ByteBuffer& out) {
  const std::size_t body = begin_packet(PacketType::Subscribe, out);
  out.u16(packet.packet_identifier);
  if (version == ProtocolVersion::V5_0) write_properties(packet.properties, PropertyOwner::Subscribe, out);
  for (const SubscribeEntry& entry : packet.entries) {
    out.text(entry.topic_filter);
    out.u8(options_byte(entry.options, version));
  }
  end_packet(body, out);
}

Result<Suback> decode_suback(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  ByteReader in(frame.body);
  Suback packet;
  const auto identifier = read_packet_identifier(in);
  if (!identifier) return identifier.error();
  packet.packet_identifier = *identifier;
  const bool is_5_0 = version == ProtocolVersion::V5_0;
  if (is_5_0) {
    if (const auto read = read_properties(in, PropertyOwner::Suback, packet.properties); !read) return read.error();
  }
  if (in.empty()) return protocol_error("SUBACK: no reason code");
  for (const std::uint8_t byte : in.rest()) {
    // [MQTT-3.9.3-2]
    if (is_5_0 ? !is_reason_code_of(PacketType::Suback, byte) : !is_return_code(byte)) {
      return protocol_error("SUBACK: unknown reason code");
    }
    packet.reasons.push_back(static_cast<ReasonCode>(byte));
  }
  return packet;
}

void encode(const Suback& packet, ProtocolVersion version, ByteBuffer& out) {
  const bool is_5_0 = version == ProtocolVersion::V5_0;
  const std::size_t body = begin_packet(PacketType::Suback, out);
  out.u16(packet.packet_identifier);
  if (is_5_0) write_properties(packet.properties, PropertyOwner::Suback, out);
  for (const ReasonCode reason : packet.reasons) {
    out.u8(static_cast<std::uint8_t>(!is_5_0 && is_failure(reason) ? ReasonCode::UnspecifiedError : reason));
  }
  end_packet(body, out);
}

}  // namespace mqtt
