// Publishers are held back, and let go in turns.
#include "mqtt/broker/back_pressure.h"

#include <utility>

namespace mqtt {

namespace {

constexpr std::size_t kLongQueue = 1000;  // messages, beyond those in flight
// A client keeps up if it takes so many messages out of its long queue in this time.
constexpr std::size_t kMessagesOfKeepingUp = 500;
constexpr Duration kTimeOfKeepingUp = std::chrono::milliseconds(50);

}  // namespace

bool BackPressure::is_waited_for(const Session& session) {
  return session.connection != nullptr && !session.falls_behind && session.queue.size() >= kLongQueue;
}

void BackPressure::hold_back(Connection& publisher, Session& session, Instant now) {
  // It would hold back its own acknowledgements.
  if (session.connection == &publisher) return;
  if (publisher.is_leaving || publisher.is_held_back) return;
  if (session.hold == nullptr) {
    session.hold = std::make_unique<Hold>();
    await_judgement(session, now);
  }
  session.hold->publishers.push(&publisher);
  publisher.is_held_back = true;
  outputs_.of(publisher);  // names it ready: the host sees that it takes no input
}

void BackPressure::await_judgement(Session& session, Instant now) {
  session.hold->taken = 0;
  session.hold->judged_at = now + kTimeOfKeepingUp;
  deadlines_.add({session.hold->judged_at, DeadlineKind::Hold, session.id, session.serial});
}

void BackPressure::judge(Session& session, Instant now) {
  if (session.hold->taken >= kMessagesOfKeepingUp) return await_judgement(session, now);
  session.falls_behind = true;
  let_go(session);
}

void BackPressure::let_go(Session& session) {
  if (session.hold == nullptr) return;
  while (!session.hold->publishers.empty())
    let_go_.push(session.hold->publishers.pop());
  session.hold.reset();
}

void BackPressure::note_taken(Session& session, std::size_t messages) {
  if (session.queue.empty()) session.falls_behind = false;
  if (session.hold == nullptr) return;
  session.hold->taken += messages;
  if (session.queue.size() < kLongQueue) with_room_.push_back(session.id);
}

// What a publisher sends now may fill the queue again, make room in another, or end a connection.
Connection* BackPressure::next() {
  while (true) {
    Connection* publisher = served_ ? next_held(*served_) : nullptr;
    if (publisher == nullptr) {
      served_.reset();
      if (!with_room_.empty()) {
        served_ = with_room_.back();
        with_room_.pop_back();
        continue;
      }
      if (let_go_.empty()) return nullptr;
      publisher = let_go_.pop();
    }
    if (release(*publisher)) return publisher;
  }
}

bool BackPressure::release(Connection& publisher) {
  if (!std::exchange(publisher.is_held_back, false) || publisher.is_over()) return false;
  outputs_.of(publisher);  // names it ready: it takes input again
  return true;
}

Connection* BackPressure::next_held(SubscriberId id) {
  Session* const session = sessions_.at(id);
  if (session == nullptr || session->hold == nullptr || session->queue.size() >= kLongQueue) return nullptr;
  if (!session->hold->publishers.empty()) return session->hold->publishers.pop();
  session->hold.reset();
  return nullptr;
}

}  // namespace mqtt
