// Publishers faster than a subscriber: what was acknowledged to them would be dropped once its queue is full. So the
// further input of those who publish to a long queue is held, and they go on in turns as it gets shorter. Only a client
// that keeps up is waited for: nobody else is to notice one that is slow or stands still.
#include "mqtt/broker/broker_state.h"

namespace mqtt {

namespace {

constexpr std::size_t kLongQueue = 1000;  // messages, beyond those in flight
// A client keeps up if it takes so many messages out of its long queue in this time.
constexpr std::size_t kMessagesOfKeepingUp = 500;
constexpr Duration kTimeOfKeepingUp = std::chrono::milliseconds(50);

}  // namespace

bool Broker::State::is_waited_for(const Session& session) {
  return session.connection != nullptr && !session.falls_behind && session.queue.size() >= kLongQueue;
}

void Broker::State::hold_back(Connection& publisher, Session& session, Instant now) {
  // It would hold back its own acknowledgements.
  if (session.connection == &publisher) return;
  if (publisher.is_leaving || publisher.is_held_back) return;
  if (session.hold == nullptr) {
    session.hold = std::make_unique<Hold>();
    await_judgement(session, now);
  }
  session.hold->publishers.push(publisher.id);
  publisher.is_held_back = true;
  outputs_.of(publisher);  // names it ready: the host sees that it takes no input
}

void Broker::State::await_judgement(Session& session, Instant now) {
  session.hold->taken = 0;
  session.hold->judged_at = now + kTimeOfKeepingUp;
  deadlines_.add({session.hold->judged_at, DeadlineKind::Hold, session.id, session.serial});
}

void Broker::State::judge(Session& session, Instant now) {
  if (session.hold->taken >= kMessagesOfKeepingUp) return await_judgement(session, now);
  session.falls_behind = true;
  let_go(session);
}

void Broker::State::let_go(Session& session) {
  if (session.hold == nullptr) return;
  while (!session.hold->publishers.empty())
    let_go_.push(session.hold->publishers.pop());
  session.hold.reset();
}

void Broker::State::note_taken(Session& session, std::size_t messages) {
  if (session.queue.empty()) session.falls_behind = false;
  if (session.hold == nullptr) return;
  session.hold->taken += messages;
  if (session.queue.size() < kLongQueue) with_room_.push_back(session.id);
}

// What the publishers send now may fill the queue again, make room in another, or end a connection.
void Broker::State::serve_held() {
  while (!with_room_.empty() || !let_go_.empty()) {
    if (with_room_.empty()) {
      go_on(connection(let_go_.pop()));
      continue;
    }
    const SubscriberId id = with_room_.back();
    with_room_.pop_back();
    while (const auto publisher = next_held(id))
      go_on(connection(*publisher));
  }
}

std::optional<ConnectionId> Broker::State::next_held(SubscriberId id) {
  Session* const session = sessions_.at(id);
  if (session == nullptr || session->hold == nullptr || session->queue.size() >= kLongQueue) return std::nullopt;
  if (!session->hold->publishers.empty()) return session->hold->publishers.pop();
  session->hold.reset();
  return std::nullopt;
}

void Broker::State::go_on(Connection& publisher) {
  if (!std::exchange(publisher.is_held_back, false) || is_over(publisher)) return;
  outputs_.of(publisher);  // names it ready: it takes input again
  process(publisher, {}, now_);
}

}  // namespace mqtt
