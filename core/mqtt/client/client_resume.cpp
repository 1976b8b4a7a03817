// After a CONNACK: what the session still owes the server, and what has waited for it.
#include <utility>

#include "mqtt/client/client_state.h"
#include "mqtt/codec/decode.h"

namespace mqtt {

namespace {

// Filters in one SUBSCRIBE when the host sets no limit: enough to be one packet, and no packet that a server would find
// too large.
constexpr std::size_t kSubscribeBatch = 1'000;

constexpr Error kExpired{Fault::LimitReached, ReasonCode::UnspecifiedError,
                         "its Message Expiry Interval passed before it could be sent"};

}  // namespace

// The server kept the session: everything unacknowledged goes out again in its first order. [MQTT-4.4.0-1]
// [MQTT-4.6.0-1]
void Client::State::resume_session(Instant now) {
  in_flight_.for_each([](PacketIdentifier, FlightEntry& entry) { entry.is_sent = false; });
  resuming_ = true;
  send_waiting(now);
}

// The server has no session, so ours ends too. [MQTT-3.2.2-5] The application still waits for its messages: what the
// server did not take is published anew, under new packet identifiers; what it took (PUBREC) is done.
void Client::State::restart_session(Instant now) {
  forget_incoming_qos2();
  resuming_ = false;
  in_flight_.for_each([&](PacketIdentifier identifier, FlightEntry& entry) {
    const bool is_done = entry.state == FlightState::AwaitingPubcomp;
    if (is_done || entry.is_discarded) {
      recorder_.erase_message(entry.delivery.record);
      if (is_done && entry.token != kNoToken)
        listener_.on_published(entry.token, identifier, ReasonCode::Success, Properties{});
      return;
    }
    record_waiting(queue_.push_before({.token = entry.token,
                                       .record = entry.delivery.record,
                                       .message = std::move(entry.delivery.message),
                                       .subscription = nullptr}));
  });
  in_flight_.clear();
  queue_.put_before([](Wish&) {});
  resubscribe(now);
  send_waiting(now);
}

void Client::State::forget_incoming_qos2() {
  if (recorder_.is_on())
    incoming_qos2_.for_each([&](PacketIdentifier identifier) { recorder_.erase_incoming_qos2(identifier); });
  incoming_qos2_.clear();
}

void Client::State::resubscribe(Instant now) {
  const std::size_t limit = options_.subscribe_batch_size == 0 ? kSubscribeBatch : options_.subscribe_batch_size;
  // Nobody waits for the answer; a refused filter is forgotten when the SUBACK comes.
  subscriptions_.for_each_request(limit, [&](Subscribe& subscribe) {
    [[maybe_unused]] const auto written =
        write_request({.is_unsubscribe = false, .packet = std::move(subscribe)}, kNoToken, now);
  });
}

// What the application took back is no unacknowledged PUBLISH of the session any more, so it does not go out again
// [MQTT-4.4.0-1]. Of a QoS 1 message the server keeps nothing: true, and its identifier is free. A QoS 2 message it may
// have, and would take another under the same identifier for a copy of it: a PUBREL settles that, whether it has come
// or not.
bool Client::State::forget_discarded(FlightEntry& entry) {
  if (!entry.is_discarded || entry.state == FlightState::AwaitingPubcomp) return false;
  if (entry.state == FlightState::AwaitingPuback) return true;
  entry.state = FlightState::AwaitingPubcomp;
  return false;
}

void Client::State::resend(Instant now) {
  std::size_t on_the_way = 0;
  std::vector<PacketIdentifier> unwanted;  // by the application, or by this server, which may take less than before
  resuming_ = false;
  in_flight_.for_each([&](PacketIdentifier identifier, FlightEntry& entry) {
    if (entry.state == FlightState::AwaitingSuback || entry.state == FlightState::AwaitingUnsuback) return;
    if (entry.is_sent) {
      ++on_the_way;
    } else if (forget_discarded(entry)) {
      unwanted.push_back(identifier);
    } else if (on_the_way >= window()) {
      resuming_ = true;
    } else {
      entry.is_sent = true;
      if (entry.state == FlightState::AwaitingPubcomp) {
        ++on_the_way;
        entry.is_release_repeated = true;
        return respond(PacketType::Pubrel, identifier, ReasonCode::Success, now);
      }
      entry.delivery.message.to_publish(stored_, now);
      stored_.dup = true;
      stored_.packet_identifier = identifier;
      if (const auto accepted = granted_.check(stored_, version_); !accepted) {
        unwanted.push_back(identifier);
        return fail_operation(entry.token, accepted.error());
      }
      ++on_the_way;
      release_if_unknown(identifier, now);
      write_publish(stored_, entry.delivery.message.shared_payload(), now);
    }
  });
  for (const PacketIdentifier identifier : unwanted)
    settle_publish(identifier);
}

void Client::State::send_waiting(Instant now) {
  if (resuming_) resend(now);
  while (!queue_.empty()) {
    const Message& next = queue_.front().message;
    if (next && next.qos() != QoS::AtMostOnce && !has_window()) return;
    send_wish(queue_.pop(), now);
  }
}

void Client::State::send_wish(Wish wish, Instant now) {
  if (wish.subscription != nullptr) return send_subscription_wish(*wish.subscription, wish.token, now);
  if (wish.message.expired(now)) return give_up(wish, kExpired);
  if (options_.lowers_qos && wish.message.qos() > granted_.maximum_qos) lower_qos(wish.message);
  wish.message.to_publish(stored_, now);
  stored_.dup = false;
  stored_.packet_identifier = 0;
  if (const auto accepted = granted_.check(stored_, version_); !accepted) return give_up(wish, accepted.error());
  if (stored_.qos == QoS::AtMostOnce) {
    write_publish(stored_, wish.message.shared_payload(), now);
    return finish_at_most_once(wish.token);
  }
  send_acknowledged(std::move(wish), now);
}

void Client::State::give_up(const Wish& wish, const Error& error) {
  recorder_.erase_message(wish.record);
  fail_operation(wish.token, error);
}

void Client::State::send_subscription_wish(const SubscriptionWish& wish, OperationToken token, Instant now) {
  SubscriptionRequest request{.is_unsubscribe = wish.is_unsubscribe, .packet = {}};
  for (const auto& [filter, options] : wish.entries)
    request.packet.entries.push_back({filter, options});
  // They were encoded from valid ones when the wish was made.
  [[maybe_unused]] const auto decoded = decode_properties(
      wish.properties.view(), wish.is_unsubscribe ? PropertyOwner::Unsubscribe : PropertyOwner::Subscribe,
      request.packet.properties);
  if (const auto written = write_request(std::move(request), token, now); !written)
    fail_operation(token, written.error());
}

}  // namespace mqtt
