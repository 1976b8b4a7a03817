// One link's bytes -> the broker, and the broker's output for it -> the link.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mqtt/broker/broker.h"
#include "net/link.h"

namespace wasmqtt {

class BrokerHost;

class BrokerConnection final : public LinkListener {
 public:
  BrokerConnection(BrokerHost& host, mqtt::ConnectionId id, std::shared_ptr<Link> link)
      : host_(host), link_(std::move(link)), id_(id) {}
  ~BrokerConnection();

  void start() { link_->start(*this); }
  // Writes what the broker has got for this connection as far as the link takes it, and closes it when it is due.
  void flush();

  // The code and the text with which the link will be closed. `text` is a literal.
  void set_close_reason(CloseCode code, const char* text);
  // Why the connection ended, where this side knows it better than the broker; empty otherwise.
  const std::string& end_text() const { return end_text_; }
  bool is_web_socket() const { return link_->is_web_socket(); }
  bool is_of_host() const { return link_->is_of_host(); }
  std::string peer() const { return link_->peer(); }

 private:
  void on_bytes(Bytes bytes) override;
  void on_writable() override;
  void on_end(const LinkEnd& end) override;

  bool turn_away_foreign_protocol(Bytes first_bytes);
  void pace_reading(std::size_t waiting);
  void leave();

  BrokerHost& host_;
  std::shared_ptr<Link> link_;
  std::string end_text_;
  const char* close_text_ = "";
  mqtt::ConnectionId id_;
  CloseCode close_code_ = CloseCode::NormalClosure;
  bool received_anything_ = false;
  bool is_blocked_ = false;       // the link will call on_writable()
  bool is_paused_ = false;        // not read from, because it doesn't read
  bool is_time_limited_ = false;  // it is to be closed and has not taken its last bytes yet
  bool has_left_ = false;
};

}  // namespace wasmqtt
