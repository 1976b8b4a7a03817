// wslay finds the frames and removes the masks, once their headers were found to be in order.
#include "net/web_socket_decoder.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "mqtt/base/utf8.h"

namespace wasmqtt {
namespace {

// Codes that may stand in a Close frame. [RFC6455 7.4.1, 7.4.2, and the registry that they created]
bool is_valid_close_code(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

// UTF-8 in the sense of RFC 3629; MQTT's own rule forbids U+0000 besides.
bool is_utf8(std::string_view text) {
  for (std::size_t zero = text.find('\0'); zero != text.npos; zero = text.find('\0')) {
    if (!mqtt::is_valid_utf8(text.substr(0, zero))) return false;
    text.remove_prefix(zero + 1);
  }
  return mqtt::is_valid_utf8(text);
}

}  // namespace

WebSocketDecoder::WebSocketDecoder(std::uint64_t maximum_message) : headers_(maximum_message) {
  const wslay_frame_callbacks callbacks{nullptr, &WebSocketDecoder::take_input, nullptr};
  wslay_frame_context* context = nullptr;
  if (wslay_frame_context_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
  context_.reset(context);
}

ssize_t WebSocketDecoder::take_input(std::uint8_t* into, std::size_t count, int, void* decoder) {
  mqtt::Bytes& input = static_cast<WebSocketDecoder*>(decoder)->input_;
  const std::size_t taken = std::min(count, input.size());
  if (taken == 0) return -1;  // wslay then wants to be called again with more
  std::memcpy(into, input.data(), taken);
  input = input.subspan(taken);
  return static_cast<ssize_t>(taken);
}

WebSocketDecoder::Event WebSocketDecoder::next() {
  while (true) {
    wslay_frame_iocb frame{};
    const ssize_t count = wslay_frame_recv(context_.get(), &frame);
    if (count == WSLAY_ERR_WANT_READ) {
      return headers_.has_refused() ? fail(headers_.close_code(), headers_.problem()) : Event::NeedMore;
    }
    if (count < 0) return fail(CloseCode::ProtocolError, "a malformed WebSocket frame");
    frame_received_ += frame.data_length;
    const bool is_last = frame_received_ == frame.payload_length;
    if (is_last) frame_received_ = 0;
    if (wslay_is_ctrl_frame(frame.opcode)) {
      const Event event = on_control_chunk(frame, is_last);
      if (event != Event::NeedMore) return event;
      continue;
    }
    if (frame.data_length == 0) continue;
    data_ = {frame.data, frame.data_length};
    return Event::Payload;
  }
}

WebSocketDecoder::Event WebSocketDecoder::on_control_chunk(const wslay_frame_iocb& frame, bool is_last) {
  // The header of a control frame of more than 125 bytes was refused.
  if (frame.data_length > 0) std::memcpy(control_.data() + control_size_, frame.data, frame.data_length);
  control_size_ = static_cast<std::uint8_t>(control_size_ + frame.data_length);
  if (!is_last) return Event::NeedMore;
  data_ = {control_.data(), control_size_};
  control_size_ = 0;
  if (frame.opcode == WSLAY_PING) return Event::Ping;
  if (frame.opcode == WSLAY_PONG) return Event::Pong;
  return on_close();
}

WebSocketDecoder::Event WebSocketDecoder::on_close() {
  if (data_.empty()) {
    close_code_ = CloseCode::NoStatusReceived;
    return Event::Close;
  }
  mqtt::ByteReader payload(data_);
  const auto code = payload.u16();
  if (!code || !is_valid_close_code(*code)) {
    return fail(CloseCode::ProtocolError, "a Close frame with a code that must not be sent");
  }
  data_ = payload.rest();
  if (!is_utf8(mqtt::as_text(data_))) {
    return fail(CloseCode::InvalidPayload, "a Close frame whose reason is not UTF-8");
  }
  close_code_ = static_cast<CloseCode>(*code);
  return Event::Close;
}

WebSocketDecoder::Event WebSocketDecoder::fail(CloseCode code, const char* text) {
  close_code_ = code;
  failure_text_ = text;
  return Event::Failure;
}

}  // namespace wasmqtt
