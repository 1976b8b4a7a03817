// The small world: its names and numbers, and the packets that they fill.
#include "fuzz/support/made_packets.h"

#include <array>

namespace mqtt::fuzz {

namespace {

constexpr std::string_view kClients[] = {"", "ann", "bob", "eve"};
constexpr std::string_view kTopics[] = {
    "a", "a/b", "a/b/c", "b", "/", "no/way", "$SYS/broker/uptime", "a level of some length"};
constexpr std::string_view kFilters[] = {
    "a",   "a/b",      "a/+",        "a/#",        "#",          "+/b",        "b",           "$share/g/a/#",
    "/+/", "no/way",   "$SYS/#",     "$share/g/#", "$share/h/a", "$share/g/b", "$share/h/#",  "+",
    "a#",  "$share/g", "$share/+/a", "",           "+/+/+",      "b/#",        "$share//a/b", "a/b/c",
};
constexpr std::uint32_t kSeconds[] = {0, 1, 5, 60, 0xFFFFFFFF};
constexpr std::string_view kUsers[] = {"user", "later", "no", ""};
constexpr std::string_view kMethods[] = {"method", "later"};
constexpr std::size_t kPayloadSizes[] = {0, 1, 1, 3, 30, 200, 2000, 9000};  // the last is one that is shared

// Mostly one that is in use.
PacketIdentifier make_identifier(Choices& choices) {
  const std::uint8_t byte = choices.byte();
  if (byte == 255) return 65'535;
  return static_cast<PacketIdentifier>(1 + byte % 6);
}

QoS make_qos(Choices& choices) {
  return static_cast<QoS>(choices.below(3));
}

ReasonCode make_reason(Choices& choices, PacketType type) {
  static constexpr ReasonCode kOfResponses[] = {ReasonCode::Success, ReasonCode::Success, ReasonCode::QuotaExceeded};
  static constexpr ReasonCode kOfConnacks[] = {ReasonCode::Success,         ReasonCode::Success,
                                               ReasonCode::Success,         ReasonCode::Success,
                                               ReasonCode::NotAuthorized,   ReasonCode::UnsupportedProtocolVersion,
                                               ReasonCode::UseAnotherServer};
  static constexpr ReasonCode kOfSubacks[] = {ReasonCode::Success, ReasonCode::GrantedQoS1, ReasonCode::GrantedQoS2,
                                              ReasonCode::UnspecifiedError};
  static constexpr ReasonCode kOfUnsubacks[] = {ReasonCode::Success, ReasonCode::NoSubscriptionExisted};
  static constexpr ReasonCode kOfReleases[] = {ReasonCode::Success, ReasonCode::Success,
                                               ReasonCode::PacketIdentifierNotFound};
  static constexpr ReasonCode kOfDisconnects[] = {ReasonCode::Success, ReasonCode::DisconnectWithWillMessage,
                                                  ReasonCode::AdministrativeAction, ReasonCode::ServerMoved};
  static constexpr ReasonCode kOfAuths[] = {ReasonCode::Success, ReasonCode::ContinueAuthentication,
                                            ReasonCode::ReAuthenticate};
  switch (type) {
    case PacketType::Connack:
      return choices.one_of(kOfConnacks);
    case PacketType::Suback:
      return choices.one_of(kOfSubacks);
    case PacketType::Unsuback:
      return choices.one_of(kOfUnsubacks);
    case PacketType::Pubrel:
    case PacketType::Pubcomp:
      return choices.one_of(kOfReleases);
    case PacketType::Disconnect:
      return choices.one_of(kOfDisconnects);
    case PacketType::Auth:
      return choices.one_of(kOfAuths);
    default:
      return choices.one_of(kOfResponses);
  }
}

void add_user_properties(Choices& choices, Properties& properties) {
  for (std::uint8_t count = choices.rarely() ? choices.below(3) : 0; count > 0; --count)
    properties.user_properties.push_back({"name", "value"});
}

Will make_will(Choices& choices) {
  Will will{.topic = make_topic(choices), .payload = make_payload(choices)};
  will.qos = make_qos(choices);
  will.retain = choices.flag();
  will.properties = make_message_properties(choices);
  if (choices.flag()) will.properties.will_delay_interval = choices.one_of(kSeconds);
  return will;
}

Properties make_connect_properties(Choices& choices) {
  static constexpr std::uint16_t kMaxima[] = {1, 2, 5, 65'535};
  static constexpr std::uint32_t kPacketSizes[] = {1, 5, 20, 40, 100, 1000};
  Properties properties;
  const std::uint8_t present = choices.byte();
  if ((present & 1) != 0) properties.session_expiry_interval = choices.one_of(kSeconds);
  if ((present & 2) != 0) properties.receive_maximum = choices.one_of(kMaxima);
  if ((present & 4) != 0) properties.topic_alias_maximum = choices.one_of(kMaxima);
  if ((present & 0x38) == 0x38) properties.maximum_packet_size = choices.one_of(kPacketSizes);
  if ((present & 0x48) == 0x48) properties.request_problem_information = 0;
  if ((present & 0x50) == 0x50) properties.request_response_information = 1;
  if ((present & 0x80) != 0) {
    properties.authentication_method = choices.one_of(kMethods);
    if (choices.flag()) properties.authentication_data = choices.take();
  }
  return properties;
}

Properties make_connack_properties(Choices& choices) {
  static constexpr std::uint16_t kMaxima[] = {1, 2, 5};
  // The first is what acknowledgements fit into; with less there is no MQTT.
  static constexpr std::uint32_t kPacketSizes[] = {5, 10, 20, 100};
  Properties properties;
  const std::uint8_t present = choices.byte();
  const std::uint8_t missing = choices.byte();
  if ((present & 1) != 0) properties.receive_maximum = choices.one_of(kMaxima);
  if ((present & 2) != 0) properties.topic_alias_maximum = choices.one_of(kMaxima);
  if ((present & 0x14) == 0x14) properties.maximum_packet_size = choices.one_of(kPacketSizes);
  if ((present & 8) != 0) properties.server_keep_alive = static_cast<std::uint16_t>(choices.one_of(kSeconds));
  if ((present & 0x20) != 0) properties.session_expiry_interval = choices.one_of(kSeconds);
  if ((present & 0x40) != 0) properties.assigned_client_identifier = "given";
  if ((present & 0x80) != 0) properties.authentication_method = choices.one_of(kMethods);
  if ((missing & 1) != 0) properties.maximum_qos = choices.below(2);
  if ((missing & 2) != 0) properties.retain_available = 0;
  if ((missing & 4) != 0) properties.wildcard_subscription_available = 0;
  if ((missing & 8) != 0) properties.subscription_identifiers_available = 0;
  if ((missing & 16) != 0) properties.shared_subscription_available = 0;
  return properties;
}

template <typename T>
T make_answer(Choices& choices, PacketType type) {
  T packet;
  packet.packet_identifier = make_identifier(choices);
  for (std::size_t count = 1 + choices.below(3); count > 0; --count)
    packet.reasons.push_back(make_reason(choices, type));
  return packet;
}

}  // namespace

std::string_view make_topic(Choices& choices) {
  return choices.one_of(kTopics);
}

Bytes make_payload(Choices& choices) {
  static constexpr std::array<std::uint8_t, 9000> kPayload{'p', 'a', 'y'};
  return Bytes(kPayload).first(choices.one_of(kPayloadSizes));
}

Properties make_message_properties(Choices& choices) {
  Properties properties;
  const std::uint8_t present = choices.byte();
  if ((present & 1) != 0) properties.message_expiry_interval = choices.one_of(kSeconds);
  if ((present & 2) != 0) properties.payload_format_indicator = choices.below(2);
  if ((present & 4) != 0) properties.content_type = "text";
  if ((present & 8) != 0) properties.response_topic = make_topic(choices);
  if ((present & 16) != 0) properties.correlation_data = choices.take();
  add_user_properties(choices, properties);
  return properties;
}

Connect make_connect(Choices& choices) {
  static constexpr ProtocolVersion kVersions[] = {ProtocolVersion::V5_0, ProtocolVersion::V5_0, ProtocolVersion::V3_1_1,
                                                  ProtocolVersion::V3_1};
  Connect connect;
  connect.version = choices.one_of(kVersions);
  const std::uint8_t flags = choices.byte();
  connect.clean_start = (flags & 1) != 0;
  connect.client_identifier = choices.one_of(kClients);
  connect.is_bridge = (flags & 0x0E) == 0x0E && connect.version != ProtocolVersion::V5_0;
  if ((flags & 0x10) != 0) connect.keep_alive = static_cast<std::uint16_t>(choices.one_of(kSeconds));
  if ((flags & 0x20) != 0) connect.will = make_will(choices);
  if ((flags & 0x40) != 0) {
    connect.user_name = choices.one_of(kUsers);
    if ((flags & 0x80) != 0) connect.password = choices.take();
  }
  if (connect.version == ProtocolVersion::V5_0) connect.properties = make_connect_properties(choices);
  return connect;
}

Publish make_publish(Choices& choices) {
  Publish publish{.topic = make_topic(choices), .payload = make_payload(choices)};
  const std::uint8_t flags = choices.byte();
  publish.qos = static_cast<QoS>(flags % 3);
  publish.retain = (flags & 0x10) != 0;
  publish.dup = (flags & 0x60) == 0x60 && publish.qos != QoS::AtMostOnce;
  if (publish.qos != QoS::AtMostOnce) publish.packet_identifier = make_identifier(choices);
  if ((flags & 0x80) != 0) publish.properties = make_message_properties(choices);
  if ((flags & 0x08) != 0) {
    publish.properties.topic_alias = static_cast<std::uint16_t>(1 + choices.below(5));
    if (choices.flag()) publish.topic = {};
  }
  return publish;
}

Subscribe make_subscribe(Choices& choices) {
  Subscribe subscribe;
  subscribe.packet_identifier = make_identifier(choices);
  for (std::size_t count = 1 + choices.below(3); count > 0; --count) {
    const std::string_view filter = choices.one_of(kFilters);
    const std::uint8_t options = choices.byte();
    subscribe.entries.push_back({.topic_filter = filter.empty() ? "#/not/one" : filter,
                                 .options = {.maximum_qos = static_cast<QoS>(options % 3),
                                             .no_local = (options & 0x18) == 0x18,
                                             .retain_as_published = (options & 0x20) != 0,
                                             .retain_handling = static_cast<RetainHandling>((options >> 6) % 3)}});
  }
  if (choices.flag())
    subscribe.properties.subscription_identifiers.push_back(1 + std::uint32_t{choices.below(3)} * 100'000);
  add_user_properties(choices, subscribe.properties);
  return subscribe;
}

Unsubscribe make_unsubscribe(Choices& choices) {
  Unsubscribe unsubscribe;
  unsubscribe.packet_identifier = make_identifier(choices);
  for (std::size_t count = 1 + choices.below(3); count > 0; --count) {
    const std::string_view filter = choices.one_of(kFilters);
    unsubscribe.topic_filters.push_back(filter.empty() ? "#/not/one" : filter);
  }
  return unsubscribe;
}

PublishResponse make_publish_response(Choices& choices) {
  static constexpr PacketType kTypes[] = {PacketType::Puback, PacketType::Pubrec, PacketType::Pubrel,
                                          PacketType::Pubcomp};
  PublishResponse response{.type = choices.one_of(kTypes), .packet_identifier = make_identifier(choices)};
  response.reason = make_reason(choices, response.type);
  return response;
}

Auth make_auth(Choices& choices) {
  Auth auth{.reason = make_reason(choices, PacketType::Auth)};
  if (auth.reason != ReasonCode::Success || choices.flag())
    auth.properties.authentication_method = choices.one_of(kMethods);
  if (auth.properties.authentication_method && choices.flag()) auth.properties.authentication_data = choices.take();
  return auth;
}

Disconnect make_disconnect(Choices& choices) {
  Disconnect disconnect{.reason = make_reason(choices, PacketType::Disconnect)};
  if (choices.flag()) disconnect.properties.session_expiry_interval = choices.one_of(kSeconds);
  if (choices.rarely()) disconnect.properties.reason_string = "for a reason";
  return disconnect;
}

Connack make_connack(Choices& choices) {
  Connack connack{.session_present = choices.flag(), .reason = make_reason(choices, PacketType::Connack)};
  if (choices.flag()) connack.properties = make_connack_properties(choices);
  return connack;
}

Packet make_client_packet(Choices& choices) {
  switch (choices.below(12)) {
    case 0:
    case 1:
    case 2:
      return make_subscribe(choices);
    case 3:
      return make_unsubscribe(choices);
    case 4:
    case 5:
    case 6:
      return make_publish_response(choices);
    case 7:
      return choices.rarely() ? Packet(make_disconnect(choices)) : Packet(Pingreq{});
    case 8:
      return make_auth(choices);
    default:
      return make_publish(choices);
  }
}

Packet make_server_packet(Choices& choices) {
  switch (choices.below(14)) {
    case 0:
    case 1:
    case 2:
      return make_connack(choices);
    case 3:
      return make_answer<Suback>(choices, PacketType::Suback);
    case 4:
      return make_answer<Unsuback>(choices, PacketType::Unsuback);
    case 5:
    case 6:
    case 7:
      return make_publish_response(choices);
    case 8:
      return choices.rarely() ? Packet(make_disconnect(choices)) : Packet(Pingresp{});
    case 9:
      return make_auth(choices);
    default:
      return make_publish(choices);
  }
}

}  // namespace mqtt::fuzz
