// Octets from a WebSocket client, in any slicing -> the payload of its binary messages, and its control frames.
#pragma once

#include <wslay/wslay.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mqtt/base/bytes.h"
#include "net/close_code.h"

namespace wasmqtt {

// The server's side of RFC 6455 sections 5 and 7.1 without extensions; wslay takes the frames apart. Message boundaries
// are not reported: MQTT packets are not aligned with them. [MQTT-6.0.0-4]
class WebSocketDecoder {
 public:
  enum class Event : std::uint8_t {
    NeedMore,  // everything that was fed is used up
    Payload,   // data(): the next octets of a binary message
    Ping,      // data(): at most 125 octets to send back
    Pong,
    Close,    // close_code() and data(), the reason. Feed nothing more.
    Failure,  // the peer broke the rules: close_code() and failure_text() say how. Feed nothing more.
  };

  WebSocketDecoder();
  WebSocketDecoder(const WebSocketDecoder&) = delete;
  WebSocketDecoder& operator=(const WebSocketDecoder&) = delete;

  // `octets` must live until next() answers NeedMore, which it does before it is fed again.
  void feed(mqtt::Bytes octets) { input_ = octets; }
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
  const char* check_frame_start(const wslay_frame_iocb& frame) const;
  Event on_control_chunk(const wslay_frame_iocb& frame, bool is_last);
  Event on_close();
  Event fail(CloseCode code, const char* text);

  std::unique_ptr<wslay_frame_context, FreeContext> context_;
  mqtt::Bytes input_;
  mqtt::Bytes data_;
  const char* failure_text_ = "";
  std::uint64_t frame_received_ = 0;  // payload octets of the current frame
  CloseCode close_code_ = CloseCode::NoStatusReceived;
  bool in_message_ = false;  // a fragmented message has begun and not ended
  std::uint8_t control_size_ = 0;
  std::array<std::uint8_t, 125> control_;  // payload of the current control frame
};

}  // namespace wasmqtt
