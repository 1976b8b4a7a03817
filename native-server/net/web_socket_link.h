// A Link below, carrying WebSocket frames -> a Link of the bytes in the client's binary messages.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/link.h"
#include "net/reactor.h"
#include "net/web_socket_decoder.h"
#include "net/web_socket_output.h"

namespace wasmqtt {

struct WebSocketOptions {
  // Of what is sent.
  mqtt::TransportFrameLimits frames = kOnePacketFrames;
  // Bytes that one message of the client may carry.
  std::uint64_t maximum_message = maximum_message_size(mqtt::kMaximumPacketSize);
};

// What is written are packets of a server of MQTT, and they leave in frames that begin and end with packets; a packet
// of which only the begin was written is waited for. Pings are answered here, and the closing handshake of RFC 6455
// section 7 is kept.
class WebSocketLink final : public Link, public std::enable_shared_from_this<WebSocketLink>, private LinkListener {
 public:
  // The handshake over `transport` is done.
  WebSocketLink(Reactor& reactor, std::shared_ptr<Link> transport, const WebSocketOptions& options)
      : reactor_(reactor),
        transport_(std::move(transport)),
        decoder_(options.maximum_message),
        output_(options.frames) {}
  ~WebSocketLink();

  void start(LinkListener& listener) override;
  // Bytes that came behind the client's handshake. After start().
  void receive_early(Bytes bytes) {
    if (!bytes.empty()) on_bytes(bytes);
  }

  // At most kMaximumWriteParts parts are looked at.
  std::size_t write(std::span<const Bytes> parts) override;
  void want_writable() override;
  void pause() override { transport_->pause(); }
  void resume() override { transport_->resume(); }
  void close(CloseCode code, std::string_view text) override;
  void abort() override;
  void expire() override;
  void limit_remaining_time() override { reactor_.closing_links.add(shared_from_this()); }

  std::string peer() const override { return transport_->peer(); }
  bool is_web_socket() const override { return true; }

 private:
  enum class State : std::uint8_t {
    Open,
    CloseSent,  // our Close frame is on its way, the peer's is awaited
    Closed,     // nothing is expected from the peer any more
  };

  void on_bytes(Bytes bytes) override;
  void on_writable() override;
  void on_end(const LinkEnd& end) override;

  WebSocketDecoder::Event collect_payload();
  void on_ping(Bytes payload);
  void on_peer_close();
  void fail(CloseCode code, std::string_view text);
  void say_farewell(CloseCode code, std::string_view text, State next);
  void end(const LinkEnd& end);
  void close_transport();

  void append_control(std::uint8_t opcode, Bytes payload);
  bool write_controls();

  Reactor& reactor_;
  std::shared_ptr<Link> transport_;
  LinkListener* listener_ = nullptr;
  WebSocketDecoder decoder_;
  std::string controls_;  // whole control frames that go out as soon as no data frame is half written
  std::size_t controls_written_ = 0;
  WebSocketOutput output_;
  State state_ = State::Open;
  bool blocked_ = false;              // the transport will call on_writable()
  bool listener_waits_ = false;       // our listener was promised on_writable()
  bool is_transport_closed_ = false;  // it winds up by itself from here on
};

}  // namespace wasmqtt
