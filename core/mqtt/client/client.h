// The client: an application's wishes and a server's bytes in, bytes to the server and events out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "mqtt/base/bytes.h"
#include "mqtt/base/error.h"
#include "mqtt/base/result.h"
#include "mqtt/base/time.h"
#include "mqtt/client/client_options.h"
#include "mqtt/connection/output_queue.h"
#include "mqtt/packet/packet.h"
#include "mqtt/session/journal.h"

namespace mqtt {

// The host's number of one operation; it comes back when the operation ends. Of an operation under kNoToken nothing is
// told.
using OperationToken = std::uint32_t;
inline constexpr OperationToken kNoToken = 0;

// A packet that came in or went out.
struct TracedPacket {
  PacketType type = PacketType::Connect;
  PacketIdentifier identifier = 0;  // 0: it has none
  std::size_t bytes = 0;            // all of it
  // A PUBLISH that could be read; its topic is empty where an alias stands for it. Null: another packet.
  const Publish* publish = nullptr;
};

// What becomes of the bytes and wishes. Called inside a step: the listener may note, and must not call the client.
// Views end with the call.
class ClientListener {
 public:
  virtual ~ClientListener() = default;

  // It is time to dial: the host opens a transport and calls start_attempt() and then transport_opened().
  virtual void on_reconnect_due() {}
  // The CONNACK, whatever it says; a refusal is followed by on_closing(). One that refuses the version of 5.0 is not
  // told if the next attempt speaks 3.1.1.
  virtual void on_connack(const Connack&) {}
  // A message, once at QoS 2; its alias resolved. The acknowledgement goes out with the output of the same step, or
  // when the host says so (ClientOptions::acknowledged_by_host); what is not acknowledged comes again on another
  // transport.
  virtual void on_message(const Publish&) {}
  // QoS 0: handed to the transport's output. QoS 1, 2: acknowledged for good; the reason may be a failure (5.0).
  virtual void on_published(OperationToken, PacketIdentifier, ReasonCode, const Properties&) {}
  virtual void on_subscribed(OperationToken, const Suback&) {}
  virtual void on_unsubscribed(OperationToken, const Unsuback&) {}
  // An operation that will never end otherwise: the connection or session it belonged to is gone, it was discarded, or
  // no attempt follows any more (ClientOptions::fails_what_waits).
  virtual void on_operation_failed(OperationToken, const Error&) {}
  // The server's DISCONNECT or AUTH (5.0).
  virtual void on_disconnect(const Disconnect&) {}
  virtual void on_auth(const Auth&) {}
  // The server does what the standard does not allow, and the client makes sense of it and goes on. Once for each kind
  // and transport.
  virtual void on_warning(const Error&) {}
  // A PINGRESP: whatever was written before its PINGREQ has reached the server.
  virtual void on_ping_answered() {}
  // The machine is done with this transport: the host writes the rest of the output and closes it. An error of reason
  // Success is the orderly end that disconnect() or reconnect() asked for, or that a fallback to 3.1.1 needs.
  virtual void on_closing(const Error&) {}
  // Every packet that came in or went out, for tracing; only when wants_trace() answers true at the step's begin.
  virtual void on_packet_received(const TracedPacket&) {}
  virtual void on_packet_sent(const TracedPacket&) {}
  virtual bool wants_trace() const { return false; }
};

// One thread's. A client lives through any number of transports, one at a time:
//   client.start_attempt(now)          the host begins to dial (connect_timeout runs)
//   client.transport_opened(connect, now)   it is open: the CONNECT is in the output
//   client.receive(bytes, now) ...    and publish(), subscribe(), ... at any time, connected or not
//   client.transport_closed(now)       it is gone: the pause before the next attempt begins (ReconnectPolicy)
// After each call or several: write output() to the transport as far as it takes it, consume_output(), and wait for
// bytes, next_deadline() or a wish. When should_close() and the output is empty, close the transport and call
// transport_closed(). What start_attempt() finds of the attempt before is forgotten: its transport must not be heard of
// any more. The session (unacknowledged messages, QoS 2 identifiers, subscriptions) lives here, across
// transports, for as long as the server's does; with a journal, across processes too.
class Client {
 public:
  // Listener and journal must outlive the client. Of the session the journal has what the other end relies on: messages
  // of QoS 1 and 2 that are not acknowledged, or wait, and QoS 2 identifiers; not subscriptions, nor who waits for
  // what.
  Client(const ClientOptions& options, ClientListener& listener, Journal* journal = nullptr);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // --- the journal's content, before the first transport_opened(): restore() with each record in the order of the
  // keys, then finish_restoring(). An Error says that a record is not one of this version; the client is of no use
  // then. What is published meanwhile goes behind what comes back, whose operations have kNoToken.
  Result<void> restore(Bytes key, Bytes value);
  void finish_restoring();

  // --- the transport
  void start_attempt(Instant now);
  // Each attempt may say other things (fresh credentials). An Error names the field that can't be sent; nothing was
  // sent then. Precondition: start_attempt().
  Result<void> transport_opened(const Connect& connect, Instant now);
  // No bytes: some have arrived that the host can't hand over yet (of a WebSocket's frame that is not whole).
  void receive(Bytes bytes, Instant now);
  void transport_closed(Instant now);
  Instant advance(Instant now);

