// Commands of a client -> calls of the core; its callbacks -> events.
#include "client_machine.h"

namespace wasmqtt {
namespace {

constexpr bool has(std::uint32_t flags, MessageFlags flag) {
  return (flags & static_cast<std::uint32_t>(flag)) != 0;
}

}  // namespace

mqtt::Publish read_publish(CommandReader& command, const PublishCommand& fields, const AnnouncedTopics& topics) {
  mqtt::Publish message;
  message.topic = topics[fields.topic];
  message.payload = command.bytes(fields.payload_length);
  message.qos = static_cast<mqtt::QoS>(fields.flags & static_cast<std::uint32_t>(MessageFlags::QosMask));
  message.retain = has(fields.flags, MessageFlags::Retain);
  message.dup = has(fields.flags, MessageFlags::Dup);
  command.properties(fields.properties_length, message.properties);
  return message;
}

ClientMachine::ClientMachine(std::uint32_t number, const mqtt::ClientOptions& options, const Wants& wants,
                             Boundary& boundary)
    : number_(number),
      trace_(wants.trace),
      boundary_(boundary),
      journal_(number, boundary),
      client_(options, *this, wants.journal ? &journal_ : nullptr) {}

void ClientMachine::carry_out(CommandReader& command, mqtt::Instant now) {
  switch (command.kind()) {
    case CommandKind::Receive:
      return receive(command, now);
    case CommandKind::Publish:
      return publish(command, now);
    case CommandKind::SetWritable:
      transport_.is_writable = command.record<ValueCommand>().value != 0;
      return;
    case CommandKind::NoteUnsent:
      return client_.note_unsent(command.record<ValueCommand>().value, now);
    case CommandKind::Acknowledge:
      return acknowledge(command, now);
    case CommandKind::LeaveUnacknowledged:
      return client_.leave_unacknowledged(static_cast<mqtt::PacketIdentifier>(command.record<ValueCommand>().value),
                                          now);
    default:
      return;  // not a client's
  }
}

void ClientMachine::start_attempt(mqtt::Instant now) {
  transport_ = {};
  client_.start_attempt(now);
}

bool ClientMachine::open_transport(const mqtt::Connect& connect, std::size_t maximum_frame_size, mqtt::Instant now) {
  transport_.frames = {.gathered = maximum_frame_size, .unsplit = maximum_frame_size};
  const auto opened = client_.transport_opened(connect, now);
  if (!opened) boundary_.events.error(EventKind::ConnectFailed, number_, 0, opened.error());
  return opened.has_value();
}

void ClientMachine::close_transport(mqtt::Instant now) {
  transport_ = {};
  client_.transport_closed(now);
  // Without a transport the next attempt is all that a client waits for.
  if (client_.next_deadline() == mqtt::kNever) return;
  const mqtt::Duration pause = client_.next_deadline() - now;
  boundary_.events.write(EventKind::ReconnectScheduled, number_,
                         {static_cast<std::uint32_t>(pause.count()), client_.falls_back()});
}

void ClientMachine::acknowledge(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<AcknowledgeCommand>();
  mqtt::Properties properties;
  command.properties(fields.properties_length, properties);
  const auto identifier = static_cast<mqtt::PacketIdentifier>(fields.packet_identifier);
  const auto reason = static_cast<mqtt::ReasonCode>(fields.reason);
  const auto acknowledged = client_.acknowledge(identifier, reason, properties, now);
  report(acknowledged, 0);
  // Others must not wait for what can't be said.
  if (!acknowledged) client_.leave_unacknowledged(identifier, now);
}

void ClientMachine::receive(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<ReceiveCommand>();
  const mqtt::Bytes bytes = command.bytes(fields.bytes_length);
  boundary_.events.set_frame(fields.frame, bytes);
  client_.receive(bytes, now);
  boundary_.events.end_frame();
}

void ClientMachine::restore(mqtt::Bytes key, mqtt::Bytes value) {
  const auto restored = client_.restore(key, value);
  if (!restored) boundary_.events.error(EventKind::RestoreFailed, number_, 0, restored.error());
}

void ClientMachine::publish(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<PublishCommand>();
  report(client_.publish(read_publish(command, fields, boundary_.topics), fields.token, now), fields.token);
}

void ClientMachine::report(const mqtt::Result<void>& result, std::uint32_t token) {
  if (!result) boundary_.events.error(EventKind::OperationFailed, number_, token, result.error());
}

void ClientMachine::write_output(mqtt::Instant now) {
  const mqtt::OutputQueue& output = client_.output();
  if (transport_.is_writable && !output.empty()) {
    boundary_.events.output(EventKind::Output, number_, output, transport_.frames);
    transport_.named_output = output.size();
    client_.note_output_taken(transport_.named_output, now);
  }
  if (client_.should_close() && output.size() == transport_.named_output && !transport_.asked_to_close) {
    transport_.asked_to_close = true;
    boundary_.events.write(EventKind::CloseTransport, number_, {client_.should_close_at_once()});
  }
}

void ClientMachine::consume_output() {
  if (transport_.named_output != 0) client_.drop_output(transport_.named_output);
  transport_.named_output = 0;
}

void ClientMachine::on_reconnect_due() {
  boundary_.events.event(EventKind::ReconnectDue, number_);
}

void ClientMachine::on_connack(const mqtt::Connack& connack) {
  boundary_.events.connack(number_, connack, connack.is_of_3_1_1 ? mqtt::ProtocolVersion::V3_1_1 : client_.version());
}

void ClientMachine::on_message(const mqtt::Publish& publish) {
  boundary_.events.message(EventKind::Message, number_, publish);
}

void ClientMachine::on_published(mqtt::OperationToken token, mqtt::PacketIdentifier identifier, mqtt::ReasonCode reason,
                                 const mqtt::Properties& properties) {
  // Token 0 asked for no answer: a burst of such publishes costs no events.
  if (token != 0) boundary_.events.published(number_, token, identifier, reason, properties);
}

void ClientMachine::on_subscribed(mqtt::OperationToken token, const mqtt::Suback& suback) {
  boundary_.events.subscribed(EventKind::Subscribed, number_, token, suback.packet_identifier, suback.reasons,
                              suback.properties);
}

void ClientMachine::on_unsubscribed(mqtt::OperationToken token, const mqtt::Unsuback& unsuback) {
  boundary_.events.subscribed(EventKind::Unsubscribed, number_, token, unsuback.packet_identifier, unsuback.reasons,
                              unsuback.properties);
}

void ClientMachine::on_operation_failed(mqtt::OperationToken token, const mqtt::Error& error) {
  boundary_.events.error(EventKind::OperationFailed, number_, token, error);
}

void ClientMachine::on_disconnect(const mqtt::Disconnect& disconnect) {
  boundary_.events.reason(EventKind::Disconnect, number_, disconnect.reason, disconnect.properties);
}

void ClientMachine::on_auth(const mqtt::Auth& auth) {
  boundary_.events.reason(EventKind::Auth, number_, auth.reason, auth.properties);
}

void ClientMachine::on_warning(const mqtt::Error& error) {
  boundary_.events.error(EventKind::Warning, number_, 0, error);
}

void ClientMachine::on_closing(const mqtt::Error& error) {
  boundary_.events.error(EventKind::Closing, number_, 0, error);
}

void ClientMachine::on_packet_received(const mqtt::TracedPacket& packet) {
  trace(EventKind::PacketReceived, packet);
}

void ClientMachine::on_packet_sent(const mqtt::TracedPacket& packet) {
  trace(EventKind::PacketSent, packet);
}

void ClientMachine::trace(EventKind kind, const mqtt::TracedPacket& packet) {
  if (packet.publish != nullptr) boundary_.events.message(EventKind::PacketContent, number_, *packet.publish);
  boundary_.events.packet(kind, number_, packet.type, packet.identifier, packet.bytes);
}

}  // namespace wasmqtt
