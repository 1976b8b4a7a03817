// What the application wants -> packets now, or wishes that wait for a connection or for room.
#include <utility>

#include "mqtt/client/client_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

namespace {

constexpr Error kNoIdentifierLeft{Fault::LimitReached, ReasonCode::QuotaExceeded, "no packet identifier left"};

SubscriptionWish to_wish(const SubscriptionRequest& request) {
  SubscriptionWish wish;
  wish.is_unsubscribe = request.is_unsubscribe;
  for (const SubscribeEntry& entry : request.packet.entries)
    wish.entries.emplace_back(entry.topic_filter, entry.options);
  encode_properties(request.packet.properties, wish.properties);
  return wish;
}

Unsubscribe to_unsubscribe(const Subscribe& packet) {
  Unsubscribe unsubscribe{
      .packet_identifier = packet.packet_identifier, .topic_filters = {}, .properties = packet.properties};
  for (const SubscribeEntry& entry : packet.entries)
    unsubscribe.topic_filters.push_back(entry.topic_filter);
  return unsubscribe;
}

}  // namespace

Result<void> Client::State::publish(const Publish& message, OperationToken token, Instant now) {
  Publish publish = message;
  publish.dup = false;
  publish.packet_identifier = 0;
  publish.properties.subscription_identifiers.clear();  // the server's alone [MQTT-3.3.4-6]
  const bool is_connected = phase_ == ClientPhase::Connected;
  const bool is_at_most_once = publish.qos == QoS::AtMostOnce;
  if (!is_connected && is_at_most_once && !options_.queue_qos_zero)
    return Error{Fault::CallerMisuse, ReasonCode::ServerUnavailable, "No connection to broker",
                 ErrorKind::NotConnected};
  // QoS 0 messages do not wait for acknowledgements of others, but they keep their own order.
  const bool goes_now = is_connected && is_at_most_once && queue_.at_most_once() == 0;
  if (is_connected && version_ != ProtocolVersion::V5_0) publish.properties.topic_alias.reset();
  const auto alias = publish.properties.topic_alias;
  if (const auto resolved = aliases_.resolve(publish, goes_now, is_connected); !resolved) return resolved.error();
  if (const auto encodable = check_encodable(publish); !encodable) return encodable.error();
  if (is_connected) {
    if (const auto accepted = granted_.check(publish, version_); !accepted) return accepted.error();
  }
  if (is_abandoned_) return publish_abandoned(publish, token, now);
  if (is_connected && alias && !publish.topic.empty())
    aliases_.remember(*alias, publish.topic, publish.properties.topic_alias.has_value());
  if (goes_now) {
    write_publish(publish, {}, now);
    finish_at_most_once(token);
    return {};
  }
  Wish wish{.token = token, .record = 0, .message = Message::keep(publish, now), .subscription = nullptr};
  if (!is_connected || is_at_most_once || !queue_.empty() || !has_window()) return enqueue(std::move(wish));
  send_acknowledged(std::move(wish), now);
  return {};
}

// Aliases are as good for what may go out again: it is kept under its topic.
void Client::State::write_publish(Publish& publish, const SharedBytes& shared_payload, Instant now) {
  const std::string_view topic = publish.topic;
  aliases_.apply(publish, granted_.maximum_packet_size);
  std::size_t bytes = output_.write([&](ByteBuffer& out) {
    if (shared_payload) {
      encode_publish_head(publish, version_, out);
    } else {
      encode(publish, version_, out);
    }
  });
  if (shared_payload) {
    output_.append_shared(shared_payload);
    bytes += publish.payload.size();
  }
  note_sent({.type = PacketType::Publish, .identifier = publish.packet_identifier, .bytes = bytes, .publish = &publish},
            now);
  aliases_.take_off(publish, topic);
}

void Client::State::finish_at_most_once(OperationToken token) {
  if (token != kNoToken) listener_.on_published(token, 0, ReasonCode::Success, Properties{});
}

void Client::State::send_acknowledged(Wish wish, Instant now) {
  const QoS qos = wish.message.qos();
  wish.message.to_publish(stored_, now);
  const SharedBytes shared = wish.message.shared_payload();
  const auto state = qos == QoS::AtLeastOnce ? FlightState::AwaitingPuback : FlightState::AwaitingPubrec;
  stored_.dup = false;
  stored_.packet_identifier = in_flight_.add({.message = std::move(wish.message),
                                              .record = wish.record,
                                              .subscription_identifiers = {},
                                              .qos = qos,
                                              .retain = stored_.retain},
                                             wish.token, state);
  release_if_unknown(stored_.packet_identifier, now);
  if (recorder_.is_on()) {
    Delivery& delivery = in_flight_.find(stored_.packet_identifier)->delivery;
    recorder_.message(delivery.record, delivery.message, stored_.packet_identifier, state);
  }
  write_publish(stored_, shared, now);
}

// When the connection is lost before the PUBCOMP has come, the message may arrive twice: better than never.
void Client::State::release_if_unknown(PacketIdentifier identifier, Instant now) {
  if (stored_.qos == QoS::ExactlyOnce && unknown_flows_.begin_release(identifier))
    respond(PacketType::Pubrel, identifier, ReasonCode::Success, now);
}

void Client::State::record_waiting(Wish& wish) {
  if (restoring_ || !wish.message || wish.message.qos() == QoS::AtMostOnce) return;
  recorder_.message(wish.record, wish.message, 0, FlightState::Settled);
}

