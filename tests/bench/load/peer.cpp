// Sockets of the load generator.
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace wasmqtt::load {

namespace {

constexpr int kTimeoutMilliseconds = 10'000;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

void wait_for(int socket, short events) {
  pollfd waiting{socket, events, 0};
  if (poll(&waiting, 1, kTimeoutMilliseconds) != 1)
    throw std::runtime_error("the broker did not answer within 10 seconds");
}

}  // namespace

Peer::Peer(const Options& options, const std::string& client_identifier)
    : websocket_(options.websocket), version_(static_cast<mqtt::ProtocolVersion>(options.version)) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) fail("socket");
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("--host is not an IPv4 address");
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    fail("connect");
  wait_for(socket_, POLLOUT);
  if (websocket_) upgrade(options.host);

  mqtt::Connect connect;
  connect.version = version_;
  connect.client_identifier = client_identifier;
  connect.keep_alive = 0;
  encode(connect, out_);
  await(mqtt::PacketType::Connack);
}

Peer::~Peer() {
  if (socket_ >= 0) close(socket_);
}

Peer::Peer(Peer&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      websocket_(other.websocket_),
      version_(other.version_),
      out_(std::move(other.out_)),
      wire_(std::move(other.wire_)),
      wire_sent_(other.wire_sent_),
      unwrapper_(other.unwrapper_),
      reader_(std::move(other.reader_)) {}

void Peer::upgrade(const std::string& host) {
  const std::string request = upgrade_request(host);
  if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    fail("upgrade");
  std::string answer;
  // One byte at a time: what follows the empty line is a frame already.
  while (!answer.ends_with("\r\n\r\n")) {
    wait_for(socket_, POLLIN);
    char byte = 0;
    if (recv(socket_, &byte, 1, 0) != 1)
      throw std::runtime_error("the broker closed the connection during the upgrade");
    answer += byte;
  }
  if (!answer.starts_with("HTTP/1.1 101"))
    throw std::runtime_error("the broker refused the upgrade: " + answer.substr(0, answer.find('\r')));
}

void Peer::await(mqtt::PacketType type) {
  bool arrived = false;
  std::uint8_t buffer[4096];
  flush();
  while (!arrived) {
    wait_for(socket_, POLLIN);
    receive(buffer, [&](const mqtt::Frame& frame) {
      if (frame.type != type) return;
      arrived = true;
      if (type != mqtt::PacketType::Connack) return;
      const auto connack = decode_connack(frame, version_);
      if (!connack || connack->reason != mqtt::ReasonCode::Success)
        throw std::runtime_error("the broker refused the connection");
    });
  }
}

void Peer::subscribe(const std::string& filter, std::uint8_t qos) {
  const mqtt::Subscribe subscribe{
      .packet_identifier = 1, .entries = {{filter, {.maximum_qos = static_cast<mqtt::QoS>(qos)}}}, .properties = {}};
  encode(subscribe, version_, out_);
  await(mqtt::PacketType::Suback);
}

bool Peer::flush() {
  if (wire_.empty() && !out_.empty()) {
    if (websocket_) {
      append_binary_frame(out_.view(), wire_);
      out_.clear();
    } else {
      std::swap(wire_, out_);
    }
  }
  while (wire_sent_ < wire_.size()) {
    const ssize_t sent = send(socket_, wire_.data() + wire_sent_, wire_.size() - wire_sent_, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return false;
    if (sent < 0) fail("send");
    wire_sent_ += static_cast<std::size_t>(sent);
  }
  wire_.clear();
  wire_sent_ = 0;
  return out_.empty() || flush();
}

void Peer::flush_all() {
  while (!flush())
    wait_for(socket_, POLLOUT);
}

std::size_t Peer::read_some(std::span<std::uint8_t> buffer) {
  const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
  if (count == 0) throw std::runtime_error("the broker closed a connection");
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (count < 0) fail("recv");
  return static_cast<std::size_t>(count);
}

}  // namespace wasmqtt::load
