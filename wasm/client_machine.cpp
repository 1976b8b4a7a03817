// Commands of a client -> calls of the core; its callbacks -> events.
#include "client_machine.h"

namespace wasmqtt {
namespace {

mqtt::Duration milliseconds(std::uint32_t count) {
  return mqtt::Duration(count);
}

mqtt::ClientOptions options_of(const CreateClientCommand& command) {
  mqtt::ClientOptions options;
  options.reconnect.enabled = command.reconnect != 0;
  options.reconnect.initial_delay = milliseconds(command.initial_reconnect_delay);
  options.reconnect.maximum_delay = milliseconds(command.maximum_reconnect_delay);
  options.reconnect.factor = command.reconnect_factor / 1000.0;
  options.reconnect.jitter = command.reconnect_jitter / 1000.0;
  options.connect_timeout = milliseconds(command.connect_timeout);
  options.resubscribe = command.resubscribe != 0;
  options.subscribe_batch_size = command.subscribe_batch_size;
  options.queue_qos_zero = command.queue_qos_zero != 0;
  options.maximum_queued_messages = command.maximum_queued_messages;
  options.maximum_queued_bytes = command.maximum_queued_bytes;
  options.maximum_automatic_topic_aliases = static_cast<std::uint16_t>(command.maximum_automatic_topic_aliases);
  options.unix_time_at_zero =
      static_cast<std::int64_t>(std::uint64_t{command.unix_time_high} << 32 | command.unix_time_low);
  options.keeps_session = command.keeps_session != 0;
  options.falls_back_to_3_1_1 = command.falls_back != 0;
  options.random_seed = std::uint64_t{command.random_seed_high} << 32 | command.random_seed_low;
  return options;
}

constexpr bool has(std::uint32_t flags, MessageFlags flag) {
  return (flags & static_cast<std::uint32_t>(flag)) != 0;
}

// The subscription options byte. [MQTT5 3.8.3.1]
mqtt::SubscriptionOptions subscription_options(std::uint32_t byte) {
  return {.maximum_qos = static_cast<mqtt::QoS>(byte & 3),
          .no_local = (byte & 4) != 0,
          .retain_as_published = (byte & 8) != 0,
          .retain_handling = static_cast<mqtt::RetainHandling>((byte >> 4) & 3)};
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

ClientMachine::ClientMachine(std::uint32_t number, const CreateClientCommand& command, Boundary& boundary)
    : number_(number),
      trace_(command.trace != 0),
      boundary_(boundary),
      journal_(number, boundary),
      client_(options_of(command), *this, command.has_journal != 0 ? &journal_ : nullptr) {}

void ClientMachine::carry_out(CommandReader& command, mqtt::Instant now) {
  switch (command.kind()) {
    case CommandKind::StartAttempt:
      transport_ = {};
      client_.start_attempt(now);
      break;
    case CommandKind::TransportOpened:
      open_transport(command, command.record<ConnectCommand>(), now);
      break;
    case CommandKind::TransportClosed:
      close_transport(now);
      break;
    case CommandKind::Receive:
      receive(command, now);
      break;
    case CommandKind::SetWritable:
      transport_.is_writable = command.record<ValueCommand>().value != 0;
      break;
    case CommandKind::NoteUnsent:
      client_.note_unsent(command.record<ValueCommand>().value, now);
      break;
    case CommandKind::Publish:
      publish(command, now);
      break;
    case CommandKind::Subscribe:
      subscribe(command, now);
      break;
    case CommandKind::Unsubscribe:
      unsubscribe(command, now);
      break;
    case CommandKind::Authenticate: {
      const auto fields = command.record<ReasonCommand>();
      mqtt::Auth auth{.reason = static_cast<mqtt::ReasonCode>(fields.reason), .properties = {}};
      command.properties(fields.properties_length, auth.properties);
      report(client_.authenticate(auth, now), fields.number);
      break;
    }
    case CommandKind::Disconnect: {
      const auto fields = command.record<ReasonCommand>();
      mqtt::Disconnect disconnect{.reason = static_cast<mqtt::ReasonCode>(fields.reason), .properties = {}};
      command.properties(fields.properties_length, disconnect.properties);
      client_.disconnect(disconnect, now);
      break;
    }
    case CommandKind::StopReconnecting:
      client_.stop_reconnecting();
      break;
    case CommandKind::Reconnect:
      client_.reconnect(now);
      break;
    case CommandKind::Discard:
      client_.discard(command.record<ValueCommand>().value);
      break;
    case CommandKind::Probe:
      client_.probe(now);
      break;
    case CommandKind::Restore:
      restore(command);
      break;
    case CommandKind::FinishRestoring:
      client_.finish_restoring();
      break;
    case CommandKind::Acknowledge: {
      const auto fields = command.record<ReasonCommand>();
      mqtt::Properties properties;
      command.properties(fields.properties_length, properties);
      const auto reason = static_cast<mqtt::ReasonCode>(fields.reason);
      const auto identifier = static_cast<mqtt::PacketIdentifier>(fields.number);
      const auto acknowledged = client_.acknowledge(identifier, reason, properties, now);
      report(acknowledged, 0);
      // Others must not wait for what can't be said.
      if (!acknowledged) client_.leave_unacknowledged(identifier, now);
      break;
    }
    case CommandKind::LeaveUnacknowledged:
      client_.leave_unacknowledged(static_cast<mqtt::PacketIdentifier>(command.record<ValueCommand>().value), now);
      break;
    case CommandKind::LetHostAcknowledge:
      client_.let_host_acknowledge();
      break;
    case CommandKind::SetTrace:
      trace_ = command.record<ValueCommand>().value != 0;
      break;
    default:
      break;  // not a client's
  }
}

bool ClientMachine::open_transport(CommandReader& command, const ConnectCommand& fields, mqtt::Instant now) {
  transport_.frames = {.gathered = fields.maximum_frame_size, .unsplit = fields.maximum_frame_size};
  const auto opened = client_.transport_opened(command.connect(fields), now);
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

void ClientMachine::receive(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<ReceiveCommand>();
  const mqtt::Bytes bytes = command.bytes(fields.bytes_length);
  boundary_.events.set_frame(fields.frame, bytes);
  client_.receive(bytes, now);
  boundary_.events.end_frame();
}

void ClientMachine::restore(CommandReader& command) {
  const auto fields = command.record<RestoreCommand>();
  const mqtt::Bytes key = command.bytes(fields.key_length);
  const auto restored = client_.restore(key, command.bytes(fields.value_length));
  if (!restored) boundary_.events.error(EventKind::RestoreFailed, number_, 0, restored.error());
}

void ClientMachine::publish(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<PublishCommand>();
  report(client_.publish(read_publish(command, fields, boundary_.topics), fields.token, now), fields.token);
}

void ClientMachine::subscribe(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<SubscribeCommand>();
  mqtt::Subscribe packet;
  command.properties(fields.properties_length, packet.properties);
  packet.entries.reserve(fields.entry_count);
  for (std::uint32_t i = 0; i < fields.entry_count; ++i) {
    const auto entry = command.record<SubscribeEntry>();
    packet.entries.push_back({command.text(entry.filter_length), subscription_options(entry.options)});
  }
  report(client_.subscribe(packet, fields.token, now), fields.token);
}

void ClientMachine::unsubscribe(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<SubscribeCommand>();
  mqtt::Unsubscribe packet;
  command.properties(fields.properties_length, packet.properties);
  packet.topic_filters.reserve(fields.entry_count);
  for (std::uint32_t i = 0; i < fields.entry_count; ++i) {
    packet.topic_filters.push_back(command.text(command.record<SubscribeEntry>().filter_length));
  }
  report(client_.unsubscribe(packet, fields.token, now), fields.token);
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
