// What an embedder asks to be sent, checked before it becomes bytes: an Error names the field and says what is wanted.
#include "mqtt/base/utf8.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/properties.h"
#include "mqtt/codec/text.h"
#include "mqtt/codec/varint.h"

namespace mqtt {

namespace {

bool is_encodable_text(std::string_view text) {
  return text.size() <= kMaximumTextBytes && is_valid_utf8(text);
}

Result<void> check_topic_filter(std::string_view topic_filter) {
  if (!topic_filter.empty() && is_encodable_text(topic_filter)) return {};
  return caller_misuse(ReasonCode::TopicFilterInvalid, "topic filter: want 1 to 65,535 bytes of well-formed UTF-8");
}

Error topic_error(std::string_view topic) {
  if (is_encodable_text(topic)) {
    return caller_misuse(ReasonCode::TopicNameInvalid, "topic: wildcards '+' and '#' are for subscriptions");
  }
  return caller_misuse(ReasonCode::TopicNameInvalid,
                       "topic: want well-formed UTF-8 of at most 65,535 bytes, without U+0000");
}

Result<void> check_topic(std::string_view topic) {
  if (topic.size() > kMaximumTextBytes || !is_valid_utf8_without_wildcards(topic)) return topic_error(topic);
  return {};
}

Result<void> check_will(const Will& will) {
  if (will.topic.empty() || !check_topic(will.topic)) {
    return caller_misuse(ReasonCode::TopicNameInvalid,
                         "will topic: want a topic name, not empty and without wildcards");
  }
  if (will.payload.size() > kMaximumTextBytes) {
    return caller_misuse(ReasonCode::PacketTooLarge, "will payload: want at most 65,535 bytes");
  }
  return check_encodable(will.properties);
}

Result<void> check_remaining_length(std::size_t bytes) {
  if (bytes <= kMaximumVarint) return {};
  return caller_misuse(ReasonCode::PacketTooLarge, "packet: larger than the 268,435,455 bytes that MQTT allows");
}

// With the Property Length at its longest.
std::size_t block_size(const Properties& properties, PropertyOwner owner) {
  return kMaximumVarintBytes + properties_size(properties, owner);
}

// The bytes of each topic filter's length and options.
constexpr std::size_t kFilterOverhead = 3;

constexpr std::string_view kSharePrefix = "$share/";

}  // namespace

Result<void> check_encodable(const Publish& packet) {
  if (packet.topic.empty() && !packet.properties.topic_alias) {
    return caller_misuse(ReasonCode::TopicNameInvalid, "topic: is empty");
  }
  if (const auto topic = check_topic(packet.topic); !topic) return topic;
  constexpr std::size_t kTopicLengthAndIdentifier = 4;
  std::size_t bytes = packet.topic.size() + packet.payload.size() + kTopicLengthAndIdentifier + kMaximumVarintBytes;
  // Every message of an application comes through here, few have properties.
  if (has_publish_properties(packet.properties)) {
    if (const auto properties = check_encodable(packet.properties); !properties) return properties;
    bytes += properties_size(packet.properties, PropertyOwner::Publish);
  }
  return check_remaining_length(bytes);
}

Result<void> check_encodable(const Connect& packet) {
  if (!is_encodable_text(packet.client_identifier)) {
    return caller_misuse(ReasonCode::ClientIdentifierNotValid,
                         "client identifier: want well-formed UTF-8 of at most 65,535 bytes");
  }
  if (packet.client_identifier.empty() && !packet.clean_start && packet.version != ProtocolVersion::V5_0) {
    return caller_misuse(ReasonCode::ClientIdentifierNotValid,
                         "client identifier: before MQTT 5.0 an empty one needs a clean session");  // [MQTT-3.1.3-7]
  }
  if (packet.user_name && !is_encodable_text(*packet.user_name)) {
    return caller_misuse(ReasonCode::BadUserNameOrPassword,
                         "user name: want well-formed UTF-8 of at most 65,535 bytes");
  }
  if (packet.password && packet.password->size() > kMaximumTextBytes) {
    return caller_misuse(ReasonCode::BadUserNameOrPassword, "password: want at most 65,535 bytes");
  }
  if (packet.password && !packet.user_name && packet.version != ProtocolVersion::V5_0) {
    return caller_misuse(ReasonCode::BadUserNameOrPassword,
                         "password: before MQTT 5.0 it needs a user name");  // [MQTT-3.1.2-22]
  }
  if (const auto properties = check_encodable(packet.properties); !properties) return properties;
  if (packet.properties.authentication_data && !packet.properties.authentication_method) {
    return caller_misuse(ReasonCode::ProtocolError, "authentication data: needs an authentication method");
  }
  constexpr std::size_t kAllTexts = 6 * kMaximumTextBytes;  // protocol name, client identifier, will, credentials
  std::size_t bytes = kAllTexts + block_size(packet.properties, PropertyOwner::Connect);
  if (packet.will) {
    if (const auto will = check_will(*packet.will); !will) return will;
    bytes += block_size(packet.will->properties, PropertyOwner::Will);
  }
  return check_remaining_length(bytes);
}

Result<void> check_encodable(const Subscribe& packet) {
  if (packet.entries.empty())
    return caller_misuse(ReasonCode::TopicFilterInvalid, "subscribe: want at least one topic filter");
  if (const auto properties = check_encodable(packet.properties); !properties) return properties;
  std::size_t bytes = sizeof(PacketIdentifier) + block_size(packet.properties, PropertyOwner::Subscribe);
  for (const SubscribeEntry& entry : packet.entries) {
    if (const auto topic_filter = check_topic_filter(entry.topic_filter); !topic_filter) return topic_filter;
    if (entry.options.no_local && entry.topic_filter.starts_with(kSharePrefix)) {
      return caller_misuse(ReasonCode::ProtocolError,
                           "subscribe: No Local is not for shared subscriptions");  // [MQTT-3.8.3-4]
    }
    bytes += kFilterOverhead + entry.topic_filter.size();
  }
  return check_remaining_length(bytes);
}

Result<void> check_encodable(const Unsubscribe& packet) {
  if (packet.topic_filters.empty())
    return caller_misuse(ReasonCode::TopicFilterInvalid, "unsubscribe: want at least one topic filter");
  if (const auto properties = check_encodable(packet.properties); !properties) return properties;
  std::size_t bytes = sizeof(PacketIdentifier) + block_size(packet.properties, PropertyOwner::Unsubscribe);
  for (const std::string_view topic_filter : packet.topic_filters) {
    if (const auto good = check_topic_filter(topic_filter); !good) return good;
    bytes += kFilterOverhead + topic_filter.size();
  }
  return check_remaining_length(bytes);
}

}  // namespace mqtt
