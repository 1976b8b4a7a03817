// What the server sends -> the listener's events, acknowledgements and the session's state.
#include <algorithm>
#include <utility>

#include "mqtt/client/client_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/varint.h"
#include "mqtt/connection/rules.h"

namespace mqtt {

namespace {

// Of its body; that of a 5.0 CONNACK has properties.
constexpr std::size_t kConnackSizeOf3_1_1 = 2;

// For such a reason a client that comes back soon makes matters worse.
bool asks_for_patience(ReasonCode reason) {
  switch (reason) {
    case ReasonCode::SessionTakenOver:
    case ReasonCode::MessageRateTooHigh:
    case ReasonCode::QuotaExceeded:
    case ReasonCode::AdministrativeAction:
    case ReasonCode::ConnectionRateExceeded:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Client::State::handle(const Frame& frame, Instant now) {
  last_read_ = frame.type;
  if (!is_legal(frame.type, Role::Client, phase_ == ClientPhase::Connected, version_)) {
    return fail(protocol_error("the server sent a packet that is not legal here"), now);
  }
  if (frame.type == PacketType::Publish) return handle_publish(frame, now);
  if (listener_.wants_trace()) trace_received(frame, nullptr);
  switch (frame.type) {
    case PacketType::Connack:
      return handle_connack(frame, now);
    case PacketType::Suback:
      return handle_suback(frame, now);
    case PacketType::Unsuback:
      return handle_unsuback(frame, now);
    case PacketType::Disconnect:
      return handle_disconnect(frame, now);
    case PacketType::Auth:
      return handle_auth(frame, now);
    case PacketType::Pingresp:
      return handle_pingresp(frame, now);
    default:
      return handle_publish_response(frame, now);  // is_legal() let none other through
  }
}

void Client::State::trace_received(const Frame& frame, const Publish* publish) {
  ByteReader reader(frame.body);
  const bool is_publish = frame.type == PacketType::Publish;
  const bool has_no_identifier = frame.type == PacketType::Connack || frame.type == PacketType::Pingresp ||
                                 frame.type == PacketType::Disconnect || frame.type == PacketType::Auth ||
                                 (is_publish && (frame.flags & 0x06) == 0);
  if (is_publish) static_cast<void>(reader.binary());  // the topic
  const auto identifier = has_no_identifier ? std::nullopt : reader.u16();
  const auto length = static_cast<std::uint32_t>(frame.body.size());
  listener_.on_packet_received({.type = frame.type,
                                .identifier = identifier.value_or(0),
                                .bytes = 1 + varint_size(length) + length,
                                .publish = publish});
}

void Client::State::handle_connack(const Frame& frame, Instant now) {
  const auto connack = decode_connack(frame, version_);
  const bool refuses_version = connack
                                   ? connack->is_of_3_1_1 || connack->reason == ReasonCode::UnsupportedProtocolVersion
                                   : frame.body.size() == kConnackSizeOf3_1_1;
  if (refuses_version && !attempt_.is_stopped && fallback_.refused()) return fall_back();
  if (!connack) return fail(connack.error(), now);
  fallback_.answered();
  if (connack->reason != ReasonCode::Success) {
    attempt_.asked_for_patience = asks_for_patience(connack->reason);
    listener_.on_connack(*connack);
    return begin_closing({Fault::LimitReached, connack->reason, "the server refused the connection"});
  }
  if (connack->session_present && clean_start_) {  // [MQTT-3.2.2-4]
    return fail(protocol_error("the server says that it kept a session which the CONNECT told it to drop"), now);
  }
  const Properties& properties = connack->properties;
  if (properties.authentication_method && properties.authentication_method != authentication_method_)
    return fail(protocol_error("a CONNACK with another Authentication Method"), now);  // [MQTT-4.12.0-5]
  phase_ = ClientPhase::Connected;
  connack_due_at_ = kNever;
  attempt_.connected_at = now;
  keep_alive_.connected(properties.server_keep_alive.value_or(keep_alive_interval_), now);  // [MQTT-3.2.2-21]
  granted_ = ServerGrants::of(properties);
  aliases_.granted(granted_.topic_alias_maximum,
                   std::min(granted_.topic_alias_maximum, options_.maximum_automatic_topic_aliases));
  unknown_flows_.connected(connack->session_present, options_.releases_unknown_identifiers);
  listener_.on_connack(*connack);
  if (connack->session_present) return resume_session(now);
  // 3.1 cannot say whether the server has a session. Subscribing once more does no harm if it has.
  if (version_ == ProtocolVersion::V3_1 && !clean_start_) {
    resubscribe(now);
    return resume_session(now);
  }
  restart_session(now);
}

void Client::State::handle_publish(const Frame& frame, Instant now) {
  const auto decoded = decode_publish(frame, version_, publish_);
  if (listener_.wants_trace()) trace_received(frame, decoded ? &publish_ : nullptr);
  if (!decoded) return fail(decoded.error(), now);
  if (const auto resolved = resolve_topic_alias(publish_); !resolved) return fail(resolved.error(), now);
  if (options_.acknowledged_by_host && publish_.qos != QoS::AtMostOnce) return handle_publish_for_host(publish_, now);
  const PacketIdentifier identifier = publish_.packet_identifier;
  if (publish_.qos != QoS::ExactlyOnce) {
    listener_.on_message(publish_);
    if (publish_.qos == QoS::AtLeastOnce) respond(PacketType::Puback, identifier, ReasonCode::Success, now);
    return;
  }
  if (!incoming_qos2_.contains(identifier)) {
    if (unreleased_ >= own_receive_maximum_) return fail(kReceiveMaximumExceeded, now);
    incoming_qos2_.insert(identifier);
    recorder_.incoming_qos2(identifier);
    ++unreleased_;
    listener_.on_message(publish_);
  }
  respond(PacketType::Pubrec, identifier, ReasonCode::Success, now);
}

Result<void> Client::State::resolve_topic_alias(Publish& publish) {
  if (!publish.properties.topic_alias) return {};
  const std::uint16_t alias = *publish.properties.topic_alias;
  if (alias > own_topic_alias_maximum_) {  // [MQTT-3.1.2-26]
    return Error{Fault::PeerBrokeProtocol, ReasonCode::TopicAliasInvalid,
                 "a topic alias above the Topic Alias Maximum of the CONNECT"};
  }
  return topic_aliases_in_.resolve(publish, alias);
}

void Client::State::respond(PacketType type, PacketIdentifier identifier, ReasonCode reason, Instant now) {
  write(type, identifier, now, [&](ByteBuffer& out) { encode_bare_response(type, identifier, reason, version_, out); });
}

// Servers without QoS 2 (RabbitMQ up to 3.12) grant QoS 1 for it, and acknowledge a message of QoS 2 as one of QoS 1.
// Before 5.0 they cannot say so in the CONNACK, and a message that was sent again would be answered no better. With 5.0
// there is the Maximum QoS, and it stays an error.
bool Client::State::takes_puback_at_qos2(const FlightEntry& entry) {
  if (version_ == ProtocolVersion::V5_0 || entry.state != FlightState::AwaitingPubrec) return false;
  if (!std::exchange(is_warned_of_puback_, true)) {
    listener_.on_warning({Fault::PeerBrokeProtocol, ReasonCode::QoSNotSupported,
                          "the server has no QoS 2: it answers by PUBACK, and what is published at QoS 2 may arrive "
                          "twice, as at QoS 1"});
  }
  return true;
}

void Client::State::handle_publish_response(const Frame& frame, Instant now) {
  if (const auto decoded = decode_publish_response(frame, version_, response_); !decoded)
    return fail(decoded.error(), now);
  const PacketIdentifier identifier = response_.packet_identifier;
  if (response_.type == PacketType::Pubrel) {
    const bool found = incoming_qos2_.erase(identifier);
    if (found) recorder_.erase_incoming_qos2(identifier);
    if (unreleased_ > 0) --unreleased_;
    return respond(PacketType::Pubcomp, identifier, found ? ReasonCode::Success : ReasonCode::PacketIdentifierNotFound,
                   now);
  }
  if (response_.type == PacketType::Pubrec) return handle_pubrec(response_, now);
  if (response_.type == PacketType::Pubcomp && unknown_flows_.finish_release(identifier)) return;
  const FlightEntry* entry = in_flight_.find(identifier);
  if (entry == nullptr) return;  // its flow has ended already
  const auto awaited =
      response_.type == PacketType::Puback ? FlightState::AwaitingPuback : FlightState::AwaitingPubcomp;
  if (entry->state != awaited && !(response_.type == PacketType::Puback && takes_puback_at_qos2(*entry)))
    return fail(protocol_error("an acknowledgement of another kind than the message awaits"), now);
  // The server had the message and let go of it with the first PUBREL; only that PUBCOMP was lost. [MQTT5 3.7.2.1]
  if (response_.reason == ReasonCode::PacketIdentifierNotFound && entry->is_release_repeated)
    response_.reason = ReasonCode::Success;
  finish_publish(response_, entry->token, now);
}

void Client::State::handle_pubrec(const PublishResponse& pubrec, Instant now) {
  FlightEntry* entry = in_flight_.find(pubrec.packet_identifier);
  if (entry == nullptr) {
    if (!is_failure(pubrec.reason))
      respond(PacketType::Pubrel, pubrec.packet_identifier, ReasonCode::PacketIdentifierNotFound, now);
    return;
  }
  if (entry->state != FlightState::AwaitingPubrec && entry->state != FlightState::AwaitingPubcomp) {
    return fail(protocol_error("a PUBREC for something else than a QoS 2 message"), now);
  }
  if (is_failure(pubrec.reason)) return finish_publish(pubrec, entry->token, now);  // [MQTT-4.3.3-4]
  entry->state = FlightState::AwaitingPubcomp;
  // From now on only the identifier matters. [MQTT-4.3.3-6]
  const std::uint64_t record = std::exchange(entry->delivery, {}).record;
  entry->delivery.record = record;
  recorder_.forget_message(record, pubrec.packet_identifier);
  respond(PacketType::Pubrel, pubrec.packet_identifier, ReasonCode::Success, now);
}

void Client::State::finish_publish(const PublishResponse& response, OperationToken token, Instant now) {
  settle_publish(response.packet_identifier);
  if (token != kNoToken)
    listener_.on_published(token, response.packet_identifier, response.reason, response.properties);
  if (!queue_.empty() || resuming_) send_waiting(now);
}

std::optional<PendingSubscription> Client::State::settle_subscription(PacketIdentifier identifier,
                                                                      FlightState awaited) {
  const FlightEntry* entry = in_flight_.find(identifier);
  if (entry == nullptr || entry->state != awaited) return std::nullopt;
  in_flight_.settle(identifier);
  return subscriptions_.take_pending(identifier);
}

void Client::State::handle_suback(const Frame& frame, Instant now) {
  const auto suback = decode_suback(frame, version_);
  if (!suback) return fail(suback.error(), now);
  const auto pending = settle_subscription(suback->packet_identifier, FlightState::AwaitingSuback);
  if (!pending) return;
  if (suback->reasons.size() != pending->topic_filters.size()) {
    const Error error = protocol_error("a SUBACK with another number of reason codes than filters were asked for");
    fail_operation(pending->token, error);
    return fail(error, now);
  }
  for (std::size_t i = 0; i < suback->reasons.size(); ++i) {
    if (is_failure(suback->reasons[i])) subscriptions_.forget(pending->topic_filters[i]);
  }
  if (pending->token != kNoToken) listener_.on_subscribed(pending->token, *suback);
  if (!queue_.empty()) send_waiting(now);  // its packet identifier may have been the one that was missing
}

void Client::State::handle_unsuback(const Frame& frame, Instant now) {
  const auto unsuback = decode_unsuback(frame, version_);
  if (!unsuback) return fail(unsuback.error(), now);
  const auto pending = settle_subscription(unsuback->packet_identifier, FlightState::AwaitingUnsuback);
  if (!pending) return;
  if (version_ == ProtocolVersion::V5_0 && unsuback->reasons.size() != pending->topic_filters.size()) {
    const Error error = protocol_error("an UNSUBACK with another number of reason codes than filters were named");
    fail_operation(pending->token, error);
    return fail(error, now);
  }
  if (pending->token != kNoToken) listener_.on_unsubscribed(pending->token, *unsuback);
  if (!queue_.empty()) send_waiting(now);
}

void Client::State::handle_pingresp(const Frame& frame, Instant now) {
  if (const auto ping = decode_ping(frame, version_); !ping) return fail(ping.error(), now);
  keep_alive_.note_pingresp(now);
  listener_.on_ping_answered();
}

void Client::State::handle_disconnect(const Frame& frame, Instant now) {
  const auto disconnect = decode_disconnect(frame, version_);
  if (!disconnect) return fail(disconnect.error(), now);
  attempt_.asked_for_patience = asks_for_patience(disconnect->reason);
  listener_.on_disconnect(*disconnect);
  begin_closing({Fault::LimitReached, disconnect->reason, "the server disconnected"});
}

}  // namespace mqtt
