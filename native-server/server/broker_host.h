// Links -> connections of one broker: hands it bytes and time, and its output to the links once a turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mqtt/broker/broker.h"
#include "net/deadline_timer.h"
#include "net/link.h"
#include "net/reactor.h"
#include "net/retired.h"
#include "server/broker_connection.h"
#include "server/connection_log.h"
#include "storage/sqlite_journal.h"

namespace wasmqtt {

class BrokerHost final : public LinkAcceptor, private mqtt::BrokerObserver {
 public:
  // With what the journal holds; null: everything ends with the process. Throws JournalError.
  BrokerHost(Reactor& reactor, const mqtt::BrokerOptions& options, std::unique_ptr<SqliteJournal> journal = nullptr);

  void accept(std::shared_ptr<Link> link) override;
  void shut_down() override;

  // For messages that tell a client where to go.
  void set_http_port(std::uint16_t port) { http_port_ = port; }
  std::uint16_t http_port() const { return http_port_; }

  // --- for its connections
  mqtt::Broker& broker() { return broker_; }
  const mqtt::BrokerOptions& options() const { return options_; }
  void receive(mqtt::ConnectionId id, Bytes bytes);
  // Has the output of everything that is happening in this turn of the reactor written at its end.
  void schedule_pump();
  void remove(mqtt::ConnectionId id);
  // Stores what the steps so far have put down. To be called before anything that came of them is written to a client.
  // Throws JournalError, which ends the server: it could keep no promise.
  void commit() {
    if (journal_ != nullptr) journal_->commit();
  }

 private:
  void on_connected(mqtt::ConnectionId id, const mqtt::ConnectedClient& client) override;
  void on_ended(mqtt::ConnectionId id, const mqtt::ConnectionEnd& end) override;

  bool is_split(Bytes read) const;
  void flush_ready(std::size_t most);
  void pump();

  Reactor& reactor_;
  mqtt::BrokerOptions options_;
  ConnectionLog log_;
  std::unique_ptr<SqliteJournal> journal_;
  mqtt::Broker broker_;
  std::vector<std::unique_ptr<BrokerConnection>> connections_;  // by ConnectionId
  Retired<BrokerConnection> retired_;
  DeadlineTimer timer_;
  std::size_t received_since_pump_ = 0;
  std::uint16_t http_port_ = 0;
  bool pump_is_scheduled_ = false;
  bool is_shutting_down_ = false;
};

}  // namespace wasmqtt
