// Commands of the broker -> calls of the core; what it tells -> events.
#include "broker_machine.h"

#include "client_machine.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace wasmqtt {
namespace {

constexpr bool has(std::uint32_t availability, BrokerAvailability what) {
  return (availability & static_cast<std::uint32_t>(what)) != 0;
}

mqtt::BrokerOptions options_of(const CreateBrokerCommand& command) {
  mqtt::BrokerOptions options;
  options.maximum_packet_size = command.maximum_packet_size;
  options.receive_maximum = static_cast<std::uint16_t>(command.receive_maximum);
  options.topic_alias_maximum = static_cast<std::uint16_t>(command.topic_alias_maximum);
  options.maximum_in_flight = static_cast<std::uint16_t>(command.maximum_in_flight);
  options.maximum_queued_messages = command.maximum_queued_messages;
  options.maximum_output_bytes = command.maximum_output_bytes;
  options.connect_timeout = mqtt::Duration(command.connect_timeout);
  options.maximum_session_expiry_interval = command.maximum_session_expiry_interval;
  options.maximum_queued_bytes = command.maximum_queued_bytes;
  options.maximum_queued_messages_in_all = command.maximum_queued_messages_in_all;
  options.maximum_queued_bytes_in_all = command.maximum_queued_bytes_in_all;
  options.maximum_retained_messages = command.maximum_retained_messages;
  options.maximum_subscriptions = command.maximum_subscriptions;
  options.maximum_connections = command.maximum_connections;
  options.maximum_topic_length = command.maximum_topic_length;
  options.maximum_topic_levels = command.maximum_topic_levels;
  options.maximum_qos = static_cast<mqtt::QoS>(command.maximum_qos);
  options.maximum_keep_alive = static_cast<std::uint16_t>(command.maximum_keep_alive);
  options.retain_available = has(command.availability, BrokerAvailability::Retain);
  options.wildcard_subscription_available = has(command.availability, BrokerAvailability::WildcardSubscription);
  options.subscription_identifiers_available = has(command.availability, BrokerAvailability::SubscriptionIdentifiers);
  options.shared_subscription_available = has(command.availability, BrokerAvailability::SharedSubscription);
  options.statistics_interval = mqtt::Duration(command.statistics_interval);
  options.random_seed = std::uint64_t{command.random_seed_high} << 32 | command.random_seed_low;
  return options;
}

// As DecideCommand has them.
std::optional<std::vector<std::string>> read_filters(CommandReader& command, std::uint32_t count) {
  if (count == 0xFFFFFFFF) return std::nullopt;
  std::vector<std::string> filters;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto entry = command.record<FilterEntry>();
    filters.emplace_back(command.text(entry.filter_length));
  }
  return filters;
}

std::unique_ptr<BrokerMachine::Refusal> read_refusal(CommandReader& command, std::uint32_t length) {
  mqtt::Properties given;
  command.properties(length, given);
  if (length == 0 || !mqtt::check_encodable(given)) return nullptr;
  auto refusal = std::make_unique<BrokerMachine::Refusal>();
  mqtt::encode_properties(given, refusal->bytes);
  const auto decoded = mqtt::decode_properties(refusal->bytes.view(), mqtt::PropertyOwner::Puback, refusal->properties);
  return decoded ? std::move(refusal) : nullptr;
}

mqtt::Permission permission_of(bool is_allowed, const std::unique_ptr<BrokerMachine::Refusal>& refusal) {
  if (is_allowed) return {};
  if (refusal == nullptr) return {mqtt::ReasonCode::NotAuthorized};
  const mqtt::Properties& said = refusal->properties;
  return {mqtt::ReasonCode::NotAuthorized, said.reason_string.value_or(""), said.user_properties};
}

constexpr std::uint32_t flag(bool value, ConnectedFlags flag) {
  return value ? static_cast<std::uint32_t>(flag) : 0;
}

}  // namespace

BrokerMachine::BrokerMachine(const CreateBrokerCommand& command, Boundary& boundary)
    : reports_publishes_(command.report_publishes != 0),
      boundary_(boundary),
      broker_(options_of(command), this, command.asks_host != 0 ? this : nullptr) {}

