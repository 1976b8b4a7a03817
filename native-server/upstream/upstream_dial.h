// An Upstream -> a connected socket, or why there is none.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/ip/basic_resolver.hpp>

#include "config/server_options.h"
#include "net/tcp.h"

namespace wasmqtt {

// One attempt, over all addresses of the host in their order. Calls back once, never from within start(); not after
// cancel().
class UpstreamDial : public std::enable_shared_from_this<UpstreamDial> {
 public:
  struct Outcome {
    std::string problem;  // empty: `socket` is connected and non-blocking
    TcpSocket socket;
    TcpEndpoint peer;
  };
  using OnOutcome = std::function<void(Outcome)>;

  UpstreamDial(asio::io_context& io, const Upstream& upstream, OnOutcome on_outcome)
      : upstream_(upstream),
        on_outcome_(std::move(on_outcome)),
        resolver_(io.get_executor()),
        socket_(io.get_executor()),
        timer_(io.get_executor()) {}

  void start();
  void cancel();

 private:
  void connect(const std::vector<TcpEndpoint>& endpoints);
  void finish(const asio::error_code& error, const TcpEndpoint& peer);

  Upstream upstream_;
  OnOutcome on_outcome_;
  asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type> resolver_;
  TcpSocket socket_;
  Timer timer_;
};

}  // namespace wasmqtt
