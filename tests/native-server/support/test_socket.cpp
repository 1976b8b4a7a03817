// Plain POSIX sockets, with time limits set in the kernel.
#include "support/test_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace wasmqtt::test {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t port_of(int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

void limit_waits(int descriptor) {
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

TestSocket::TestSocket(std::uint16_t port, int receive_buffer)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0) fail("socket");
  limit_waits(descriptor_);
  if (receive_buffer > 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const sockaddr_in address = loopback(port);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    fail("connect");
  }
}

TestSocket::TestSocket(Adopt, int descriptor) : descriptor_(descriptor) {
  limit_waits(descriptor_);
}

TestSocket::TestSocket(TestSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

TestSocket& TestSocket::operator=(TestSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

TestSocket::~TestSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TestSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::size_t TestSocket::send_some(std::string_view bytes) {
  const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno != EAGAIN) fail("send");
  return 0;
}

std::string TestSocket::receive(std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    const std::string some = receive_some(count - bytes.size());
    if (some.empty()) throw std::runtime_error("the connection ended before " + std::to_string(count) + " bytes came");
    bytes += some;
  }
  return bytes;
}

std::string TestSocket::receive_some(std::size_t count) {
  std::string bytes(count, '\0');
  const ssize_t received = ::recv(descriptor_, bytes.data(), count, 0);
  if (received < 0 && errno == ECONNRESET) return {};
  if (received < 0) fail("recv");
  bytes.resize(static_cast<std::size_t>(received));
  return bytes;
}

std::string TestSocket::receive_until(std::string_view end) {
  std::string bytes;
  while (!bytes.ends_with(end))
    bytes += receive(1);
  return bytes;
}

std::string TestSocket::receive_until_closed() {
  std::string bytes;
  while (true) {
    const std::string some = receive_some();
    if (some.empty()) return bytes;
    bytes += some;
  }
}

void TestSocket::shut_down_sending() {
  ::shutdown(descriptor_, SHUT_WR);
}

void TestSocket::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(descriptor_, -1));
}

std::uint16_t TestSocket::local_port() const {
  return port_of(descriptor_);
}

TestListener::TestListener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0) fail("socket");
  limit_waits(descriptor_);
  const sockaddr_in address = loopback(0);
  if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (::listen(descriptor_, 16) != 0) fail("listen");
  port_ = port_of(descriptor_);
}

TestListener::~TestListener() {
  ::close(descriptor_);
}

TestSocket TestListener::accept() {
  const int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted < 0) fail("accept");
  return TestSocket::of_descriptor(accepted);
}

}  // namespace wasmqtt::test
