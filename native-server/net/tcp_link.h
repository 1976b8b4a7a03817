// A connected TCP socket -> a Link: readiness is waited for, then one non-blocking read into the thread's buffer or one
// gathered write.
#pragma once

#include <memory>

#include "net/link.h"
#include "net/reactor.h"
#include "net/tcp.h"

namespace wasmqtt {

// Parts of one write; a caller with more offers the rest afterwards.
inline constexpr std::size_t kMaximumWriteParts = 16;

class TcpLink final : public Link, public std::enable_shared_from_this<TcpLink> {
 public:
  // `socket` is connected and non-blocking.
  TcpLink(Reactor& reactor, TcpSocket socket, TcpEndpoint peer)
      : reactor_(reactor), socket_(std::move(socket)), peer_(std::move(peer)) {}

  void start(LinkListener& listener) override;
  // At most kMaximumWriteParts + 2 parts are looked at.
  std::size_t write(std::span<const Bytes> parts) override;
  void want_writable() override { wait_writable(); }
  void pause() override { paused_ = true; }
  void resume() override;
  // Shuts the sending side down and discards what the peer still sends, until it closes too: closing a socket with
  // unread bytes would have the kernel reset the connection and destroy what was sent last.
  void close(CloseCode code, std::string_view text) override;
  void abort() override;
  void expire() override;
  void limit_remaining_time() override { reactor_.closing_links.add(shared_from_this()); }

  std::string peer() const override { return endpoint_text(peer_); }
  bool is_web_socket() const override { return false; }

 private:
  void wait_readable();
  void wait_writable();
  void on_readable();
  void fail_soon(const asio::error_code& error);
  void end(const LinkEnd& end);
  void discard();

  Reactor& reactor_;
  TcpSocket socket_;
  TcpEndpoint peer_;
  LinkListener* listener_ = nullptr;
  bool paused_ = false;
  bool awaits_readable_ = false;
  bool awaits_writable_ = false;
  bool broken_ = false;      // a write failed; nothing is written any more
  bool discarding_ = false;  // closed by us, not yet by the peer
};

}  // namespace wasmqtt
