// Owns the sessions.
#include "relay/relay.h"

namespace wasmqtt {

void Relay::accept(std::shared_ptr<Link> link) {
  if (is_shutting_down_) return link->close(CloseCode::GoingAway, "the server is shutting down");
  const auto session = std::make_shared<RelaySession>(*this, std::move(link));
  sessions_.insert(session);
  session->start();
}

void Relay::shut_down() {
  is_shutting_down_ = true;
  const auto open = sessions_;
  for (const auto& session : open)
    session->close(CloseCode::GoingAway, "the server is shutting down");
}

}  // namespace wasmqtt