// The end of a flow, whatever its outcome.
void Client::State::settle_publish(PacketIdentifier identifier) {
  recorder_.erase_message(in_flight_.find(identifier)->delivery.record);
  in_flight_.settle(identifier);
}

// Whether another QoS 1 or 2 PUBLISH may be on its way. [MQTT-3.3.4-7]
bool Client::State::has_window() const {
  return !resuming_ && in_flight_.can_add() && in_flight_.size() - subscriptions_.pending() < window();
}

Result<void> Client::State::enqueue(Wish wish) {
  if (!queue_.has_room(wish.message, options_)) {
    return Error{Fault::LimitReached, ReasonCode::QuotaExceeded,
                 "the queue of messages that wait for the server is full"};
  }
  record_waiting(queue_.push(std::move(wish)));
  return {};
}

Result<void> Client::State::subscribe(const Subscribe& subscribe, OperationToken token, Instant now) {
  return request({.is_unsubscribe = false, .packet = subscribe}, token, now);
}

Result<void> Client::State::unsubscribe(const Unsubscribe& unsubscribe, OperationToken token, Instant now) {
  SubscriptionRequest wanted{.is_unsubscribe = true, .packet = {}};
  for (const std::string_view filter : unsubscribe.topic_filters)
    wanted.packet.entries.push_back({filter, SubscriptionOptions{}});
  wanted.packet.properties = unsubscribe.properties;
  return request(std::move(wanted), token, now);
}

Result<void> Client::State::request(SubscriptionRequest request, OperationToken token, Instant now) {
  if (request.packet.entries.empty())
    return caller_misuse(ReasonCode::ProtocolError, "a SUBSCRIBE or UNSUBSCRIBE names at least one topic filter");
  for (const SubscribeEntry& entry : request.packet.entries) {
    if (const auto parsed = parse_topic_filter(entry.topic_filter); !parsed)
      return caller_misuse(parsed.error().reason, parsed.error().text);
  }
  // What an UNSUBSCRIBE can say, a SUBSCRIBE can.
  if (const auto encodable = check_encodable(request.packet); !encodable) return encodable.error();
  if (phase_ == ClientPhase::Connected) return write_request(std::move(request), token, now);
  if (is_abandoned_) return kConnectionClosed;
  return enqueue({.token = token,
                  .record = 0,
                  .message = {},
                  .subscription = std::make_unique<SubscriptionWish>(to_wish(request))});
}

Result<void> Client::State::write_request(SubscriptionRequest request, OperationToken token, Instant now) {
  const bool is_unsubscribe = request.is_unsubscribe;
  Subscribe& packet = request.packet;
  if (!is_unsubscribe) {
    if (const auto accepted = granted_.check(packet); !accepted) return accepted.error();
  }
  if (!in_flight_.can_add()) return kNoIdentifierLeft;
  packet.packet_identifier =
      in_flight_.add({}, token, is_unsubscribe ? FlightState::AwaitingUnsuback : FlightState::AwaitingSuback);
  write(is_unsubscribe ? PacketType::Unsubscribe : PacketType::Subscribe, packet.packet_identifier, now,
        [&](ByteBuffer& out) {
          if (is_unsubscribe) {
            encode(to_unsubscribe(packet), version_, out);
          } else {
            encode(packet, version_, out);
          }
        });
  if (!take_back_if_too_large(packet.packet_identifier)) return kTooLargeForServer;
  subscriptions_.note_sent(request, token, options_.resubscribe);
  return {};
}

// False when what was just written is more than the server takes; it is not sent then. [MQTT-3.2.2-15]
bool Client::State::take_back_if_too_large(PacketIdentifier identifier) {
  if (output_.last_write() <= granted_.maximum_packet_size) return true;
  output_.drop_last_write();
  in_flight_.settle(identifier);
  return false;
}

bool Client::State::discard(OperationToken token) {
  if (token == kNoToken) return false;
  bool found = false;
  for (std::size_t waiting = queue_.size(); waiting > 0; --waiting) {
    Wish wish = queue_.pop();
    if (!found && wish.message && wish.token == token) {
      found = true;
      recorder_.erase_message(wish.record);
    } else {
      queue_.push(std::move(wish));
    }
  }
  in_flight_.for_each([&](PacketIdentifier identifier, FlightEntry& entry) {
    const bool is_publish = entry.state != FlightState::AwaitingSuback && entry.state != FlightState::AwaitingUnsuback;
    if (found || !is_publish || entry.token != token) return;
    found = true;
    discard(identifier, entry);
  });
  if (found)
    fail_operation(token, {Fault::CallerMisuse, ReasonCode::UnspecifiedError, "Message removed", ErrorKind::Removed});
  return found;
}

// Of a message that was sent the server may have made its own already. Its identifier stays in use until the server
// acknowledges it, or the connection is lost; what a later process would find of it in the journal is what
// forget_discarded() makes of it.
void Client::State::discard(PacketIdentifier identifier, FlightEntry& entry) {
  entry.token = kNoToken;
  entry.is_discarded = true;
  entry.delivery.message = {};
  if (entry.state == FlightState::AwaitingPuback) {
    recorder_.erase_message(std::exchange(entry.delivery.record, 0));
  } else if (entry.state == FlightState::AwaitingPubrec) {
    recorder_.forget_message(entry.delivery.record, identifier);
  }
}

void Client::State::fail_operation(OperationToken token, const Error& error) {
  if (token != kNoToken) listener_.on_operation_failed(token, error);
}

}  // namespace mqtt
