// The status codes of a WebSocket Close frame that the server sends or looks at.
#pragma once

#include <cstdint>

namespace wasmqtt {

// [RFC6455 7.4.1]
enum class CloseCode : std::uint16_t {
  NormalClosure = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  UnsupportedData = 1003,
  NoStatusReceived = 1005,  // never on the wire: a Close frame without a code
  AbnormalClosure = 1006,   // never on the wire: the connection ended without a Close frame
  InvalidPayload = 1007,
  PolicyViolation = 1008,
  MessageTooBig = 1009,
  InternalError = 1011,
};

}  // namespace wasmqtt
