// A connection begins with its time for a CONNECT and ends with its session's part in it.
#include "mqtt/broker/connections.h"

#include <algorithm>
#include <utility>

#include "mqtt/codec/encode.h"
#include "mqtt/codec/reason_codes.h"

namespace mqtt {

namespace {

// More than any CONNECT needs: what a connection may make the broker hold before it is known.
constexpr std::uint32_t kMaximumConnectSize = 1024 * 1024;

// One and a half times the Keep Alive. [MQTT-3.1.2-22]
Duration allowed_silence(const Connection& connection) {
  return std::chrono::milliseconds(connection.keep_alive * std::int64_t{1500});
}

}  // namespace

Connection& Connections::open(Instant now, Origin origin) {
  ConnectionId id;
  if (free_ids_.empty()) {
    id = static_cast<ConnectionId>(by_id_.size());
    by_id_.push_back(std::make_unique<Connection>());
  } else {
    id = free_ids_.back();
    free_ids_.pop_back();
  }
  Connection& connection = *by_id_[id];
  connection.id = id;
  connection.serial = ++last_serial_;
  connection.phase = ConnectionPhase::AwaitingConnect;
  connection.is_of_host = origin == Origin::Host;
  connection.last_heard = now;
  connection.reader = FrameReader(std::min(options_.maximum_packet_size, kMaximumConnectSize));
  deadlines_.add({now + options_.connect_timeout, DeadlineKind::Connect, id, connection.serial});
  return connection;
}

void Connections::end(Connection& connection, const Error& error, bool orderly, Instant now, const Properties* said) {
  if (connection.is_over()) return;
  const bool was_connected = connection.phase == ConnectionPhase::Connected;
  if (was_connected && !orderly && connection.version == ProtocolVersion::V5_0)
    send_disconnect(connection, error, said);
  outputs_.of(connection);  // names it ready: the host must close it
  finish(connection, error, orderly, now);
}

void Connections::end_all(const Error& error, Instant now) {
  for (const auto& connection : by_id_)
    end(*connection, error, false, now);
}

void Connections::release(Connection& connection, Instant now) {
  if (connection.phase != ConnectionPhase::Closing) {
    const Error error{Fault::PeerBrokeProtocol, ReasonCode::UnspecifiedError,
                      "the connection was lost without a DISCONNECT"};
    finish(connection, error, false, now);
  }
  const ConnectionId id = connection.id;
  const bool is_ready = connection.is_ready;
  connection = Connection{};
  connection.id = id;
  connection.is_ready = is_ready;  // still listed; Outputs::take_ready() passes over free ones
  free_ids_.push_back(id);
}

// The one place where a connection's part in the session ends: observer, will, session.
void Connections::finish(Connection& connection, const Error& error, bool orderly, Instant now) {
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

void Connections::send_disconnect(Connection& connection, const Error& error, const Properties* said) {
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

void Connections::begin_keep_alive(const Connection& connection, Instant from) {
  deadlines_.add({from + allowed_silence(connection), DeadlineKind::KeepAlive, connection.id, connection.serial});
}

bool Connections::is_outdated(const Deadline& deadline) const {
  const Connection& connection = at(deadline.subject);
  if (connection.serial != deadline.serial) return true;
  if (deadline.kind == DeadlineKind::KeepAlive) return connection.phase != ConnectionPhase::Connected;
  return connection.phase != ConnectionPhase::AwaitingConnect && connection.phase != ConnectionPhase::Authenticating;
}

void Connections::run(const Deadline& deadline, Instant now) {
  Connection& connection = at(deadline.subject);
  if (deadline.kind == DeadlineKind::Connect)
    return end(connection, protocol_error("no CONNECT came in time"), false, now);
  // The deadline is not moved with every packet, only when it comes.
  if (connection.last_heard + allowed_silence(connection) > now)
    return begin_keep_alive(connection, connection.last_heard);
  const Error error{Fault::PeerBrokeProtocol, ReasonCode::KeepAliveTimeout,
                    "silent for one and a half times its Keep Alive"};
  end(connection, error, false, now);
}

}  // namespace mqtt
