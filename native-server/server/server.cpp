// Puts the parts together and finds the words when a port can't be had.
#include "server/server.h"

#include <spdlog/fmt/fmt.h>

#include <cerrno>
#include <system_error>

#include <asio/ip/host_name.hpp>

#include "ops/random_seed.h"
#include "relay/relay.h"
#include "server/broker_host.h"

namespace wasmqtt {
namespace {

std::string port_problem(const TcpEndpoint& endpoint, const char* flag, const std::error_code& error) {
  const std::string address = endpoint.address().to_string();
  const auto choose = fmt::format("choose another with {} N (0 picks a free one)", flag);
  switch (error.value()) {
    case EADDRINUSE:
      return fmt::format("port {} on {} is taken by another program; {}", endpoint.port(), address, choose);
    case EACCES:
      return fmt::format("port {} on {} needs rights that this program does not have; {}", endpoint.port(), address,
                         choose);
    case EADDRNOTAVAIL:
      return fmt::format("{} is not an address of this machine; choose another with --bind", address);
    default:
      return fmt::format("port {} on {} can't be opened: {}", endpoint.port(), address, error.message());
  }
}

WebSocketPolicy web_socket_policy(const ServerOptions& options) {
  const std::uint32_t maximum_packet_size =
      options.upstream ? mqtt::kMaximumPacketSize : options.broker.maximum_packet_size;
  return {.packs_for_known = options.pack_frames != PackFrames::Never,
          .packs_for_unknown = options.pack_frames == PackFrames::Always,
          .maximum_message = maximum_message_size(maximum_packet_size)};
}

bool is_this_machine(const std::string& host) {
  asio::error_code error;
  return host == "localhost" || asio::ip::make_address(host, error).is_loopback();
}

}  // namespace

Server::Server(Reactor& reactor, const ServerOptions& options)
    : reactor_(reactor),
      backend_(make_backend(options)),
      http_(reactor, options.serve, web_socket_policy(options), *backend_) {
  if (options.mqtt_port) {
    mqtt_port_ = listen(options, *options.mqtt_port, "MQTT", "--port",
                        [this](std::shared_ptr<Link> link) { backend_->accept(std::move(link)); });
  }
  http_port_ = listen(options, options.http_port, "HTTP and MQTT over WebSocket", "--http-port",
                      [this](std::shared_ptr<Link> link) { http_.accept(std::move(link)); });
  if (broker_ != nullptr) broker_->set_http_port(http_port_);
  if (!options.serve.empty()) {
    reactor_.log->info("serving the files in {}", options.serve.string());
  }
  if (options.bridge) {
    bridge_ = make_bridge(*options.bridge);
    bridge_->start([this] { start_listeners(); });
  } else {
    start_listeners();
  }
}

void Server::start_listeners() {
  for (const auto& listener : listeners_)
    listener->start();
}

std::unique_ptr<BridgeHost> Server::make_bridge(BridgeTarget target) {
  // What crosses would come back, and cross again, for ever.
  if (target.upstream.port == mqtt_port_ && is_this_machine(target.upstream.host)) {
    throw StartError(fmt::format(
        "--bridge: {} is this server itself; name the other broker's port, or choose another here with --port N",
        target.upstream.text()));
  }
  mqtt::BridgeOptions& options = target.options;
  if (options.client_identifier.empty())
    options.client_identifier = fmt::format("wasmqtt-{}-{}", asio::ip::host_name(), http_port_);
  options.random_seed = random_seed();
  reactor_.log->info("bridging to {} as '{}'", target.upstream.text(), options.client_identifier);
  // The command line excludes a bridge of a relay.
  return std::make_unique<BridgeHost>(reactor_, target, *broker_, broker_->broker().retained());
}

std::unique_ptr<LinkAcceptor> Server::make_backend(const ServerOptions& options) {
  if (!options.upstream) {
    std::unique_ptr<SqliteJournal> journal;
    mqtt::BrokerOptions broker = options.broker;
    const bool counts_clients = broker.maximum_connections != SIZE_MAX;
    if (options.bridge && counts_clients) ++broker.maximum_connections;  // the bridge is one more
    if (!options.data.empty()) journal = std::make_unique<SqliteJournal>(options.data, options.durability);
    auto host = std::make_unique<BrokerHost>(reactor_, broker, std::move(journal));
    broker_ = host.get();
    return host;
  }
  reactor_.log->info("relaying to {}", options.upstream->text());
  return std::make_unique<Relay>(reactor_, *options.upstream);
}

// Answers the port on the first address.
std::uint16_t Server::listen(const ServerOptions& options, std::uint16_t port, const char* what, const char* flag,
                             const TcpListener::OnLink& on_link) {
  std::uint16_t first_port = 0;
  for (const auto& address : options.bind) {
    const TcpEndpoint wanted(address, port);
    try {
      listeners_.push_back(std::make_unique<TcpListener>(reactor_, wanted, on_link));
    } catch (const std::system_error& error) {
      throw StartError(port_problem(wanted, flag, error.code()));
    }
    const TcpEndpoint& bound = listeners_.back()->endpoint();
    if (first_port == 0) first_port = bound.port();
    reactor_.log->info("listening for {} on {}", what, endpoint_text(bound));
  }
  return first_port;
}

void Server::shut_down() {
  for (const auto& listener : listeners_)
    listener->close();
  if (bridge_) bridge_->shut_down();
  backend_->shut_down();
  http_.shut_down();
}

}  // namespace wasmqtt
