// No attempt follows any more: everybody who waits is told, and what the session keeps stays for an attempt that the
// host may start later.
#include <utility>

#include "mqtt/client/client_state.h"

namespace mqtt {

void Client::State::abandon() {
  is_abandoned_ = options_.fails_what_waits;
  if (!is_abandoned_) return;
  abandon_flights();
  abandon_queue();
}

// What the server has of them, nobody can say.
void Client::State::abandon_flights() {
  in_flight_.for_each([&](PacketIdentifier, FlightEntry& entry) {
    if (!keeps_session_) recorder_.erase_message(entry.delivery.record);
    fail_operation(std::exchange(entry.token, kNoToken), kConnectionClosed);
  });
  if (!keeps_session_) in_flight_.clear();
}

// Messages of QoS 0 and subscriptions are no part of a session.
void Client::State::abandon_queue() {
  for (std::size_t waiting = queue_.size(); waiting > 0; --waiting) {
    Wish wish = queue_.pop();
    const OperationToken token = std::exchange(wish.token, kNoToken);
    if (keeps_session_ && wish.message && wish.message.qos() != QoS::AtMostOnce) {
      queue_.push(std::move(wish));
    } else {
      recorder_.erase_message(wish.record);
    }
    fail_operation(token, kConnectionClosed);
  }
}

Result<void> Client::State::publish_abandoned(const Publish& publish, OperationToken token, Instant now) {
  if (!keeps_session_ || publish.qos == QoS::AtMostOnce) return kConnectionClosed;
  const auto kept =
      enqueue({.token = kNoToken, .record = 0, .message = Message::keep(publish, now), .subscription = nullptr});
  if (kept) fail_operation(token, kConnectionClosed);
  return kept;
}

}  // namespace mqtt