void BrokerMachine::carry_out(CommandReader& command, mqtt::Instant now) {
  const std::uint32_t number = command.subject();
  switch (command.kind()) {
    case CommandKind::OpenConnection:
      open(number, {.gathered = command.record<ValueCommand>().value}, now);
      return;
    case CommandKind::BrokerPublish:
      return publish(command, now);
    case CommandKind::ShutDown:
      return broker_.shut_down(now);
    case CommandKind::ReportPublishes:
      reports_publishes_ = command.record<ValueCommand>().value != 0;
      return;
    default:
      break;
  }
  Connection* const found = connection(number);
  if (found == nullptr) return;
  switch (command.kind()) {
    case CommandKind::ConnectionReceive:
      return receive(command, *found, now);
    case CommandKind::ConnectionClosed:
      return close(number, now);
    case CommandKind::ConnectionSetWritable:
      found->is_writable = command.record<ValueCommand>().value != 0;
      return note_ready(number);
    case CommandKind::DisconnectConnection:
      return disconnect(command, *found, now);
    case CommandKind::Decide:
      return decide(command, *found, now);
    default:
      return;
  }
}

BrokerMachine::Connection& BrokerMachine::open(std::uint32_t number, const mqtt::TransportFrameLimits& frames,
                                               mqtt::Instant now) {
  if (number >= connections_.size()) connections_.resize(number + 1);
  const mqtt::ConnectionId id = broker_.open(now);
  if (id >= numbers_.size()) numbers_.resize(id + 1);
  numbers_[id] = number;
  connections_[number] = {.is_open = true, .id = id, .frames = frames};
  return connections_[number];
}

BrokerMachine::Connection* BrokerMachine::connection(std::uint32_t number) {
  return number < connections_.size() && connections_[number].is_open ? &connections_[number] : nullptr;
}

void BrokerMachine::close(std::uint32_t number, mqtt::Instant now) {
  Connection* const found = connection(number);
  if (found == nullptr) return;
  broker_.closed(found->id, now);
  *found = {};
}

std::optional<std::uint32_t> BrokerMachine::take_ready() {
  const auto id = broker_.take_ready();
  if (!id) return std::nullopt;
  return number_of(*id);
}

void BrokerMachine::receive(CommandReader& command, Connection& connection, mqtt::Instant now) {
  const auto fields = command.record<ReceiveCommand>();
  const mqtt::Bytes bytes = command.bytes(fields.bytes_length);
  boundary_.events.set_frame(fields.frame, bytes);
  broker_.receive(connection.id, bytes, now);
  boundary_.events.end_frame();
}

void BrokerMachine::disconnect(CommandReader& command, const Connection& connection, mqtt::Instant now) {
  const auto fields = command.record<ReasonCommand>();
  mqtt::Disconnect disconnect{.reason = static_cast<mqtt::ReasonCode>(fields.reason), .properties = {}};
  command.properties(fields.properties_length, disconnect.properties);
  broker_.disconnect(connection.id, disconnect, now);
}

void BrokerMachine::decide(CommandReader& command, Connection& connection, mqtt::Instant now) {
  const auto fields = command.record<DecideCommand>();
  mqtt::Properties properties;
  command.properties(fields.properties_length, properties);
  mqtt::Verdict verdict{.reason = static_cast<mqtt::ReasonCode>(fields.reason),
                        .reason_string = std::string(properties.reason_string.value_or("")),
                        .server_reference = std::string(properties.server_reference.value_or(""))};
  for (const mqtt::UserProperty& property : properties.user_properties)
    verdict.user_properties.emplace_back(property.name, property.value);
  if (const auto& data = properties.authentication_data)
    verdict.authentication_data.emplace(data->begin(), data->end());
  auto publish_refusal = read_refusal(command, fields.publish_properties_length);
  auto subscribe_refusal = read_refusal(command, fields.subscribe_properties_length);
  if (verdict.reason == mqtt::ReasonCode::Success) {
    connection.publish_refusal = std::move(publish_refusal);
    connection.subscribe_refusal = std::move(subscribe_refusal);
    connection.permissions.publish = read_filters(command, fields.publish_count);
    connection.permissions.subscribe = read_filters(command, fields.subscribe_count);
  }
  broker_.decide(connection.id, verdict, now);
}

void BrokerMachine::publish(CommandReader& command, mqtt::Instant now) {
  const auto fields = command.record<PublishCommand>();
  const auto result = broker_.publish(read_publish(command, fields, boundary_.topics), now);
  if (!result) boundary_.events.error(EventKind::BrokerPublishFailed, 0, fields.token, result.error());
}

