// The bridge's inside: two clients, what is on its way between them, and what is known of the remote broker.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "mqtt/bridge/bridge.h"
#include "mqtt/bridge/dialect.h"
#include "mqtt/bridge/echoes.h"
#include "mqtt/bridge/suspicion.h"
#include "mqtt/bridge/topic_map.h"
#include "mqtt/client/client.h"

namespace mqtt {

// Operations that a client is asked for. Of a message: a number that tells it from one of an earlier session with its
// packet identifier, and that identifier; 0 for one that the bridge sends of itself. Smaller ones are of subscriptions:
// the route's number and 1, or those of Bridge::Retained.
constexpr OperationToken message_token(std::uint16_t number, PacketIdentifier identifier) {
  return (OperationToken{number} << 16) | identifier;
}
constexpr bool is_of_message(OperationToken token) {
  return token > 0xFFFF;
}
constexpr PacketIdentifier identifier_of(OperationToken token) {
  return static_cast<PacketIdentifier>(token & 0xFFFF);
}
inline constexpr OperationToken kFirstRetainedToken = 0xF000;

class Bridge::State {
 public:
  State(const BridgeOptions& options, BridgeListener& listener, RetainedStore* retained);
  ~State();

  // A message of QoS 1 or 2 between its arrival and its acknowledgement.
  struct Passage {
    OperationToken token = kNoToken;  // under which the other side publishes it
    bool is_here = false;             // it arrived on the present transport, so it can be acknowledged there
    bool is_done = false;             // the other broker answered
    ReasonCode reason = ReasonCode::Success;
  };

  // One of the two clients, and what it receives.
  struct Side final : ClientListener {
    Side(State& owner, BridgeSide which);

    // --- bridge.cpp
    void on_reconnect_due() override { is_due = true; }
    void on_connack(const Connack& connack) override;
    void on_subscribed(OperationToken token, const Suback& suback) override;
    void on_unsubscribed(OperationToken token, const Unsuback&) override;
    void on_closing(const Error& error) override;
    void subscribe();
    bool is_ready() const { return client.connected() && !is_to_subscribe && awaited_subacks == 0; }

    // --- bridge_messages.cpp
    void on_message(const Publish& message) override;
    void on_published(OperationToken token, PacketIdentifier, ReasonCode reason, const Properties&) override;
    void on_operation_failed(OperationToken token, const Error& error) override;
    void on_ping_answered() override;
    void send_to_other(const Publish& message, OperationToken token);
    void cross(const BridgeRoute& route, Publish& crossing, OperationToken token);
    void drop(OperationToken token, ReasonCode reason);
    void finish(OperationToken token, ReasonCode reason);
    void acknowledge_finished();

    Side& other() { return bridge.side(name == BridgeSide::Local ? BridgeSide::Remote : BridgeSide::Local); }

    State& bridge;
    BridgeSide name;
    TopicMap map;
    Client client;
    bool is_due = false;  // the connection

    // --- of the present transport
    bool is_opened = false;
    bool was_accepted = false;          // by a CONNACK
    bool speaks_older_version = false;  // than that of the CONNECT: its CONNACK has that form
    std::optional<Error> closing;       // why the client ended it
    bool is_to_subscribe = false;       // a CONNACK was read
    bool is_subscribing = false;
    std::size_t awaited_subacks = 0;
    std::size_t answers = 0;       // to messages of QoS 1 and 2
    bool has_identifiers = false;  // of subscriptions, its broker
    bool has_retained = true;
    QoS maximum_qos = QoS::ExactlyOnce;
    QoS asked_qos = QoS::AtMostOnce;    // the highest of the subscriptions that were granted
    QoS granted_qos = QoS::AtMostOnce;  // and what was granted to any of them

    std::unordered_map<PacketIdentifier, Passage> passages;
    std::vector<PacketIdentifier> finished;  // of passages that can be acknowledged
    std::uint16_t sent = 0;
    std::string renamed;
    BridgeStatistics statistics;
  };

  Side& side(BridgeSide name) { return sides_[static_cast<std::size_t>(name)]; }
  Side& local() { return side(BridgeSide::Local); }
  Side& remote() { return side(BridgeSide::Remote); }
  std::array<Side, 2>& sides() { return sides_; }

  // One step of a client, and what it left to do.
  template <typename Step>
  void step(Instant now, Step&& work) {
    now_ = now;
    work();
    conclude();
  }

  void start();
  void shut_down();
  Result<void> open(BridgeSide name, Instant now);
  void close(Side& side, TransportEnd end);
  Instant next_deadline() const;

  // --- what is known of the remote broker
  BridgeDialect dialect() const { return dialects_.present(); }
  // It sends the bridge's own messages back, and live ones without their retain flag.
  bool is_plain() const { return dialect() == BridgeDialect::V3_1_1; }
  bool is_careful() const { return suspicion_.is_careful(); }
  // Something that it published may come back; which form of MQTT the next connection has is not known.
  void remember_echo(const Publish& published);
  void note_answer() { suspicion_.note_answer(); }

 private:
  friend struct Side;
  friend class Bridge::Retained;

  void conclude();
  void conclude_subscribing(Side& side);
  void limit_in_flight();
  bool tries_next_dialect(const Side& side, TransportEnd end);
  void suspect(Side& side, TransportEnd end);
  void give_up(const Suspicion::Suspect& suspect);

  BridgeOptions options_;
  BridgeListener& listener_;
  Instant now_;
  DialectChoice dialects_;
  Echoes echoes_;
  Suspicion suspicion_;
  std::array<Side, 2> sides_;
  std::unique_ptr<Retained> retained_;  // null: what the local broker retains is not known
  bool is_remote_due_ = false;          // for the first time, once the local side is ready
  bool is_shut_down_ = false;
  std::uint16_t limit_ = 65'535;  // of the remote client's messages in flight
};

}  // namespace mqtt
