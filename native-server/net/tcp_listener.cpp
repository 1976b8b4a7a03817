// Accepts what waits, a bounded number in a row, and outlives a lack of descriptors.
#include "net/tcp_listener.h"

#include <sys/socket.h>

#include <utility>

#include <asio/ip/v6_only.hpp>

#include "net/tcp_link.h"

namespace wasmqtt {
namespace {

constexpr int kAcceptsInARow = 64;
constexpr auto kPauseWithoutDescriptors = std::chrono::milliseconds(200);

}  // namespace

TcpListener::TcpListener(Reactor& reactor, const TcpEndpoint& endpoint, OnLink on_link)
    : reactor_(reactor), acceptor_(reactor.io), pause_(reactor.io.get_executor()), on_link_(std::move(on_link)) {
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(TcpAcceptor::reuse_address(true));
  if (endpoint.address().is_v6())
    acceptor_.set_option(asio::ip::v6_only(true));  // "::" and "0.0.0.0" may both be asked for
  // Accepted sockets inherit it. Each turn's output leaves in one write, so there is nothing that Nagle's algorithm
  // could gather.
  acceptor_.set_option(asio::ip::tcp::no_delay(true));
  acceptor_.bind(endpoint);
  acceptor_.listen(SOMAXCONN);
  acceptor_.non_blocking(true);
  endpoint_ = acceptor_.local_endpoint();
}

void TcpListener::wait() {
  acceptor_.async_wait(TcpAcceptor::wait_read, [this](const asio::error_code& error) {
    if (!error) accept_waiting();
  });
}

void TcpListener::accept_waiting() {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    if (!accept_one()) return;
  }
  wait();
}

// False when nothing is left to do now: the wait for more goes on by itself.
bool TcpListener::accept_one() {
  TcpSocket socket(reactor_.io);
  TcpEndpoint peer;
  asio::error_code error;
  acceptor_.accept(socket, peer, error);
  if (!acceptor_.is_open()) return false;
  if (error == asio::error::would_block || error == asio::error::try_again) {
    wait();
    return false;
  }
  if (error == asio::error::connection_aborted || error == asio::error::interrupted) return true;
  if (!error) socket.non_blocking(true, error);
  if (error) {
    pause_after(error);
    return false;
  }
  is_short_of_descriptors_ = false;
  on_link_(std::make_shared<TcpLink>(reactor_, std::move(socket), std::move(peer)));
  return true;
}

// Most likely there is no descriptor left; clients wait in the backlog until connections have ended.
void TcpListener::pause_after(const asio::error_code& error) {
  if (!std::exchange(is_short_of_descriptors_, true)) {
    reactor_.log->error("accepting connections on {} pauses until others end: {}", endpoint_text(endpoint_),
                        error.message());
  }
  pause_.expires_after(kPauseWithoutDescriptors);
  pause_.async_wait([this](const asio::error_code& cancelled) {
    if (!cancelled && acceptor_.is_open()) accept_waiting();
  });
}

void TcpListener::close() {
  asio::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace wasmqtt
