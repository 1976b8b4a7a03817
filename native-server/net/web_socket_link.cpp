// Keeps the order of the frames: a data frame that was begun is finished before anything else, control frames go
// between.
#include "net/web_socket_link.h"

#include <algorithm>
#include <array>
#include <utility>

#include "net/tcp_link.h"

namespace wasmqtt {
namespace {

// Pongs and a Close frame that wait for a peer which does not read; a peer that keeps sending pings all the same is let
// go.
constexpr std::size_t kMaximumWaitingControls = 8 * 1024;
constexpr std::size_t kMaximumCloseText = 123;  // [RFC6455 5.5]
constexpr std::uint8_t kFinalFrame = 0x80;

std::string_view truncated_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<std::uint8_t>(text[limit]) & 0xC0) == 0x80)
    --limit;
  return text.substr(0, limit);
}

}  // namespace

WebSocketLink::~WebSocketLink() {
  if (!is_transport_closed_) transport_->abort();
}

void WebSocketLink::start(LinkListener& listener) {
  listener_ = &listener;
  transport_->start(*this);
}

// --- in

void WebSocketLink::on_bytes(Bytes bytes) {
  if (state_ == State::Closed) return;
  const auto self = shared_from_this();  // the listener may let go of this link
  reactor_.payload.clear();
  decoder_.feed(bytes);
  const auto last = collect_payload();
  if (!controls_.empty()) write_controls();
  if (!reactor_.payload.empty() && listener_ != nullptr) listener_->on_bytes(reactor_.payload.view());
  if (last == WebSocketDecoder::Event::Close) on_peer_close();
  if (last == WebSocketDecoder::Event::Failure) fail(decoder_.close_code(), decoder_.failure_text());
}

// Gathers what the fed frames carry, so that the listener is called once for all of them. Answers NeedMore, Close or
// Failure.
WebSocketDecoder::Event WebSocketLink::collect_payload() {
  while (true) {
    const auto event = decoder_.next();
    switch (event) {
      case WebSocketDecoder::Event::Payload:
        reactor_.payload.append(decoder_.data());
        break;
      case WebSocketDecoder::Event::Ping:
        on_ping(decoder_.data());
        break;
      case WebSocketDecoder::Event::Pong:
        break;
      default:
        return event;
    }
  }
}

void WebSocketLink::on_ping(Bytes payload) {
  if (state_ != State::Open) return;
  if (controls_.size() - controls_written_ > kMaximumWaitingControls) {
    return fail(CloseCode::PolicyViolation, "pings without end, and their pongs are not read");
  }
  append_control(WSLAY_PONG, payload);
}

void WebSocketLink::on_peer_close() {
  const auto code = static_cast<unsigned>(decoder_.close_code());
  const bool is_orderly = code == 1000 || code == 1001 || code == 1005;
  const std::string reason(mqtt::as_text(decoder_.data()));
  if (state_ == State::Open) {
    say_farewell(decoder_.close_code(), "", State::Closed);
  } else {
    state_ = State::Closed;
    close_transport();
  }
  end({is_orderly,
       "the peer closed the WebSocket with code " + std::to_string(code) + (reason.empty() ? "" : ": ") + reason});
}

void WebSocketLink::fail(CloseCode code, std::string_view text) {
  if (state_ == State::Closed) return;
  say_farewell(code, text, State::Closed);
  end({false, "the peer broke the WebSocket protocol: " + std::string(text)});
}

void WebSocketLink::on_end(const LinkEnd& transport_end) {
  const auto self = shared_from_this();
  state_ = State::Closed;
  is_transport_closed_ = true;
  end(transport_end.orderly ? LinkEnd{true, "the peer closed the connection without a Close frame"} : transport_end);
  reactor_.closing_links.remove(this);
}

void WebSocketLink::end(const LinkEnd& end) {
  LinkListener* const listener = std::exchange(listener_, nullptr);
  if (listener != nullptr) listener->on_end(end);
}

// --- out

