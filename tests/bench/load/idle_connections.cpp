// mqtt_connections: opens connections to a broker until so many have their CONNACK, prints one line of JSON that says
// how fast, and holds them until its standard input ends.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "descriptor_limit.h"
#include "mqtt/codec/encode.h"

namespace wasmqtt::load {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kUnderWay = 256;  // connections that wait for their CONNACK at a time
// Fewer than the kernel has ports for one source address.
constexpr std::uint32_t kConnectionsPerSource = 10'000;
constexpr ssize_t kConnackBytes = 4;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

class IdleConnections {
 public:
  IdleConnections(std::uint16_t port, std::uint32_t count) : port_(port), count_(count) {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    sockets_.reserve(count);
  }
  ~IdleConnections() {
    // Reset, not closed: the ports are free again at once.
    const linger now{1, 0};
    for (const int socket : sockets_) {
      setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      close(socket);
    }
    close(epoll_);
  }
  IdleConnections(const IdleConnections&) = delete;

  // Throws std::runtime_error when the broker refuses one, or lets the seconds pass.
  void open(double seconds) {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    std::uint32_t connected = 0;
    while (connected < count_) {
      while (sockets_.size() < count_ && sockets_.size() < connected + kUnderWay)
        start();
      connected += serve();
      if (Clock::now() > end)
        throw std::runtime_error("only " + std::to_string(connected) + " connections in " + std::to_string(seconds) +
                                 " s");
    }
  }

 private:
  void start() {
    const auto number = static_cast<std::uint32_t>(sockets_.size());
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) fail("socket");
    sockets_.push_back(socket);
    const int on = 1;
    // The port is chosen when the destination is known, so that each source address has all of them.
    setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(0x7F010001U + number / kConnectionsPerSource);
    if (bind(socket, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) fail("bind");
    sockaddr_in broker{};
    broker.sin_family = AF_INET;
    broker.sin_port = htons(port_);
    broker.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket, reinterpret_cast<const sockaddr*>(&broker), sizeof broker) != 0 && errno != EINPROGRESS)
      fail("connect");
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  // Answers how many got their CONNACK.
  std::uint32_t serve() {
    std::uint32_t connected = 0;
    epoll_event events[kUnderWay];
    const int ready = epoll_wait(epoll_, events, kUnderWay, 1000);
    for (int i = 0; i < ready; ++i) {
      const auto number = static_cast<std::uint32_t>(events[i].data.u64);
      if ((events[i].events & EPOLLOUT) != 0) {
        send_connect(number);
      } else {
        take_connack(number);
        ++connected;
      }
    }
    return connected;
  }

  void send_connect(std::uint32_t number) {
    const std::string identifier = "idle-" + std::to_string(number);
    mqtt::Connect connect;
    connect.client_identifier = identifier;
    connect.keep_alive = 0;
    mqtt::ByteBuffer bytes;
    encode(connect, bytes);
    const auto sent = send(sockets_[number], bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(bytes.size())) fail("connection " + std::to_string(number));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, sockets_[number], &event);
  }

  void take_connack(std::uint32_t number) {
    std::uint8_t bytes[kConnackBytes] = {};
    const bool whole = recv(sockets_[number], bytes, sizeof bytes, 0) == kConnackBytes;
    if (!whole || bytes[3] != 0) throw std::runtime_error("the broker refused connection " + std::to_string(number));
    epoll_ctl(epoll_, EPOLL_CTL_DEL, sockets_[number], nullptr);
  }

  std::uint16_t port_;
  std::uint32_t count_;
  int epoll_ = -1;
  std::vector<int> sockets_;
};

void run(std::uint16_t port, std::uint32_t count, double seconds) {
  IdleConnections connections(port, count);
  const auto begin = Clock::now();
  connections.open(seconds);
  const double taken = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("{\"connections\":%u,\"seconds\":%.3f,\"per_second\":%.0f}\n", count, taken, count / taken);
  std::fflush(stdout);
  char ignored[64];
  while (read(STDIN_FILENO, ignored, sizeof ignored) > 0) {
  }
}

}  // namespace

}  // namespace wasmqtt::load

int main(int argc, char** argv) {
  CLI::App app{"Holds idle connections to an MQTT broker at 127.0.0.1 until standard input ends."};
  std::uint16_t port = 0;
  std::uint32_t count = 1000;
  double seconds = 120;
  app.add_option("--port", port, "TCP port of the broker")->required();
  app.add_option("--count", count)->check(CLI::Range(1, 1'000'000))->capture_default_str();
  app.add_option("--seconds", seconds, "that it may take until all are connected")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  wasmqtt::load::raise_descriptor_limit();
  try {
    wasmqtt::load::run(port, count, seconds);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mqtt_connections: %s\n", error.what());
    return 1;
  }
}
