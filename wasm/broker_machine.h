// The broker of a module, between transports that JavaScript owns and clients of the same module.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "boundary.h"
#include "command_reader.h"
#include "mqtt/broker/broker.h"
#include "mqtt/broker/topic_permissions.h"
#include "mqtt/connection/transport_frames.h"
#include "records.h"

namespace wasmqtt {

// Connections go by JavaScript's numbers outside and by the core's inside.
class BrokerMachine final : private mqtt::BrokerObserver, private mqtt::BrokerAuthority {
 public:
  // What JavaScript has to say to a client whose publish or subscription is refused.
  struct Refusal {
    mqtt::ByteBuffer bytes;
    mqtt::Properties properties;  // views of them
  };

  // A connection of JavaScript's number.
  struct Connection {
    bool is_open = false;
    mqtt::ConnectionId id = 0;
    mqtt::TransportFrameLimits frames{};
    bool is_writable = true;
    bool asked_to_close = false;
    std::size_t named_output = 0;
    std::optional<std::uint32_t> client;  // the client at the other end of a link
    mqtt::TopicPermissions permissions{};
    std::unique_ptr<Refusal> publish_refusal{};  // null: it says nothing but its reason
    std::unique_ptr<Refusal> subscribe_refusal{};
  };

  // Whether JavaScript decides who may connect (and until then nothing of a connection is looked at), and whether it
  // is told of each PUBLISH.
  struct Wants {
    bool decisions = false;
    bool publishes = false;
  };

  BrokerMachine(const mqtt::BrokerOptions& options, const Wants& wants, Boundary& boundary);

  // Commands of the broker and of its connections.
  void carry_out(CommandReader& command, mqtt::Instant now);

  Connection& open(std::uint32_t number, const mqtt::TransportFrameLimits& frames, mqtt::Instant now);
  // nullptr if there is none of this number.
  Connection* connection(std::uint32_t number);
  void close(std::uint32_t number, mqtt::Instant now);
  // `verdict` on a CONNECT or AUTH. What a client may do that is accepted, and what is said to one that does something
  // else.
  struct Decision {
    mqtt::Verdict verdict;
    mqtt::TopicPermissions permissions;
    mqtt::Bytes publish_refusal;  // runs of properties: Reason String and User Properties
    mqtt::Bytes subscribe_refusal;
  };
  void decide(std::uint32_t number, Decision decision, mqtt::Instant now);
  void report_publishes(bool wanted) { reports_publishes_ = wanted; }
  // The next connection with something to do, by its number.
  std::optional<std::uint32_t> take_ready();
  mqtt::Broker& core() { return broker_; }
  const mqtt::Broker& core() const { return broker_; }

  // As ClientMachine's, for the connections that take_ready() or a command named.
  void note_ready(std::uint32_t number) { ready_.push_back(number); }
  void write_output();
  void consume_output();

 private:
  void publish(CommandReader& command, mqtt::Instant now);
  void receive(CommandReader& command, Connection& connection, mqtt::Instant now);
  std::uint32_t number_of(mqtt::ConnectionId id) const { return numbers_[id]; }

  void on_connected(mqtt::ConnectionId id, const mqtt::ConnectedClient& client) override;
  void on_ended(mqtt::ConnectionId id, const mqtt::ConnectionEnd& end) override;
  void on_subscribed(mqtt::ConnectionId id, std::string_view topic_filter, mqtt::QoS granted) override;
  void on_unsubscribed(mqtt::ConnectionId id, std::string_view topic_filter) override;
  void on_publish(mqtt::ConnectionId id, const mqtt::Publish& publish) override;
  bool wants_publishes() const override { return true; }

  // JavaScript answers later, by Decide; only what the permissions say is answered here.
  std::optional<mqtt::Verdict> on_connect(mqtt::ConnectionId id, const mqtt::Connect& connect) override;
  std::optional<mqtt::Verdict> on_auth(mqtt::ConnectionId id, const mqtt::Auth& auth) override;
  mqtt::Permission may_subscribe(mqtt::ConnectionId id, std::string_view client_identifier,
                                 const mqtt::SubscribeEntry& entry) override;
  mqtt::Permission may_publish(mqtt::ConnectionId id, std::string_view client_identifier,
                               const mqtt::Publish& publish) override;
  bool decides_publishes() const override { return true; }

  bool reports_publishes_;
  Boundary& boundary_;
  mqtt::Broker broker_;
  std::vector<Connection> connections_;  // by JavaScript's number
  std::vector<std::uint32_t> numbers_;   // by the core's
  std::vector<std::uint32_t> ready_;     // whose output is to be named
  std::vector<std::uint32_t> named_;     // whose output is named
};

}  // namespace wasmqtt
