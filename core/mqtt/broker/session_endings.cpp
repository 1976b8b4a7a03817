// A client is gone: its will, now or later, and its session's end, now or later.
#include <cassert>
#include <utility>

#include "mqtt/broker/broker_state.h"

namespace mqtt {

void Broker::State::destroy_session(Session& session, Instant now) {
  assert(session.connection == nullptr);
  // A will that waits is due at the latest when its session ends. [MQTT-3.1.2-8]
  if (session.will) publish_will(session, now);
  session.retained.reset();
  subscriptions_.remove_all(session);
  router_.pass_on(session, now);
  recorder_.erase_session(session);
  sessions_.erase(session);
}

void Broker::State::detach(Session& session, bool publish_will, Instant now) {
  if (!publish_will) session.will.reset();
  if (session.expiry_interval == 0) return destroy_session(session, now);

  session.incoming_qos2.release_memory();
  if (session.in_flight.size() == 0) session.in_flight.clear();  // for its memory; identifiers go on where they were
  session.expires_at = kNever;
  if (session.expiry_interval != kNeverExpires) {
    session.expires_at = now + std::chrono::seconds(session.expiry_interval);
    deadlines_.add({session.expires_at, DeadlineKind::SessionExpiry, session.id, session.serial});
  }
  if (session.will && session.will->delay > 0) {
    session.will_at = now + std::chrono::seconds(session.will->delay);
    deadlines_.add({session.will_at, DeadlineKind::WillDelay, session.id, session.serial});
  }
  if (session.will && session.will->delay == 0) return this->publish_will(session, now);
  recorder_.session(session);
}

void Broker::State::publish_will(Session& session, Instant now) {
  const WillMessage will = *std::exchange(session.will, std::nullopt);
  session.will_at = kNever;
  Publish publish;
  will.message.to_publish(publish, now);
  publish.properties.message_expiry_interval = will.message_expiry_interval;
  router_.accept(publish, nullptr, now);
  recorder_.session(session);
}

}  // namespace mqtt