void BrokerMachine::write_output() {
  for (const std::uint32_t number : ready_) {
    Connection* const found = connection(number);
    if (found == nullptr || found->client) continue;
    const mqtt::OutputQueue& output = broker_.output(found->id);
    if (found->is_writable && !output.empty() && found->named_output == 0) {
      boundary_.events.output(EventKind::ConnectionOutput, number, output, found->frames);
      found->named_output = output.size();
      named_.push_back(number);
    }
    if (broker_.should_close(found->id) && output.size() == found->named_output && !found->asked_to_close) {
      found->asked_to_close = true;
      boundary_.events.event(EventKind::ConnectionCloseTransport, number);
    }
  }
  ready_.clear();
}

void BrokerMachine::consume_output() {
  for (const std::uint32_t number : named_) {
    Connection* const found = connection(number);
    if (found == nullptr) continue;
    broker_.consume_output(found->id, found->named_output);
    found->named_output = 0;
  }
  named_.clear();
}

void BrokerMachine::on_connected(mqtt::ConnectionId id, const mqtt::ConnectedClient& client) {
  const auto identifier = boundary_.events.text(client.client_identifier);
  const auto user_name = boundary_.events.text(client.user_name.value_or(""));
  const std::uint32_t flags =
      static_cast<std::uint32_t>(client.version) | flag(client.clean_start, ConnectedFlags::CleanStart) |
      flag(client.session_present, ConnectedFlags::SessionPresent) |
      flag(client.user_name.has_value(), ConnectedFlags::HasUserName) |
      std::uint32_t{client.keep_alive} << static_cast<std::uint32_t>(ConnectedFlags::KeepAliveShift);
  boundary_.events.write(EventKind::Connected, number_of(id),
                         {flags, identifier.offset, identifier.length, user_name.offset, user_name.length});
}

void BrokerMachine::on_ended(mqtt::ConnectionId id, const mqtt::ConnectionEnd& end) {
  const auto identifier = boundary_.events.text(end.client_identifier);
  const auto text = boundary_.events.text(end.error.text);
  const std::uint32_t flags =
      (end.orderly ? static_cast<std::uint32_t>(EndFlags::Orderly) : 0) |
      static_cast<std::uint32_t>(end.error.fault) << static_cast<std::uint32_t>(EndFlags::FaultShift) |
      static_cast<std::uint32_t>(end.error.reason) << static_cast<std::uint32_t>(EndFlags::ReasonShift);
  boundary_.events.write(EventKind::Ended, number_of(id),
                         {flags, identifier.offset, identifier.length, text.offset, text.length});
}

void BrokerMachine::on_subscribed(mqtt::ConnectionId id, std::string_view topic_filter, mqtt::QoS granted) {
  const auto filter = boundary_.events.text(topic_filter);
  boundary_.events.write(EventKind::ClientSubscribed, number_of(id),
                         {filter.offset, filter.length, static_cast<std::uint32_t>(granted)});
}

void BrokerMachine::on_unsubscribed(mqtt::ConnectionId id, std::string_view topic_filter) {
  const auto filter = boundary_.events.text(topic_filter);
  boundary_.events.write(EventKind::ClientUnsubscribed, number_of(id), {filter.offset, filter.length});
}

void BrokerMachine::on_publish(mqtt::ConnectionId id, const mqtt::Publish& publish) {
  if (reports_publishes_) boundary_.events.message(EventKind::BrokerMessage, number_of(id), publish);
}

std::optional<mqtt::Verdict> BrokerMachine::on_connect(mqtt::ConnectionId id, const mqtt::Connect& connect) {
  boundary_.events.connecting(number_of(id), connect);
  return std::nullopt;
}

std::optional<mqtt::Verdict> BrokerMachine::on_auth(mqtt::ConnectionId id, const mqtt::Auth& auth) {
  boundary_.events.reason(EventKind::Authenticating, number_of(id), auth.reason, auth.properties);
  return std::nullopt;
}

mqtt::Permission BrokerMachine::may_subscribe(mqtt::ConnectionId id, std::string_view,
                                              const mqtt::SubscribeEntry& entry) {
  const Connection& connection = connections_[number_of(id)];
  return permission_of(connection.permissions.may_subscribe(entry.topic_filter), connection.subscribe_refusal);
}

mqtt::Permission BrokerMachine::may_publish(mqtt::ConnectionId id, std::string_view, const mqtt::Publish& publish) {
  const Connection& connection = connections_[number_of(id)];
  return permission_of(connection.permissions.may_publish(publish.topic), connection.publish_refusal);
}

}  // namespace wasmqtt
