// The broker: bytes of any number of connections in, bytes of any number of connections out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mqtt/base/bytes.h"
#include "mqtt/base/error.h"
#include "mqtt/base/result.h"
#include "mqtt/base/time.h"
#include "mqtt/broker/broker_authority.h"
#include "mqtt/broker/broker_options.h"
#include "mqtt/broker/connection_id.h"
#include "mqtt/connection/output_queue.h"
#include "mqtt/packet/packet.h"
#include "mqtt/session/journal.h"
#include "mqtt/session/retained_store.h"

namespace mqtt {

// Who is at the other end of a connection.
enum class Origin : std::uint8_t {
  Network,
  // A client of the host's own, such as a bridge's: the names that begin with kHostClientPrefix are for it alone.
  Host,
};
inline constexpr std::string_view kHostClientPrefix = "$bridge";

struct ConnectedClient {
  std::string_view client_identifier;
  ProtocolVersion version = ProtocolVersion::V3_1_1;
  bool clean_start = true;
  bool session_present = false;
  std::uint16_t keep_alive = 0;  // seconds, as it holds
  std::optional<std::string_view> user_name;
};

struct ConnectionEnd {
  std::string_view client_identifier;  // empty before a CONNECT was accepted
  bool orderly = false;                // the client said DISCONNECT; then the rest is Success
  Error error;                         // else why, for a log: who broke what
};

// What a WebSocket's Close frame says of it. [RFC6455 7.4.1]
std::uint16_t web_socket_close_code(const ConnectionEnd& end);

// What a host may want to hear, for a log or for events of its own. Called inside a step: the observer may note, and
// must not call the broker. Views end with the call.
class BrokerObserver {
 public:
  virtual ~BrokerObserver() = default;
  virtual void on_connected(ConnectionId, const ConnectedClient&) {}
  // Once for each connection, when the broker decides to close it or learns that it is gone.
  virtual void on_ended(ConnectionId, const ConnectionEnd&) {}
  virtual void on_subscribed(ConnectionId, std::string_view /*topic_filter*/, QoS /*granted*/) {}
  virtual void on_unsubscribed(ConnectionId, std::string_view /*topic_filter*/) {}
  // Every PUBLISH that the broker accepted. Off unless wants_publishes() answers true when the broker is made.
  virtual void on_publish(ConnectionId, const Publish&) {}
  virtual bool wants_publishes() const { return false; }
};

// Running totals since the broker was made, and what there is now.
struct BrokerStatistics {
  std::uint64_t publishes_received = 0;
  std::uint64_t publishes_sent = 0;
  std::uint64_t publishes_dropped = 0;  // no room: a slow connection (QoS 0) or a full queue; or refused
  std::uint64_t payload_bytes_received = 0;
  std::uint64_t payload_bytes_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;  // handed to the host as written
  std::uint64_t connections_accepted = 0;
  std::uint64_t sessions_expired = 0;
  std::size_t connections = 0;          // with an accepted CONNECT
  std::size_t connections_maximum = 0;  // at any time
  std::size_t sessions = 0;
  std::size_t subscriptions = 0;         // those to shared subscriptions included
  std::size_t shared_subscriptions = 0;  // members of all groups
  std::size_t queued_messages = 0;       // wait for their clients
  std::size_t queued_bytes = 0;
  std::size_t retained_messages = 0;
};

// One thread's. The methods are of three kinds, and every host writes the same loop:
//   broker.receive(connection, bytes, now);                     // 1. one mutation; time is handed in
//   while (auto ready = broker.take_ready()) flush(*ready);      // 2. what has come of it, before the next mutation or
//   after several arm_timer(broker.next_deadline());                           // 3. then wait: bytes, a deadline, a
//   command
// flush(c): write broker.output(c) as far as the transport takes it and tell broker.consume_output(c, n); when nothing
// is left and broker.should_close(c), close the transport and call broker.closed(c, now). `now` never goes back. Views
// that are handed in are not kept.
class Broker {
 public:
  // Observer, authority and journal must outlive the broker.
  explicit Broker(const BrokerOptions& options, BrokerObserver* observer = nullptr,
                  BrokerAuthority* authority = nullptr, Journal* journal = nullptr);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // --- the journal's content, before anything else: restore() with each record in the order of the keys, then
  // finish_restoring(). An Error says that a record is not one of this version; the broker is of no use then.
  Result<void> restore(Bytes key, Bytes value);
  void finish_restoring(Instant now);

  // --- mutations
  // A transport was accepted. The connection has BrokerOptions::connect_timeout for its CONNECT.
  ConnectionId open(Instant now, Origin origin = Origin::Network);
  // Bytes arrived, in any slicing. Ignored once should_close().
  void receive(ConnectionId connection, Bytes bytes, Instant now);
  // The transport is gone, for whatever reason; the number is free again. A connection that said no DISCONNECT has its
  // will published.
  void closed(ConnectionId connection, Instant now);
  // Runs what is due and answers next_deadline().
  Instant advance(Instant now);
  // The host's own PUBLISH, as if a client had sent it. An Error says what is wrong with the packet. packet_identifier
  // and dup are ignored.
  Result<void> publish(const Publish& message, Instant now);
  // What the authority did not know yet. Ignored when nothing is awaited.
  void decide(ConnectionId connection, const Verdict& verdict, Instant now);
  // The host closes a connection: the DISCONNECT to a 5.0 client, then should_close(). Of its properties, those that a
  // server may send: Reason String, User Properties and Server Reference. [MQTT-3.14.2-2]
  void disconnect(ConnectionId connection, const Disconnect& disconnect, Instant now);
  // Ends every connection with Server shutting down; wills are published. [MQTT5 3.14.2.1]
  void shut_down(Instant now);

  // --- what has come of them
  // The next connection that has got new output or is to be closed; each is named once for all that happened since it
  // was last named.
  std::optional<ConnectionId> take_ready();
  const OutputQueue& output(ConnectionId connection) const;
  void consume_output(ConnectionId connection, std::size_t bytes);
  // True once the transport is to be closed as soon as its output is written; further input is ignored.
  bool should_close(ConnectionId connection) const;
  // False while the connection waits for a subscriber of what it publishes: the host had better not read on, because
  // what it hands over is held. The connection is named ready when that changes.
  bool takes_input(ConnectionId connection) const;
  // kNever when nothing is due, ever.
  Instant next_deadline() const;

  // --- questions
  const BrokerStatistics& statistics() const;
  // Lives as long as the broker. A walk, and a watcher, are the host's to end.
  RetainedStore& retained();

 private:
  class State;
  class RetainedAccess;
  std::unique_ptr<State> state_;
  std::unique_ptr<RetainedStore> retained_;  // null: nobody has asked for it
};

}  // namespace mqtt
