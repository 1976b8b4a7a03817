// A subscription -> the retained messages that it asks for, as fast as its client takes them and in slices, so that
// neither memory nor other clients pay for how many they are.
#include "mqtt/broker/retained_delivery.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/broker/broker_state.h"
#include "mqtt/broker/subscription_options.h"

namespace mqtt {

namespace {

// Of all sessions together in one call of the host. A slice takes a few milliseconds at most.
constexpr std::size_t kMessagesOfASlice = 1024;
constexpr std::size_t kStepsOfASlice = 32 * 1024;
// Others that want slices, too, get theirs a millisecond later.
constexpr Duration kPauseBetweenSlices = std::chrono::milliseconds(1);

// Bytes that wait for the client before it is told more: enough to keep its connection busy, and little enough for live
// messages behind them to come soon.
constexpr std::size_t kFullOutput = 256 * 1024;

// A client may have any number of subscriptions under way; of so many a live message looks for what it must not
// overtake.
constexpr std::size_t kMostLookedThrough = 64;

std::size_t full_output(const BrokerOptions& options) {
  return std::min(kFullOutput, options.maximum_output_bytes);
}

}  // namespace

void Broker::State::renew_slice() {
  slice_ = {.messages = kMessagesOfASlice, .steps = kStepsOfASlice};
}

// A subscription to a filter again begins again: what is retained must be sent then. [MQTT-3.8.4-4]
void Broker::State::begin_retained(Session& session, FilterPlace place, std::string_view topic_filter,
                                   const Subscription& subscription) {
  if (retained_.trie().size() == 0) return;
  if (session.retained == nullptr) session.retained = std::make_unique<RetainedDeliveries>();
  auto& deliveries = session.retained->by_filter;
  deliveries.erase(place);
  RetainedDelivery& begun = deliveries.try_emplace(place, retained_.trie(), topic_filter).first->second;
  begun.subscription = subscription;
  begun.behind = session.dequeued + session.queue.size();
}

// The subscription was made anew without asking for them, or is over.
void Broker::State::change_retained(Session& session, FilterPlace place, const Subscription& subscription) {
  if (session.retained == nullptr) return;
  const auto found = session.retained->by_filter.find(place);
  if (found == session.retained->by_filter.end()) return;
  found->second.subscription = subscription;
  found->second.is_recorded = false;
}
void Broker::State::end_retained(Session& session, FilterPlace place) {
  if (session.retained == nullptr) return;
  session.retained->by_filter.erase(place);
  if (session.retained->by_filter.empty()) session.retained.reset();
}

// What a client was not told before its connection was lost waits for the next one with its session, like messages in
// its queue. [MQTT-4.1.0-1]
void Broker::State::resume_retained(Session& session) {
  if (session.retained == nullptr) return;
  for (auto& [place, delivery] : session.retained->by_filter)
    delivery.is_resumed = true;
  wake_retained(session);
}

void Broker::State::wake_retained(Session& session) {
  if (session.retained == nullptr || std::exchange(session.retained->is_listed, true)) return;
  with_retained_.push(session.id);
}

void Broker::State::serve_retained(Instant now) {
  for (std::size_t waiting = with_retained_.size(); waiting > 0 && slice_.messages > 0 && slice_.steps > 0; --waiting) {
    Session* const session = sessions_.at(with_retained_.pop());
    if (session == nullptr || session->retained == nullptr) continue;
    session->retained->is_listed = false;
    if (session->connection != nullptr) tell_retained(*session, now);
  }
}

void Broker::State::wake_drained(Connection& connection) {
  Session* const session = connection.session;
  if (session != nullptr && session->retained != nullptr && connection.output.size() <= full_output(options_) / 2)
    wake_retained(*session);
}

Instant Broker::State::next_slice() const {
  return with_retained_.empty() ? kNever : now_ + kPauseBetweenSlices;
}

void Broker::State::tell_retained(Session& session, Instant now) {
  if (session.retained == nullptr) return;
  auto& deliveries = session.retained->by_filter;
  auto progress = RetainedProgress::Done;
  while (progress == RetainedProgress::Done && !deliveries.empty()) {
    progress = tell_retained(session, deliveries.begin()->second, now);
    if (progress != RetainedProgress::Done) break;
    const auto& [place, done] = *deliveries.begin();
    if (done.is_recorded) recorder_.subscription(session, subscriptions_.filter_at(place), done.subscription);
    deliveries.erase(deliveries.begin());
  }
  if (deliveries.empty()) {
    session.retained.reset();
  } else if (progress == RetainedProgress::SliceIsOver) {
    wake_retained(session);
  }
  if (!session.queue.empty()) send_waiting(session, now);
}

Broker::State::RetainedProgress Broker::State::tell_retained(Session& session, RetainedDelivery& delivery,
                                                             Instant now) {
  std::vector<std::string> expired;
  auto progress = RetainedProgress::SliceIsOver;
  while (slice_.messages > 0) {
    if (session.connection->output.size() > full_output(options_)) {
      progress = RetainedProgress::Waits;
      break;
    }
    const Message* const message = delivery.cursor.next(slice_.steps);
    if (message == nullptr) {
      if (delivery.cursor.is_done()) progress = RetainedProgress::Done;
      break;
    }
    if (message->expired(now)) {
      expired.emplace_back(message->topic());
      continue;
    }
    const QoS qos = std::min(message->qos(), packed_maximum_qos(delivery.subscription.options));
    if (qos == QoS::AtMostOnce && delivery.is_resumed) continue;
    if (qos != QoS::AtMostOnce && !takes_retained(session, delivery)) {
      delivery.cursor.step_back();
      progress = RetainedProgress::Waits;
      break;
    }
    --slice_.messages;
    send_delivery(session, retained_copy(*message, delivery.subscription), now);
  }
  delivery.cursor.rest();
  for (const std::string& topic : expired)
    retained_.erase(topic);
  return progress;
}

bool Broker::State::takes_retained(const Session& session, const RetainedDelivery& delivery) const {
  if (!has_window(session)) return false;
  return session.queue.empty() || (session.retained->had_last_turn && session.dequeued >= delivery.behind);
}

Delivery Broker::State::retained_copy(const Message& message, const Subscription& subscription) {
  Delivery delivery{.message = message,
                    .subscription_identifiers = {},
                    .qos = std::min(message.qos(), packed_maximum_qos(subscription.options)),
                    .retain = true};
  if (subscription.subscription_identifier != 0)
    delivery.subscription_identifiers = {subscription.subscription_identifier};
  return delivery;
}

// A live message goes to the session: what is retained under its topic came before it. [MQTT-4.6.0-6]
void Broker::State::tell_early(Session& session, std::string_view topic, Instant now) {
  // A queue without room has none for the live message either.
  const bool goes_now = has_window(session) && session.queue.empty();
  if (!goes_now && !has_room(session)) return;
  std::size_t looked_through = 0;
  for (auto& [place, delivery] : session.retained->by_filter) {
    if (++looked_through > kMostLookedThrough) return;
    if (const Message* const message = delivery.cursor.take_early(topic);
        message != nullptr && !message->expired(now)) {
      Delivery copy = retained_copy(*message, delivery.subscription);
      if (copy.qos == QoS::AtMostOnce) {
        if (session.connection != nullptr && !delivery.is_resumed) send_delivery(session, std::move(copy), now);
      } else if (has_window(session) && session.queue.empty()) {
        send_delivery(session, std::move(copy), now);
      } else {
        enqueue(session, std::move(copy));
      }
    }
  }
}

// For a session that outlives its connection the journal notes that messages of QoS 1 or 2 may be left to tell.
void Broker::State::record_retained(Session& session) {
  if (session.record == 0 || session.retained == nullptr) return;
  for (auto& [place, delivery] : session.retained->by_filter) {
    if (delivery.is_recorded || packed_maximum_qos(delivery.subscription.options) == QoS::AtMostOnce) continue;
    delivery.is_recorded = true;
    Subscription owing = delivery.subscription;
    owing.options |= kOwesRetained;
    recorder_.subscription(session, subscriptions_.filter_at(place), owing);
  }
}

}  // namespace mqtt
