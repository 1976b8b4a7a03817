// Which packet is legal when: the one table both machines ask.
#pragma once

#include <cstdint>

#include "mqtt/packet/packet.h"

namespace mqtt {

enum class Role : std::uint8_t { Client, Server };

// Whether `receiver` may be sent a packet of this type: before the connection is accepted (CONNECT and CONNACK, and
// AUTH between them) or after it. A second CONNECT is a protocol error [MQTT-3.1.0-2], anything else before it too
// [MQTT-3.1.0-1].
bool is_legal(PacketType type, Role receiver, bool connected, ProtocolVersion version);

}  // namespace mqtt
