// The rules about one header and about which frame may follow which. [RFC6455 5.1, 5.2, 5.4, 5.5]
#include "net/web_socket_frame_headers.h"

#include <wslay/wslay.h>

#include <algorithm>

namespace wasmqtt {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReservedBits = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLengthBits = 0x7F;
constexpr std::uint8_t kOpcodeBits = 0x0F;
constexpr std::uint8_t kControlBit = 0x08;
constexpr std::uint8_t kTwoByteLength = 126;
constexpr std::uint8_t kEightByteLength = 127;
constexpr std::uint8_t kMaskSize = 4;

}  // namespace

std::size_t WebSocketFrameHeaders::accept(mqtt::Bytes bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (payload_rest_ > 0) {
      const auto skipped = std::min<std::uint64_t>(payload_rest_, bytes.size() - at);
      payload_rest_ -= skipped;
      at += static_cast<std::size_t>(skipped);
      continue;
    }
    header_[header_size_++] = bytes[at++];
    if (header_size_ == 2) check_begin();
    if (header_size_ == header_whole_) check_length(length());
    if (has_refused()) return at - std::min<std::size_t>(at, header_size_);
    if (header_size_ < header_whole_) continue;
    header_size_ = 0;
    header_whole_ = 2;
  }
  return at;
}

// Of the first two bytes, which say how long the header is.
void WebSocketFrameHeaders::check_begin() {
  const std::uint8_t opcode = header_[0] & kOpcodeBits;
  const std::uint8_t short_length = header_[1] & kLengthBits;
  const bool is_control = (opcode & kControlBit) != 0;
  header_whole_ = 2 + kMaskSize;
  if (short_length == kTwoByteLength) header_whole_ += 2;
  if (short_length == kEightByteLength) header_whole_ += 8;
  if ((header_[1] & kMasked) == 0) return refuse(CloseCode::ProtocolError, "a frame without a mask");
  if ((header_[0] & kReservedBits) != 0)
    return refuse(CloseCode::ProtocolError, "a reserved bit is set, though no extension was agreed upon");
  if (const char* wrong = order_problem(opcode)) return refuse(CloseCode::ProtocolError, wrong);
  if (is_control && ((header_[0] & kFinal) == 0 || short_length >= kTwoByteLength))
    return refuse(CloseCode::ProtocolError, "a control frame that is fragmented or longer than 125 bytes");
  // [MQTT-6.0.0-1]
  if (opcode == WSLAY_TEXT_FRAME) refuse(CloseCode::UnsupportedData, "a text frame; MQTT travels in binary frames");
}

const char* WebSocketFrameHeaders::order_problem(std::uint8_t opcode) const {
  switch (opcode) {
    case WSLAY_CONTINUATION_FRAME:
      return in_message_ ? nullptr : "a continuation of no message";
    case WSLAY_TEXT_FRAME:
    case WSLAY_BINARY_FRAME:
      return in_message_ ? "a new message inside a fragmented one" : nullptr;
    case WSLAY_CONNECTION_CLOSE:
    case WSLAY_PING:
    case WSLAY_PONG:
      return nullptr;
    default:
      return "an opcode that is not defined";
  }
}

// Of a whole header.
std::uint64_t WebSocketFrameHeaders::length() const {
  const std::size_t end = header_whole_ - kMaskSize;
  if (end == 2) return header_[1] & kLengthBits;
  std::uint64_t length = 0;
  for (std::size_t i = 2; i < end; ++i)
    length = length << 8 | header_[i];
  return length;
}

void WebSocketFrameHeaders::check_length(std::uint64_t length) {
  if (has_refused()) return;
  const std::size_t length_size = header_whole_ - kMaskSize - 2;
  const bool is_minimal = length_size == 0 || length > (length_size == 2 ? 125U : 0xFFFFU);
  if (!is_minimal || length >> 63 != 0)
    return refuse(CloseCode::ProtocolError, "a frame's length in a form that is not allowed");
  payload_rest_ = length;
  if ((header_[0] & kControlBit) != 0) return;
  if ((header_[0] & kOpcodeBits) != WSLAY_CONTINUATION_FRAME) message_size_ = 0;
  message_size_ += length;
  in_message_ = (header_[0] & kFinal) == 0;
  if (message_size_ > maximum_message_) refuse(CloseCode::MessageTooBig, "a message longer than this server takes");
}

void WebSocketFrameHeaders::refuse(CloseCode code, const char* problem) {
  close_code_ = code;
  problem_ = problem;
}

}  // namespace wasmqtt
