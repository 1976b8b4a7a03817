// Resolves, connects, and gives up in time.
#include "upstream/upstream_dial.h"

#include <utility>

#include <asio/connect.hpp>

namespace wasmqtt {
namespace {

constexpr auto kDialTimeout = std::chrono::seconds(10);

}  // namespace

void UpstreamDial::start() {
  timer_.expires_after(kDialTimeout);
  timer_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (error || !self->on_outcome_) return;
    self->finish(asio::error::timed_out, {});
  });
  asio::error_code not_an_address;
  const auto address = asio::ip::make_address(upstream_.host, not_an_address);
  if (!not_an_address) return connect({TcpEndpoint(address, upstream_.port)});
  resolver_.async_resolve(upstream_.host, std::to_string(upstream_.port),
                          [self = shared_from_this()](const asio::error_code& error, const auto& results) {
                            if (error) return self->finish(error, {});
                            std::vector<TcpEndpoint> endpoints;
                            for (const auto& result : results)
                              endpoints.push_back(result.endpoint());
                            self->connect(endpoints);
                          });
}

void UpstreamDial::connect(const std::vector<TcpEndpoint>& endpoints) {
  if (!on_outcome_) return;
  asio::async_connect(socket_, endpoints,
                      [self = shared_from_this()](const asio::error_code& error, const TcpEndpoint& peer) {
                        self->finish(error, peer);
                      });
}

void UpstreamDial::finish(const asio::error_code& error, const TcpEndpoint& peer) {
  const OnOutcome on_outcome = std::exchange(on_outcome_, nullptr);
  if (!on_outcome) return;
  timer_.cancel();
  asio::error_code problem = error;
  if (!problem) socket_.non_blocking(true, problem);
  if (!problem) socket_.set_option(asio::ip::tcp::no_delay(true), problem);
  Outcome outcome{problem ? problem.message() : std::string(), std::move(socket_), peer};
  if (problem) {
    asio::error_code ignored;
    outcome.socket.close(ignored);
  }
  on_outcome(std::move(outcome));
}

void UpstreamDial::cancel() {
  on_outcome_ = nullptr;
  timer_.cancel();
  resolver_.cancel();
  asio::error_code ignored;
  socket_.close(ignored);
}

}  // namespace wasmqtt
