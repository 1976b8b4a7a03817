// CONNECT and CONNACK. [MQTT5 3.1] [MQTT5 3.2]
#include "mqtt/base/utf8.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/fixed_header.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/reason_codes.h"
#include "mqtt/codec/text.h"

namespace mqtt {

namespace {

constexpr std::string_view kProtocolName = "MQTT";
constexpr std::string_view kProtocolName3_1 = "MQIsdp";
constexpr std::uint8_t kBridgeBit = 0x80;

constexpr unsigned kReservedFlag = 0x01;
constexpr unsigned kCleanStartFlag = 0x02;
constexpr unsigned kWillFlag = 0x04;
constexpr unsigned kWillQosShift = 3;
constexpr unsigned kWillQosBits = 0x18;
constexpr unsigned kWillRetainFlag = 0x20;
constexpr unsigned kPasswordFlag = 0x40;
constexpr unsigned kUserNameFlag = 0x80;

// --- CONNECT

Error unsupported_version(const char* text) {
  return {Fault::PeerBrokeProtocol, ReasonCode::UnsupportedProtocolVersion, text};
}

Result<void> read_protocol(ByteReader& in, Connect& out) {
  const auto name = in.binary();
  if (!name) return garbage("CONNECT: protocol name cut short");
  const bool is_3_1 = as_text(*name) == kProtocolName3_1;
  // [MQTT-3.1.2-1]
  if (!is_3_1 && as_text(*name) != kProtocolName) return unsupported_version("CONNECT: protocol name is not MQTT");
  const auto byte = in.u8();
  if (!byte) return garbage("CONNECT: protocol version missing");
  out.is_bridge = (*byte & kBridgeBit) != 0;
  const auto version = static_cast<std::uint8_t>(*byte & ~kBridgeBit);
  const bool known = is_3_1 ? version == 3 : version == 4 || version == 5;
  // [MQTT-3.1.2-2]
  if (!known) return unsupported_version("CONNECT: protocol version is not 3.1, 3.1.1 or 5.0");
  out.version = static_cast<ProtocolVersion>(version);
  return {};
}

Result<void> check_connect_flags(unsigned flags, ProtocolVersion version) {
  const bool reserved = (flags & kReservedFlag) != 0;
  // 3.1 calls the bit unused. [MQTT-3.1.2-3]
  if (reserved && version != ProtocolVersion::V3_1) return garbage("CONNECT: reserved connect flag is set");
  if ((flags & kWillQosBits) == kWillQosBits) return garbage("CONNECT: will QoS 3");  // [MQTT-3.1.2-12]
  // [MQTT-3.1.2-11] [MQTT-3.1.2-13]
  if ((flags & kWillFlag) == 0 && (flags & (kWillQosBits | kWillRetainFlag)) != 0 && version != ProtocolVersion::V3_1) {
    return garbage("CONNECT: will QoS or will retain without a will");
  }
  // [MQTT-3.1.2-22] of 3.1.1; 5.0 dropped it.
  if ((flags & (kPasswordFlag | kUserNameFlag)) == kPasswordFlag && version != ProtocolVersion::V5_0) {
    return garbage("CONNECT: password without a user name");
  }
  return {};
}

Result<void> read_will(ByteReader& in, unsigned flags, Connect& out) {
  Will& will = out.will.emplace();
  will.qos = static_cast<QoS>((flags & kWillQosBits) >> kWillQosShift);
  will.retain = (flags & kWillRetainFlag) != 0;
  if (out.version == ProtocolVersion::V5_0) {
    if (const auto read = read_properties(in, PropertyOwner::Will, will.properties); !read) return read;
  }
  const auto topic = read_text(in);
  if (!topic) return garbage("CONNECT: will topic is cut short or not well-formed UTF-8");
  if (topic->empty()) return garbage("CONNECT: will topic is empty");  // [MQTT-4.7.3-1]
  if (!is_valid_utf8_without_wildcards(*topic))
    return garbage("CONNECT: wildcard in the will topic");  // [MQTT-4.7.1-1]
  will.topic = *topic;
  const auto payload = in.binary();
  if (!payload) return garbage("CONNECT: will payload cut short");
  will.payload = *payload;
  return {};
}

Result<void> read_credentials(ByteReader& in, unsigned flags, Connect& out) {
  // 3.1 lets its packets end before a user name or password that the flags announce. [MQTT3.1 3.1, User name and
  // password flags]
  const bool may_end_early = out.version == ProtocolVersion::V3_1;
  if ((flags & kUserNameFlag) != 0 && !(may_end_early && in.empty())) {
    out.user_name = read_text(in);
    if (!out.user_name) return garbage("CONNECT: user name is cut short or not well-formed UTF-8");
  }
  if ((flags & kPasswordFlag) != 0 && !(may_end_early && in.empty())) {
    out.password = in.binary();
    if (!out.password) return garbage("CONNECT: password cut short");
  }
  return {};
}

Result<void> read_connect_payload(ByteReader& in, unsigned flags, Connect& out) {
  const auto client_identifier = read_text(in);
  if (!client_identifier) return garbage("CONNECT: client identifier is cut short or not well-formed UTF-8");
  out.client_identifier = *client_identifier;
  if ((flags & kWillFlag) != 0) {
    if (const auto will = read_will(in, flags, out); !will) return will;
  }
  if (const auto credentials = read_credentials(in, flags, out); !credentials) return credentials;
  if (!in.empty()) return garbage("CONNECT: bytes behind its end");
  return {};
}

unsigned connect_flags(const Connect& packet) {
  unsigned flags = packet.clean_start ? kCleanStartFlag : 0;
  if (packet.will) {
    flags |= kWillFlag | (static_cast<unsigned>(packet.will->qos) << kWillQosShift);
    if (packet.will->retain) flags |= kWillRetainFlag;
  }
  if (packet.user_name) flags |= kUserNameFlag;
  if (packet.password) flags |= kPasswordFlag;
  return flags;
}

// --- CONNACK before 5.0: return codes, by their number

constexpr ReasonCode kReturnCodes[] = {
    ReasonCode::Success,           ReasonCode::UnsupportedProtocolVersion, ReasonCode::ClientIdentifierNotValid,
    ReasonCode::ServerUnavailable, ReasonCode::BadUserNameOrPassword,      ReasonCode::NotAuthorized,
};

// The return code that says the most of what `reason` says.
std::uint8_t return_code(ReasonCode reason) {
  for (std::uint8_t code = 0; code < std::size(kReturnCodes); ++code) {
    if (kReturnCodes[code] == reason) return code;
  }
  if (!is_failure(reason)) return 0;
  const bool unwelcome = reason == ReasonCode::Banned || reason == ReasonCode::BadAuthenticationMethod;
  return unwelcome ? 5 : 3;
}

Result<Connack> decode_connack_3(ByteReader in, ProtocolVersion version) {
  const auto flags = in.u8();
  const auto code = in.u8();
  if (!flags || !code || !in.empty()) return garbage("CONNACK: want two bytes");
  // 3.1 has no session present flag and leaves the byte unused.
  const bool has_flags = version != ProtocolVersion::V3_1;
  if (has_flags && (*flags & 0xFE) != 0) return garbage("CONNACK: reserved flags are set");  // [MQTT-3.2.2-1]
  if (*code >= std::size(kReturnCodes)) return protocol_error("CONNACK: return code is reserved");
  return Connack{.session_present = has_flags && *flags != 0, .reason = kReturnCodes[*code]};
}

}  // namespace

Result<Connect> decode_connect(const Frame& frame) {
  ByteReader in(frame.body);
  Connect packet;
  if (const auto protocol = read_protocol(in, packet); !protocol) return protocol.error();
  if (const auto header = check_fixed_header(frame, packet.version); !header) return header.error();
  const auto flags = in.u8();
  const auto keep_alive = in.u16();
  if (!flags || !keep_alive) return garbage("CONNECT: ends before its payload");
  if (const auto good = check_connect_flags(*flags, packet.version); !good) return good.error();
  packet.clean_start = (*flags & kCleanStartFlag) != 0;
  packet.keep_alive = *keep_alive;
  if (packet.version == ProtocolVersion::V5_0) {
    const auto read = read_properties(in, PropertyOwner::Connect, packet.properties);
    if (!read) return read.error();
    // [MQTT5 3.1.2.11.10]
    if (packet.properties.authentication_data && !packet.properties.authentication_method) {
      return protocol_error("CONNECT: Authentication Data without Authentication Method");
    }
  }
  if (const auto payload = read_connect_payload(in, *flags, packet); !payload) return payload.error();
  return packet;
}

void encode(const Connect& packet, ByteBuffer& out) {
  const bool is_5_0 = packet.version == ProtocolVersion::V5_0;
  const std::size_t body = begin_packet(PacketType::Connect, out);
  out.text(packet.version == ProtocolVersion::V3_1 ? kProtocolName3_1 : kProtocolName);
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(packet.version) | (packet.is_bridge ? kBridgeBit : 0U)));
  out.u8(static_cast<std::uint8_t>(connect_flags(packet)));
  out.u16(packet.keep_alive);
  if (is_5_0) write_properties(packet.properties, PropertyOwner::Connect, out);
  out.text(packet.client_identifier);
  if (packet.will) {
    if (is_5_0) write_properties(packet.will->properties, PropertyOwner::Will, out);
    out.text(packet.will->topic);
    out.binary(packet.will->payload);
  }
  if (packet.user_name) out.text(*packet.user_name);
  if (packet.password) out.binary(*packet.password);
  end_packet(body, out);
}

