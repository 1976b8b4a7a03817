// PUBACK, PUBREC, PUBREL and PUBCOMP: the rest of the QoS 1 and QoS 2 flows, in both directions.
#include "mqtt/broker/broker_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace mqtt {

void Broker::State::respond(Connection& connection, PacketType type, PacketIdentifier identifier, ReasonCode reason,
                            const Permission& said) {
  const bool is_explained = !said.reason_string.empty() || !said.user_properties.empty();
  if (!is_explained || !connection.wants_problem_information) {  // [MQTT-3.1.2-29]
    return outputs_.respond(connection, type, identifier, reason);
  }
  PublishResponse response{
      .type = type, .packet_identifier = identifier, .reason = reason, .properties = said_by(said)};
  const auto write_response = [&] {
    return outputs_.write(connection, [&](ByteBuffer& out) { encode(response, connection.version, out); });
  };
  fit_explanation(response.properties, write_response);  // [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3]
}

void Broker::State::handle_publish_response(Connection& connection, const Frame& frame, Instant now) {
  if (const auto decoded = decode_publish_response(frame, connection.version, response_); !decoded)
    return connections_.end(connection, decoded.error(), false, now);
  switch (response_.type) {
    case PacketType::Pubrel:
      return handle_pubrel(connection, response_);
    case PacketType::Pubrec:
      return handle_pubrec(connection, response_, now);
    default:
      return handle_final_response(connection, response_, now);
  }
}

void Broker::State::handle_pubrel(Connection& connection, const PublishResponse& pubrel) {
  const bool found = connection.session->incoming_qos2.erase(pubrel.packet_identifier);
  if (found) recorder_.erase_incoming_qos2(*connection.session, pubrel.packet_identifier);
  if (connection.unreleased > 0) --connection.unreleased;
  respond(connection, PacketType::Pubcomp, pubrel.packet_identifier,
          found ? ReasonCode::Success : ReasonCode::PacketIdentifierNotFound);
}

void Broker::State::handle_pubrec(Connection& connection, const PublishResponse& pubrec, Instant now) {
  Session& session = *connection.session;
  FlightEntry* entry = session.in_flight.find(pubrec.packet_identifier);
  if (entry == nullptr) {
    return is_failure(pubrec.reason) ? void()
                                     : respond(connection, PacketType::Pubrel, pubrec.packet_identifier,
                                               ReasonCode::PacketIdentifierNotFound);
  }
  if (entry->state == FlightState::AwaitingPuback)
    return connections_.end(connection, protocol_error("a PUBREC for a QoS 1 message"), false, now);
  if (is_failure(pubrec.reason)) {  // the end of the flow [MQTT-4.3.3-4]
    deliveries_.settle(session, pubrec.packet_identifier);
    return deliveries_.go_on(session, now);
  }
  entry->state = FlightState::AwaitingPubcomp;
  // From now on only the identifier matters. [MQTT-4.3.3-6]
  recorder_.forget_message(session, entry->delivery, pubrec.packet_identifier);
  respond(connection, PacketType::Pubrel, pubrec.packet_identifier, ReasonCode::Success);
}

// PUBACK and PUBCOMP. One for an identifier that is not in use is passed over: the flow has ended already.
void Broker::State::handle_final_response(Connection& connection, const PublishResponse& response, Instant now) {
  Session& session = *connection.session;
  const FlightEntry* entry = session.in_flight.find(response.packet_identifier);
  if (entry == nullptr) return;
  const auto awaited = response.type == PacketType::Puback ? FlightState::AwaitingPuback : FlightState::AwaitingPubcomp;
  if (entry->state != awaited) {
    return connections_.end(connection, protocol_error("an acknowledgement of another kind than the message awaits"),
                            false, now);
  }
  deliveries_.settle(session, response.packet_identifier);
  deliveries_.go_on(session, now);
}

}  // namespace mqtt
