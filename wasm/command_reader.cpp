// Properties and CONNECT packets out of a command block.
#include "command_reader.h"

#include "mqtt/codec/properties.h"

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
  mqtt::Property property{.id = id, .type = mqtt::property_type(id), .number = word()};
  switch (property.type) {
    case mqtt::PropertyType::Text:
    case mqtt::PropertyType::Binary:
      property.bytes = bytes(property.number);
      break;
    case mqtt::PropertyType::TextPair: {
      const std::uint32_t second_length = word();
      property.bytes = bytes(property.number);
      property.second = bytes(second_length);
      break;
    }
    default:
      break;
  }
  mqtt::put_property(property, into);
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
  if (has(command.flags, ConnectFlags::HasPassword)) packet.password = bytes(command.password_length);
  properties(command.properties_length, packet.properties);
  if (has(command.flags, ConnectFlags::HasWill)) {
    mqtt::Will& will = packet.will.emplace();
    will.topic = text(command.will_topic_length);
    will.payload = bytes(command.will_payload_length);
    properties(command.will_properties_length, will.properties);
    will.qos = static_cast<mqtt::QoS>((command.flags >> static_cast<std::uint32_t>(ConnectFlags::WillQosShift)) & 3);
    will.retain = has(command.flags, ConnectFlags::WillRetain);
  }
  return packet;
}

}  // namespace wasmqtt
