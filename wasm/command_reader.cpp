// Properties and CONNECT packets out of a command block.
#include "command_reader.h"

namespace wasmqtt {
namespace {

constexpr bool has(std::uint32_t flags, ConnectFlags flag) {
  return (flags & static_cast<std::uint32_t>(flag)) != 0;
}

}  // namespace

void CommandReader::properties(std::uint32_t length, mqtt::Properties& into) {
  const std::uint8_t* const end = at_ + length;
  while (at_ < end)
    property(static_cast<mqtt::PropertyId>(word()), into);
}

void CommandReader::property(mqtt::PropertyId id, mqtt::Properties& into) {
  const std::uint32_t value = word();
  const auto u8 = static_cast<std::uint8_t>(value);
  const auto u16 = static_cast<std::uint16_t>(value);
  switch (id) {
    case mqtt::PropertyId::PayloadFormatIndicator:
      into.payload_format_indicator = u8;
      break;
    case mqtt::PropertyId::MessageExpiryInterval:
      into.message_expiry_interval = value;
      break;
    case mqtt::PropertyId::ContentType:
      into.content_type = text(value);
      break;
    case mqtt::PropertyId::ResponseTopic:
      into.response_topic = text(value);
      break;
    case mqtt::PropertyId::CorrelationData:
      into.correlation_data = octets(value);
      break;
    case mqtt::PropertyId::SubscriptionIdentifier:
      into.subscription_identifiers.push_back(value);
      break;
    case mqtt::PropertyId::SessionExpiryInterval:
      into.session_expiry_interval = value;
      break;
    case mqtt::PropertyId::AssignedClientIdentifier:
      into.assigned_client_identifier = text(value);
      break;
    case mqtt::PropertyId::ServerKeepAlive:
      into.server_keep_alive = u16;
      break;
    case mqtt::PropertyId::AuthenticationMethod:
      into.authentication_method = text(value);
      break;
    case mqtt::PropertyId::AuthenticationData:
      into.authentication_data = octets(value);
      break;
    case mqtt::PropertyId::RequestProblemInformation:
      into.request_problem_information = u8;
      break;
    case mqtt::PropertyId::WillDelayInterval:
      into.will_delay_interval = value;
      break;
    case mqtt::PropertyId::RequestResponseInformation:
      into.request_response_information = u8;
      break;
    case mqtt::PropertyId::ResponseInformation:
      into.response_information = text(value);
      break;
    case mqtt::PropertyId::ServerReference:
      into.server_reference = text(value);
      break;
    case mqtt::PropertyId::ReasonString:
      into.reason_string = text(value);
      break;
    case mqtt::PropertyId::ReceiveMaximum:
      into.receive_maximum = u16;
      break;
    case mqtt::PropertyId::TopicAliasMaximum:
      into.topic_alias_maximum = u16;
      break;
    case mqtt::PropertyId::TopicAlias:
      into.topic_alias = u16;
      break;
    case mqtt::PropertyId::MaximumQoS:
      into.maximum_qos = u8;
      break;
    case mqtt::PropertyId::RetainAvailable:
      into.retain_available = u8;
      break;
    case mqtt::PropertyId::UserProperty: {
      const std::uint32_t value_length = word();
      const std::string_view name = text(value);
      into.user_properties.push_back({name, text(value_length)});
      break;
    }
    case mqtt::PropertyId::MaximumPacketSize:
      into.maximum_packet_size = value;
      break;
    case mqtt::PropertyId::WildcardSubscriptionAvailable:
      into.wildcard_subscription_available = u8;
      break;
    case mqtt::PropertyId::SubscriptionIdentifiersAvailable:
      into.subscription_identifiers_available = u8;
      break;
    case mqtt::PropertyId::SharedSubscriptionAvailable:
      into.shared_subscription_available = u8;
      break;
  }
}

mqtt::Connect CommandReader::connect(const ConnectCommand& command) {
  mqtt::Connect packet;
  packet.version =
      static_cast<mqtt::ProtocolVersion>(command.flags & static_cast<std::uint32_t>(ConnectFlags::VersionMask));
  packet.clean_start = has(command.flags, ConnectFlags::CleanStart);
  packet.keep_alive = static_cast<std::uint16_t>(command.keep_alive);
  packet.is_bridge = has(command.flags, ConnectFlags::IsBridge);
  packet.client_identifier = text(command.client_identifier_length);
  if (has(command.flags, ConnectFlags::HasUserName)) packet.user_name = text(command.user_name_length);
  if (has(command.flags, ConnectFlags::HasPassword)) packet.password = octets(command.password_length);
  properties(command.properties_length, packet.properties);
  if (has(command.flags, ConnectFlags::HasWill)) {
    mqtt::Will& will = packet.will.emplace();
    will.topic = text(command.will_topic_length);
    will.payload = octets(command.will_payload_length);
    properties(command.will_properties_length, will.properties);
    will.qos = static_cast<mqtt::QoS>((command.flags >> static_cast<std::uint32_t>(ConnectFlags::WillQosShift)) & 3);
    will.retain = has(command.flags, ConnectFlags::WillRetain);
  }
  return packet;
}

}  // namespace wasmqtt
