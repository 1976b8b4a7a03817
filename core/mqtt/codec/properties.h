// The property block as a part of packets, its length octets included; encode.h and decode.h have the bare block.
#pragma once

#include <cstddef>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/varint.h"
#include "mqtt/packet/properties.h"

namespace mqtt {

// The properties of a block without its length. Precondition: `out` has no property.
Result<void> read_property_block(Bytes block, PropertyOwner owner, Properties& out);

// Property Length and that many octets off the front of `in`. Precondition: `out` has no property.
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

// The octets of what write_properties() writes, without the Property Length.
std::size_t properties_size(const Properties& properties, PropertyOwner owner);

// Whether write_properties() would write any.
bool has_properties(const Properties& properties, PropertyOwner owner);

// The same for a PUBLISH, and the removal of what a PUBLISH may carry, by way of the few fields that matter: no loop
// over the table. The lists keep their memory.
bool has_publish_properties(const Properties& properties);
void clear_publish_properties(Properties& properties);

}  // namespace mqtt
