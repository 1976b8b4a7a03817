// A Server on free ports of the loopback interface, in a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "config/server_options.h"
#include "net/reactor.h"
#include "server/server.h"
#include "support/test_log.h"
#include "support/test_socket.h"

namespace wasmqtt::test {

class TestServer {
 public:
  // The ports that `options` asks for are replaced by free ones.
  explicit TestServer(ServerOptions options = {}, std::chrono::milliseconds closing_patience = std::chrono::seconds(2));
  ~TestServer() { stop(); }

  // Shuts it down and waits until its reactor has nothing left to do.
  void stop();
  // Runs on the server's thread, between two of its turns; comes back when it is done.
  void on_reactor(const std::function<void(Reactor&)>& action);

  std::uint16_t mqtt_port() const { return server_.mqtt_port(); }
  std::uint16_t http_port() const { return server_.http_port(); }
  TestLog& log() { return log_; }

 private:
  TestLog log_;
  Reactor reactor_;
  Server server_;
  std::thread thread_;
};

// --- MQTT 3.1.1, as much as a test needs of it: packets as bytes

std::string connect_packet(std::string_view client_identifier);
std::string connect_5_packet(std::string_view client_identifier);
std::string subscribe_packet(std::string_view topic_filter);
std::string publish_packet(std::string_view topic, std::string_view payload);

// A client over TCP that has got its CONNACK. It sees that others are being served: publishes to itself and waits for
// it.
class Bystander {
 public:
  explicit Bystander(std::uint16_t mqtt_port);
  // True when a message of its own comes back.
  bool is_served();

 private:
  TestSocket socket_;
};

}  // namespace wasmqtt::test
