// The control packets of MQTT 3.1, 3.1.1 and 5.0 as plain values: one struct serves every version, and what a version
// does not have stays at its default. Texts and payloads are views of the packet's bytes or of the caller's memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "mqtt/base/bytes.h"
#include "mqtt/base/reason_code.h"
#include "mqtt/packet/properties.h"

namespace mqtt {

enum class ProtocolVersion : std::uint8_t { V3_1 = 3, V3_1_1 = 4, V5_0 = 5 };

enum class PacketType : std::uint8_t {
  Connect = 1,
  Connack,
  Publish,
  Puback,
  Pubrec,
  Pubrel,
  Pubcomp,
  Subscribe,
  Suback,
  Unsubscribe,
  Unsuback,
  Pingreq,
  Pingresp,
  Disconnect,
  Auth,
};

// "PUBLISH", as the standard writes it.
std::string_view packet_type_name(PacketType type);

enum class QoS : std::uint8_t { AtMostOnce = 0, AtLeastOnce = 1, ExactlyOnce = 2 };

// 0 is no packet identifier. [MQTT-2.2.1-3]
using PacketIdentifier = std::uint16_t;

struct Will {
  std::string_view topic;
  Bytes payload;
  QoS qos = QoS::AtMostOnce;
  bool retain = false;
  Properties properties{};
};

struct Connect {
  ProtocolVersion version = ProtocolVersion::V3_1_1;
  bool clean_start = true;       // Clean Session before 5.0
  std::uint16_t keep_alive = 0;  // seconds, 0 turns it off
  std::string_view client_identifier;
  std::optional<Will> will;
  std::optional<std::string_view> user_name;
  std::optional<Bytes> password;
  // MQTT bridges set bit 7 of the protocol version byte (mosquitto's convention); they get their messages with the
  // retain flag as published and none of their own back.
  bool is_bridge = false;
  Properties properties{};
};

// Before 5.0 the reason is one of Success, UnsupportedProtocolVersion, ClientIdentifierNotValid, ServerUnavailable,
// BadUserNameOrPassword, NotAuthorized: return codes 0 to 5.
struct Connack {
  bool session_present = false;
  ReasonCode reason = ReasonCode::Success;
  Properties properties{};
  // It refuses a CONNECT of 5.0 in the form of 3.1.1: its server does not speak 5.0. Decoded only.
  bool is_of_3_1_1 = false;
};

struct Publish {
  std::string_view topic;  // empty where a topic alias stands for it
  Bytes payload;
  PacketIdentifier packet_identifier = 0;  // 0 at QoS 0
  QoS qos = QoS::AtMostOnce;
  bool retain = false;
  bool dup = false;
  Properties properties{};
};

// PUBACK, PUBREC, PUBREL and PUBCOMP: before 5.0 the packet identifier alone.
struct PublishResponse {
  PacketType type = PacketType::Puback;
  PacketIdentifier packet_identifier = 0;
  ReasonCode reason = ReasonCode::Success;
  Properties properties{};
};

enum class RetainHandling : std::uint8_t { SendAtSubscribe = 0, SendIfNew = 1, DoNotSend = 2 };

struct SubscriptionOptions {
  QoS maximum_qos = QoS::AtMostOnce;
  bool no_local = false;
  bool retain_as_published = false;
  RetainHandling retain_handling = RetainHandling::SendAtSubscribe;
  bool operator==(const SubscriptionOptions&) const = default;
};

struct SubscribeEntry {
  std::string_view topic_filter;
  SubscriptionOptions options;
};

struct Subscribe {
  PacketIdentifier packet_identifier = 0;
  std::vector<SubscribeEntry> entries;
  Properties properties{};
};

// One reason per entry of the SUBSCRIBE, in its order. 3.1 and 3.1.1 know Success, GrantedQoS1, GrantedQoS2 and, for
// any failure, 0x80.
struct Suback {
  PacketIdentifier packet_identifier = 0;
  std::vector<ReasonCode> reasons;
  Properties properties{};
};

struct Unsubscribe {
  PacketIdentifier packet_identifier = 0;
  std::vector<std::string_view> topic_filters;
  Properties properties{};
};

// The reasons exist in 5.0 only.
struct Unsuback {
  PacketIdentifier packet_identifier = 0;
  std::vector<ReasonCode> reasons;
  Properties properties{};
};

struct Pingreq {};
struct Pingresp {};

struct Disconnect {
  ReasonCode reason = ReasonCode::Success;
  Properties properties{};
};

struct Auth {
  ReasonCode reason = ReasonCode::Success;
  Properties properties{};
};

using Packet = std::variant<Connect, Connack, Publish, PublishResponse, Subscribe, Suback, Unsubscribe, Unsuback,
                            Pingreq, Pingresp, Disconnect, Auth>;

}  // namespace mqtt
