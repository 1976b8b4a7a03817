// DISCONNECT from a client -> the orderly end.
#include <algorithm>

#include "mqtt/broker/broker_state.h"
#include "mqtt/codec/decode.h"

namespace mqtt {

void Broker::State::handle_disconnect(Connection& connection, const Frame& frame, Instant now) {
  const auto decoded = decode_disconnect(frame, connection.version);
  if (!decoded) return connections_.end(connection, decoded.error(), false, now);
  // Without a session the client has thought better of it before it was accepted.
  if (decoded->properties.session_expiry_interval && connection.session != nullptr) {
    const std::uint32_t interval = *decoded->properties.session_expiry_interval;
    if (interval != 0 && connection.connect_session_expiry_interval == 0) {  // [MQTT5 3.14.2.2.2]
      return connections_.end(
          connection, protocol_error("a Session Expiry Interval in DISCONNECT after one of 0 in CONNECT"), false, now);
    }
    connection.session->expiry_interval = std::min(interval, options_.maximum_session_expiry_interval);
  }
  const bool is_normal = decoded->reason == ReasonCode::Success;
  connections_.end(
      connection,
      {Fault::PeerBrokeProtocol, decoded->reason, is_normal ? "" : "the client disconnected with a reason of its own"},
      true, now);
}

}  // namespace mqtt
