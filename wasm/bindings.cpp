// What JavaScript calls: a step with the batch of what comes with every message, and a function for each thing that
// happens once in a connection's life or less. js/src/engine/module.ts declares the same.
#include "fields.h"
#include "machines.h"
#include "mqtt/codec/properties.h"

namespace wasmqtt {

mqtt::Disconnect disconnect_of(double reason, const std::string& properties) {
  mqtt::Disconnect disconnect{.reason = from_field<mqtt::ReasonCode>(reason), .properties = {}};
  read_properties(bytes_of(properties), disconnect.properties);
  return disconnect;
}

mqtt::Connect connect_of(const ConnectFields& fields) {
  mqtt::Connect connect;
  connect.version = from_field<mqtt::ProtocolVersion>(fields.protocol_version);
  connect.client_identifier = fields.client_id;
  connect.clean_start = fields.clean;
  connect.keep_alive = from_field<std::uint16_t>(fields.keep_alive);
  if (fields.has_username) connect.user_name = fields.username;
  if (fields.has_password) connect.password = bytes_of(fields.password);
  connect.is_bridge = fields.bridge;
  read_properties(bytes_of(fields.properties), connect.properties);
  if (fields.has_will) {
    mqtt::Will& will = connect.will.emplace();
    will.topic = fields.will.topic;
    will.payload = bytes_of(fields.will.payload);
    will.qos = from_field<mqtt::QoS>(fields.will.qos);
    will.retain = fields.will.retain;
    read_properties(bytes_of(fields.will.properties), will.properties);
  }
  return connect;
}

namespace {

using emscripten::function;
using emscripten::typed_memory_view;
using emscripten::val;

// --- the batch. Views hold until memory grows; then they are empty, and asked for again.

val reserve(double bytes) {
  const auto size = static_cast<std::size_t>(bytes);
  return val(typed_memory_view(size, machines().reserve(size)));
}

val results() {
  static_assert(std::is_standard_layout_v<StepResults>);
  return val(typed_memory_view(sizeof(StepResults) / sizeof(std::uint32_t), &machines().results().events));
}

mqtt::Instant instant(double milliseconds) {
  return mqtt::Instant(mqtt::Duration(static_cast<std::int64_t>(milliseconds)));
}

// Instants are doubles, so that a day count of decades and `never` (Infinity) fit.
double milliseconds(mqtt::Instant instant) {
  if (instant == mqtt::kNever) return std::numeric_limits<double>::infinity();
  return static_cast<double>(instant.time_since_epoch().count());
}

// What step() takes and answers lies in memory, because each argument of a function costs as much as a small frame.
struct StepExchange {
  double now = 0;     // in
  double length = 0;  // in
  double deadline = 0;
};
StepExchange exchange;

val step_exchange() {
  static_assert(std::is_standard_layout_v<StepExchange>);
  return val(typed_memory_view(sizeof exchange / sizeof(double), &exchange.now));
}

void step() {
  exchange.deadline = milliseconds(machines().step(static_cast<std::size_t>(exchange.length), instant(exchange.now)));
}

void begin(double now) {
  machines().begin(instant(now));
}

void carry_out(double length) {
  machines().carry_out(static_cast<std::size_t>(length));
}

double finish() {
  return milliseconds(machines().finish());
}

// --- clients. What is said to one that is gone is void.

ClientMachine* client(double number) {
  return machines().touched_client(number_of(number));
}

mqtt::ClientOptions default_client_options() {
  return {};
}

void create_client(double number, const mqtt::ClientOptions& options, bool journal, bool trace) {
  machines().create_client(number_of(number), options, {.journal = journal, .trace = trace});
}

void destroy_client(double number) {
  machines().destroy_client(number_of(number));
}

void start_attempt(double number) {
  if (auto* const machine = client(number)) machine->start_attempt(machines().now());
}

void open_transport(double number, const ConnectFields& connect, double maximum_frame_size) {
  auto* const machine = client(number);
  if (machine == nullptr) return;
  machine->open_transport(connect_of(connect), from_field<std::size_t>(maximum_frame_size), machines().now());
}

void close_transport(double number) {
  if (auto* const machine = client(number)) machine->close_transport(machines().now());
}

// One after the other, what the next subscribe() or unsubscribe() names.
struct Filter {
  std::string topic_filter;
  mqtt::SubscriptionOptions options;
};
std::vector<Filter> filters;

void name_filter(const std::string& topic_filter, double qos, bool no_local, bool retain_as_published,
                 double retain_handling) {
  filters.push_back({topic_filter,
                     {.maximum_qos = from_field<mqtt::QoS>(qos),
                      .no_local = no_local,
                      .retain_as_published = retain_as_published,
                      .retain_handling = from_field<mqtt::RetainHandling>(retain_handling)}});
}

void subscribe(double number, const std::string& properties, double token) {
  const std::vector<Filter> named = std::exchange(filters, {});
  auto* const machine = client(number);
  if (machine == nullptr) return;
  mqtt::Subscribe packet;
  read_properties(bytes_of(properties), packet.properties);
  for (const Filter& filter : named)
    packet.entries.push_back({filter.topic_filter, filter.options});
  machine->report(machine->client().subscribe(packet, number_of(token), machines().now()), number_of(token));
}

void unsubscribe(double number, const std::string& properties, double token) {
  const std::vector<Filter> named = std::exchange(filters, {});
  auto* const machine = client(number);
  if (machine == nullptr) return;
  mqtt::Unsubscribe packet;
  read_properties(bytes_of(properties), packet.properties);
  for (const Filter& filter : named)
    packet.topic_filters.push_back(filter.topic_filter);
  machine->report(machine->client().unsubscribe(packet, number_of(token), machines().now()), number_of(token));
}

void authenticate(double number, double reason, const std::string& properties, double token) {
  auto* const machine = client(number);
  if (machine == nullptr) return;
  mqtt::Auth auth{.reason = from_field<mqtt::ReasonCode>(reason), .properties = {}};
  read_properties(bytes_of(properties), auth.properties);
  machine->report(machine->client().authenticate(auth, machines().now()), number_of(token));
}

void disconnect(double number, double reason, const std::string& properties) {
  auto* const machine = client(number);
  if (machine == nullptr) return;
  machine->client().disconnect(disconnect_of(reason, properties), machines().now());
}

void stop_reconnecting(double number) {
  if (auto* const machine = client(number)) machine->client().stop_reconnecting();
}

void reconnect(double number) {
  if (auto* const machine = client(number)) machine->client().reconnect(machines().now());
}

void discard(double number, double token) {
  if (auto* const machine = client(number)) machine->client().discard(number_of(token));
}

void probe(double number) {
  if (auto* const machine = client(number)) machine->client().probe(machines().now());
}

void restore(double number, const std::string& key, const std::string& value) {
  if (auto* const machine = client(number)) machine->restore(bytes_of(key), bytes_of(value));
}

void finish_restoring(double number) {
  if (auto* const machine = client(number)) machine->client().finish_restoring();
}

void let_host_acknowledge(double number) {
  if (auto* const machine = client(number)) machine->client().let_host_acknowledge();
}

void set_trace(double number, bool wanted) {
  if (auto* const machine = client(number)) machine->set_trace(wanted);
}

template <auto Member>
auto get_reconnect(const mqtt::ClientOptions& options) {
  return get<Member>(options.reconnect);
}
template <auto Member>
void set_reconnect(mqtt::ClientOptions& options, Field<ValueOf<Member>> field) {
  set<Member>(options.reconnect, field);
}

}  // namespace

EMSCRIPTEN_BINDINGS(clients) {
  using Options = mqtt::ClientOptions;
  using Reconnect = mqtt::ReconnectPolicy;
  emscripten::value_object<Options>("ClientOptions")
      .field("reconnect", &get_reconnect<&Reconnect::enabled>, &set_reconnect<&Reconnect::enabled>)
      .field("initialReconnectDelay", &get_reconnect<&Reconnect::initial_delay>,
             &set_reconnect<&Reconnect::initial_delay>)
      .field("maximumReconnectDelay", &get_reconnect<&Reconnect::maximum_delay>,
             &set_reconnect<&Reconnect::maximum_delay>)
      .field("reconnectFactor", &get_reconnect<&Reconnect::factor>, &set_reconnect<&Reconnect::factor>)
      .field("reconnectJitter", &get_reconnect<&Reconnect::jitter>, &set_reconnect<&Reconnect::jitter>)
      .field("connectTimeout", &get<&Options::connect_timeout>, &set<&Options::connect_timeout>)
      .field("fallsBack", &get<&Options::falls_back_to_3_1_1>, &set<&Options::falls_back_to_3_1_1>)
      .field("keepsSession", &get<&Options::keeps_session>, &set<&Options::keeps_session>)
      .field("resubscribe", &get<&Options::resubscribe>, &set<&Options::resubscribe>)
      .field("subscribeBatchSize", &get<&Options::subscribe_batch_size>, &set<&Options::subscribe_batch_size>)
      .field("queueQosZero", &get<&Options::queue_qos_zero>, &set<&Options::queue_qos_zero>)
      .field("maximumQueuedMessages", &get<&Options::maximum_queued_messages>, &set<&Options::maximum_queued_messages>)
      .field("maximumQueuedBytes", &get<&Options::maximum_queued_bytes>, &set<&Options::maximum_queued_bytes>)
      .field("maximumAutomaticTopicAliases", &get<&Options::maximum_automatic_topic_aliases>,
             &set<&Options::maximum_automatic_topic_aliases>)
      .field("acknowledgedByHost", &get<&Options::acknowledged_by_host>, &set<&Options::acknowledged_by_host>)
      .field("unixTimeAtZero", &get<&Options::unix_time_at_zero>, &set<&Options::unix_time_at_zero>)
      .field("randomSeed", &get<&Options::random_seed>, &set<&Options::random_seed>);
  emscripten::value_object<WillFields>("Will")
      .field("topic", &WillFields::topic)
      .field("payload", &WillFields::payload)
      .field("qos", &WillFields::qos)
      .field("retain", &WillFields::retain)
      .field("properties", &WillFields::properties);
  emscripten::value_object<ConnectFields>("Connect")
      .field("protocolVersion", &ConnectFields::protocol_version)
      .field("clientId", &ConnectFields::client_id)
      .field("clean", &ConnectFields::clean)
      .field("keepAlive", &ConnectFields::keep_alive)
      .field("hasUsername", &ConnectFields::has_username)
      .field("username", &ConnectFields::username)
      .field("hasPassword", &ConnectFields::has_password)
      .field("password", &ConnectFields::password)
      .field("bridge", &ConnectFields::bridge)
      .field("properties", &ConnectFields::properties)
      .field("hasWill", &ConnectFields::has_will)
      .field("will", &ConnectFields::will);

  function("reserve", &reserve);
  function("results", &results);
  function("stepExchange", &step_exchange);
  function("step", &step);
  function("begin", &begin);
  function("carryOut", &carry_out);
  function("finish", &finish);

  function("bindBroker", &bind_broker);

  function("defaultClientOptions", &default_client_options);
  function("createClient", &create_client);
  function("destroyClient", &destroy_client);
  function("startAttempt", &start_attempt);
  function("openTransport", &open_transport);
  function("closeTransport", &close_transport);
  function("nameFilter", &name_filter);
  function("subscribe", &subscribe);
  function("unsubscribe", &unsubscribe);
  function("authenticate", &authenticate);
  function("disconnect", &disconnect);
  function("stopReconnecting", &stop_reconnecting);
  function("reconnect", &reconnect);
  function("discard", &discard);
  function("probe", &probe);
  function("restore", &restore);
  function("finishRestoring", &finish_restoring);
  function("letHostAcknowledge", &let_host_acknowledge);
  function("setTrace", &set_trace);
}

}  // namespace wasmqtt
