// AUTH and the authority's answers: an exchange before the CONNACK, or one that authenticates again. [MQTT5 4.12]
#include <utility>

#include "mqtt/broker/handshake.h"
#include "mqtt/broker/said_by.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace mqtt {

namespace {

constexpr Error kNotDecided{Fault::CallerMisuse, ReasonCode::ImplementationSpecificError,
                            "the host asks a client without an Authentication Method to continue"};

}  // namespace

void Handshake::handle_auth(Connection& connection, const Frame& frame, Instant now) {
  const auto decoded = decode_auth(frame, connection.version);
  if (!decoded) return connections_.end(connection, decoded.error(), false, now);
  // [MQTT-4.12.0-6] [MQTT-4.12.1-1]
  if (connection.authentication == nullptr || connection.authentication->method.empty())
    return connections_.end(connection, protocol_error("AUTH without an Authentication Method in CONNECT"), false, now);
  if (decoded->properties.authentication_method.value_or("") != connection.authentication->method) {
    return fail_authentication(connection, protocol_error("AUTH with another Authentication Method than CONNECT"), now);
  }
  const bool begins = connection.phase == ConnectionPhase::Connected && !connection.is_authenticating;
  if (decoded->reason != (begins ? ReasonCode::ReAuthenticate : ReasonCode::ContinueAuthentication)) {
    return fail_authentication(connection, protocol_error("AUTH with a reason code that is not due"), now);
  }
  connection.is_authenticating = true;
  judge(connection, authority_.on_auth(connection.id, *decoded), now);
}

void Handshake::judge(Connection& connection, const std::optional<Verdict>& verdict, Instant now) {
  connection.awaits_verdict = !verdict;
  if (verdict) carry_out(connection, *verdict, now);
}

bool Handshake::decide(Connection& connection, const Verdict& verdict, Instant now) {
  if (!connection.awaits_verdict || connection.is_over()) return false;
  connection.awaits_verdict = false;
  carry_out(connection, verdict, now);
  return !connection.is_over();
}

void Handshake::carry_out(Connection& connection, const Verdict& verdict, Instant now) {
  const bool has_method = !connection.authentication->method.empty();
  if (verdict.reason == ReasonCode::ContinueAuthentication) {
    if (!has_method) return fail_authentication(connection, kNotDecided, now);
    return send_auth(connection, verdict, now);
  }
  if (connection.phase == ConnectionPhase::Authenticating) {
    connection.is_authenticating = false;
    const ByteBuffer body = std::exchange(connection.authentication->connect, {});
    const auto connect = decode_connect({.type = PacketType::Connect, .flags = 0, .body = body.view()});
    conclude_connect(connection, *connect, verdict, now);  // it was decoded before
    if (!has_method) connection.authentication.reset();
    return;
  }
  connection.is_authenticating = false;
  if (verdict.reason == ReasonCode::Success) return send_auth(connection, verdict, now);
  fail_authentication(connection, {Fault::PeerBrokeProtocol, verdict.reason, "not authenticated again"}, now, &verdict);
}

void Handshake::send_auth(Connection& connection, const Verdict& verdict, Instant now) {
  Auth auth{.reason = verdict.reason, .properties = {}};
  auth.properties.authentication_method = connection.authentication->method;
  if (verdict.authentication_data) auth.properties.authentication_data = Bytes(*verdict.authentication_data);
  if (connection.wants_problem_information) {  // [MQTT-3.1.2-29]
    Properties said = said_by(verdict);
    auth.properties.reason_string = said.reason_string;
    auth.properties.user_properties = std::move(said.user_properties);
  }
  // [MQTT-3.15.2-2] [MQTT-3.15.2-3]
  connections_.answer(connection, now, auth.properties, [&](ByteBuffer& out) { encode(auth, out); });
}

// By CONNACK or DISCONNECT, whichever the connection has come to.
void Handshake::fail_authentication(Connection& connection, const Error& error, Instant now, const Verdict* verdict) {
  if (connection.phase == ConnectionPhase::Authenticating)
    return refuse_connect(connection, connection.version, error, now, verdict);
  if (verdict == nullptr) return connections_.end(connection, error, false, now);
  const Properties said = said_by(*verdict);
  connections_.end(connection, error, false, now, &said);
}

}  // namespace mqtt
