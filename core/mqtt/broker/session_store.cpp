// Sessions are found, made and erased; clients without a name get one.
#include "mqtt/broker/session_store.h"

#include <utility>

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

Session* SessionStore::find(std::string_view client_identifier) const {
  const auto found = sessions_.find(client_identifier);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Session& SessionStore::create(std::string client_identifier) {
  auto session = std::make_unique<Session>();
  session->client_identifier = std::move(client_identifier);
  return add(std::move(session));
}

Session& SessionStore::add(std::unique_ptr<Session> session) {
  if (free_ids_.empty()) {
    session->id = static_cast<SubscriberId>(by_id_.size());
    by_id_.push_back(nullptr);
  } else {
    session->id = free_ids_.back();
    free_ids_.pop_back();
  }
  session->serial = ++last_serial_;
  Session& created = *session;
  by_id_[created.id] = &created;
  sessions_.emplace(created.client_identifier, std::move(session));
  return created;
}

void SessionStore::erase(const Session& session) {
  by_id_[session.id] = nullptr;
  free_ids_.push_back(session.id);
  sessions_.erase(sessions_.find(session.client_identifier));
}

std::string SessionStore::new_client_identifier() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  while (true) {
    // 21 characters: 3.1 allows 23.
    std::string identifier = "auto-";
    std::uint64_t random = next_random(random_);
    for (int i = 0; i < 16; ++i, random >>= 4)
      identifier += kDigits[random & 15];
    if (find(identifier) == nullptr) return identifier;
  }
}

}  // namespace mqtt
