// One client's HTTP requests -> responses in their order, until it leaves or its connection becomes a WebSocket.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "http/http_request_parser.h"
#include "http/web_socket_handshake.h"
#include "net/link.h"
#include "net/reactor.h"

namespace wasmqtt {

class HttpServer;

class HttpConnection final : private LinkListener {
 public:
  using Clock = std::chrono::steady_clock;

  HttpConnection(HttpServer& server, Reactor& reactor, std::shared_ptr<Link> link);
  ~HttpConnection();

  void start();
  void close();
  // Has nothing moved for longer than HTTP's patience lasts?
  bool is_overdue(Clock::time_point now) const;
  std::string peer() const { return link_->peer(); }

 private:
  void on_bytes(Bytes bytes) override;
  void on_writable() override;
  void on_end(const LinkEnd& end) override;

  void process(Bytes bytes);
  void answer_request();
  void refuse_request();
  void respond(HttpResponse response, bool keep_alive);
  bool send();
  bool send_file_chunk();
  void finish_response();
  void become_web_socket();
  void finish();

  HttpServer& server_;
  Reactor& reactor_;
  std::shared_ptr<Link> link_;
  HttpRequestParser parser_;
  mqtt::ByteBuffer held_;  // bytes behind the request that is being answered
  std::string head_;       // what is being answered: head and body
  std::size_t head_sent_ = 0;
  OpenDescriptor file_;
  std::uint64_t file_sent_ = 0;
  std::uint64_t file_size_ = 0;
  Clock::time_point last_progress_ = Clock::now();
  FrameReading frame_reading_ = FrameReading::Unknown;  // of the WebSocket that it is to become
  bool received_anything_ = false;
  bool responding_ = false;
  bool close_afterwards_ = false;
  bool upgrade_afterwards_ = false;
  bool finished_ = false;
};

}  // namespace wasmqtt
