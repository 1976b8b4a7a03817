// Every accepted link -> a TCP connection of its own to the upstream broker.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_set>

#include "config/server_options.h"
#include "net/link.h"
#include "net/reactor.h"
#include "relay/relay_session.h"

namespace wasmqtt {

// Moves bytes and knows nothing of MQTT.
class Relay final : public LinkAcceptor {
 public:
  Relay(Reactor& reactor, Upstream upstream) : reactor_(reactor), upstream_(std::move(upstream)) {}

  void accept(std::shared_ptr<Link> link) override;
  void shut_down() override;

  // For its sessions.
  Reactor& reactor() { return reactor_; }
  const Upstream& upstream() const { return upstream_; }
  void remove(const std::shared_ptr<RelaySession>& session) { sessions_.erase(session); }

 private:
  Reactor& reactor_;
  Upstream upstream_;
  std::unordered_set<std::shared_ptr<RelaySession>> sessions_;
  bool is_shutting_down_ = false;
};

}  // namespace wasmqtt
