// The first bytes on a port -> the protocol that they belong to, where it's a well-known one that came to the wrong
// door.
#pragma once

#include "mqtt/base/bytes.h"

namespace wasmqtt {

enum class ForeignProtocol { None, Http, Tls };

// Of the first bytes of a connection that should speak MQTT over TCP.
ForeignProtocol recognise_foreign_protocol(mqtt::Bytes first_bytes);

}  // namespace wasmqtt
