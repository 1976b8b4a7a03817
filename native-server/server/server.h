// Options -> listening ports, and behind them a broker, with or without a bridge, or a relay.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bridge/bridge_host.h"
#include "config/server_options.h"
#include "http/http_server.h"
#include "net/link.h"
#include "net/reactor.h"
#include "net/tcp_listener.h"

namespace wasmqtt {

class BrokerHost;

// Its text is a sentence for the person who started the program.
class StartError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Server {
 public:
  // Opens the ports and logs them; connections are served while `reactor.io` runs. Throws StartError.
  Server(Reactor& reactor, const ServerOptions& options);

  // Closes the ports, ends every connection as its protocol says, and leaves nothing that would keep the reactor
  // running for longer than its patience for closing links.
  void shut_down();

  // The ports that were opened first; 0 for MQTT over TCP when it was not to be opened.
  std::uint16_t mqtt_port() const { return mqtt_port_; }
  std::uint16_t http_port() const { return http_port_; }

 private:
  std::unique_ptr<BridgeHost> make_bridge(BridgeTarget target);
  void start_listeners();
  std::unique_ptr<LinkAcceptor> make_backend(const ServerOptions& options);
  std::uint16_t listen(const ServerOptions& options, std::uint16_t port, const char* what, const char* flag,
                       const TcpListener::OnLink& on_link);

  Reactor& reactor_;
  BrokerHost* broker_ = nullptr;  // the backend, unless that is a relay
  std::unique_ptr<LinkAcceptor> backend_;
  std::unique_ptr<BridgeHost> bridge_;  // null: there is none
  HttpServer http_;
  std::vector<std::unique_ptr<TcpListener>> listeners_;
  std::uint16_t mqtt_port_ = 0;
  std::uint16_t http_port_ = 0;
};

}  // namespace wasmqtt
