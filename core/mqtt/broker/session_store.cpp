// Sessions: found, made, left behind by their connection, and ended.
#include <cassert>
#include <utility>

#include "mqtt/broker/broker_state.h"

namespace mqtt {

namespace {

// SplitMix64: spreads a counter over 64 bits, so that assigned identifiers of two brokers do not meet.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = (state += 0x9E3779B97F4A7C15U);
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

}  // namespace

Session* Broker::State::find_session(std::string_view client_identifier) {
  const auto found = sessions_.find(client_identifier);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Session& Broker::State::create_session(std::string client_identifier) {
  auto session = std::make_unique<Session>();
  session->client_identifier = std::move(client_identifier);
  return add_session(std::move(session));
}

Session& Broker::State::add_session(std::unique_ptr<Session> session) {
  if (free_subscribers_.empty()) {
    session->id = static_cast<SubscriberId>(subscribers_.size());
    subscribers_.push_back(nullptr);
  } else {
    session->id = free_subscribers_.back();
    free_subscribers_.pop_back();
  }
  session->serial = ++serial_;
  Session& created = *session;
  subscribers_[created.id] = &created;
  sessions_.emplace(created.client_identifier, std::move(session));
  return created;
}

void Broker::State::destroy_session(Session& session, Instant now) {
  assert(session.connection == nullptr);
  // A will that waits is due at the latest when its session ends. [MQTT-3.1.2-8]
  if (session.will) publish_will(session, now);
  session.retained.reset();
  subscriptions_.remove_all(session);
  pass_on(session, now);
  recorder_.erase_session(session);
  subscribers_[session.id] = nullptr;
  free_subscribers_.push_back(session.id);
  sessions_.erase(sessions_.find(session.client_identifier));
}

void Broker::State::detach(Session& session, bool publish_will, Instant now) {
  if (!publish_will) session.will.reset();
  if (session.expiry_interval == 0) return destroy_session(session, now);

  session.incoming_qos2.release_memory();
  if (session.in_flight.size() == 0) session.in_flight.clear();  // for its memory; identifiers go on where they were
  session.expires_at = kNever;
  if (session.expiry_interval != kNeverExpires) {
    session.expires_at = now + std::chrono::seconds(session.expiry_interval);
    arm({session.expires_at, DeadlineKind::SessionExpiry, session.id, session.serial});
  }
  if (session.will && session.will->delay > 0) {
    session.will_at = now + std::chrono::seconds(session.will->delay);
    arm({session.will_at, DeadlineKind::WillDelay, session.id, session.serial});
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
  accept(publish, nullptr, now);
  recorder_.session(session);
}

std::string Broker::State::assign_client_identifier() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  while (true) {
    // 21 characters: 3.1 allows 23.
    std::string identifier = "auto-";
    std::uint64_t random = next_random(random_);
    for (int i = 0; i < 16; ++i, random >>= 4)
      identifier += kDigits[random & 15];
    if (find_session(identifier) == nullptr) return identifier;
  }
}

}  // namespace mqtt
