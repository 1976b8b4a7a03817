// The host's calls -> the parts; input -> packets, each to its handler.
#include "mqtt/broker/broker.h"

#include <algorithm>
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/connection/rules.h"
#include "mqtt/topic/topic_name.h"

namespace mqtt {

namespace {

// What a connection may send while its host makes up its mind about it.
constexpr std::size_t kMaximumHeldInput = 1024 * 1024;

// A packet of which that much has come shows life before it is whole.
constexpr std::size_t kLongPacket = 1024;

}  // namespace

Broker::State::State(const BrokerOptions& options, BrokerObserver* observer, BrokerAuthority* authority,
                     Journal* journal)
    : options_(options),
      observer_(observer == nullptr ? silent_observer_ : *observer),
      authority_(authority == nullptr ? permissive_authority_ : *authority),
      publishes_are_observed_(observer_.wants_publishes()),
      publishes_are_decided_(authority_.decides_publishes()),
      recorder_(journal, options.unix_time_at_zero),
      sessions_(options.random_seed) {}

void Broker::State::conclude() {
  serve_held();
  if (deadlines_.wants_sweep()) deadlines_.sweep([this](const Deadline& entry) { return is_outdated(entry); });
}

void Broker::State::serve_held() {
  while (Connection* publisher = back_pressure_.next())
    process(*publisher, {}, now_);
}

void Broker::State::process(Connection& connection, Bytes bytes, Instant now) {
  connection.reader.feed(bytes);
  // Of a host that hands over the input of a connection that is held back, no more than so much is kept.
  while (!connection.awaits_verdict && (!connection.is_held_back || connection.reader.held() > kMaximumHeldInput)) {
    const auto frame = connection.reader.next();
    if (!frame) return connections_.end(connection, frame.error(), false, now);
    if (!*frame) break;
    connection.last_heard = now;
    ++statistics_.packets_received;
    handle(connection, **frame, now);
    if (connection.phase == ConnectionPhase::Closing) return;
  }
  connection.reader.keep_rest();
  if (connection.awaits_verdict && connection.reader.held() > kMaximumHeldInput) {
    const Error error{Fault::LimitReached, ReasonCode::QuotaExceeded, "sends on while the host decides about it"};
    return connections_.end(connection, error, false, now);
  }
  if (connection.awaits_verdict || connection.is_held_back || connection.reader.held() >= kLongPacket)
    connection.last_heard = now;
  if (connection.unread_answers > options_.maximum_output_bytes) {
    const Error error{Fault::LimitReached, ReasonCode::QuotaExceeded, "does not read the answers to what it sends"};
    connections_.end(connection, error, false, now);
  }
}

void Broker::State::handle(Connection& connection, const Frame& frame, Instant now) {
  const bool connected = connection.phase == ConnectionPhase::Connected;
  // Between CONNECT and CONNACK. [MQTT-3.1.2-30] [MQTT-4.12.0-7]
  const bool is_awaited = frame.type == PacketType::Auth || frame.type == PacketType::Disconnect;
  const bool is_legal = connection.phase == ConnectionPhase::Authenticating
                            ? is_awaited
                            : mqtt::is_legal(frame.type, Role::Server, connected, connection.version);
  if (!is_legal) {
    return connections_.end(connection, protocol_error("a packet that a client must not send on an open connection"),
                            false, now);
  }
  switch (frame.type) {
    case PacketType::Publish:
      return handle_publish(connection, frame, now);
    case PacketType::Puback:
    case PacketType::Pubrec:
    case PacketType::Pubrel:
    case PacketType::Pubcomp:
      return handle_publish_response(connection, frame, now);
    case PacketType::Subscribe:
      return handle_subscribe(connection, frame, now);
    case PacketType::Unsubscribe:
      return handle_unsubscribe(connection, frame, now);
    case PacketType::Pingreq:
      if (const auto ping = decode_ping(frame, connection.version); !ping)
        return connections_.end(connection, ping.error(), false, now);
      outputs_.write(connection, [](ByteBuffer& out) { encode(Pingresp{}, out); });
      return;
    case PacketType::Connect:
      return handshake_.handle_connect(connection, frame, now);
    case PacketType::Disconnect:
      return handle_disconnect(connection, frame, now);
    case PacketType::Auth:
      return handshake_.handle_auth(connection, frame, now);
    default:
      return;  // is_legal() let none other through
  }
}

bool Broker::State::is_outdated(const Deadline& deadline) const {
  if (deadline.kind == DeadlineKind::Connect || deadline.kind == DeadlineKind::KeepAlive)
    return connections_.is_outdated(deadline);
  if (deadline.kind == DeadlineKind::Statistics) return deadline.at != system_topics_.due_at();
  const Session* session = sessions_.at(deadline.subject);
  if (session == nullptr || session->serial != deadline.serial) return true;
  if (deadline.kind == DeadlineKind::Hold) return session->hold == nullptr || deadline.at != session->hold->judged_at;
  return deadline.at != (deadline.kind == DeadlineKind::WillDelay ? session->will_at : session->expires_at);
}

void Broker::State::run(const Deadline& deadline, Instant now) {
  if (is_outdated(deadline)) return;
  switch (deadline.kind) {
    case DeadlineKind::Connect:
    case DeadlineKind::KeepAlive:
      return connections_.run(deadline, now);
    case DeadlineKind::WillDelay:
      return endings_.publish_will(*sessions_.at(deadline.subject), now);
    case DeadlineKind::SessionExpiry:
      ++statistics_.sessions_expired;
      return endings_.end(*sessions_.at(deadline.subject), now);
    case DeadlineKind::Statistics:
      return system_topics_.publish(current_statistics(), connections_.size() > 0, now);
    case DeadlineKind::Hold:
      return back_pressure_.judge(*sessions_.at(deadline.subject), now);
  }
}

const BrokerStatistics& Broker::State::current_statistics() {
  statistics_.sessions = sessions_.size();
  statistics_.subscriptions = subscriptions_.size();
  statistics_.shared_subscriptions = subscriptions_.members();
  statistics_.retained_messages = retained_.size();
  return statistics_;
}

Broker::Broker(const BrokerOptions& options, BrokerObserver* observer, BrokerAuthority* authority, Journal* journal)
    : state_(std::make_unique<State>(options, observer, authority, journal)) {}
Broker::~Broker() = default;

Result<void> Broker::restore(Bytes key, Bytes value) {
  return state_->restorer_.restore(key, value);
}
void Broker::finish_restoring(Instant now) {
  state_->mutate(now, [&](State& state) { state.restorer_.finish(now); });
}

ConnectionId Broker::open(Instant now, Origin origin) {
  ConnectionId id = 0;
  state_->mutate(now, [&](State& state) {
    id = state.connections_.open(now, origin).id;
    state.system_topics_.begin(state.current_statistics(), now);
  });
  return id;
}

void Broker::receive(ConnectionId id, Bytes bytes, Instant now) {
  state_->mutate_and_tell_retained(now, [&](State& state) {
    Connection& connection = state.connections_.at(id);
    if (connection.is_over()) return;
    state.statistics_.bytes_received += bytes.size();
    // What does not begin like a CONNECT is not waited for to its end, which the length of another protocol's bytes
    // would have far off.
    if (connection.phase == ConnectionPhase::AwaitingConnect && connection.reader.held() == 0 && !bytes.empty() &&
        bytes[0] >> 4 != static_cast<int>(PacketType::Connect)) {
      return state.connections_.end(connection, protocol_error("the first packet is not a CONNECT"), false, now);
    }
    state.process(connection, bytes, now);
  });
}

void Broker::closed(ConnectionId id, Instant now) {
  state_->mutate(now, [&](State& state) {
    Connection& connection = state.connections_.at(id);
    if (connection.phase == ConnectionPhase::Free) return;
    connection.is_leaving = true;
    if (state.back_pressure_.release(connection)) state.process(connection, {}, now);
    state.connections_.release(connection, now);
  });
}

Instant Broker::advance(Instant now) {
  state_->mutate_and_tell_retained(now, [&](State& state) {
    DeadlineQueue& deadlines = state.deadlines_;
    while (deadlines.next() <= now)
      state.run(deadlines.take(), now);
    // So that nobody is woken for nothing.
    while (!deadlines.empty() && state.is_outdated(deadlines.front()))
      deadlines.take();
  });
  return next_deadline();
}

Result<void> Broker::publish(const Publish& message, Instant now) {
  if (!is_valid_topic_name(message.topic)) return kInvalidTopicName;
  if (const auto encodable = check_encodable(message); !encodable) return encodable.error();
  Publish accepted = message;
  accepted.properties.topic_alias.reset();
  accepted.properties.subscription_identifiers.clear();
  state_->mutate(now, [&](State& state) { state.router_.accept(accepted, nullptr, now); });
  return {};
}

void Broker::decide(ConnectionId id, const Verdict& verdict, Instant now) {
  state_->mutate(now, [&](State& state) {
    Connection& connection = state.connections_.at(id);
    if (state.handshake_.decide(connection, verdict, now)) state.process(connection, {}, now);
  });
}

void Broker::disconnect(ConnectionId id, const Disconnect& disconnect, Instant now) {
  const Properties& given = disconnect.properties;
  Properties said;
  said.reason_string = given.reason_string;
  said.user_properties = given.user_properties;
  said.server_reference = given.server_reference;
  said = sayable(std::move(said));
  const Error error{Fault::LimitReached, disconnect.reason, "closed by the host"};
  state_->mutate(now,
                 [&](State& state) { state.connections_.end(state.connections_.at(id), error, false, now, &said); });
}

void Broker::shut_down(Instant now) {
  const Error error{Fault::LimitReached, ReasonCode::ServerShuttingDown, "the server is shutting down"};
  state_->mutate(now, [&](State& state) { state.connections_.end_all(error, now); });
}

std::optional<ConnectionId> Broker::take_ready() {
  const Connection* const ready = state_->outputs_.take_ready();
  return ready == nullptr ? std::nullopt : std::optional(ready->id);
}

const OutputQueue& Broker::output(ConnectionId connection) const {
  return state_->connections_.at(connection).output;
}

void Broker::consume_output(ConnectionId id, std::size_t bytes) {
  state_->mutate(state_->now_, [&](State& state) {
    Connection& connection = state.connections_.at(id);
    state.outputs_.consume(connection, bytes);
    // What found the output full waits for the room, not for an acknowledgement.
    if (Session* session = connection.session; session != nullptr && !session->queue.empty())
      state.deliveries_.send_waiting(*session, state.now_);
    state.retained_slices_.note_drained(connection);
    state.outputs_.recycle(connection);
  });
}

bool Broker::should_close(ConnectionId connection) const {
  return state_->connections_.at(connection).phase == ConnectionPhase::Closing;
}

bool Broker::takes_input(ConnectionId connection) const {
  return !state_->connections_.at(connection).is_held_back;
}

Instant Broker::next_deadline() const {
  return std::min(state_->deadlines_.next(), state_->retained_slices_.next(state_->now_));
}

const BrokerStatistics& Broker::statistics() const {
  return state_->current_statistics();
}

std::uint16_t web_socket_close_code(const ConnectionEnd& end) {
  constexpr std::uint16_t kNormalClosure = 1000;
  constexpr std::uint16_t kGoingAway = 1001;
  constexpr std::uint16_t kProtocolError = 1002;
  constexpr std::uint16_t kPolicyViolation = 1008;
  constexpr std::uint16_t kMessageTooBig = 1009;
  if (end.orderly) return kNormalClosure;
  if (end.error.reason == ReasonCode::ServerShuttingDown) return kGoingAway;
  if (end.error.reason == ReasonCode::PacketTooLarge) return kMessageTooBig;
  return end.error.fault == Fault::LimitReached ? kPolicyViolation : kProtocolError;
}

}  // namespace mqtt
