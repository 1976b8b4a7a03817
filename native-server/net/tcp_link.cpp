// Waits with Asio, reads and writes without it keeping anything: no buffer, no queue, one small handler per wait.
#include "net/tcp_link.h"

#include <algorithm>
#include <array>

#include <asio/buffer.hpp>
#include <asio/post.hpp>

namespace wasmqtt {
namespace {

bool is_would_block(const asio::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again || error == asio::error::interrupted;
}

LinkEnd end_of(const asio::error_code& error) {
  if (error == asio::error::eof) return {.orderly = true, .text = "the peer closed the connection", .by_peer = true};
  const bool by_peer = error == asio::error::connection_reset || error == asio::error::broken_pipe;
  return {.orderly = false, .text = "the connection was lost: " + error.message(), .by_peer = by_peer};
}

}  // namespace

void TcpLink::start(LinkListener& listener) {
  listener_ = &listener;
  if (!paused_) wait_readable();
}

void TcpLink::wait_readable() {
  if (awaits_readable_) return;
  awaits_readable_ = true;
  socket_.async_wait(TcpSocket::wait_read, [self = shared_from_this()](const asio::error_code& error) {
    self->awaits_readable_ = false;
    if (!error) self->on_readable();
  });
}

void TcpLink::on_readable() {
  if (discarding_) return discard();
  if (listener_ == nullptr || paused_) return;
  const auto buffer = reactor_.read_buffer();
  asio::error_code error;
  const std::size_t count = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
  if (!error) {
    listener_->on_bytes({buffer.data(), count});
  } else if (!is_would_block(error)) {
    return end(end_of(error));
  }
  if (discarding_ || (listener_ != nullptr && !paused_)) wait_readable();
}

std::size_t TcpLink::write(std::span<const Bytes> parts) {
  if (broken_ || awaits_writable_ || !socket_.is_open()) return 0;
  std::array<asio::const_buffer, kMaximumWriteParts + 2> buffers;
  const std::size_t count = std::min(parts.size(), buffers.size());
  std::size_t offered = 0;
  for (std::size_t i = 0; i < count; ++i) {
    buffers[i] = asio::const_buffer(parts[i].data(), parts[i].size());
    offered += parts[i].size();
  }
  if (offered == 0) return 0;
  asio::error_code error;
  const std::size_t taken = socket_.write_some(std::span(buffers).first(count), error);
  if (error && !is_would_block(error)) {
    fail_soon(error);
    return 0;
  }
  if (taken < offered) wait_writable();
  return taken;
}

void TcpLink::wait_writable() {
  if (awaits_writable_ || broken_ || !socket_.is_open()) return;
  awaits_writable_ = true;
  socket_.async_wait(TcpSocket::wait_write, [self = shared_from_this()](const asio::error_code& error) {
    self->awaits_writable_ = false;
    if (!error && self->listener_ != nullptr) self->listener_->on_writable();
  });
}

// The caller of write() is in the middle of something; it learns of the failure when it is done.
void TcpLink::fail_soon(const asio::error_code& error) {
  broken_ = true;
  asio::post(reactor_.io, [self = shared_from_this(), error] { self->end(end_of(error)); });
}

void TcpLink::end(const LinkEnd& end) {
  LinkListener* const listener = listener_;
  abort();
  if (listener != nullptr) listener->on_end(end);
}

void TcpLink::resume() {
  if (!paused_) return;
  paused_ = false;
  if (listener_ != nullptr) wait_readable();
}

void TcpLink::close(CloseCode, std::string_view) {
  listener_ = nullptr;
  if (broken_ || !socket_.is_open()) return abort();
  asio::error_code error;
  socket_.shutdown(TcpSocket::shutdown_send, error);
  if (error) return abort();
  discarding_ = true;
  reactor_.closing_links.add(shared_from_this());
  wait_readable();
}

void TcpLink::discard() {
  const auto buffer = reactor_.read_buffer();
  asio::error_code error;
  socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
  if (error && !is_would_block(error)) return abort();
  wait_readable();
}

void TcpLink::abort() {
  const auto self = shared_from_this();  // closing_links may hold the last reference
  listener_ = nullptr;
  discarding_ = false;
  asio::error_code ignored;
  socket_.close(ignored);
  reactor_.closing_links.remove(this);
}

void TcpLink::expire() {
  end({false, "the peer did not take its last bytes in time"});
}

}  // namespace wasmqtt