Result<Connack> decode_connack(const Frame& frame, ProtocolVersion version) {
  if (const auto header = check_fixed_header(frame, version); !header) return header.error();
  ByteReader in(frame.body);
  if (version != ProtocolVersion::V5_0) return decode_connack_3(in, version);
  const auto flags = in.u8();
  const auto reason_byte = in.u8();
  if (!flags || !reason_byte) return garbage("CONNACK: cut short");
  // A server of 3.1.1 refuses a CONNECT of 5.0 in its own form, by a return code: no properties.
  if (in.empty() && *reason_byte > 0 && *reason_byte < std::size(kReturnCodes))
    return Connack{.reason = kReturnCodes[*reason_byte], .is_of_3_1_1 = true};
  if (in.empty() && *reason_byte == 0)
    return garbage("CONNACK: without properties, as a server sends it that does not speak MQTT 5.0");
  if ((*flags & 0xFE) != 0) return garbage("CONNACK: reserved flags are set");  // [MQTT-3.2.2-1]
  if (!is_reason_code_of(PacketType::Connack, *reason_byte)) return protocol_error("CONNACK: unknown reason code");
  Connack packet{.session_present = *flags != 0, .reason = static_cast<ReasonCode>(*reason_byte)};
  if (const auto read = read_properties(in, PropertyOwner::Connack, packet.properties); !read) return read.error();
  if (!in.empty()) return garbage("CONNACK: bytes behind its end");
  return packet;
}

void encode(const Connack& packet, ProtocolVersion version, ByteBuffer& out) {
  const std::size_t body = begin_packet(PacketType::Connack, out);
  out.u8(packet.session_present && version != ProtocolVersion::V3_1 ? 1 : 0);
  if (version == ProtocolVersion::V5_0) {
    out.u8(static_cast<std::uint8_t>(packet.reason));
    write_properties(packet.properties, PropertyOwner::Connack, out);
  } else {
    out.u8(return_code(packet.reason));
  }
  end_packet(body, out);
}

}  // namespace mqtt