std::size_t WebSocketLink::write(std::span<const Bytes> parts) {
  if (state_ != State::Open) return 0;
  parts = parts.first(std::min(parts.size(), kMaximumWriteParts));
  std::array<Bytes, kMaximumWriteParts + 1> runs{output_.held()};
  std::copy(parts.begin(), parts.end(), runs.begin() + 1);
  mqtt::ByteRuns ahead{std::span(runs).first(parts.size() + 1)};
  const std::size_t all = ahead.size();
  const std::size_t held = output_.held().size();
  if (!blocked_ && !controls_.empty()) blocked_ = !output_.finish_frame(*transport_, reactor_.write_buffer(), ahead);
  if (!blocked_ && write_controls()) blocked_ = !output_.send(*transport_, reactor_.write_buffer(), ahead);
  const std::size_t sent = all - ahead.size();
  output_.settle(sent, ahead, !blocked_);
  listener_waits_ = blocked_ && !ahead.empty();
  return blocked_ ? sent - std::min(sent, held) : all - held;
}

void WebSocketLink::append_control(std::uint8_t opcode, Bytes payload) {
  controls_.push_back(static_cast<char>(kFinalFrame | opcode));
  controls_.push_back(static_cast<char>(payload.size()));
  controls_.append(mqtt::as_text(payload));
}

// True when no control frame is left to write.
bool WebSocketLink::write_controls() {
  if (controls_.empty()) return true;
  if (blocked_ || !output_.is_between_frames()) return false;
  const Bytes rest = mqtt::as_bytes(controls_).subspan(controls_written_);
  const std::size_t written = transport_->write({&rest, 1});
  blocked_ = written < rest.size();
  controls_written_ += written;
  if (blocked_) return false;
  controls_written_ = 0;
  std::string().swap(controls_);  // an idle connection owns no memory for it
  return true;
}

void WebSocketLink::want_writable() {
  listener_waits_ = true;
  transport_->want_writable();
}

void WebSocketLink::on_writable() {
  const auto self = shared_from_this();
  blocked_ = false;
  if (output_.is_between_frames() && !write_controls()) return;
  if (state_ == State::Closed) return close_transport();
  if (listener_waits_ && listener_ != nullptr) {
    listener_waits_ = false;
    listener_->on_writable();
  }
}

// --- the end

void WebSocketLink::close(CloseCode code, std::string_view text) {
  listener_ = nullptr;
  if (state_ != State::Open) return;
  transport_->resume();  // the peer's Close frame is awaited
  say_farewell(code, text, State::CloseSent);
}

// Sends a Close frame, unless a half-written data frame bars its way, and goes on to `next`. [RFC6455 5.5.1]
void WebSocketLink::say_farewell(CloseCode code, std::string_view text, State next) {
  if (!output_.is_between_frames()) {
    state_ = State::Closed;
    return close_transport();
  }
  if (state_ == State::Open) {
    std::string payload;
    if (code != CloseCode::NoStatusReceived) {
      const auto number = static_cast<std::uint16_t>(code);
      payload = {static_cast<char>(number >> 8), static_cast<char>(number)};
      payload += truncated_utf8(text, kMaximumCloseText);
    }
    append_control(WSLAY_CONNECTION_CLOSE, mqtt::as_bytes(payload));
  }
  state_ = next;
  const bool is_written = write_controls();
  if (is_written && state_ == State::Closed) return close_transport();
  reactor_.closing_links.add(shared_from_this());
}

void WebSocketLink::close_transport() {
  if (is_transport_closed_) return;
  is_transport_closed_ = true;
  transport_->close(CloseCode::NormalClosure, "");
  reactor_.closing_links.remove(this);
}

void WebSocketLink::abort() {
  const auto self = shared_from_this();
  listener_ = nullptr;
  state_ = State::Closed;
  is_transport_closed_ = true;
  transport_->abort();
  reactor_.closing_links.remove(this);
}

void WebSocketLink::expire() {
  const auto self = shared_from_this();
  LinkListener* const listener = listener_;
  abort();
  if (listener != nullptr) listener->on_end({false, "the peer did not take its last bytes in time"});
}

}  // namespace wasmqtt
