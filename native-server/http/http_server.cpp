// Owns the HTTP connections and ends those that do nothing.
#include "http/http_server.h"

#include <utility>
#include <vector>

namespace wasmqtt {
namespace {

constexpr auto kOverdueCheckInterval = std::chrono::seconds(5);

}  // namespace

WebSocketOptions WebSocketPolicy::options_for(FrameReading reading) const {
  const bool packs = (reading == FrameReading::SeveralPackets && packs_for_known) ||
                     (reading == FrameReading::Unknown && packs_for_unknown);
  return {packs ? kPackedFrames : kOnePacketFrames, maximum_message};
}

HttpServer::HttpServer(Reactor& reactor, const std::filesystem::path& folder, const WebSocketPolicy& web_socket_policy,
                       LinkAcceptor& web_sockets)
    : reactor_(reactor),
      files_(folder),
      web_socket_policy_(web_socket_policy),
      web_sockets_(web_sockets),
      retired_(reactor.io),
      timer_(reactor.io.get_executor()) {}

void HttpServer::accept(std::shared_ptr<Link> link) {
  auto connection = std::make_unique<HttpConnection>(*this, reactor_, std::move(link));
  HttpConnection& added = *connection;
  connections_.emplace(&added, std::move(connection));
  added.start();
  wait_for_overdue();
}

void HttpServer::retire(HttpConnection& connection) {
  const auto found = connections_.find(&connection);
  if (found == connections_.end()) return;
  retired_.add(std::move(found->second));
  connections_.erase(found);
  if (connections_.empty()) timer_.cancel();
}

void HttpServer::wait_for_overdue() {
  if (timer_runs_) return;
  timer_runs_ = true;
  timer_.expires_after(kOverdueCheckInterval);
  timer_.async_wait([this](const asio::error_code& error) {
    timer_runs_ = false;
    if (!error) close_overdue();
    if (!connections_.empty()) wait_for_overdue();
  });
}

void HttpServer::close_overdue() {
  const auto now = HttpConnection::Clock::now();
  std::vector<HttpConnection*> overdue;
  for (const auto& [connection, owner] : connections_) {
    if (connection->is_overdue(now)) overdue.push_back(connection);
  }
  for (HttpConnection* connection : overdue) {
    reactor_.log->debug("{}: closed for doing nothing", connection->peer());
    connection->close();
  }
}

void HttpServer::shut_down() {
  std::vector<HttpConnection*> open;
  for (const auto& [connection, owner] : connections_)
    open.push_back(connection);
  for (HttpConnection* connection : open)
    connection->close();
}

}  // namespace wasmqtt
