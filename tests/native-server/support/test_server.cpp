// Runs the reactor in a thread, and writes the few packets that the tests of a host need.
#include "support/test_server.h"

#include <future>

#include <asio/post.hpp>

#include "net/run_reactor.h"

namespace wasmqtt::test {
namespace {

ServerOptions on_free_ports(ServerOptions options) {
  if (options.mqtt_port) options.mqtt_port = 0;
  options.http_port = 0;
  return options;
}

std::string text(std::string_view value) {
  return std::string{static_cast<char>(value.size() >> 8), static_cast<char>(value.size())} + std::string(value);
}

std::string packet(char first, std::string_view body) {
  std::string bytes(1, first);
  std::size_t rest = body.size();
  do {
    bytes.push_back(static_cast<char>((rest % 128) | (rest >= 128 ? 0x80 : 0)));
    rest /= 128;
  } while (rest > 0);
  return bytes.append(body);
}

}  // namespace

TestServer::TestServer(ServerOptions options, std::chrono::milliseconds closing_patience)
    : reactor_(log_.logger(), closing_patience),
      server_(reactor_, on_free_ports(std::move(options))),
      thread_([this] { run_reactor(reactor_); }) {}

void TestServer::stop() {
  if (!thread_.joinable()) return;
  asio::post(reactor_.io, [this] { server_.shut_down(); });
  thread_.join();
}

void TestServer::on_reactor(const std::function<void(Reactor&)>& action) {
  std::promise<void> done;
  asio::post(reactor_.io, [&] {
    action(reactor_);
    done.set_value();
  });
  done.get_future().wait();
}

std::string connect_packet(std::string_view client_identifier) {
  return packet(0x10, text("MQTT") + std::string("\x04\x02\x00\x00", 4) + text(client_identifier));
}

std::string connect_5_packet(std::string_view client_identifier) {
  return packet(0x10, text("MQTT") + std::string("\x05\x02\x00\x00\x00", 5) + text(client_identifier));
}

std::string subscribe_packet(std::string_view topic_filter) {
  return packet('\x82', std::string("\x00\x01", 2) + text(topic_filter) + std::string(1, '\0'));
}

std::string publish_packet(std::string_view topic, std::string_view payload) {
  return packet(0x30, text(topic) + std::string(payload));
}

Bystander::Bystander(std::uint16_t mqtt_port) : socket_(mqtt_port) {
  const std::string topic = "bystander/" + std::to_string(socket_.local_port());
  socket_.send(connect_packet(topic) + subscribe_packet(topic));
  socket_.receive(4 + 5);  // CONNACK, SUBACK
}

bool Bystander::is_served() {
  const std::string message = publish_packet("bystander/" + std::to_string(socket_.local_port()), "still here?");
  socket_.send(message);
  return socket_.receive(message.size()) == message;
}

}  // namespace wasmqtt::test
