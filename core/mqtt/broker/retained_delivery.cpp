// Cursors on the retained messages go on when their clients have room and the slice is not over.
#include "mqtt/broker/retained_delivery.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/broker/deliveries.h"
#include "mqtt/broker/retained_messages.h"
#include "mqtt/broker/session_store.h"
#include "mqtt/broker/subscription_options.h"

namespace mqtt {

namespace {

// Bytes that wait for the client before it is told more: enough to keep its connection busy, and little enough for live
// messages behind them to come soon.
constexpr std::size_t kFullOutput = 256 * 1024;

// A client may have any number of subscriptions under way; of so many a live message looks for what it must not
// overtake.
constexpr std::size_t kMostLookedThrough = 64;

std::size_t full_output(const BrokerOptions& options) {
  return std::min(kFullOutput, options.maximum_output_bytes);
}

Delivery retained_copy(const Message& message, const Subscription& subscription) {
  Delivery delivery{.message = message,
                    .subscription_identifiers = {},
                    .qos = std::min(message.qos(), packed_maximum_qos(subscription.options)),
                    .retain = true};
  if (subscription.subscription_identifier != 0)
    delivery.subscription_identifiers = {subscription.subscription_identifier};
  return delivery;
}

}  // namespace

void RetainedSlices::begin(Session& session, FilterPlace place, std::string_view topic_filter,
                           const Subscription& subscription) {
  if (retained_.trie().size() == 0) return;
  if (session.retained == nullptr) session.retained = std::make_unique<RetainedDeliveries>();
  auto& deliveries = session.retained->by_filter;
  deliveries.erase(place);
  RetainedDelivery& begun = deliveries.try_emplace(place, retained_.trie(), topic_filter).first->second;
  begun.subscription = subscription;
  begun.behind = session.dequeued + session.queue.size();
}

void RetainedSlices::change(Session& session, FilterPlace place, const Subscription& subscription) {
  if (session.retained == nullptr) return;
  const auto found = session.retained->by_filter.find(place);
  if (found == session.retained->by_filter.end()) return;
  found->second.subscription = subscription;
  found->second.is_recorded = false;
}
void RetainedSlices::end(Session& session, FilterPlace place) {
  if (session.retained == nullptr) return;
  session.retained->by_filter.erase(place);
  if (session.retained->by_filter.empty()) session.retained.reset();
}

void RetainedSlices::resume(Session& session) {
  if (session.retained == nullptr) return;
  for (auto& [place, delivery] : session.retained->by_filter)
    delivery.is_resumed = true;
  turns_.add(session);
}

void RetainedTurns::add(Session& session) {
  if (session.retained == nullptr || std::exchange(session.retained->is_listed, true)) return;
  sessions_.push(session.id);
}

void RetainedSlices::serve(Instant now) {
  for (std::size_t waiting = turns_.size(); waiting > 0 && slice_.messages > 0 && slice_.steps > 0; --waiting) {
    Session* const session = sessions_.at(turns_.take());
    if (session == nullptr || session->retained == nullptr) continue;
    session->retained->is_listed = false;
    if (session->connection != nullptr) tell(*session, now);
  }
}

void RetainedSlices::note_drained(Connection& connection) {
  Session* const session = connection.session;
  if (session != nullptr && session->retained != nullptr && connection.output.size() <= full_output(options_) / 2)
    turns_.add(*session);
}

void RetainedSlices::tell(Session& session, Instant now) {
  if (session.retained == nullptr) return;
  auto& deliveries = session.retained->by_filter;
  auto progress = Progress::Done;
  while (progress == Progress::Done && !deliveries.empty()) {
    progress = tell(session, deliveries.begin()->second, now);
    if (progress != Progress::Done) break;
    const auto& [place, done] = *deliveries.begin();
    if (done.is_recorded) recorder_.subscription(session, subscriptions_.filter_at(place), done.subscription);
    deliveries.erase(deliveries.begin());
  }
  if (deliveries.empty()) {
    session.retained.reset();
  } else if (progress == Progress::SliceIsOver) {
    turns_.add(session);
  }
  if (!session.queue.empty()) deliveries_.send_waiting(session, now);
}

RetainedSlices::Progress RetainedSlices::tell(Session& session, RetainedDelivery& delivery, Instant now) {
  std::vector<std::string> expired;
  auto progress = Progress::SliceIsOver;
  while (slice_.messages > 0) {
    if (session.connection->output.size() > full_output(options_)) {
      progress = Progress::Waits;
      break;
    }
    const Message* const message = delivery.cursor.next(slice_.steps);
    if (message == nullptr) {
      if (delivery.cursor.is_done()) progress = Progress::Done;
      break;
    }
    if (message->expired(now)) {
      expired.emplace_back(message->topic());
      continue;
    }
    const QoS qos = std::min(message->qos(), packed_maximum_qos(delivery.subscription.options));
    if (qos == QoS::AtMostOnce && delivery.is_resumed) continue;
    if (qos != QoS::AtMostOnce && !takes(session, delivery)) {
      delivery.cursor.step_back();
      progress = Progress::Waits;
      break;
    }
    --slice_.messages;
    deliveries_.send(session, retained_copy(*message, delivery.subscription), now);
  }
  delivery.cursor.rest();
  for (const std::string& topic : expired)
    retained_.erase(topic);
  return progress;
}

bool RetainedSlices::takes(const Session& session, const RetainedDelivery& delivery) const {
  if (!deliveries_.has_window(session)) return false;
  return session.queue.empty() || (session.retained->had_last_turn && session.dequeued >= delivery.behind);
}

void RetainedSlices::tell_early(Session& session, std::string_view topic, Instant now) {
  // A queue without room has none for the live message either.
  if (!deliveries_.goes_at_once(session) && !deliveries_.has_room(session)) return;
  std::size_t looked_through = 0;
  for (auto& [place, delivery] : session.retained->by_filter) {
    if (++looked_through > kMostLookedThrough) return;
    if (const Message* const message = delivery.cursor.take_early(topic);
        message != nullptr && !message->expired(now)) {
      Delivery copy = retained_copy(*message, delivery.subscription);
      const bool is_wanted = copy.qos != QoS::AtMostOnce || (session.connection != nullptr && !delivery.is_resumed);
      if (is_wanted) deliveries_.deliver(session, std::move(copy), now);
    }
  }
}

void RetainedSlices::record(Session& session) {
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
