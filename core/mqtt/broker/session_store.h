// All sessions of a broker, by client identifier and by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mqtt/broker/session.h"

namespace mqtt {

class SessionStore {
 public:
  // `random_seed`: what makes assigned client identifiers unpredictable.
  explicit SessionStore(std::uint64_t random_seed) : random_(random_seed) {}

  // Null if the client has none. [MQTT-3.1.3-2]
  Session* find(std::string_view client_identifier) const;
  // Null if it has ended, until the number is used again. Precondition: a session has or had it.
  Session* at(SubscriberId id) const { return by_id_[id]; }
  // Gives it its number and serial. Precondition: there is none of this client identifier.
  Session& add(std::unique_ptr<Session> session);
  Session& create(std::string client_identifier);
  void erase(const Session& session);
  // For a client that has none: nobody else's. [MQTT-3.1.3-6]
  std::string new_client_identifier();
  std::size_t size() const { return sessions_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unordered_map<std::string, std::unique_ptr<Session>, TextHash, std::equal_to<>> sessions_;
  std::vector<Session*> by_id_;
  std::vector<SubscriberId> free_ids_;
  std::uint32_t last_serial_ = 0;
  std::uint64_t random_;
};

}  // namespace mqtt
