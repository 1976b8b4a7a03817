// Bytes from a WebSocket client, in any slicing -> the payload of its binary messages, and its control frames.
#pragma once

#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mqtt/base/bytes.h"
#include "mqtt/codec/frame_reader.h"
#include "net/close_code.h"
#include "net/web_socket_frame_headers.h"

namespace wasmqtt {

// What one message of a client may carry, in bytes. Packets are not aligned with messages, so that one may hold many
// packets, and the limit of a packet is none for it. But no client gathers more than a few of the largest packets, or
// tens of megabytes of small ones; a larger number is a mistake or an attack.
constexpr std::uint64_t maximum_message_size(std::uint32_t maximum_packet_size) {
  return std::max<std::uint64_t>(std::uint64_t{4} * maximum_packet_size, 64 * 1024 * 1024);
}

// The server's side of RFC 6455 sections 5 and 7.1 without extensions; wslay takes the frames apart. Message boundaries
// are not reported: MQTT packets are not aligned with them. [MQTT-6.0.0-4]
class WebSocketDecoder {
 public:
  enum class Event : std::uint8_t {
    NeedMore,  // everything that was fed is used up
    Payload,   // data(): the next bytes of a binary message
    Ping,      // data(): at most 125 bytes to send back
    Pong,
    Close,    // close_code() and data(), the reason. Feed nothing more.
    Failure,  // the peer broke the rules: close_code() and failure_text() say how. Feed nothing more.
  };

  explicit WebSocketDecoder(std::uint64_t maximum_message = maximum_message_size(mqtt::kMaximumPacketSize));
  WebSocketDecoder(const WebSocketDecoder&) = delete;
  WebSocketDecoder& operator=(const WebSocketDecoder&) = delete;

  // `bytes` must live until next() answers NeedMore, which it does before it is fed again.
  void feed(mqtt::Bytes bytes) { input_ = bytes.first(headers_.accept(bytes)); }
  Event next();

  // Of the event that next() answered last, until it is called again.
  mqtt::Bytes data() const { return data_; }
  CloseCode close_code() const { return close_code_; }
  std::string_view failure_text() const { return failure_text_; }

 private:
  struct FreeContext {
    void operator()(wslay_frame_context* context) const { wslay_frame_context_free(context); }
  };

  static ssize_t take_input(std::uint8_t* into, std::size_t count, int flags, void* decoder);
  Event on_control_chunk(const wslay_frame_iocb& frame, bool is_last);
  Event on_close();
  Event fail(CloseCode code, const char* text);

  std::unique_ptr<wslay_frame_context, FreeContext> context_;
  WebSocketFrameHeaders headers_;
  mqtt::Bytes input_;  // up to the header that is refused, if one is
  mqtt::Bytes data_;
  const char* failure_text_ = "";
  std::uint64_t frame_received_ = 0;  // payload bytes of the current frame
  CloseCode close_code_ = CloseCode::NoStatusReceived;
  std::uint8_t control_size_ = 0;
  std::array<std::uint8_t, 125> control_;  // payload of the current control frame
};

}  // namespace wasmqtt
