// What JavaScript calls of the broker.
#include <utility>
#include <vector>

#include "broker_machines.h"
#include "fields.h"

namespace wasmqtt {
namespace {

using emscripten::function;

BrokerMachines& broker_machines() {
  static BrokerMachines& broker = *std::make_unique<BrokerMachines>(machines()).release();
  return broker;
}

// Before createBroker() there is none, and what is said to it is void.
BrokerMachine* broker() {
  return broker_machines().broker();
}

void create_broker(const mqtt::BrokerOptions& options, bool decisions, bool publishes) {
  broker_machines().create_broker(options, {.decisions = decisions, .publishes = publishes});
}

// `gathered`: bytes up to which packets share a frame; 0: one packet a frame.
void open_connection(double connection, double gathered) {
  if (broker() == nullptr) return;
  broker()->open(number_of(connection), {.gathered = from_field<std::size_t>(gathered)}, machines().now());
}

void close_connection(double connection) {
  if (broker() != nullptr) broker()->close(number_of(connection), machines().now());
}

void disconnect_connection(double connection, double reason, const std::string& properties) {
  const auto* const found = broker() == nullptr ? nullptr : broker()->connection(number_of(connection));
  if (found == nullptr) return;
  broker()->core().disconnect(found->id, disconnect_of(reason, properties), machines().now());
}

void link(double client, double connection, const ConnectFields& connect) {
  broker_machines().link(number_of(client), number_of(connection), connect_of(connect));
}

void unlink(double connection) {
  broker_machines().unlink(number_of(connection));
}

void shut_down() {
  if (broker() != nullptr) broker()->core().shut_down(machines().now());
}

void report_publishes(bool wanted) {
  if (broker() != nullptr) broker()->report_publishes(wanted);
}

// What the next decide() lets a client publish and subscribe to, one filter after the other.
mqtt::TopicPermissions permissions;

void permit_publish(const std::string& topic_filter) {
  if (!permissions.publish) permissions.publish.emplace();
  permissions.publish->push_back(topic_filter);
}

void permit_subscribe(const std::string& topic_filter) {
  if (!permissions.subscribe) permissions.subscribe.emplace();
  permissions.subscribe->push_back(topic_filter);
}

// Properties are runs as records.h describes them: those of a Verdict, and what refusals of publishes and of
// subscriptions say.
struct VerdictFields {
  double reason_code = 0;
  std::string properties;
  bool limits_publishes = false;  // to what permitPublish() named
  bool limits_subscriptions = false;
  std::string publish_refusal, subscribe_refusal;
};

void decide(double connection, const VerdictFields& fields) {
  mqtt::TopicPermissions permitted = std::exchange(permissions, {});
  if (fields.limits_publishes && !permitted.publish) permitted.publish.emplace();
  if (fields.limits_subscriptions && !permitted.subscribe) permitted.subscribe.emplace();
  if (broker() == nullptr) return;
  mqtt::Properties properties;
  read_properties(bytes_of(fields.properties), properties);
  mqtt::Verdict verdict{.reason = from_field<mqtt::ReasonCode>(fields.reason_code),
                        .reason_string = std::string(properties.reason_string.value_or("")),
                        .server_reference = std::string(properties.server_reference.value_or(""))};
  for (const mqtt::UserProperty& property : properties.user_properties)
    verdict.user_properties.emplace_back(property.name, property.value);
  if (const auto& data = properties.authentication_data)
    verdict.authentication_data.emplace(data->begin(), data->end());
  broker()->decide(number_of(connection),
                   {.verdict = std::move(verdict),
                    .permissions = std::move(permitted),
                    .publish_refusal = bytes_of(fields.publish_refusal),
                    .subscribe_refusal = bytes_of(fields.subscribe_refusal)},
                   machines().now());
}

mqtt::BrokerStatistics statistics() {
  return broker() == nullptr ? mqtt::BrokerStatistics{} : broker()->core().statistics();
}

}  // namespace

void bind_broker() {
  using Options = mqtt::BrokerOptions;
  emscripten::value_object<Options>("BrokerOptions")
#define MQTT_BROKER_OPTION(type, name, standard, unit, least, most, flag, reason, sentence) \
  .field(camel<#name>.text, &get<&Options::name>, &set<&Options::name>)
#include "mqtt/broker/broker_options.inc"
#undef MQTT_BROKER_OPTION
      .field("randomSeed", &get<&Options::random_seed>, &set<&Options::random_seed>);
  emscripten::value_object<VerdictFields>("Verdict")
      .field("reasonCode", &VerdictFields::reason_code)
      .field("properties", &VerdictFields::properties)
      .field("limitsPublishes", &VerdictFields::limits_publishes)
      .field("limitsSubscriptions", &VerdictFields::limits_subscriptions)
      .field("publishRefusal", &VerdictFields::publish_refusal)
      .field("subscribeRefusal", &VerdictFields::subscribe_refusal);
  using Statistics = mqtt::BrokerStatistics;
  emscripten::value_object<Statistics>("BrokerStatistics")
      .field("publishesReceived", &get<&Statistics::publishes_received>, &set<&Statistics::publishes_received>)
      .field("publishesSent", &get<&Statistics::publishes_sent>, &set<&Statistics::publishes_sent>)
      .field("publishesDropped", &get<&Statistics::publishes_dropped>, &set<&Statistics::publishes_dropped>)
      .field("bytesReceived", &get<&Statistics::bytes_received>, &set<&Statistics::bytes_received>)
      .field("bytesSent", &get<&Statistics::bytes_sent>, &set<&Statistics::bytes_sent>)
      .field("connectionsAccepted", &get<&Statistics::connections_accepted>, &set<&Statistics::connections_accepted>)
      .field("connections", &get<&Statistics::connections>, &set<&Statistics::connections>)
      .field("sessions", &get<&Statistics::sessions>, &set<&Statistics::sessions>)
      .field("subscriptions", &get<&Statistics::subscriptions>, &set<&Statistics::subscriptions>)
      .field("retainedMessages", &get<&Statistics::retained_messages>, &set<&Statistics::retained_messages>);

  function("defaultBrokerOptions", &mqtt::host_broker_options);
  function("createBroker", &create_broker);
  function("openConnection", &open_connection);
  function("closeConnection", &close_connection);
  function("disconnectConnection", &disconnect_connection);
  function("link", &link);
  function("unlink", &unlink);
  function("shutDown", &shut_down);
  function("reportPublishes", &report_publishes);
  function("permitPublish", &permit_publish);
  function("permitSubscribe", &permit_subscribe);
  function("decide", &decide);
  function("statistics", &statistics);
}

}  // namespace wasmqtt
