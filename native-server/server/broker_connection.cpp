// Knows when to write, to wait and to stop reading; what the bytes mean is the broker's business.
#include "server/broker_connection.h"

#include <utility>

#include "net/write_output.h"
#include "server/broker_host.h"
#include "server/foreign_protocol.h"

namespace wasmqtt {

BrokerConnection::~BrokerConnection() {
  if (!has_left_) link_->abort();
}

void BrokerConnection::on_bytes(Bytes bytes) {
  if (!std::exchange(received_anything_, true) && !link_->is_web_socket() && turn_away_foreign_protocol(bytes)) return;
  host_.receive(id_, bytes);
}

void BrokerConnection::flush() {
  host_.commit();
  mqtt::Broker& broker = host_.broker();
  if (!is_blocked_) {
    is_blocked_ =
        !write_output(*link_, broker.output(id_), [&](std::size_t taken) { broker.consume_output(id_, taken); });
  }
  const std::size_t waiting = broker.output(id_).size();
  if (!broker.should_close(id_)) return pace_reading(waiting);
  if (waiting == 0) {
    link_->close(close_code_, close_text_);
    leave();
  } else if (!std::exchange(is_time_limited_, true)) {
    link_->limit_remaining_time();
  }
}

// A client that sends without reading the answers would have them pile up here. Beyond the limit at which the broker
// drops what it may, it is not listened to until it has caught up; nor while the broker holds what it sends.
void BrokerConnection::pace_reading(std::size_t waiting) {
  const std::size_t limit = host_.options().maximum_output_bytes;
  const bool is_held = !host_.broker().takes_input(id_);
  if (!is_paused_ && (is_held || waiting > limit)) {
    is_paused_ = true;
    link_->pause();
  } else if (is_paused_ && !is_held && waiting <= limit / 2) {
    is_paused_ = false;
    link_->resume();
  }
}

void BrokerConnection::on_writable() {
  is_blocked_ = false;
  flush();
  host_.schedule_pump();  // if this was the end of the connection, there may be a will to send
}

void BrokerConnection::on_end(const LinkEnd& end) {
  end_text_ = end.text;
  leave();
}

bool BrokerConnection::turn_away_foreign_protocol(Bytes first_bytes) {
  switch (recognise_foreign_protocol(first_bytes)) {
    case ForeignProtocol::None:
      return false;
    case ForeignProtocol::Tls:
      end_text_ = "a TLS handshake on a port without TLS";
      break;
    case ForeignProtocol::Http: {
      const std::string port = std::to_string(host_.http_port());
      end_text_ = "an HTTP request on the MQTT port; the HTTP port is " + port;
      const std::string answer =
          "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
          "This port speaks MQTT; for HTTP and MQTT over WebSocket use port " +
          port + ".\n";
      const Bytes bytes = mqtt::as_bytes(answer);
      link_->write({&bytes, 1});
      break;
    }
  }
  link_->close(CloseCode::ProtocolError, "");
  leave();
  return true;
}

void BrokerConnection::set_close_reason(CloseCode code, const char* text) {
  close_code_ = code;
  close_text_ = text;
}

// The link is closed or closing by itself; the broker forgets the connection.
void BrokerConnection::leave() {
  if (std::exchange(has_left_, true)) return;
  host_.remove(id_);
}

}  // namespace wasmqtt
