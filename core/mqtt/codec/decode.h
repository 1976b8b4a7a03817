// Whole frames -> packets. Everything the standard calls malformed is refused here; what is well-formed but illegal in
// the moment is the machines' matter.
#pragma once

#include "mqtt/base/result.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// Common to all: views in the packet are views of frame.body. Reserved flags, trailing bytes, ill-formed UTF-8, a
// property that the packet must not carry or carries twice, values out of range and unknown reason codes are errors,
// with the reason code of the standard (MalformedPacket or ProtocolError, sometimes more exact). `version` is what the
// CONNECT of the connection said. What 3.1 calls unused (reserved flags and bits, DUP where it says nothing) is ignored
// in 3.1, and only 5.0 wants its lengths minimal.

// The version is found in the packet; one that is unknown is an error of UnsupportedProtocolVersion. A password without
// a user name is an error before 5.0 [MQTT-3.1.2-22]. The client identifier may be empty; whether that is legal is the
// broker's question. In 3.1 a packet may end before the credentials that its flags announce; they are nullopt then.
Result<Connect> decode_connect(const Frame& frame);
// A connection of 5.0 takes the refusal of a server that knows 3.1.1 only: UnsupportedProtocolVersion.
Result<Connack> decode_connack(const Frame& frame, ProtocolVersion version);

// Into a packet that the caller uses again and again: every field is set, and the properties' memory is reused; only
// properties that no PUBLISH carries stay as they are. The hot path. Checks QoS 3, a topic with wildcards or U+0000, an
// empty topic without a topic alias, packet identifier 0, dup at QoS 0.
Result<void> decode_publish(const Frame& frame, ProtocolVersion version, Publish& out);

// PUBACK, PUBREC, PUBREL, PUBCOMP by frame.type, into a packet that the caller uses again and again, as above. The hot
// path, too.
Result<void> decode_publish_response(const Frame& frame, ProtocolVersion version, PublishResponse& out);

// Filters are checked to be non-empty well-formed UTF-8; whether they are valid topic filters is answered entry by
// entry by the broker.
Result<Subscribe> decode_subscribe(const Frame& frame, ProtocolVersion version);
Result<Suback> decode_suback(const Frame& frame, ProtocolVersion version);
Result<Unsubscribe> decode_unsubscribe(const Frame& frame, ProtocolVersion version);
Result<Unsuback> decode_unsuback(const Frame& frame, ProtocolVersion version);
// PINGREQ and PINGRESP: nothing but a fixed header.
Result<void> decode_ping(const Frame& frame, ProtocolVersion version);
Result<Disconnect> decode_disconnect(const Frame& frame, ProtocolVersion version);
// An Error before 5.0. The short form of Success has no Authentication Method; any other AUTH must have one.
Result<Auth> decode_auth(const Frame& frame, ProtocolVersion version);

// Any packet, by frame.type: for tools and tests.
Result<Packet> decode_packet(const Frame& frame, ProtocolVersion version);

// Whose properties: a packet's, or those of the will in a CONNECT.
enum class PropertyOwner : std::uint8_t {
  Connect,
  Connack,
  Publish,
  Will,
  Puback,
  Pubrec,
  Pubrel,
  Pubcomp,
  Subscribe,
  Suback,
  Unsubscribe,
  Unsuback,
  Disconnect,
  Auth,
};
// A property block without its length bytes -> properties; the owner decides which are allowed. `out` loses what it
// had.
Result<void> decode_properties(Bytes block, PropertyOwner owner, Properties& out);

}  // namespace mqtt