  // --- wishes. An Error means that nothing was done and the token will not come back. Texts and payloads are copied if
  // they must be kept. packet_identifier and dup of `message` are ignored.
  Result<void> publish(const Publish& message, OperationToken token, Instant now);
  // packet_identifier is ignored. Without a connection it waits for one.
  Result<void> subscribe(const Subscribe& subscribe, OperationToken token, Instant now);
  Result<void> unsubscribe(const Unsubscribe& unsubscribe, OperationToken token, Instant now);
  // For a connection whose CONNECT named an Authentication Method, which is filled in if it is left out: Continue
  // authentication, or Re-authenticate once it is connected.
  Result<void> authenticate(const Auth& auth, Instant now);
  // The orderly end: DISCONNECT behind what is in the output, and no reconnection until start_attempt().
  void disconnect(const Disconnect& disconnect, Instant now);
  // Stops reconnecting; a pause that runs is cancelled.
  void stop_reconnecting();
  // Begins anew, for whatever reason: the present attempt or connection ends (a connection by a DISCONNECT), and
  // on_reconnect_due() follows at once, whatever the policy. Operations go on on the next connection.
  void reconnect(Instant now);
  // Takes a publish back, whose token comes back as failed; true if there was one. What was queued is not sent. What
  // was sent already may have reached the server, which is not told to forget it; but it is not sent again, neither in
  // a resumed session nor in a new one, nor by a later process that has the journal. It keeps its packet identifier
  // until it is acknowledged or, at QoS 1, its connection is lost; at QoS 2 a PUBREL on the next connection releases
  // the identifier, as the standard wants it once a PUBREC has come.
  bool discard(OperationToken token);
  // What the PUBACK or PUBREC of a received message says: the reason (before 5.0 there is none to say), and of the
  // properties Reason String and User Properties as far as the server's Maximum Packet Size allows. A failure ends the
  // message's flow. An answer waits for those to messages that came before [MQTT-4.6.0-2] [MQTT-4.6.0-3]. Nothing is
  // done if no such message of this transport awaits its answer. An Error names the property that can't be sent.
  Result<void> acknowledge(PacketIdentifier identifier, ReasonCode reason, const Properties& properties, Instant now);
  // There will be no answer on this transport; those to other messages do not wait for it.
  void leave_unacknowledged(PacketIdentifier identifier, Instant now);
  // ClientOptions::acknowledged_by_host, from the next message on.
  void let_host_acknowledge();
  // A PINGREQ now, to learn whether the connection lives (a page that became visible again); the usual time-out
  // applies. False: it was not sent, because another is not answered yet, or there is no connection.
  bool probe(Instant now);

  // --- for a host that knows more of the server than the server says
  // Messages of QoS 1 and 2 that may be on their way; the server's Receive Maximum may be lower. From now on, over
  // transports too; 0: none goes out.
  void limit_in_flight(std::uint16_t messages, Instant now);
  // As if the CONNACK had named this Maximum QoS. Until the end of the transport.
  void limit_qos(QoS maximum);
  // What this transport has carried of QoS 1 and 2 and the server did not answer for.
  struct Unacknowledged {
    std::size_t messages = 0;
    OperationToken first = kNoToken;  // of the one that was sent first
  };
  Unacknowledged unacknowledged() const;
  // The kind of the packet that was read last; nullopt: what came was none.
  std::optional<PacketType> last_read() const;
  // The end of a message that was sent and that the server does not get over: nothing of its flow is sent again, not
  // even a PUBREL, and its token will not come back. Answers the topic, which is empty for one of QoS 2 that the server
  // took (PUBREC); nullopt if there is no such message. Precondition: no transport is open.
  std::optional<std::string> give_up_sent(OperationToken token);

  // --- what has come of them
  const OutputQueue& output() const;
  // Drops bytes that the host has written, at `now`; nullopt: at the time of the last call.
  void consume_output(std::size_t bytes, std::optional<Instant> now = std::nullopt);
  // The same in two, for a host that needs the memory for longer than it takes to write: nothing else is called between
  // them.
  void note_output_taken(std::size_t bytes, Instant now);
  void drop_output(std::size_t bytes);
  // Of all that was consumed, so many bytes still wait in the host, behind what has left it (a WebSocket's
  // bufferedAmount): whenever that has changed, and 0 at last. What has not left shows no life, and calls for no
  // PINGREQ behind it. A host that never says so has none.
  void note_unsent(std::size_t bytes, Instant now);
  bool should_close() const;
  // Then: nobody is there who would agree to a close, so none is waited for.
  bool should_close_at_once() const;
  Instant next_deadline() const;

  // --- questions
  bool connected() const;  // between a CONNACK of Success and the end of the transport
  // Of the CONNECT that was sent last, which may be older than the host's (ClientOptions::falls_back_to_3_1_1).
  ProtocolVersion version() const;
  // In a pause that is none, because the next attempt is to speak 3.1.1: it belongs to the one that has ended.
  bool falls_back() const;
  std::size_t queued_messages() const;
  std::size_t in_flight() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace mqtt
