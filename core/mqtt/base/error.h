// What went wrong, whose fault it is, and the reason code that tells the peer.
#pragma once

#include <cstdint>

#include "mqtt/base/reason_code.h"

namespace mqtt {

enum class Fault : std::uint8_t {
  PeerSentGarbage,    // bytes that no packet of the standard has
  PeerBrokeProtocol,  // a well-formed packet that is not legal here and now
  LimitReached,       // legal, but more than we agreed to take
  CallerMisuse,       // our own embedder asked for something that can't be sent
};

// What hosts tell their applications apart by, beyond whose fault it is.
enum class ErrorKind : std::uint8_t {
  Other,
  ConnackTimeout,
  KeepAliveTimeout,
  ConnectionClosed,  // before an operation had its answer
  NotConnected,
  Removed,  // by discard()
};

// Copied freely; `text` is a string literal: a sentence fragment that says what was wrong and, where it helps, what is
// right.
struct Error {
  Fault fault = Fault::PeerSentGarbage;
  ReasonCode reason = ReasonCode::UnspecifiedError;
  const char* text = "";
  ErrorKind kind = ErrorKind::Other;
};

constexpr Error garbage(const char* text) {
  return {Fault::PeerSentGarbage, ReasonCode::MalformedPacket, text};
}
constexpr Error protocol_error(const char* text) {
  return {Fault::PeerBrokeProtocol, ReasonCode::ProtocolError, text};
}

// What our own embedder asked for can't be sent; `reason` is what a peer would answer to it.
constexpr Error caller_misuse(ReasonCode reason, const char* text) {
  return {Fault::CallerMisuse, reason, text};
}

}  // namespace mqtt
