// A TCP port -> connected, non-blocking links.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>

#include "net/link.h"
#include "net/reactor.h"
#include "net/tcp.h"

namespace wasmqtt {

class TcpListener {
 public:
  using OnLink = std::function<void(std::shared_ptr<Link>)>;

  // Binds and listens; port 0 picks a free one. Throws std::system_error.
  TcpListener(Reactor& reactor, const TcpEndpoint& endpoint, OnLink on_link);

  void start() { wait(); }
  void close();
  const TcpEndpoint& endpoint() const { return endpoint_; }

 private:
  void wait();
  void accept_waiting();
  bool accept_one();
  void pause_after(const asio::error_code& error);

  Reactor& reactor_;
  TcpAcceptor acceptor_;
  TcpEndpoint endpoint_;
  Timer pause_;
  OnLink on_link_;
  bool is_short_of_descriptors_ = false;  // and the log says so
};

}  // namespace wasmqtt
