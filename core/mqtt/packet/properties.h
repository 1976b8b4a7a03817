// The properties of MQTT 5.0 (section 2.2.2) as plain values; which packet may carry which is the codec's table.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mqtt/base/bytes.h"

namespace mqtt {

enum class PropertyId : std::uint8_t {
  PayloadFormatIndicator = 0x01,
  MessageExpiryInterval = 0x02,
  ContentType = 0x03,
  ResponseTopic = 0x08,
  CorrelationData = 0x09,
  SubscriptionIdentifier = 0x0B,
  SessionExpiryInterval = 0x11,
  AssignedClientIdentifier = 0x12,
  ServerKeepAlive = 0x13,
  AuthenticationMethod = 0x15,
  AuthenticationData = 0x16,
  RequestProblemInformation = 0x17,
  WillDelayInterval = 0x18,
  RequestResponseInformation = 0x19,
  ResponseInformation = 0x1A,
  ServerReference = 0x1C,
  ReasonString = 0x1F,
  ReceiveMaximum = 0x21,
  TopicAliasMaximum = 0x22,
  TopicAlias = 0x23,
  MaximumQoS = 0x24,
  RetainAvailable = 0x25,
  UserProperty = 0x26,
  MaximumPacketSize = 0x27,
  WildcardSubscriptionAvailable = 0x28,
  SubscriptionIdentifiersAvailable = 0x29,
  SharedSubscriptionAvailable = 0x2A,
};

struct UserProperty {
  std::string_view name;
  std::string_view value;
  bool operator==(const UserProperty&) const = default;
};

// Text and binary values are views: of the packet they were decoded from, or of memory that the caller keeps until the
// packet is encoded. An absent property is nullopt or an empty list. Intervals are seconds.
struct Properties {
  // Not inline: there are 27 members, and a client or broker makes and copies packets at a hundred places.
  Properties();
  Properties(const Properties&);
  Properties(Properties&&) noexcept;
  Properties& operator=(const Properties&);
  Properties& operator=(Properties&&) noexcept;
  ~Properties();

  std::optional<std::uint8_t> payload_format_indicator;  // 0 or 1
  std::optional<std::uint8_t> request_problem_information;
  std::optional<std::uint8_t> request_response_information;
  std::optional<std::uint8_t> maximum_qos;
  std::optional<std::uint8_t> retain_available;
  std::optional<std::uint8_t> wildcard_subscription_available;
  std::optional<std::uint8_t> subscription_identifiers_available;
  std::optional<std::uint8_t> shared_subscription_available;
  std::optional<std::uint16_t> server_keep_alive;
  std::optional<std::uint16_t> receive_maximum;  // 1 to 65,535
  std::optional<std::uint16_t> topic_alias_maximum;
  std::optional<std::uint16_t> topic_alias;  // 1 to 65,535
  std::optional<std::uint32_t> message_expiry_interval;
  std::optional<std::uint32_t> session_expiry_interval;
  std::optional<std::uint32_t> will_delay_interval;
  std::optional<std::uint32_t> maximum_packet_size;  // bytes, at least 1
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> response_topic;
  std::optional<Bytes> correlation_data;
  std::optional<std::string_view> assigned_client_identifier;
  std::optional<std::string_view> authentication_method;
  std::optional<Bytes> authentication_data;
  std::optional<std::string_view> response_information;
  std::optional<std::string_view> server_reference;
  std::optional<std::string_view> reason_string;
  std::vector<std::uint32_t> subscription_identifiers;  // each 1 to 268,435,455
  std::vector<UserProperty> user_properties;            // in the order of the wire
};

}  // namespace mqtt
