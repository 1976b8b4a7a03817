// What a client leaves behind is put in order, at once or by a deadline.
#include "mqtt/broker/session_endings.h"

#include <cassert>
#include <utility>

namespace mqtt {

void SessionEndings::end(Session& session, Instant now) {
  assert(session.connection == nullptr);
  // A will that waits is due at the latest when its session ends. [MQTT-3.1.2-8]
  if (session.will) publish_will(session, now);
  session.retained.reset();
  subscriptions_.remove_all(session);
  router_.pass_on(session, now);
  recorder_.erase_session(session);
  sessions_.erase(session);
}

void SessionEndings::leave(Session& session, bool publish_will, Instant now) {
  if (!publish_will) session.will.reset();
  if (session.expiry_interval == 0) return end(session, now);

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

void SessionEndings::restore(Session& session, Instant now) {
  if (session.expiry_interval == 0) return end(session, now);
  if (session.expires_at == kNever && session.expiry_interval != kNeverExpires)
    session.expires_at = now + std::chrono::seconds(session.expiry_interval);
  if (session.expires_at != kNever)
    deadlines_.add({session.expires_at, DeadlineKind::SessionExpiry, session.id, session.serial});
  if (session.will && session.will_at == kNever) session.will_at = now + std::chrono::seconds(session.will->delay);
  if (session.will) deadlines_.add({session.will_at, DeadlineKind::WillDelay, session.id, session.serial});
  recorder_.session(session);
}

void SessionEndings::publish_will(Session& session, Instant now) {
  const WillMessage will = *std::exchange(session.will, std::nullopt);
  session.will_at = kNever;
  Publish publish;
  will.message.to_publish(publish, now);
  publish.properties.message_expiry_interval = will.message_expiry_interval;
  router_.accept(publish, nullptr, now);
  recorder_.session(session);
}

}  // namespace mqtt
