// Two clients back to back: dialled, connected and subscribed, in the form of MQTT that the remote broker takes.
#include "mqtt/bridge/bridge.h"

#include <algorithm>
#include <utility>

#include "mqtt/bridge/bridge_retained.h"
#include "mqtt/bridge/bridge_state.h"

namespace mqtt {

namespace {

// Messages that a broker may have on their way through the bridge, unacknowledged.
constexpr std::uint16_t kReceiveMaximum = 1024;

// Bytes that may wait for one side before nothing more is taken from the other.
constexpr std::size_t kMaximumWaitingBytes = 1024 * 1024;

// It goes on with sessions whose beginning it has not seen, if its process began anew. The bridge subscribes anew at
// each connection, by its own rules; and a QoS 0 message that can't go out now is one that nobody waits for.
ClientOptions client_options(const BridgeOptions& options) {
  return {.reconnect = options.reconnect,
          .connect_timeout = options.connect_timeout,
          .fails_what_waits = false,
          .resubscribe = false,
          .queue_qos_zero = false,
          .acknowledged_by_host = true,
          .lowers_qos = true,
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

Connect remote_connect(const BridgeOptions& options, BridgeDialect dialect) {
  const bool is_5_0 = dialect == BridgeDialect::V5_0;
  Connect connect{.version = is_5_0 ? ProtocolVersion::V5_0 : ProtocolVersion::V3_1_1,
                  .clean_start = false,
                  .keep_alive = options.keep_alive,
                  .client_identifier = options.client_identifier,
                  .will = std::nullopt,
                  .user_name = options.user_name,
                  .password = std::nullopt};
  if (options.password) connect.password = as_bytes(*options.password);
  connect.is_bridge = dialect == BridgeDialect::V3_1_1AsBridge;
  connect.properties.receive_maximum = kReceiveMaximum;
  connect.properties.session_expiry_interval = options.session_expiry_interval;
  if (options.maximum_packet_size < kMaximumPacketSize)
    connect.properties.maximum_packet_size = options.maximum_packet_size;
  return connect;
}

// Why a server ends a connection without anything being wrong with what the bridge sent.
bool is_no_fault_of_messages(ReasonCode reason) {
  switch (reason) {
    case ReasonCode::Success:
    case ReasonCode::ServerUnavailable:
    case ReasonCode::ServerBusy:
    case ReasonCode::Banned:
    case ReasonCode::ServerShuttingDown:
    case ReasonCode::KeepAliveTimeout:
    case ReasonCode::SessionTakenOver:
    case ReasonCode::MessageRateTooHigh:
    case ReasonCode::AdministrativeAction:
    case ReasonCode::UseAnotherServer:
    case ReasonCode::ServerMoved:
    case ReasonCode::ConnectionRateExceeded:
    case ReasonCode::MaximumConnectTime:
      return true;
    default:
      return false;
  }
}

// Of a client that ended the connection because of what it read.
bool is_answer(std::optional<PacketType> read_last) {
  return !read_last || *read_last == PacketType::Puback || *read_last == PacketType::Pubrec ||
         *read_last == PacketType::Pubcomp;
}

}  // namespace

Bridge::State::State(const BridgeOptions& options, BridgeListener& listener, RetainedStore* retained)
    : options_(options),
      listener_(listener),
      dialects_(options.version),
      sides_{Side(*this, BridgeSide::Local), Side(*this, BridgeSide::Remote)} {
  if (retained != nullptr) retained_ = std::make_unique<Retained>(*this, *retained);
}

Bridge::State::~State() = default;

Bridge::State::Side::Side(State& owner, BridgeSide which)
    : bridge(owner), name(which), map(owner.options_.rules, which), client(client_options(owner.options_), *this) {}

void Bridge::State::Side::on_connack(const Connack& connack) {
  bridge.listener_.on_connack(name, connack);
  speaks_older_version = connack.is_of_3_1_1;
  if (connack.reason != ReasonCode::Success) return;
  was_accepted = is_to_subscribe = true;
  for (BridgeRoute& route : map.routes())
    route.is_granted = false;
  const Properties& properties = connack.properties;
  has_identifiers = name == BridgeSide::Local || (bridge.dialect() == BridgeDialect::V5_0 &&
                                                  properties.subscription_identifiers_available.value_or(1) != 0);
  has_retained = properties.retain_available.value_or(1) != 0;
  maximum_qos = static_cast<QoS>(properties.maximum_qos.value_or(2));
  asked_qos = granted_qos = QoS::AtMostOnce;
  answers = 0;
  // What that broker does not know of any more does not come again.
  if (!connack.session_present) passages.clear();
  if (name == BridgeSide::Local) return;
  bridge.dialects_.accepted();
  bridge.echoes_.resume(bridge.now_);
  if (bridge.retained_ != nullptr) bridge.retained_->begin(connack.session_present);
}

void Bridge::State::Side::on_closing(const Error& error) {
  closing = error;
  bridge.listener_.on_closing(name, error);
}

void Bridge::State::Side::on_subscribed(OperationToken token, const Suback& suback) {
  if (token >= kFirstRetainedToken) return bridge.retained_->on_subscribed(token, suback);
  BridgeRoute& route = map.routes()[token - 1];
  const ReasonCode reason = suback.reasons.front();
  route.is_refused = is_failure(reason);
  --awaited_subacks;
  if (!route.is_refused) {
    route.is_granted = true;
    asked_qos = std::max(asked_qos, route.maximum_qos);
    granted_qos = std::max(granted_qos, static_cast<QoS>(reason));
    return;
  }
  bridge.listener_.on_subscription_refused(name, route.topic_filter,
                                           {Fault::LimitReached, reason, "the broker does not grant the subscription"});
}

void Bridge::State::Side::on_unsubscribed(OperationToken token, const Unsuback&) {
  bridge.retained_->on_unsubscribed(token);
}

// The remote broker's retained messages are asked for each time, because some may have changed meanwhile. The local
// ones are not: what has changed of them is known, or they are walked through.
void Bridge::State::Side::subscribe() {
  is_subscribing = true;
  for (std::size_t i = 0; i < map.routes().size(); ++i) {
    BridgeRoute& route = map.routes()[i];
    route.is_refused = route.is_granted = false;
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

// A server of 3.1.1 that grants less than it was asked for shows by it what it has. One that grants 0 takes messages of
// QoS 1 all the same, as a rule.
void Bridge::State::conclude_subscribing(Side& side) {
  if (!side.is_subscribing || !side.is_ready()) return;
  side.is_subscribing = false;
  if (side.name == BridgeSide::Local) {
    if (retained_ != nullptr) retained_->local_is_ready();
    return;
  }
  if (dialect() != BridgeDialect::V5_0 && side.granted_qos < side.asked_qos) {
    side.maximum_qos = std::min(side.maximum_qos, std::max(side.granted_qos, QoS::AtLeastOnce));
    side.client.limit_qos(side.maximum_qos);
  }
  if (retained_ != nullptr) retained_->subscribed();
}

// To a broker of 3.1.1 nothing goes before it has shown by its SUBACKs which QoS it has.
void Bridge::State::limit_in_flight() {
  std::uint16_t limit = 65'535;
  if (is_careful()) limit = retained_ != nullptr && retained_->unconfirmed() > 0 ? 0 : 1;
  if (dialect() != BridgeDialect::V5_0 && !(remote().is_ready() && !remote().is_subscribing)) limit = 0;
  if (limit == limit_) return;
  limit_ = limit;
  remote().client.limit_in_flight(limit, now_);
}

// The remote broker's retained messages come as soon as the bridge has subscribed: the local broker is there then.
void Bridge::State::start() {
  local().is_due = true;
  is_remote_due_ = true;
}

void Bridge::State::conclude() {
  for (Side& side : sides_) {
    if (std::exchange(side.is_to_subscribe, false) && side.client.connected()) side.subscribe();
    conclude_subscribing(side);
    side.acknowledge_finished();
    if (is_remote_due_ && side.name == BridgeSide::Local && side.is_ready()) {
      is_remote_due_ = false;
      remote().is_due = true;
    }
    if (!std::exchange(side.is_due, false)) continue;
    side.client.start_attempt(now_);
    listener_.on_connect_due(side.name);
  }
  limit_in_flight();
  if (retained_ == nullptr) return;
  retained_->work();
  limit_in_flight();
}

void Bridge::State::shut_down() {
  is_remote_due_ = false;
  is_shut_down_ = true;
  for (Side& side : sides_)
    side.client.disconnect(Disconnect{}, now_);
}

Result<void> Bridge::State::open(BridgeSide name, Instant now) {
  now_ = now;
  Side& opened = side(name);
  opened.is_opened = true;
  opened.was_accepted = opened.speaks_older_version = false;
  opened.closing.reset();
  if (name == BridgeSide::Local) return opened.client.transport_opened(local_connect(options_), now);
  limit_in_flight();
  return opened.client.transport_opened(remote_connect(options_, dialect()), now);
}

// What arrived on the transport waits for it to come again on the next one.
void Bridge::State::close(Side& side, TransportEnd end) {
  for (auto& [identifier, passage] : side.passages)
    passage.is_here = false;
  side.finished.clear();
  side.is_to_subscribe = side.is_subscribing = false;
  side.client.transport_closed(now_);
  const bool is_remote = side.name == BridgeSide::Remote;
  if (is_remote && side.was_accepted) {
    echoes_.pause(now_);
    suspect(side, end);
    if (retained_ != nullptr) retained_->end();
  }
  if (is_remote && tries_next_dialect(side, end)) side.is_due = true;
  side.is_opened = side.was_accepted = false;
}

bool Bridge::State::tries_next_dialect(const Side& side, TransportEnd end) {
  if (side.was_accepted || is_shut_down_) return false;
  const BridgeDialect tried = dialect();
  bool is_refused = false;
  bool has_next = false;
  if (!side.is_opened || (!side.closing && end != TransportEnd::ByPeer)) {
    dialects_.failed();
  } else if (!side.closing) {
    has_next = dialects_.closed_unanswered();
    is_refused = has_next || dialect() != tried;
  } else if (side.speaks_older_version || side.closing->reason == ReasonCode::UnsupportedProtocolVersion ||
             side.closing->fault == Fault::PeerSentGarbage || side.closing->fault == Fault::PeerBrokeProtocol) {
    has_next = dialects_.refused();
    is_refused = true;
  } else {
    dialects_.failed();
  }
  if (is_refused) listener_.on_dialect_refused(tried, has_next ? std::optional(dialect()) : std::nullopt);
  return has_next;
}

void Bridge::State::suspect(Side& side, TransportEnd end) {
  if (side.closing) {
    if (side.closing->fault == Fault::CallerMisuse || is_no_fault_of_messages(side.closing->reason)) return;
    const bool is_told_by_server = side.client.last_read() == PacketType::Disconnect;
    if (!is_told_by_server && !is_answer(side.client.last_read())) return;
  } else if (end != TransportEnd::ByPeer) {
    return;
  }
  const Client::Unacknowledged open = side.client.unacknowledged();
  std::size_t unanswered = open.messages;
  Suspicion::Suspect first{.token = open.first};
  if (unanswered == 0 && retained_ != nullptr) {
    unanswered = retained_->unconfirmed();
    first.topic = retained_->first_unconfirmed();
  }
  if (suspicion_.convicts(unanswered, first, side.answers)) give_up(first);
}

void Bridge::State::give_up(const Suspicion::Suspect& suspect) {
  ++local().statistics.given_up;
  std::string topic = suspect.topic;
  if (suspect.token != kNoToken) {
    topic = remote().client.give_up_sent(suspect.token).value_or("");
    local().finish(suspect.token, ReasonCode::ImplementationSpecificError);
  }
  if (retained_ != nullptr) retained_->given_up(suspect);
  listener_.on_given_up(topic, Suspicion::kTries);
}

void Bridge::State::remember_echo(const Publish& published) {
  if ((is_plain() || !remote().client.connected()) && remote().map.find(published.topic, {}) != nullptr)
    echoes_.remember(published.topic, published.payload, now_);
}

Instant Bridge::State::next_deadline() const {
  const Instant next = std::min(sides_[0].client.next_deadline(), sides_[1].client.next_deadline());
  return retained_ == nullptr ? next : std::min(next, retained_->next_deadline());
}

Bridge::Bridge(const BridgeOptions& options, BridgeListener& listener, RetainedStore* retained)
    : state_(std::make_unique<State>(options, listener, retained)) {}
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

void Bridge::receive(BridgeSide side, Bytes bytes, Instant now) {
  state_->step(now, [&] { state_->side(side).client.receive(bytes, now); });
}

void Bridge::transport_closed(BridgeSide side, Instant now, TransportEnd end) {
  state_->step(now, [&] { state_->close(state_->side(side), end); });
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
void Bridge::consume_output(BridgeSide side, std::size_t bytes, std::optional<Instant> now) {
  state_->side(side).client.consume_output(bytes, now);
}
bool Bridge::should_close(BridgeSide side) const {
  return state_->side(side).client.should_close();
}
bool Bridge::takes_input(BridgeSide side) const {
  return state_->side(side).other().client.output().size() <= kMaximumWaitingBytes;
}
Instant Bridge::next_deadline() const {
  return state_->next_deadline();
}
bool Bridge::ready(BridgeSide side) const {
  return state_->side(side).is_ready();
}
BridgeDialect Bridge::dialect() const {
  return state_->dialect();
}
const BridgeStatistics& Bridge::statistics(BridgeSide from) const {
  return state_->side(from).statistics;
}

}  // namespace mqtt
