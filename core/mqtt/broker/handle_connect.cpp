// CONNECT -> a session and a CONNACK, or a refusal.
#include <algorithm>
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace mqtt {

namespace {

Error refusal(ReasonCode reason, const char* text) {
  return {Fault::PeerBrokeProtocol, reason, text};
}

// The version that a refusal is written in, when the CONNECT itself could not be decoded: its protocol level, if it got
// that far.
std::optional<ProtocolVersion> version_of_malformed(Bytes body) {
  ByteReader reader(body);
  const auto name = reader.binary();
  const auto level = reader.u8();
  if (!name || !level || (as_text(*name) != "MQTT" && as_text(*name) != "MQIsdp")) return std::nullopt;
  return (*level & 0x7F) >= 5 ? ProtocolVersion::V5_0 : ProtocolVersion::V3_1_1;
}

// What is well-formed and yet not to be had here.
Result<void> check(const Connect& connect) {
  if (connect.client_identifier.empty()) {
    if (connect.version == ProtocolVersion::V3_1)
      return refusal(ReasonCode::ClientIdentifierNotValid, "MQTT 3.1 wants a client identifier");
    // [MQTT-3.1.3-8]
    if (connect.version == ProtocolVersion::V3_1_1 && !connect.clean_start) {
      return refusal(ReasonCode::ClientIdentifierNotValid, "an empty client identifier goes with Clean Session only");
    }
  }
  if (connect.properties.authentication_method) {
    return refusal(ReasonCode::BadAuthenticationMethod, "no authentication method is supported");
  }
  return {};
}

std::uint32_t session_expiry_interval(const Connect& connect, const BrokerOptions& options) {
  if (connect.version == ProtocolVersion::V5_0) {
    return std::min(connect.properties.session_expiry_interval.value_or(0), options.maximum_session_expiry_interval);
  }
  return connect.clean_start ? 0 : options.maximum_session_expiry_interval;
}

WillMessage keep(const Will& will, Instant now) {
  Publish publish{.topic = will.topic,
                  .payload = will.payload,
                  .packet_identifier = 0,
                  .qos = will.qos,
                  .retain = will.retain,
                  .dup = false,
                  .properties = will.properties};
  // It begins to run when the will is published.
  const auto interval = std::exchange(publish.properties.message_expiry_interval, std::nullopt);
  return {.message = Message::keep(publish, now),
          .delay = will.properties.will_delay_interval.value_or(0),
          .message_expiry_interval = interval};
}

}  // namespace

void Broker::State::handle_connect(Connection& connection, const Frame& frame, Instant now) {
  const auto decoded = decode_connect(frame);
  if (!decoded) return refuse_connect(connection, frame, decoded.error(), now);
  const Connect& connect = *decoded;
  connection.peer_maximum_packet_size = connect.properties.maximum_packet_size.value_or(kMaximumPacketSize);
  if (const auto checked = check(connect); !checked) return refuse_connect(connection, frame, checked.error(), now);

  const bool assigned = connect.client_identifier.empty();
  bool present = false;
  Session& session =
      take_session(connection, connect, assigned ? assign_client_identifier() : std::string(connect.client_identifier),
                   present, now);
  session.expiry_interval = session_expiry_interval(connect, options_);
  if (connect.will) session.will = keep(*connect.will, now);

  connection.version = connect.version;
  connection.is_bridge = connect.is_bridge;
  connection.wants_problem_information = connect.properties.request_problem_information.value_or(1) != 0;
  connection.connect_session_expiry_interval = connect.properties.session_expiry_interval.value_or(0);
  connection.receive_maximum =
      std::min(connect.properties.receive_maximum.value_or(65'535), options_.maximum_in_flight);
  connection.keep_alive = connect.keep_alive;

  ++statistics_.connections;
  if (!accept_connect(connection, connect, present, assigned)) {
    const Error error{Fault::LimitReached, ReasonCode::PacketTooLarge,
                      "the CONNACK is larger than the client's Maximum Packet Size"};
    return end(connection, error, false, now);
  }
  connection.phase = ConnectionPhase::Connected;
  connection.reader.set_maximum_packet_size(options_.maximum_packet_size);
  ++statistics_.connections_accepted;
  if (connection.keep_alive != 0) arm_keep_alive(connection, now);
  observer_.on_connected(connection.id, {.client_identifier = session.client_identifier,
                                         .version = connect.version,
                                         .clean_start = connect.clean_start,
                                         .session_present = present,
                                         .keep_alive = connect.keep_alive,
                                         .user_name = connect.user_name});
  if (present) {
    session.in_flight.for_each([](PacketIdentifier, FlightEntry& entry) { entry.is_sent = false; });
    session.resuming = session.in_flight.size() > 0;
    send_waiting(session, now);
  }
}

// The session that the client resumes, or a new one; a connection that has it until now loses it. [MQTT-3.1.4-3]
Session& Broker::State::take_session(Connection& connection, const Connect& connect, std::string client_identifier,
                                     bool& present, Instant now) {
  Session* existing = find_session(client_identifier);
  if (existing != nullptr && existing->connection != nullptr) {
    end(*existing->connection,
        {Fault::PeerBrokeProtocol, ReasonCode::SessionTakenOver, "another connection took over the client identifier"},
        false, now);
    existing = find_session(client_identifier);  // it may have ended with its connection
  }
  // What was due while nobody called advance() has happened, too.
  if (existing != nullptr && existing->will_at <= now) publish_will(*existing, now);
  if (existing != nullptr && (connect.clean_start || existing->expires_at <= now)) {
    destroy_session(*existing, now);
    existing = nullptr;
  }
  present = existing != nullptr;
  Session& session = present ? *existing : create_session(std::move(client_identifier));
  // A will that was waiting for its delay is not published: the client is back. [MQTT-3.1.3-9]
  session.will.reset();
  session.will_at = session.expires_at = kNever;
  session.connection = &connection;
  connection.session = &session;
  return session;
}

// False when the client takes only packets that are smaller than its CONNACK.
bool Broker::State::accept_connect(Connection& connection, const Connect& connect, bool present, bool assigned) {
  const bool says_present = present && connect.version != ProtocolVersion::V3_1;  // a reserved bit then
  Connack connack{.session_present = says_present, .reason = ReasonCode::Success, .properties = {}};
  Properties& properties = connack.properties;
  if (assigned) properties.assigned_client_identifier = connection.session->client_identifier;  // [MQTT-3.2.2-16]
  if (connect.properties.session_expiry_interval.value_or(0) != connection.session->expiry_interval) {
    properties.session_expiry_interval = connection.session->expiry_interval;  // [MQTT-3.2.2-21]
  }
  if (options_.receive_maximum != 65'535) properties.receive_maximum = options_.receive_maximum;
  if (options_.maximum_packet_size < kMaximumPacketSize) properties.maximum_packet_size = options_.maximum_packet_size;
  if (options_.topic_alias_maximum != 0) properties.topic_alias_maximum = options_.topic_alias_maximum;
  properties.shared_subscription_available = 0;
  return write(connection, [&](ByteBuffer& out) { encode(connack, connection.version, out); });
}

void Broker::State::refuse_connect(Connection& connection, const Frame& frame, const Error& error, Instant now) {
  const auto version = version_of_malformed(frame.body);
  // Before 5.0 a CONNACK has words for a few refusals only; the rest is closed without one. [MQTT-3.1.4-1]
  const bool has_return_code =
      error.reason == ReasonCode::UnsupportedProtocolVersion || error.reason == ReasonCode::ClientIdentifierNotValid ||
      error.reason == ReasonCode::BadUserNameOrPassword || error.reason == ReasonCode::NotAuthorized ||
      error.reason == ReasonCode::ServerUnavailable;
  if (version && (*version == ProtocolVersion::V5_0 || has_return_code)) {
    Connack connack{.session_present = false, .reason = error.reason, .properties = {}};
    connack.properties.reason_string = error.text;
    const auto encode_connack = [&](ByteBuffer& out) { encode(connack, *version, out); };
    if (!write(connection, encode_connack)) {
      connack.properties.reason_string.reset();  // [MQTT-3.2.2-19]
      write(connection, encode_connack);
    }
  }
  end(connection, error, false, now);
}

}  // namespace mqtt
