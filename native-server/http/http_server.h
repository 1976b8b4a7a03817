// Accepted connections on the HTTP port -> served files, and WebSockets handed on to what speaks MQTT.
#pragma once

#include <filesystem>
#include <memory>
#include <unordered_map>

#include "http/http_connection.h"
#include "http/static_files.h"
#include "http/web_socket_handshake.h"
#include "net/link.h"
#include "net/reactor.h"
#include "net/retired.h"
#include "net/web_socket_link.h"

namespace wasmqtt {

// What the upgraded connections are like.
struct WebSocketPolicy {
  // Whether frames hold several packets for clients that are known to take them, and for those of which nothing is
  // known.
  bool packs_for_known = true;
  bool packs_for_unknown = false;
  // Bytes that one message of a client may carry.
  std::uint64_t maximum_message = maximum_message_size(mqtt::kMaximumPacketSize);

  WebSocketOptions options_for(FrameReading reading) const;
};

class HttpServer {
 public:
  // `web_sockets` gets the upgraded connections. `folder` may be empty: no files.
  HttpServer(Reactor& reactor, const std::filesystem::path& folder, const WebSocketPolicy& web_socket_policy,
             LinkAcceptor& web_sockets);

  void accept(std::shared_ptr<Link> link);
  void shut_down();
  std::size_t connection_count() const { return connections_.size(); }

  // For its connections.
  const StaticFiles& files() const { return files_; }
  const WebSocketPolicy& web_socket_policy() const { return web_socket_policy_; }
  void accept_web_socket(const std::shared_ptr<WebSocketLink>& link) { web_sockets_.accept(link); }
  void retire(HttpConnection& connection);

 private:
  void wait_for_overdue();
  void close_overdue();

  Reactor& reactor_;
  StaticFiles files_;
  WebSocketPolicy web_socket_policy_;
  LinkAcceptor& web_sockets_;
  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> connections_;
  Retired<HttpConnection> retired_;
  Timer timer_;
  bool timer_runs_ = false;
};

}  // namespace wasmqtt
