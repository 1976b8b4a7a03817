// AUTH in both directions: the exchange that a CONNECT with an Authentication Method begins, and those that
// authenticate again. What the method's data mean is the application's. [MQTT5 4.12]
#include <utility>

#include "mqtt/client/client_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/connection/explanation.h"

namespace mqtt {

namespace {

Error misuse(const char* text) {
  return caller_misuse(ReasonCode::ProtocolError, text);
}

}  // namespace

Result<void> Client::State::authenticate(Auth auth, Instant now) {
  const bool is_connected = phase_ == ClientPhase::Connected;
  if (phase_ != ClientPhase::AwaitingConnack && !is_connected) return misuse("AUTH needs an open connection");
  if (version_ != ProtocolVersion::V5_0) return misuse("AUTH exists in MQTT 5.0 only");
  if (!authentication_method_) return misuse("AUTH needs an Authentication Method in CONNECT");  // [MQTT-4.12.0-7]
  // [MQTT-4.12.0-3]
  if (auth.reason != ReasonCode::ContinueAuthentication && !(is_connected && auth.reason == ReasonCode::ReAuthenticate))
    return misuse("an AUTH of a client continues, or authenticates again once it is connected");
  if (auth.reason == ReasonCode::ReAuthenticate && is_reauthenticating_)
    return misuse("the client is authenticating again already");
  auto& method = auth.properties.authentication_method;
  if (method && *method != *authentication_method_)
    return misuse("an AUTH has the Authentication Method of the CONNECT");  // [MQTT-4.12.0-5] [MQTT-4.12.1-1]
  method = *authentication_method_;
  if (const auto encodable = check_encodable(auth.properties); !encodable) return encodable.error();
  const std::size_t limit = is_connected ? granted_.maximum_packet_size : kMaximumPacketSize;
  ByteBuffer bytes;
  const bool fits = fit_explanation(auth.properties, [&] {  // [MQTT-3.15.2-2] [MQTT-3.15.2-3]
    bytes.clear();
    encode(auth, bytes);
    return bytes.size() <= limit;
  });
  if (!fits)
    return Error{Fault::LimitReached, ReasonCode::PacketTooLarge, "larger than the server's Maximum Packet Size"};
  if (auth.reason == ReasonCode::ReAuthenticate) is_reauthenticating_ = true;
  write(PacketType::Auth, 0, now, [&](ByteBuffer& out) { out.append(bytes.view()); });
  return {};
}

void Client::State::handle_auth(const Frame& frame, Instant now) {
  const auto auth = decode_auth(frame, version_);
  if (!auth) return fail(auth.error(), now);
  if (!authentication_method_)  // [MQTT-4.12.0-6]
    return fail(protocol_error("an AUTH to a client without an Authentication Method"), now);
  if (auth->properties.authentication_method != authentication_method_)  // [MQTT-4.12.0-5]
    return fail(protocol_error("an AUTH with another Authentication Method than the CONNECT"), now);
  const bool is_end = auth->reason == ReasonCode::Success && phase_ == ClientPhase::Connected;
  if (auth->reason != ReasonCode::ContinueAuthentication && !is_end)  // [MQTT-4.12.0-2]
    return fail(protocol_error("an AUTH of the server that does not continue"), now);
  if (is_end) is_reauthenticating_ = false;
  listener_.on_auth(*auth);
}

}  // namespace mqtt
