// Two clients back to back: what one receives the other publishes, and what the other's broker acknowledges the one
// acknowledges.
#include "mqtt/bridge/bridge.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mqtt/client/client.h"

namespace mqtt {

namespace {

// Messages that a broker may have on their way through the bridge, unacknowledged.
constexpr std::uint16_t kReceiveMaximum = 1024;

// Octets that may wait for one side before nothing more is taken from the other.
constexpr std::size_t kMaximumWaitingOctets = 1024 * 1024;

// Of a message: a number that tells it from one of an earlier session with its packet identifier, and that identifier.
// Smaller ones are of subscriptions: the route's number and 1.
constexpr OperationToken message_token(std::uint16_t number, PacketIdentifier identifier) {
  return (OperationToken{number} << 16) | identifier;
}
constexpr bool is_of_message(OperationToken token) {
  return token > 0xFFFF;
}
constexpr PacketIdentifier identifier_of(OperationToken token) {
  return static_cast<PacketIdentifier>(token & 0xFFFF);
}

BridgeSide opposite(BridgeSide side) {
  return side == BridgeSide::Local ? BridgeSide::Remote : BridgeSide::Local;
}

// It goes on with sessions whose beginning it has not seen, if its process began anew. The bridge subscribes anew at
// each connection, by its own rules; and a QoS 0 message that can't go out now is one that nobody waits for.
ClientOptions client_options(const BridgeOptions& options) {
  return {.reconnect = options.reconnect,
          .connect_timeout = options.connect_timeout,
          .fails_what_waits = false,
          .resubscribe = false,
          .queue_qos_zero = false,
          .acknowledged_by_host = true,
          .releases_unknown_identifiers = true,
          .random_seed = options.random_seed};
}

Connect local_connect(const BridgeOptions& options) {
  Connect connect{.version = ProtocolVersion::V5_0,
                  .clean_start = false,
                  .keep_alive = 0,
                  .client_identifier = options.local_client_identifier,
                  .will = std::nullopt,
                  .user_name = std::nullopt,
                  .password = std::nullopt};
  connect.properties.receive_maximum = kReceiveMaximum;
  connect.properties.session_expiry_interval = options.session_expiry_interval;
  return connect;
}

Connect remote_connect(const BridgeOptions& options) {
  Connect connect{.version = options.version,
                  .clean_start = false,
                  .keep_alive = options.keep_alive,
                  .client_identifier = options.client_identifier,
                  .will = std::nullopt,
                  .user_name = options.user_name,
                  .password = std::nullopt};
  if (options.password) connect.password = as_bytes(*options.password);
  connect.is_bridge = options.version != ProtocolVersion::V5_0;
  connect.properties.receive_maximum = kReceiveMaximum;
  connect.properties.session_expiry_interval = options.session_expiry_interval;
  if (options.maximum_packet_size < kMaximumPacketSize)
    connect.properties.maximum_packet_size = options.maximum_packet_size;
  return connect;
}

}  // namespace

class Bridge::State {
 public:
  State(const BridgeOptions& options, BridgeListener& listener)
      : options_(options),
        listener_(listener),
        sides_{Side(*this, BridgeSide::Local), Side(*this, BridgeSide::Remote)} {}

  // A message of QoS 1 or 2 between its arrival and its acknowledgement.
  struct Passage {
    OperationToken token = kNoToken;  // under which the other side publishes it
    bool is_here = false;             // it arrived on the present transport, so it can be acknowledged there
    bool is_done = false;             // the other broker answered
    ReasonCode reason = ReasonCode::Success;
  };

  // One of the two clients, and what it receives.
  struct Side final : ClientListener {
    Side(State& owner, BridgeSide which)
        : bridge(owner), name(which), map(owner.options_.rules, which), client(client_options(owner.options_), *this) {}

    void on_reconnect_due() override { is_due = true; }
    void on_connack(const Connack& connack) override;
    void on_message(const Publish& message) override;
    void on_published(OperationToken token, PacketIdentifier, ReasonCode reason, const Properties&) override;
    void on_subscribed(OperationToken token, const Suback& suback) override;
    void on_operation_failed(OperationToken token, const Error& error) override;
    void on_closing(const Error& error) override { bridge.listener_.on_closing(name, error); }

    Side& other() { return bridge.side(opposite(name)); }
    void send_to_other(const Publish& message, OperationToken token);
    void drop(OperationToken token, ReasonCode reason);
    void finish(OperationToken token, ReasonCode reason);
    void subscribe();
    void acknowledge_finished();
    bool is_ready() const { return client.connected() && !is_to_subscribe && awaited_subacks == 0; }

