// What every packet begins with: its type, reserved flags and Remaining Length, checked in one direction and written in
// the other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// The flags that a packet other than PUBLISH carries. [MQTT-2.1.3-1]
constexpr std::uint8_t reserved_flags(PacketType type) {
  return type == PacketType::Pubrel || type == PacketType::Subscribe || type == PacketType::Unsubscribe ? 0x02 : 0x00;
}

// Of any packet but PUBLISH, whose flags say something. 3.1 calls the flags of most packets unused, so they are ignored
// there; PUBREL, SUBSCRIBE and UNSUBSCRIBE have QoS 1 and perhaps DUP in it [MQTT3.1 3.6, 3.8, 3.10]. A PUBREL of QoS 0
// is taken as well: clients of 3.1's time, the first Paho JavaScript among them, send it so, and nothing depends on it.
Result<void> check_fixed_header(const Frame& frame, ProtocolVersion version);

constexpr std::uint8_t first_byte(PacketType type, unsigned flags) {
  return static_cast<std::uint8_t>((static_cast<unsigned>(type) << 4) | flags);
}

// Begins a packet other than PUBLISH and answers the offset of its body; the body follows in `out`, then end_packet()
// puts its length in front.
std::size_t begin_packet(PacketType type, ByteBuffer& out);
void end_packet(std::size_t body, ByteBuffer& out);

// A packet identifier, which is never 0. [MQTT-2.2.1-3]
Result<PacketIdentifier> read_packet_identifier(ByteReader& in);

}  // namespace mqtt
