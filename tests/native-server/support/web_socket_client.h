// A WebSocket client that a test drives frame by frame, right or wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/test_socket.h"

namespace wasmqtt::test {

enum Opcode : std::uint8_t { Continuation = 0x0, Text = 0x1, Binary = 0x2, Close = 0x8, Ping = 0x9, Pong = 0xA };

struct FrameOptions {
  bool final = true;
  std::uint8_t reserved_bits = 0;  // RSV1 is 4, RSV2 is 2, RSV3 is 1
  bool masked = true;
};

// A frame as a client sends it.
std::string frame(std::uint8_t opcode, std::string_view payload, FrameOptions options = {});
std::string close_payload(std::uint16_t code, std::string_view reason = {});

struct ReceivedFrame {
  bool final = false;
  std::uint8_t opcode = 0;
  bool masked = false;
  std::string payload;

  std::uint16_t close_code() const;  // 0: none
  std::string close_reason() const { return payload.size() > 2 ? payload.substr(2) : ""; }
};

// The handshake's request; `fields` follow the ones that every request has.
std::string upgrade_request(std::string_view fields = "Sec-WebSocket-Protocol: mqtt\r\n");

// Fields of those of whom the server knows how they read frames.
inline constexpr std::string_view kBrowser =
    "Origin: http://localhost\r\nUser-Agent: Mozilla/5.0 (X11) Chrome/156\r\nSec-WebSocket-Protocol: mqtt\r\n";
inline constexpr std::string_view kOldClient =
    "Origin: http://localhost\r\nUser-Agent: Mozilla/5.0 (X11) Chrome/156\r\nSec-WebSocket-Protocol: mqttv3.1\r\n";

class WebSocketClient {
 public:
  // Connects and shakes hands; throws when it is refused.
  explicit WebSocketClient(std::uint16_t http_port, int receive_buffer = 0);
  // The same with these fields in the request.
  WebSocketClient(std::uint16_t http_port, std::string_view fields, int receive_buffer = 0);

  TestSocket& socket() { return socket_; }
  void send(std::string_view bytes) { socket_.send(bytes); }
  void send_binary(std::string_view payload) { socket_.send(frame(Binary, payload)); }
  ReceivedFrame receive();
  // The next `count` bytes of binary frames; any other frame throws.
  std::string receive_binary(std::size_t count);

 private:
  TestSocket socket_;
  std::string binary_;
};

}  // namespace wasmqtt::test