    State& bridge;
    BridgeSide name;
    TopicMap map;
    Client client;
    bool is_due = false;           // the connection
    bool is_to_subscribe = false;  // a CONNACK was read
    bool has_identifiers = false;  // of subscriptions, its broker
    bool has_retained = true;
    QoS maximum_qos = QoS::ExactlyOnce;
    std::unordered_map<PacketIdentifier, Passage> passages;
    std::vector<PacketIdentifier> finished;  // of passages that can be acknowledged
    std::size_t awaited_subacks = 0;
    std::uint16_t sent = 0;
    std::string renamed;
    BridgeStatistics statistics;
  };

  Side& side(BridgeSide name) { return sides_[static_cast<std::size_t>(name)]; }

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
  void close(Side& side);
  Instant next_deadline() const;

  std::array<Side, 2>& sides() { return sides_; }

 private:
  void conclude();

  BridgeOptions options_;
  BridgeListener& listener_;
  Instant now_;
  std::array<Side, 2> sides_;
  bool is_remote_due_ = false;  // for the first time, once the local side is ready
};

void Bridge::State::Side::on_connack(const Connack& connack) {
  bridge.listener_.on_connack(name, connack);
  if (connack.reason != ReasonCode::Success) return;
  is_to_subscribe = true;
  const Properties& properties = connack.properties;
  has_identifiers = name == BridgeSide::Local || (bridge.options_.version == ProtocolVersion::V5_0 &&
                                                  properties.subscription_identifiers_available.value_or(1) != 0);
  has_retained = properties.retain_available.value_or(1) != 0;
  maximum_qos = static_cast<QoS>(properties.maximum_qos.value_or(2));
  // What that broker does not know of any more does not come again.
  if (!connack.session_present) passages.clear();
}

void Bridge::State::Side::on_message(const Publish& message) {
  if (message.qos == QoS::AtMostOnce) return send_to_other(message, kNoToken);
  const PacketIdentifier identifier = message.packet_identifier;
  Passage& passage = passages[identifier];
  passage.is_here = true;
  const bool is_under_way = passage.token != kNoToken && message.dup;
  if (is_under_way) {
    if (passage.is_done) finished.push_back(identifier);
    return;
  }
  if (++sent == 0) ++sent;
  passage.token = message_token(sent, identifier);
  passage.is_done = false;
  send_to_other(message, passage.token);
}

void Bridge::State::Side::send_to_other(const Publish& message, OperationToken token) {
  const BridgeRoute* route = map.find(message.topic, message.properties.subscription_identifiers);
  if (route == nullptr) return finish(token, ReasonCode::Success);  // left over from other rules, or another copy
  Side& to = other();
  Publish crossing = message;
  crossing.topic = TopicMap::rename(*route, message.topic, renamed);
  crossing.qos = std::min({message.qos, route->maximum_qos, to.maximum_qos});
  crossing.retain = message.retain && to.has_retained;
  crossing.properties.topic_alias.reset();
  if (const auto published = to.client.publish(crossing, token, bridge.now_); !published)
    return drop(token, published.error().reason);
  ++statistics.crossed;
}

void Bridge::State::Side::drop(OperationToken token, ReasonCode reason) {
  ++statistics.dropped;
  finish(token, reason);
}

void Bridge::State::Side::finish(OperationToken token, ReasonCode reason) {
  const PacketIdentifier identifier = identifier_of(token);
  const auto found = passages.find(identifier);
  if (found == passages.end() || found->second.token != token) return;
  found->second.is_done = true;
  found->second.reason = reason;
  if (found->second.is_here) finished.push_back(identifier);
}

void Bridge::State::Side::on_published(OperationToken token, PacketIdentifier, ReasonCode reason, const Properties&) {
  if (is_failure(reason)) return other().drop(token, reason);
  other().finish(token, ReasonCode::Success);
}

// A subscription fails with its connection, and is made anew on the next one.
void Bridge::State::Side::on_operation_failed(OperationToken token, const Error& error) {
  if (is_of_message(token)) return other().drop(token, error.reason);
  --awaited_subacks;
}

void Bridge::State::Side::on_subscribed(OperationToken token, const Suback& suback) {
  BridgeRoute& route = map.routes()[token - 1];
  const ReasonCode reason = suback.reasons.front();
  route.is_refused = is_failure(reason);
  --awaited_subacks;
  if (!route.is_refused) return;
  bridge.listener_.on_subscription_refused(name, route.topic_filter,
                                           {Fault::LimitReached, reason, "the broker does not grant the subscription"});
}

// The remote broker's retained messages are asked for each time, because some may have changed meanwhile. The local
// ones are not: those that came from the remote broker long ago would go back.
void Bridge::State::Side::subscribe() {
  for (std::size_t i = 0; i < map.routes().size(); ++i) {
    BridgeRoute& route = map.routes()[i];
    route.is_refused = false;
    Subscribe subscribe;
    subscribe.entries.push_back({route.topic_filter,
                                 {.maximum_qos = route.maximum_qos,
                                  .no_local = true,
                                  .retain_as_published = true,
                                  .retain_handling = name == BridgeSide::Remote ? RetainHandling::SendAtSubscribe
                                                                                : RetainHandling::DoNotSend}});
    if (has_identifiers) subscribe.properties.subscription_identifiers = {TopicMap::subscription_identifier(i)};
    const auto written = client.subscribe(subscribe, static_cast<OperationToken>(i + 1), bridge.now_);
    if (written) {
      ++awaited_subacks;
      continue;
    }
    route.is_refused = true;
    bridge.listener_.on_subscription_refused(name, route.topic_filter, written.error());
  }
}

void Bridge::State::Side::acknowledge_finished() {
  for (const PacketIdentifier identifier : std::exchange(finished, {})) {
    const auto found = passages.find(identifier);
    if (found == passages.end() || !found->second.is_here) continue;
    // Bare acknowledgements can always be sent.
    [[maybe_unused]] const auto acknowledged =
        client.acknowledge(identifier, found->second.reason, Properties{}, bridge.now_);
    passages.erase(found);
  }
}

// The remote broker's retained messages come as soon as the bridge has subscribed: the local broker is there then.
void Bridge::State::start() {
  side(BridgeSide::Local).is_due = true;
  is_remote_due_ = true;
}

void Bridge::State::conclude() {
  for (Side& side : sides_) {
    if (std::exchange(side.is_to_subscribe, false) && side.client.connected()) side.subscribe();
    side.acknowledge_finished();
    if (is_remote_due_ && side.name == BridgeSide::Local && side.is_ready()) {
      is_remote_due_ = false;
      side.other().is_due = true;
    }
    if (!std::exchange(side.is_due, false)) continue;
    side.client.start_attempt(now_);
    listener_.on_connect_due(side.name);
  }
}

void Bridge::State::shut_down() {
  is_remote_due_ = false;
  for (Side& side : sides_)
    side.client.disconnect(Disconnect{}, now_);
}

Result<void> Bridge::State::open(BridgeSide name, Instant now) {
  const Connect connect = name == BridgeSide::Local ? local_connect(options_) : remote_connect(options_);
  return side(name).client.transport_opened(connect, now);
}

// What arrived on the transport waits for it to come again on the next one.
void Bridge::State::close(Side& side) {
  for (auto& [identifier, passage] : side.passages)
    passage.is_here = false;
  side.finished.clear();
  side.is_to_subscribe = false;
  side.client.transport_closed(now_);
}

Instant Bridge::State::next_deadline() const {
  return std::min(sides_[0].client.next_deadline(), sides_[1].client.next_deadline());
}

Bridge::Bridge(const BridgeOptions& options, BridgeListener& listener)
    : state_(std::make_unique<State>(options, listener)) {}
Bridge::~Bridge() = default;

void Bridge::start(Instant now) {
  state_->step(now, [&] { state_->start(); });
}

void Bridge::shut_down(Instant now) {
  state_->step(now, [&] { state_->shut_down(); });
}

Result<void> Bridge::transport_opened(BridgeSide side, Instant now) {
  return state_->open(side, now);
}

void Bridge::receive(BridgeSide side, Bytes octets, Instant now) {
  state_->step(now, [&] { state_->side(side).client.receive(octets, now); });
}

void Bridge::transport_closed(BridgeSide side, Instant now) {
  state_->step(now, [&] { state_->close(state_->side(side)); });
}

Instant Bridge::advance(Instant now) {
  state_->step(now, [&] {
    for (State::Side& side : state_->sides())
      side.client.advance(now);
  });
  return state_->next_deadline();
}

const OutputQueue& Bridge::output(BridgeSide side) const {
  return state_->side(side).client.output();
}
void Bridge::consume_output(BridgeSide side, std::size_t octets, std::optional<Instant> now) {
  state_->side(side).client.consume_output(octets, now);
}
bool Bridge::should_close(BridgeSide side) const {
  return state_->side(side).client.should_close();
}
bool Bridge::takes_input(BridgeSide side) const {
  return output(opposite(side)).size() <= kMaximumWaitingOctets;
}
Instant Bridge::next_deadline() const {
  return state_->next_deadline();
}
bool Bridge::ready(BridgeSide side) const {
  return state_->side(side).is_ready();
}
const BridgeStatistics& Bridge::statistics(BridgeSide from) const {
  return state_->side(from).statistics;
}

}  // namespace mqtt
