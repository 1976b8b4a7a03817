// The bytes of a WebSocket client, in any slicing -> whether each frame's header may come where it stands.
#pragma once

#include <array>
#include <cstdint>

#include "mqtt/base/bytes.h"
#include "net/close_code.h"

namespace wasmqtt {

// What the rules of RFC 6455 and the length of a message allow is said of a header as soon as it is there: a frame that
// announces a tebibyte is refused before its first byte comes.
class WebSocketFrameHeaders {
 public:
  // `maximum_message` bounds the bytes in all frames of one message.
  explicit WebSocketFrameHeaders(std::uint64_t maximum_message) : maximum_message_(maximum_message) {}

  // Looks at the bytes behind those that were looked at before, and answers how many at their front are in order: all,
  // or those before the header that is refused. Then nothing more may be given.
  std::size_t accept(mqtt::Bytes bytes);

  bool has_refused() const { return problem_ != nullptr; }
  // After a refusal.
  CloseCode close_code() const { return close_code_; }
  const char* problem() const { return problem_; }

 private:
  void check_begin();
  void check_length(std::uint64_t length);
  const char* order_problem(std::uint8_t opcode) const;
  void refuse(CloseCode code, const char* problem);
  std::uint64_t length() const;

  std::uint64_t maximum_message_;
  std::uint64_t message_size_ = 0;  // announced by the frames of the present message
  std::uint64_t payload_rest_ = 0;  // of the present frame
  const char* problem_ = nullptr;
  CloseCode close_code_ = CloseCode::ProtocolError;
  bool in_message_ = false;        // a fragmented message has begun and not ended
  std::uint8_t header_size_ = 0;   // bytes of the present header that are there
  std::uint8_t header_whole_ = 2;  // those that it has, as far as they tell
  std::array<std::uint8_t, 14> header_{};
};

}  // namespace wasmqtt
