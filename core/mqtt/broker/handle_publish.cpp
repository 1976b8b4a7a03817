// PUBLISH from a client -> accepted, acknowledged and routed, exactly once at QoS 2.
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/broker/topic_limits.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/reason_codes.h"

namespace mqtt {

void Broker::State::handle_publish(Connection& connection, const Frame& frame, Instant now) {
  if (const auto decoded = decode_publish(frame, connection.version, publish_); !decoded) {
    return connections_.end(connection, decoded.error(), false, now);
  }
  if (!publish_.properties.subscription_identifiers.empty())  // [MQTT-3.3.4-6]
    return connections_.end(connection, protocol_error("a PUBLISH to the broker with a Subscription Identifier"), false,
                            now);
  if (const auto resolved = resolve_topic_alias(connection, publish_); !resolved)
    return connections_.end(connection, resolved.error(), false, now);
  ++statistics_.publishes_received;
  statistics_.payload_bytes_received += publish_.payload.size();
  if (publish_.qos > options_.maximum_qos) {  // [MQTT-3.2.2-11]
    const Error error{Fault::PeerBrokeProtocol, ReasonCode::QoSNotSupported, "a QoS above the server's Maximum QoS"};
    return connections_.end(connection, error, false, now);
  }
  if (publish_.retain && !options_.retain_available) {  // [MQTT-3.2.2-14]
    const Error error{Fault::PeerBrokeProtocol, ReasonCode::RetainNotSupported, "the server retains no messages"};
    return connections_.end(connection, error, false, now);
  }
  Session& session = *connection.session;
  const PacketIdentifier identifier = publish_.packet_identifier;

  if (publish_.qos == QoS::ExactlyOnce) {
    // It was accepted when it came first; only the PUBREC was lost. [MQTT-4.3.3-10]
    if (session.incoming_qos2.contains(identifier))
      return respond(connection, PacketType::Pubrec, identifier, ReasonCode::Success);
    if (connection.version == ProtocolVersion::V5_0 && connection.unreleased >= options_.receive_maximum) {
      const Error error{Fault::LimitReached, ReasonCode::ReceiveMaximumExceeded,
                        "more unacknowledged PUBLISH packets than the CONNACK allowed"};
      return connections_.end(connection, error, false, now);  // [MQTT-3.3.4-7]
    }
  }
  Permission said;
  if (const auto checked = check_publish(connection, publish_, said); !checked)
    return refuse_publish(connection, publish_, checked.error(), said);
  if (publish_.qos == QoS::ExactlyOnce) {
    session.incoming_qos2.insert(identifier);
    recorder_.incoming_qos2(session, identifier);
    ++connection.unreleased;
  }
  if (publishes_are_observed_) observer_.on_publish(connection.id, publish_);
  const auto [matched, crowded] = router_.accept(publish_, &session, now);
  const ReasonCode reason = matched ? ReasonCode::Success : ReasonCode::NoMatchingSubscribers;
  if (publish_.qos == QoS::AtLeastOnce) respond(connection, PacketType::Puback, identifier, reason, said);
  if (publish_.qos == QoS::ExactlyOnce) respond(connection, PacketType::Pubrec, identifier, reason, said);
  if (crowded != nullptr) back_pressure_.hold_back(connection, *crowded, now);
}

// What is legal and yet not taken here.
Result<void> Broker::State::check_publish(const Connection& connection, const Publish& publish,
                                          Permission& said) const {
  if (is_too_long(publish.topic, options_)) {
    return Error{Fault::LimitReached, ReasonCode::TopicNameInvalid, "the topic is longer or deeper than is taken here"};
  }
  if (is_system_topic(publish.topic))
    return Error{Fault::PeerBrokeProtocol, ReasonCode::NotAuthorized, "$SYS is the server's own"};
  if (publishes_are_decided_) {
    said = authority_.may_publish(connection.id, connection.session->client_identifier, publish);
    // PUBACK and PUBREC have the same ones. [MQTT-3.4.2-1] [MQTT-3.5.2-1]
    if (is_failure(said.reason))
      return Error{Fault::LimitReached, reason_code_for(PacketType::Puback, said.reason),
                   "the host does not let the client publish this"};
  }
  const bool adds_retained = publish.retain && !publish.payload.empty();
  if (adds_retained && retained_.size() >= options_.maximum_retained_messages &&
      retained_.find(publish.topic) == nullptr) {
    return Error{Fault::LimitReached, ReasonCode::QuotaExceeded, "as many messages are retained as may be"};
  }
  return {};
}

// Before 5.0 there is no word for it but the acknowledgement. [MQTT-3.3.5-2 of 3.1.1]
void Broker::State::refuse_publish(Connection& connection, const Publish& publish, const Error& error,
                                   Permission said) {
  ++statistics_.publishes_dropped;
  if (publish.qos == QoS::AtMostOnce) return;
  if (connection.version != ProtocolVersion::V5_0 && publish.qos == QoS::ExactlyOnce) {
    connection.session->incoming_qos2.insert(publish.packet_identifier);
    recorder_.incoming_qos2(*connection.session, publish.packet_identifier);
    ++connection.unreleased;
  }
  const auto type = publish.qos == QoS::AtLeastOnce ? PacketType::Puback : PacketType::Pubrec;
  if (!is_failure(said.reason)) said = {};  // the host has nothing against it
  if (said.reason_string.empty()) said.reason_string = error.text;
  respond(connection, type, publish.packet_identifier, error.reason, said);
}

// Sets or reads the alias, and takes it off the message: it is the connection's own. [MQTT-3.3.2-7] [MQTT-3.3.2-12]
Result<void> Broker::State::resolve_topic_alias(Connection& connection, Publish& publish) {
  if (!publish.properties.topic_alias) return {};
  const std::uint16_t alias = *std::exchange(publish.properties.topic_alias, std::nullopt);
  if (alias > options_.topic_alias_maximum) {
    return Error{Fault::PeerBrokeProtocol, ReasonCode::TopicAliasInvalid,
                 "a topic alias above the Topic Alias Maximum of the CONNACK"};
  }
  return connection.topic_aliases.resolve(publish, alias);
}

}  // namespace mqtt
