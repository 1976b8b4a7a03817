// Which packet may carry which reason code.
#pragma once

#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// Whether 5.0 has a packet of `type` say `byte`, in either direction. [MQTT5 2.4]
bool is_reason_code_of(PacketType type, std::uint8_t byte);

// `reason` where 5.0 has a packet of `type` say it, else Unspecified error: what a host may have chosen at will.
ReasonCode reason_code_for(PacketType type, ReasonCode reason);

// One byte. A code that `type` does not have is parsed all right and not allowed: a Protocol Error. [MQTT5 1.2]
Result<ReasonCode> read_reason_code(ByteReader& in, PacketType type);

}  // namespace mqtt
