// One client of the module: commands to the core's Client, its callbacks to events.
#pragma once

#include <cstdint>
#include <optional>

#include "boundary.h"
#include "command_reader.h"
#include "journal_writer.h"
#include "mqtt/client/client.h"

namespace wasmqtt {

class ClientMachine final : private mqtt::ClientListener {
 public:
  // What its JavaScript is told and keeps.
  struct Wants {
    bool journal = false;
    bool trace = false;  // of all packets
  };

  ClientMachine(std::uint32_t number, const mqtt::ClientOptions& options, const Wants& wants, Boundary& boundary);

  std::uint32_t number() const { return number_; }

  void carry_out(CommandReader& command, mqtt::Instant now);
  mqtt::Instant advance(mqtt::Instant now) { return client_.advance(now); }
  mqtt::Instant next_deadline() const { return client_.next_deadline(); }

  // Names the output in an event, if the transport takes it, and asks for the transport's end when all is named. What
  // was named is JavaScript's until consume_output(), at the next step's begin.
  void write_output(mqtt::Instant now);
  void consume_output();

  void start_attempt(mqtt::Instant now);
  // `maximum_frame_size` bounds the frames of the transport, in bytes. False if the CONNECT can't be sent; an event
  // says why.
  bool open_transport(const mqtt::Connect& connect, std::size_t maximum_frame_size, mqtt::Instant now);
  void close_transport(mqtt::Instant now);
  // Tells of an operation that the core refuses.
  void report(const mqtt::Result<void>& result, std::uint32_t token);
  void restore(mqtt::Bytes key, mqtt::Bytes value);
  void set_trace(bool wanted) { trace_ = wanted; }
  mqtt::Client& client() { return client_; }

  // --- for a link to a broker of the same module, in place of a transport
  std::optional<std::uint32_t> link() const { return link_; }
  void set_link(std::optional<std::uint32_t> connection) { link_ = connection; }

  // Whether the machine already stands in the step's list of those to look after.
  bool is_touched = false;
  // Whether it had a deadline when it was last looked after.
  bool is_waiting = false;

 private:
  void publish(CommandReader& command, mqtt::Instant now);
  void acknowledge(CommandReader& command, mqtt::Instant now);
  void receive(CommandReader& command, mqtt::Instant now);
  void trace(EventKind kind, const mqtt::TracedPacket& packet);

  void on_reconnect_due() override;
  void on_connack(const mqtt::Connack& connack) override;
  void on_message(const mqtt::Publish& publish) override;
  void on_published(mqtt::OperationToken token, mqtt::PacketIdentifier identifier, mqtt::ReasonCode reason,
                    const mqtt::Properties& properties) override;
  void on_subscribed(mqtt::OperationToken token, const mqtt::Suback& suback) override;
  void on_unsubscribed(mqtt::OperationToken token, const mqtt::Unsuback& unsuback) override;
  void on_operation_failed(mqtt::OperationToken token, const mqtt::Error& error) override;
  void on_disconnect(const mqtt::Disconnect& disconnect) override;
  void on_auth(const mqtt::Auth& auth) override;
  void on_warning(const mqtt::Error& error) override;
  void on_closing(const mqtt::Error& error) override;
  void on_packet_received(const mqtt::TracedPacket& packet) override;
  void on_packet_sent(const mqtt::TracedPacket& packet) override;
  bool wants_trace() const override { return trace_; }

  const std::uint32_t number_;
  bool trace_;
  Boundary& boundary_;
  JournalWriter journal_;
  mqtt::Client client_;
  // Of one attempt and the transport that comes of it.
  struct Transport {
    bool is_writable = true;
    bool asked_to_close = false;
    std::size_t named_output = 0;
    mqtt::TransportFrameLimits frames;
  };
  Transport transport_;
  std::optional<std::uint32_t> link_;
};

// The message of a PublishCommand whose fixed part was read: views of the command block and of `topics`.
mqtt::Publish read_publish(CommandReader& command, const PublishCommand& fields, const AnnouncedTopics& topics);

}  // namespace wasmqtt
