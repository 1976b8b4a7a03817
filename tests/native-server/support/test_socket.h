// A blocking TCP socket of a test, each of whose waits ends in time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wasmqtt::test {

// What any single wait may take before the test fails.
inline constexpr int kPatienceSeconds = 20;

// For a peer that reads slowly. Less than a loopback segment would have the kernel wait for its timers.
inline constexpr int kSmallReceiveBuffer = 128 * 1024;

class TestSocket {
 public:
  // Connects to a port of the loopback interface; throws std::runtime_error. `receive_buffer` limits what the kernel
  // takes in for it.
  explicit TestSocket(std::uint16_t port, int receive_buffer = 0);
  // Of a connection that was accepted.
  static TestSocket of_descriptor(int descriptor) { return TestSocket(Adopt{}, descriptor); }
  TestSocket(TestSocket&& other) noexcept;
  TestSocket& operator=(TestSocket&& other) noexcept;
  ~TestSocket();

  void send(std::string_view bytes);
  // Sends what the kernel takes without waiting; 0 when it takes nothing.
  std::size_t send_some(std::string_view bytes);
  // Exactly `count` bytes; throws when the connection ends first.
  std::string receive(std::size_t count);
  // At least one byte and at most `count`; empty at the end of the stream. A reset counts as an end.
  std::string receive_some(std::size_t count = 65536);
  std::string receive_until(std::string_view end);
  std::string receive_until_closed();
  void shut_down_sending();
  // Closes with a reset instead of an end of stream.
  void reset();
  std::uint16_t local_port() const;

 private:
  struct Adopt {};
  TestSocket(Adopt, int descriptor);

  int descriptor_ = -1;
};

// A port of the loopback interface that a test accepts connections on by hand.
class TestListener {
 public:
  TestListener();
  TestListener(const TestListener&) = delete;
  TestListener& operator=(const TestListener&) = delete;
  ~TestListener();

  std::uint16_t port() const { return port_; }
  TestSocket accept();

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace wasmqtt::test
