// Packets -> bytes, appended to a buffer. The packets are valid: texts well-formed and of at most 65,535 bytes, lists
// not empty where the standard wants them so; the machines see to that before they come here.
#pragma once

#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// Each appends one packet in the form of `version` (a Connect says its own) and leaves out what that version does not
// have. In 5.0 a reason code of Success and empty properties are left out where the standard lets them [MQTT5 3.4.2.1].
void encode(const Connect& packet, ByteBuffer& out);
void encode(const Connack& packet, ProtocolVersion version, ByteBuffer& out);
void encode(const Publish& packet, ProtocolVersion version, ByteBuffer& out);
void encode(const PublishResponse& packet, ProtocolVersion version, ByteBuffer& out);
void encode(const Subscribe& packet, ProtocolVersion version, ByteBuffer& out);
void encode(const Suback& packet, ProtocolVersion version, ByteBuffer& out);
void encode(const Unsubscribe& packet, ProtocolVersion version, ByteBuffer& out);
void encode(const Unsuback& packet, ProtocolVersion version, ByteBuffer& out);
void encode(const Pingreq& packet, ByteBuffer& out);
void encode(const Pingresp& packet, ByteBuffer& out);
void encode(const Disconnect& packet, ProtocolVersion version, ByteBuffer& out);  // before 5.0: no reason
void encode(const Auth& packet, ByteBuffer& out);                                 // 5.0 only
void encode(const Packet& packet, ProtocolVersion version, ByteBuffer& out);

// A PUBLISH up to where its payload begins: the Remaining Length counts the payload, but its bytes are left to the
// caller, who shares a large one instead of copying it. Answers the offset, from where the packet begins in `out`, of
// its packet identifier (0 at QoS 0), so that one encoding serves many subscribers.
std::size_t encode_publish_head(const Publish& packet, ProtocolVersion version, ByteBuffer& out);

// A PublishResponse without properties, as almost all are.
void encode_bare_response(PacketType type, PacketIdentifier identifier, ReasonCode reason, ProtocolVersion version,
                          ByteBuffer& out);

// The size on the wire of a PUBLISH, for a peer's Maximum Packet Size.
std::size_t encoded_size(const Publish& packet, ProtocolVersion version);

// A property block without its length bytes: what decode_properties() reads.
void encode_properties(const Properties& properties, ByteBuffer& out);

// Whether a PUBLISH or will with these texts can be encoded at all; each text at most 65,535 bytes, well-formed, the
// remaining length in range. The embedder's input goes through here: the Error says which field and why.
Result<void> check_encodable(const Publish& packet);
Result<void> check_encodable(const Connect& packet);
Result<void> check_encodable(const Subscribe& packet);
Result<void> check_encodable(const Unsubscribe& packet);
Result<void> check_encodable(const Properties& properties);

}  // namespace mqtt
