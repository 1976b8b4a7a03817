// Connections: opened, fed, timed, ended. The packets' own steps are in handle_*.cpp.
#include "mqtt/broker/broker.h"

#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/connection/rules.h"
#include "mqtt/topic/topic_name.h"

namespace mqtt {

namespace {

// Memory of drained outputs that is kept for the next ones.
constexpr std::size_t kMaximumSpareOctets = 32 * 1024 * 1024;
constexpr std::size_t kMaximumSpareBuffer = 1024 * 1024;

}  // namespace

Broker::State::State(const BrokerOptions& options, BrokerObserver* observer)
    : options_(options),
      observer_(observer == nullptr ? silent_observer_ : *observer),
      publishes_are_observed_(observer_.wants_publishes()),
      random_(options.random_seed) {}

ConnectionId Broker::State::open(Instant now) {
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
  connection.last_heard = now;
  connection.reader = FrameReader(options_.maximum_packet_size);
  deadlines_.add({now + options_.connect_timeout, DeadlineKind::Connect, id, connection.serial});
  return id;
}

void Broker::State::receive(Connection& connection, Bytes octets, Instant now) {
  if (connection.phase == ConnectionPhase::Closing) return;
  statistics_.octets_received += octets.size();
  connection.reader.feed(octets);
  while (true) {
    const auto frame = connection.reader.next();
    if (!frame) return end(connection, frame.error(), false, now);
    if (!*frame) break;
    connection.last_heard = now;
    handle(connection, **frame, now);
    if (connection.phase == ConnectionPhase::Closing) return;
  }
  connection.reader.keep_rest();
}

void Broker::State::handle(Connection& connection, const Frame& frame, Instant now) {
  const bool connected = connection.phase == ConnectionPhase::Connected;
  if (!is_legal(frame.type, Role::Server, connected, connection.version)) {
    const char* why =
        connected ? "a packet that a client must not send on an open connection" : "the first packet is not a CONNECT";
    return end(connection, protocol_error(why), false, now);
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
      if (const auto ping = decode_ping(frame); !ping) return end(connection, ping.error(), false, now);
      output(connection).write([](ByteBuffer& out) { encode(Pingresp{}, out); });
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

void Broker::State::end(Connection& connection, const Error& error, bool orderly, Instant now) {
  if (connection.phase == ConnectionPhase::Closing) return;
  const bool was_connected = connection.phase == ConnectionPhase::Connected;
  if (was_connected && !orderly && connection.version == ProtocolVersion::V5_0) send_disconnect(connection, error);
  output(connection);  // names it ready: the host must close it
  connection.phase = ConnectionPhase::Closing;
  Session* session = std::exchange(connection.session, nullptr);
  observer_.on_ended(connection.id,
                     {.client_identifier = session == nullptr ? std::string_view{} : session->client_identifier,
                      .orderly = orderly,
                      .error = error});
  if (session == nullptr) return;
  --statistics_.connections;
  session->connection = nullptr;
  // Only a DISCONNECT of Normal disconnection takes the will back. [MQTT-3.14.4-3]
  detach(*session, !orderly || error.reason != ReasonCode::Success, now);
}

void Broker::State::send_disconnect(Connection& connection, const Error& error) {
  Disconnect disconnect{.reason = error.reason, .properties = {}};
  if (connection.wants_problem_information && error.text[0] != '\0') disconnect.properties.reason_string = error.text;
  OutputQueue& out = output(connection);
  if (out.write([&](ByteBuffer& octets) { encode(disconnect, ProtocolVersion::V5_0, octets); }) <=
      connection.peer_maximum_packet_size)
    return;
  // The reason string is the first to go when the client takes only small packets. [MQTT-3.14.2-3]
  out.drop_last_write();
  disconnect.properties.reason_string.reset();
  if (out.write([&](ByteBuffer& octets) { encode(disconnect, ProtocolVersion::V5_0, octets); }) >
      connection.peer_maximum_packet_size) {
    out.drop_last_write();
  }
}

void Broker::State::closed(Connection& connection, Instant now) {
  end(connection,
      {Fault::PeerBrokeProtocol, ReasonCode::UnspecifiedError, "the connection was lost without a DISCONNECT"}, false,
      now);
  const ConnectionId id = connection.id;
  const bool is_ready = connection.is_ready;
  connection = Connection{};
  connection.id = id;
  connection.is_ready = is_ready;  // still listed; take_ready() passes over free ones
  free_connections_.push_back(id);
}

OutputQueue& Broker::State::output(Connection& connection) {
  if (!connection.is_ready) {
    connection.is_ready = true;
    ready_.push_back(connection.id);
  }
  if (connection.output.memory_octets() == 0 && !spare_buffers_.empty()) {
    spare_octets_ -= spare_buffers_.back().capacity();
    connection.output.give_memory(std::move(spare_buffers_.back()));
    spare_buffers_.pop_back();
  }
  return connection.output;
}

void Broker::State::consume_output(Connection& connection, std::size_t octets) {
  statistics_.octets_sent += octets;
  connection.output.consume(octets);
  if (!connection.output.empty()) return;
  ByteBuffer memory = connection.output.take_memory();
  if (memory.capacity() > kMaximumSpareBuffer || spare_octets_ + memory.capacity() > kMaximumSpareOctets) return;
  spare_octets_ += memory.capacity();
  spare_buffers_.push_back(std::move(memory));
}

std::optional<ConnectionId> Broker::State::take_ready() {
  while (ready_begin_ < ready_.size()) {
    Connection& connection = *connections_[ready_[ready_begin_++]];
    connection.is_ready = false;
    if (connection.phase != ConnectionPhase::Free) return connection.id;
  }
  ready_.clear();
  ready_begin_ = 0;
  return std::nullopt;
}

void Broker::State::arm_keep_alive(Connection& connection, Instant from) {
  // One and a half times the Keep Alive. [MQTT-3.1.2-22]
  const auto allowed = std::chrono::milliseconds(connection.keep_alive * std::int64_t{1500});
  deadlines_.add({from + allowed, DeadlineKind::KeepAlive, connection.id, connection.serial});
}

void Broker::State::advance(Instant now) {
  while (deadlines_.next() <= now)
    run(deadlines_.take(), now);
}

void Broker::State::run(const Deadline& deadline, Instant now) {
  if (deadline.kind == DeadlineKind::Connect || deadline.kind == DeadlineKind::KeepAlive) {
    Connection& connection = *connections_[deadline.subject];
    if (connection.serial != deadline.serial || connection.phase == ConnectionPhase::Closing) return;
    if (deadline.kind == DeadlineKind::Connect) {
      if (connection.phase != ConnectionPhase::AwaitingConnect) return;
      return end(connection, protocol_error("no CONNECT came in time"), false, now);
    }
    // The deadline is not moved with every packet, only when it comes.
    if (connection.last_heard + std::chrono::milliseconds(connection.keep_alive * std::int64_t{1500}) > now) {
      return arm_keep_alive(connection, connection.last_heard);
    }
    return end(
        connection,
        {Fault::PeerBrokeProtocol, ReasonCode::KeepAliveTimeout, "silent for one and a half times its Keep Alive"},
        false, now);
  }
  Session* session = deadline.subject < subscribers_.size() ? subscribers_[deadline.subject] : nullptr;
  if (session == nullptr || session->serial != deadline.serial || session->connection != nullptr) return;
  if (deadline.kind == DeadlineKind::WillDelay) {
    if (session->will && session->will_at <= now) publish_will(*session, now);
  } else if (session->expires_at <= now) {
    destroy_session(*session, now);
  }
}

void Broker::State::shut_down(Instant now) {
  for (const auto& connection : connections_) {
    if (connection->phase == ConnectionPhase::Free) continue;
    end(*connection, {Fault::LimitReached, ReasonCode::ServerShuttingDown, "the server is shutting down"}, false, now);
  }
}

const BrokerStatistics& Broker::State::current_statistics() {
  statistics_.sessions = sessions_.size();
  statistics_.subscriptions = subscriptions_.size();
  statistics_.retained_messages = retained_.size();
  return statistics_;
}

Broker::Broker(const BrokerOptions& options, BrokerObserver* observer)
    : state_(std::make_unique<State>(options, observer)) {}
Broker::~Broker() = default;

ConnectionId Broker::open(Instant now) {
  return state_->open(now);
}
void Broker::receive(ConnectionId connection, Bytes octets, Instant now) {
  state_->receive(state_->connection(connection), octets, now);
}
void Broker::closed(ConnectionId connection, Instant now) {
  state_->closed(state_->connection(connection), now);
}

Instant Broker::advance(Instant now) {
  state_->advance(now);
  return state_->next_deadline();
}

Result<void> Broker::publish(const Publish& message, Instant now) {
  if (!is_valid_topic_name(message.topic)) {
    return Error{Fault::CallerMisuse, ReasonCode::TopicNameInvalid,
                 "a topic name is 1 to 65,535 octets of UTF-8 without '+', '#' and U+0000"};
  }
  if (const auto encodable = check_encodable(message); !encodable) return encodable.error();
  Publish accepted = message;
  state_->accept(accepted, nullptr, now);
  return {};
}

void Broker::disconnect(ConnectionId connection, ReasonCode reason, Instant now) {
  state_->end(state_->connection(connection), {Fault::LimitReached, reason, "closed by the host"}, false, now);
}
void Broker::shut_down(Instant now) {
  state_->shut_down(now);
}

std::optional<ConnectionId> Broker::take_ready() {
  return state_->take_ready();
}
const OutputQueue& Broker::output(ConnectionId connection) const {
  return state_->connection(connection).output;
}
void Broker::consume_output(ConnectionId connection, std::size_t octets) {
  state_->consume_output(state_->connection(connection), octets);
}
bool Broker::should_close(ConnectionId connection) const {
  return state_->connection(connection).phase == ConnectionPhase::Closing;
}
Instant Broker::next_deadline() const {
  return state_->next_deadline();
}
const BrokerStatistics& Broker::statistics() const {
  return state_->current_statistics();
}

}  // namespace mqtt
