// Properties out of a command block.
#include "command_reader.h"

#include "mqtt/codec/properties.h"

namespace wasmqtt {
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

void read_properties(mqtt::Bytes run, mqtt::Properties& into) {
  CommandReader(run).properties(static_cast<std::uint32_t>(run.size()), into);
}

}  // namespace wasmqtt
