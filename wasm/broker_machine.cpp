// Commands of the broker -> calls of the core; what it tells -> events.
#include "broker_machine.h"

#include "client_machine.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace wasmqtt {
namespace {

std::unique_ptr<BrokerMachine::Refusal> read_refusal(mqtt::Bytes run) {
  mqtt::Properties given;
  read_properties(run, given);
  if (run.empty() || !mqtt::check_encodable(given)) return nullptr;
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

BrokerMachine::BrokerMachine(const mqtt::BrokerOptions& options, const Wants& wants, Boundary& boundary)
    : reports_publishes_(wants.publishes),
      boundary_(boundary),
      broker_(options, this, wants.decisions ? this : nullptr) {}

void BrokerMachine::carry_out(CommandReader& command, mqtt::Instant now) {
  if (command.kind() == CommandKind::BrokerPublish) return publish(command, now);
  const std::uint32_t number = command.subject();
  Connection* const found = connection(number);
  if (found == nullptr) return;
  if (command.kind() == CommandKind::ConnectionReceive) return receive(command, *found, now);
  found->is_writable = command.record<ValueCommand>().value != 0;
  note_ready(number);
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

void BrokerMachine::decide(std::uint32_t number, Decision decision, mqtt::Instant now) {
  Connection* const found = connection(number);
  if (found == nullptr) return;
  if (decision.verdict.reason == mqtt::ReasonCode::Success) {
    found->publish_refusal = read_refusal(decision.publish_refusal);
    found->subscribe_refusal = read_refusal(decision.subscribe_refusal);
    found->permissions = std::move(decision.permissions);
  }
  broker_.decide(found->id, decision.verdict, now);
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
  boundary_.events.write(
      EventKind::Ended, number_of(id),
      {flags, identifier.offset, identifier.length, text.offset, text.length, mqtt::web_socket_close_code(end)});
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
