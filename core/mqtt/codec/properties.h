// Properties one by one, and the property block as a part of packets, its length bytes included; encode.h and decode.h
// have the bare block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/varint.h"
#include "mqtt/packet/properties.h"

namespace mqtt {

// What a property's value is. [MQTT5 2.2.2.2]
enum class PropertyType : std::uint8_t { Byte, TwoBytes, FourBytes, Varint, Text, Binary, TextPair };

// One property with its value: views of what the properties view.
struct Property {
  PropertyId id{};
  PropertyType type{};
  std::uint32_t number = 0;  // of an Byte, TwoBytes, FourBytes, Varint
  Bytes bytes{};             // of a Text, Binary; the first of a TextPair
  Bytes second{};            // of a TextPair
};

// Precondition: the standard has a property of this identifier.
PropertyType property_type(PropertyId id);

// Puts the value where the property is kept: behind the others in a list, or in the place of what was there.
// Precondition: property.type == property_type(property.id).
void put_property(const Property& property, Properties& into);

// Walks the properties that are there, or those of them that `owner` may carry, in the order of the standard. They must
// not change meanwhile. Use: for (PropertyCursor cursor(properties); cursor.next();) see(*cursor);
class PropertyCursor {
 public:
  explicit PropertyCursor(const Properties& properties);
  PropertyCursor(const Properties& properties, PropertyOwner owner);

  // Moves to the next; false at the end.
  bool next();
  const Property& operator*() const { return property_; }
  const Property* operator->() const { return &property_; }

 private:
  const Properties& properties_;
  std::uint32_t rows_;  // of the codec's table that are still to be looked at, one bit each
  std::size_t seen_of_row_ = 0;
  Property property_;
};

// Its identifier and its value.
void write_property(const Property& property, ByteBuffer& out);

// The properties of a block without its length. Precondition: `out` has no property.
Result<void> read_property_block(Bytes block, PropertyOwner owner, Properties& out);

// Property Length and that many bytes off the front of `in`. Precondition: `out` has no property.
inline Result<void> read_properties(ByteReader& in, PropertyOwner owner, Properties& out) {
  const auto length = read_varint(in);
  if (!length) return garbage("Property Length is not a Variable Byte Integer");
  if (*length == 0) return {};
  const auto block = in.take(*length);
  if (!block) return garbage("properties reach beyond the packet");
  return read_property_block(*block, owner, out);
}

// Property Length and the properties that `owner` may carry; others are not written.
void write_properties(const Properties& properties, PropertyOwner owner, ByteBuffer& out);

// The bytes of what write_properties() writes, without the Property Length.
std::size_t properties_size(const Properties& properties, PropertyOwner owner);

// Whether write_properties() would write any.
bool has_properties(const Properties& properties, PropertyOwner owner);

// The same for a PUBLISH, and the removal of what a PUBLISH may carry, by way of the few fields that matter: no walk.
// The lists keep their memory.
bool has_publish_properties(const Properties& properties);
void clear_publish_properties(Properties& properties);

}  // namespace mqtt
