// Connections: opened, fed, timed, ended. The packets' own steps are in handle_*.cpp.
#include "mqtt/broker/broker.h"

#include <algorithm>
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/reason_codes.h"
#include "mqtt/connection/rules.h"
#include "mqtt/topic/topic_name.h"

namespace mqtt {

namespace {

// More than any CONNECT needs: what a connection may make the broker hold before it is known.
constexpr std::uint32_t kMaximumConnectSize = 1024 * 1024;

// What a connection may send while its host makes up its mind about it.
constexpr std::size_t kMaximumHeldInput = 1024 * 1024;

// A packet of which that much has come shows life before it is whole.
constexpr std::size_t kLongPacket = 1024;

// One and a half times the Keep Alive. [MQTT-3.1.2-22]
Duration allowed_silence(const Connection& connection) {
  return std::chrono::milliseconds(connection.keep_alive * std::int64_t{1500});
}

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

ConnectionId Broker::State::open(Instant now, Origin origin) {
  ConnectionId id;
  if (free_connections_.empty()) {
    id = static_cast<ConnectionId>(connections_.size());
    connections_.push_back(std::make_unique<Connection>());
  } else {
    id = free_connections_.back();
    free_connections_.pop_back();
  }
  Connection& connection = *connections_[id];
  connection.id = id;
  connection.serial = ++serial_;
  connection.phase = ConnectionPhase::AwaitingConnect;
  connection.is_of_host = origin == Origin::Host;
  connection.last_heard = now;
  connection.reader = FrameReader(std::min(options_.maximum_packet_size, kMaximumConnectSize));
  deadlines_.add({now + options_.connect_timeout, DeadlineKind::Connect, id, connection.serial});
  system_topics_.begin(current_statistics(), now);
  return id;
}

void Broker::State::receive(Connection& connection, Bytes bytes, Instant now) {
  if (connection.is_over()) return;
  statistics_.bytes_received += bytes.size();
  // What does not begin like a CONNECT is not waited for to its end, which the length of another protocol's bytes
  // would have far off.
  if (connection.phase == ConnectionPhase::AwaitingConnect && connection.reader.held() == 0 && !bytes.empty() &&
      bytes[0] >> 4 != static_cast<int>(PacketType::Connect)) {
    return end(connection, protocol_error("the first packet is not a CONNECT"), false, now);
  }
  process(connection, bytes, now);
}

void Broker::State::process(Connection& connection, Bytes bytes, Instant now) {
  connection.reader.feed(bytes);
  // Of a host that hands over the input of a connection that is held back, no more than so much is kept.
  while (!connection.awaits_verdict && (!connection.is_held_back || connection.reader.held() > kMaximumHeldInput)) {
    const auto frame = connection.reader.next();
    if (!frame) return end(connection, frame.error(), false, now);
    if (!*frame) break;
    connection.last_heard = now;
    ++statistics_.packets_received;
    handle(connection, **frame, now);
    if (connection.phase == ConnectionPhase::Closing) return;
  }
  connection.reader.keep_rest();
  if (connection.awaits_verdict && connection.reader.held() > kMaximumHeldInput) {
    const Error error{Fault::LimitReached, ReasonCode::QuotaExceeded, "sends on while the host decides about it"};
    return end(connection, error, false, now);
  }
  if (connection.awaits_verdict || connection.is_held_back || connection.reader.held() >= kLongPacket)
    connection.last_heard = now;
  if (connection.unread_answers > options_.maximum_output_bytes) {
    const Error error{Fault::LimitReached, ReasonCode::QuotaExceeded, "does not read the answers to what it sends"};
    end(connection, error, false, now);
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
    return end(connection, protocol_error("a packet that a client must not send on an open connection"), false, now);
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
        return end(connection, ping.error(), false, now);
      outputs_.write(connection, [](ByteBuffer& out) { encode(Pingresp{}, out); });
      return;
    case PacketType::Connect:
      return handle_connect(connection, frame, now);
    case PacketType::Disconnect:
      return handle_disconnect(connection, frame, now);
    case PacketType::Auth:
      return handle_auth(connection, frame, now);
    default:
      return;  // is_legal() let none other through
  }
}

void Broker::State::end(Connection& connection, const Error& error, bool orderly, Instant now, const Properties* said) {
  if (connection.is_over()) return;
  const bool was_connected = connection.phase == ConnectionPhase::Connected;
  if (was_connected && !orderly && connection.version == ProtocolVersion::V5_0)
    send_disconnect(connection, error, said);
  outputs_.of(connection);  // names it ready: the host must close it
  finish(connection, error, orderly, now);
}

void Broker::State::finish(Connection& connection, const Error& error, bool orderly, Instant now) {
  connection.phase = ConnectionPhase::Closing;
  Session* session = std::exchange(connection.session, nullptr);
  observer_.on_ended(connection.id,
                     {.client_identifier = session == nullptr ? std::string_view{} : session->client_identifier,
                      .orderly = orderly,
                      .error = error});
  if (session == nullptr) return;
  --statistics_.connections;
  session->connection = nullptr;
  back_pressure_.let_go(*session);
  // Only a DISCONNECT of Normal disconnection takes the will back. [MQTT-3.14.4-3]
  endings_.leave(*session, !orderly || error.reason != ReasonCode::Success, now);
}

void Broker::State::send_disconnect(Connection& connection, const Error& error, const Properties* said) {
  // A host may close with any code. [MQTT-3.14.2-1]
  Disconnect disconnect{.reason = reason_code_for(PacketType::Disconnect, error.reason), .properties = {}};
  if (said != nullptr) disconnect.properties = *said;
  auto& reason_string = disconnect.properties.reason_string;
  if (!reason_string && error.text[0] != '\0') reason_string = error.text;
  if (!connection.wants_problem_information) reason_string.reset();
  fit_explanation(disconnect.properties, [&] {  // [MQTT-3.14.2-3] [MQTT-3.14.2-4]
    return outputs_.write(connection, [&](ByteBuffer& out) { encode(disconnect, ProtocolVersion::V5_0, out); });
  });
}

void Broker::State::disconnect(Connection& connection, const Disconnect& disconnect, Instant now) {
  const Properties& given = disconnect.properties;
  Properties said;
  said.reason_string = given.reason_string;
  said.user_properties = given.user_properties;
  said.server_reference = given.server_reference;
  const Error error{Fault::LimitReached, disconnect.reason, "closed by the host"};
  said = sayable(std::move(said));
  end(connection, error, false, now, &said);
}

Properties Broker::State::sayable(Properties said) {
  return check_encodable(said) ? std::move(said) : Properties();
}

Properties Broker::State::said_by(const Permission& permission) {
  Properties said;
  if (!permission.reason_string.empty()) said.reason_string = permission.reason_string;
  said.user_properties.assign(permission.user_properties.begin(), permission.user_properties.end());
  return sayable(std::move(said));
}

Properties Broker::State::said_by(const Verdict& verdict) {
  Properties said;
  if (!verdict.reason_string.empty()) said.reason_string = verdict.reason_string;
  for (const auto& [name, value] : verdict.user_properties)
    said.user_properties.push_back({name, value});
  if (!verdict.server_reference.empty()) said.server_reference = verdict.server_reference;
  return sayable(std::move(said));
}

void Broker::State::closed(Connection& connection, Instant now) {
  if (connection.phase == ConnectionPhase::Free) return;
  connection.is_leaving = true;
  if (back_pressure_.release(connection)) process(connection, {}, now);
  if (connection.phase != ConnectionPhase::Closing) {
    const Error error{Fault::PeerBrokeProtocol, ReasonCode::UnspecifiedError,
                      "the connection was lost without a DISCONNECT"};
    finish(connection, error, false, now);
  }
  const ConnectionId id = connection.id;
  const bool is_ready = connection.is_ready;
  connection = Connection{};
  connection.id = id;
  connection.is_ready = is_ready;  // still listed; take_ready() passes over free ones
  free_connections_.push_back(id);
}

void Broker::State::consume_output(Connection& connection, std::size_t bytes) {
  outputs_.consume(connection, bytes);
  // What found the output full waits for the room, not for an acknowledgement.
  if (Session* session = connection.session; session != nullptr && !session->queue.empty())
    deliveries_.send_waiting(*session, now_);
  retained_slices_.note_drained(connection);
  outputs_.recycle(connection);
}

void Broker::State::arm_keep_alive(Connection& connection, Instant from) {
  deadlines_.add({from + allowed_silence(connection), DeadlineKind::KeepAlive, connection.id, connection.serial});
}

void Broker::State::advance(Instant now) {
  while (deadlines_.next() <= now)
    run(deadlines_.take(), now);
  // So that nobody is woken for nothing.
  while (!deadlines_.empty() && is_outdated(deadlines_.front()))
    deadlines_.take();
}

bool Broker::State::is_outdated(const Deadline& deadline) const {
  if (deadline.kind == DeadlineKind::Connect || deadline.kind == DeadlineKind::KeepAlive) {
    const Connection& connection = *connections_[deadline.subject];
    if (connection.serial != deadline.serial) return true;
    if (deadline.kind == DeadlineKind::KeepAlive) return connection.phase != ConnectionPhase::Connected;
    return connection.phase != ConnectionPhase::AwaitingConnect && connection.phase != ConnectionPhase::Authenticating;
  }
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
      return end(*connections_[deadline.subject], protocol_error("no CONNECT came in time"), false, now);
    case DeadlineKind::KeepAlive: {
      Connection& connection = *connections_[deadline.subject];
      // The deadline is not moved with every packet, only when it comes.
      if (connection.last_heard + allowed_silence(connection) > now)
        return arm_keep_alive(connection, connection.last_heard);
      const Error error{Fault::PeerBrokeProtocol, ReasonCode::KeepAliveTimeout,
                        "silent for one and a half times its Keep Alive"};
      return end(connection, error, false, now);
    }
    case DeadlineKind::WillDelay:
      return endings_.publish_will(*sessions_.at(deadline.subject), now);
    case DeadlineKind::SessionExpiry:
      ++statistics_.sessions_expired;
      return endings_.end(*sessions_.at(deadline.subject), now);
    case DeadlineKind::Statistics:
      return system_topics_.publish(current_statistics(), connections_.size() > free_connections_.size(), now);
    case DeadlineKind::Hold:
      return back_pressure_.judge(*sessions_.at(deadline.subject), now);
  }
}

void Broker::State::shut_down(Instant now) {
  for (const auto& connection : connections_)
    end(*connection, {Fault::LimitReached, ReasonCode::ServerShuttingDown, "the server is shutting down"}, false, now);
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
  return state_->restorer().restore(key, value);
}
void Broker::finish_restoring(Instant now) {
  state_->mutate(now, [&] { state_->restorer().finish(now); });
}

ConnectionId Broker::open(Instant now, Origin origin) {
  ConnectionId id = 0;
  state_->mutate(now, [&] { id = state_->open(now, origin); });
  return id;
}
void Broker::receive(ConnectionId connection, Bytes bytes, Instant now) {
  state_->mutate(now, [&] {
    state_->retained_slices().renew();
    state_->receive(state_->connection(connection), bytes, now);
    state_->serve_held();
    state_->retained_slices().serve(now);
  });
}
void Broker::closed(ConnectionId connection, Instant now) {
  state_->mutate(now, [&] { state_->closed(state_->connection(connection), now); });
}

Instant Broker::advance(Instant now) {
  state_->mutate(now, [&] {
    state_->retained_slices().renew();
    state_->advance(now);
    state_->serve_held();
    state_->retained_slices().serve(now);
  });
  return state_->next_deadline();
}

Result<void> Broker::publish(const Publish& message, Instant now) {
  if (!is_valid_topic_name(message.topic)) {
    return Error{Fault::CallerMisuse, ReasonCode::TopicNameInvalid,
                 "a topic name is 1 to 65,535 bytes of UTF-8 without '+', '#' and U+0000"};
  }
  if (const auto encodable = check_encodable(message); !encodable) return encodable.error();
  Publish accepted = message;
  accepted.properties.topic_alias.reset();
  accepted.properties.subscription_identifiers.clear();
  state_->mutate(now, [&] { state_->router().accept(accepted, nullptr, now); });
  return {};
}

void Broker::decide(ConnectionId connection, const Verdict& verdict, Instant now) {
  state_->mutate(now, [&] { state_->decide(state_->connection(connection), verdict, now); });
}
void Broker::disconnect(ConnectionId connection, const Disconnect& disconnect, Instant now) {
  state_->mutate(now, [&] { state_->disconnect(state_->connection(connection), disconnect, now); });
}
void Broker::shut_down(Instant now) {
  state_->mutate(now, [&] { state_->shut_down(now); });
}

std::optional<ConnectionId> Broker::take_ready() {
  const Connection* const ready = state_->outputs().take_ready();
  return ready == nullptr ? std::nullopt : std::optional(ready->id);
}
const OutputQueue& Broker::output(ConnectionId connection) const {
  return state_->connection(connection).output;
}
void Broker::consume_output(ConnectionId connection, std::size_t bytes) {
  state_->mutate(state_->now(), [&] { state_->consume_output(state_->connection(connection), bytes); });
}
bool Broker::should_close(ConnectionId connection) const {
  return state_->connection(connection).phase == ConnectionPhase::Closing;
}
bool Broker::takes_input(ConnectionId connection) const {
  return !state_->connection(connection).is_held_back;
}
Instant Broker::next_deadline() const {
  return state_->next_deadline();
}
const BrokerStatistics& Broker::statistics() const {
  return state_->current_statistics();
}

}  // namespace mqtt
