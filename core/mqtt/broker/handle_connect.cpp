// CONNECT -> a session and a CONNACK, or a refusal.
#include <algorithm>
#include <utility>

#include "mqtt/broker/handshake.h"
#include "mqtt/broker/said_by.h"
#include "mqtt/broker/topic_limits.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/reason_codes.h"
#include "mqtt/connection/topic_alias_table.h"

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

// Before 5.0 a CONNACK has words for a few refusals only; the rest is closed without one. [MQTT-3.1.4-1]
std::optional<ReasonCode> return_code_for(ReasonCode reason) {
  switch (reason) {
    case ReasonCode::UnsupportedProtocolVersion:
    case ReasonCode::ClientIdentifierNotValid:
    case ReasonCode::BadUserNameOrPassword:
    case ReasonCode::NotAuthorized:
    case ReasonCode::ServerUnavailable:
      return reason;
    case ReasonCode::Banned:
    case ReasonCode::BadAuthenticationMethod:
      return ReasonCode::NotAuthorized;
    case ReasonCode::ServerBusy:
    case ReasonCode::QuotaExceeded:
    case ReasonCode::ConnectionRateExceeded:
    case ReasonCode::UseAnotherServer:
    case ReasonCode::ServerMoved:
      return ReasonCode::ServerUnavailable;
    default:
      return std::nullopt;
  }
}

// What is well-formed and yet not to be had here.
Result<void> check(const Connect& connect, bool is_of_host, const BrokerOptions& options) {
  if (connect.client_identifier.empty()) {
    if (connect.version == ProtocolVersion::V3_1)
      return refusal(ReasonCode::ClientIdentifierNotValid, "MQTT 3.1 wants a client identifier");
    // [MQTT-3.1.3-8]
    if (connect.version == ProtocolVersion::V3_1_1 && !connect.clean_start) {
      return refusal(ReasonCode::ClientIdentifierNotValid, "an empty client identifier goes with Clean Session only");
    }
  }
  if (!is_of_host && connect.client_identifier.starts_with(kHostClientPrefix))
    return refusal(ReasonCode::ClientIdentifierNotValid, "client identifiers that begin with $bridge are the server's");
  if (!connect.will) return {};
  if (is_too_long(connect.will->topic, options))
    return refusal(ReasonCode::TopicNameInvalid, "a will whose topic is longer or deeper than is taken here");
  if (is_system_topic(connect.will->topic))
    return refusal(ReasonCode::NotAuthorized, "a will to $SYS, which is the server's own");
  if (connect.will->qos > options.maximum_qos)  // [MQTT-3.2.2-12]
    return refusal(ReasonCode::QoSNotSupported, "a will of a QoS above the server's Maximum QoS");
  if (connect.will->retain && !options.retain_available)  // [MQTT-3.2.2-13]
    return refusal(ReasonCode::RetainNotSupported, "a will that is to be retained, which this server does not do");
  return {};
}

std::uint32_t session_expiry_interval(const Connect& connect, const BrokerOptions& options) {
  if (connect.version == ProtocolVersion::V5_0) {
    return std::min(connect.properties.session_expiry_interval.value_or(0), options.maximum_session_expiry_interval);
  }
  return connect.clean_start ? 0 : options.maximum_session_expiry_interval;
}

std::uint16_t keep_alive(const Connect& connect, const BrokerOptions& options) {
  const bool is_bounded = options.maximum_keep_alive != 0 && connect.version == ProtocolVersion::V5_0;
  if (!is_bounded) return connect.keep_alive;
  return connect.keep_alive == 0 ? options.maximum_keep_alive
                                 : std::min(connect.keep_alive, options.maximum_keep_alive);
}

Publish to_publish(const Will& will) {
  return {.topic = will.topic,
          .payload = will.payload,
          .packet_identifier = 0,
          .qos = will.qos,
          .retain = will.retain,
          .dup = false,
          .properties = will.properties};
}

WillMessage keep(const Will& will, Instant now) {
  Publish publish = to_publish(will);
  // It begins to run when the will is published.
  const auto interval = std::exchange(publish.properties.message_expiry_interval, std::nullopt);
  return {.message = Message::keep(publish, now),
          .delay = will.properties.will_delay_interval.value_or(0),
          .message_expiry_interval = interval};
}

}  // namespace

void Handshake::handle_connect(Connection& connection, const Frame& frame, Instant now) {
  const auto decoded = decode_connect(frame);
  if (!decoded) return refuse_connect(connection, version_of_malformed(frame.body), decoded.error(), now);
  const Connect& connect = *decoded;
  connection.peer_maximum_packet_size = connect.properties.maximum_packet_size.value_or(kMaximumPacketSize);
  connection.wants_problem_information = connect.properties.request_problem_information.value_or(1) != 0;
  if (const auto checked = check(connect, connection.is_of_host, options_); !checked)
    return refuse_connect(connection, connect.version, checked.error(), now);
  connection.version = connect.version;
  const auto verdict = authority_.on_connect(connection.id, connect);
  if (!connect.properties.authentication_method && verdict) return conclude_connect(connection, connect, *verdict, now);
  connection.phase = ConnectionPhase::Authenticating;
  connection.authentication = std::make_unique<Authentication>();
  connection.authentication->method = connect.properties.authentication_method.value_or("");
  connection.authentication->connect.append(frame.body);
  judge(connection, verdict, now);
}

void Handshake::conclude_connect(Connection& connection, const Connect& connect, const Verdict& verdict, Instant now) {
  if (verdict.reason != ReasonCode::Success) {
    const ReasonCode reason = reason_code_for(PacketType::Connack, verdict.reason);  // [MQTT-3.2.2-8]
    return refuse_connect(connection, connect.version, refusal(reason, "refused by the host"), now, &verdict);
  }
  Session* holder = sessions_.find(connect.client_identifier);
  const bool takes_over = holder != nullptr && holder->connection != nullptr;
  if (statistics_.connections >= options_.maximum_connections && !takes_over) {
    const Error error{Fault::LimitReached, ReasonCode::ServerBusy, "as many clients are connected as may be"};
    return refuse_connect(connection, connect.version, error, now);
  }
  if (connect.will && wills_are_decided_) {
    const Permission said = authority_.may_publish(connection.id, connect.client_identifier, to_publish(*connect.will));
    if (is_failure(said.reason)) {
      const Error error = refusal(ReasonCode::NotAuthorized, "the client may not publish its will");
      Verdict refused{.reason = error.reason, .reason_string = std::string(said.reason_string)};
      for (const auto& [name, value] : said.user_properties)
        refused.user_properties.emplace_back(name, value);
      return refuse_connect(connection, connect.version, error, now, &refused);
    }
  }
  admit(connection, connect, verdict, now);
}

void Handshake::admit(Connection& connection, const Connect& connect, const Verdict& verdict, Instant now) {
  const bool assigned = connect.client_identifier.empty();
  bool present = false;
  Session& session =
      take_session(connection, connect,
                   assigned ? sessions_.new_client_identifier() : std::string(connect.client_identifier), present, now);
  session.expiry_interval = session_expiry_interval(connect, options_);
  if (connect.will) session.will = keep(*connect.will, now);
  recorder_.session(session);

  connection.is_bridge = connect.is_bridge;
  connection.connect_session_expiry_interval = connect.properties.session_expiry_interval.value_or(0);
  connection.receive_maximum =
      std::min(connect.properties.receive_maximum.value_or(65'535), options_.maximum_in_flight);
  connection.keep_alive = keep_alive(connect, options_);
  const std::uint16_t aliases =
      std::min(connect.properties.topic_alias_maximum.value_or(0), options_.maximum_outgoing_topic_aliases);
  if (aliases != 0) {
    connection.outgoing_aliases = std::make_unique<TopicAliasTable>();
    connection.outgoing_aliases->reset(aliases);
  }

  statistics_.connections_maximum = std::max(statistics_.connections_maximum, ++statistics_.connections);
  if (!accept_connect(connection, connect, verdict, present, assigned)) {
    const Error error{Fault::LimitReached, ReasonCode::PacketTooLarge,
                      "the CONNACK is larger than the client's Maximum Packet Size"};
    return connections_.end(connection, error, false, now);
  }
  connection.phase = ConnectionPhase::Connected;
  connection.reader.set_maximum_packet_size(options_.maximum_packet_size);
  ++statistics_.connections_accepted;
  if (connection.keep_alive != 0) connections_.begin_keep_alive(connection, now);
  observer_.on_connected(connection.id, {.client_identifier = session.client_identifier,
                                         .version = connect.version,
                                         .clean_start = connect.clean_start,
                                         .session_present = present,
                                         .keep_alive = connection.keep_alive,
                                         .user_name = connect.user_name});
  if (present) {
    deliveries_.resume(session, now);
    retained_slices_.resume(session);
  }
}

// The session that the client resumes, or a new one; a connection that has it until now loses it. [MQTT-3.1.4-3]
Session& Handshake::take_session(Connection& connection, const Connect& connect, std::string client_identifier,
                                 bool& present, Instant now) {
  Session* existing = sessions_.find(client_identifier);
  if (existing != nullptr && existing->connection != nullptr) {
    connections_.end(
        *existing->connection,
        {Fault::PeerBrokeProtocol, ReasonCode::SessionTakenOver, "another connection took over the client identifier"},
        false, now);
    existing = sessions_.find(client_identifier);  // it may have ended with its connection
  }
  // What was due while nobody called advance() has happened, too.
  if (existing != nullptr && existing->will_at <= now) endings_.publish_will(*existing, now);
  if (existing != nullptr && (connect.clean_start || existing->expires_at <= now)) {
    endings_.end(*existing, now);
    existing = nullptr;
  }
  present = existing != nullptr;
  Session& session = present ? *existing : sessions_.create(std::move(client_identifier));
  // A will that was waiting for its delay is not published: the client is back. [MQTT-3.1.3-9]
  session.will.reset();
  session.will_at = session.expires_at = kNever;
  session.connection = &connection;
  connection.session = &session;
  return session;
}

// False when the client takes only packets that are smaller than its CONNACK.
bool Handshake::accept_connect(Connection& connection, const Connect& connect, const Verdict& verdict, bool present,
                               bool assigned) {
  const bool says_present = present && connect.version != ProtocolVersion::V3_1;  // a reserved bit then
  Connack connack{.session_present = says_present, .reason = ReasonCode::Success, .properties = {}};
  Properties& properties = connack.properties;
  properties = said_by(verdict);
  properties.server_reference.reset();  // the client is where it should be
  if (!connection.wants_problem_information) properties.reason_string.reset();
  if (assigned) properties.assigned_client_identifier = connection.session->client_identifier;  // [MQTT-3.2.2-16]
  if (connect.properties.session_expiry_interval.value_or(0) != connection.session->expiry_interval) {
    properties.session_expiry_interval = connection.session->expiry_interval;  // [MQTT5 3.2.2.3.2]
  }
  if (connect.keep_alive != connection.keep_alive) properties.server_keep_alive = connection.keep_alive;
  if (options_.receive_maximum != 65'535) properties.receive_maximum = options_.receive_maximum;
  if (options_.maximum_packet_size < kMaximumPacketSize) properties.maximum_packet_size = options_.maximum_packet_size;
  if (options_.topic_alias_maximum != 0) properties.topic_alias_maximum = options_.topic_alias_maximum;
  if (options_.maximum_qos != QoS::ExactlyOnce)
    properties.maximum_qos = static_cast<std::uint8_t>(options_.maximum_qos);  // [MQTT-3.2.2-9]
  if (!options_.retain_available) properties.retain_available = 0;
  if (!options_.wildcard_subscription_available) properties.wildcard_subscription_available = 0;
  if (!options_.subscription_identifiers_available) properties.subscription_identifiers_available = 0;
  if (!options_.shared_subscription_available) properties.shared_subscription_available = 0;
  const bool wants_response_information = connect.properties.request_response_information.value_or(0) != 0;
  if (wants_response_information && !options_.response_information.empty())  // [MQTT-3.1.2-28]
    properties.response_information = options_.response_information;
  if (connection.authentication != nullptr && !connection.authentication->method.empty()) {  // [MQTT-4.12.0-5]
    properties.authentication_method = connection.authentication->method;
    if (verdict.authentication_data) properties.authentication_data = Bytes(*verdict.authentication_data);
  }
  return fit_explanation(properties, [&] {  // [MQTT-3.2.2-19] [MQTT-3.2.2-20]
    return outputs_.write(connection, [&](ByteBuffer& out) { encode(connack, connection.version, out); });
  });
}

void Handshake::refuse_connect(Connection& connection, std::optional<ProtocolVersion> version, const Error& error,
                               Instant now, const Verdict* verdict) {
  auto reason = std::optional(error.reason);
  if (version != ProtocolVersion::V5_0) reason = return_code_for(error.reason);
  if (version && reason) {
    Connack connack{.session_present = false, .reason = *reason, .properties = {}};
    Properties& properties = connack.properties;
    if (verdict != nullptr) properties = said_by(*verdict);
    if (!properties.reason_string) properties.reason_string = error.text;
    if (!connection.wants_problem_information) properties.reason_string.reset();
    fit_explanation(properties, [&] {  // [MQTT-3.2.2-19] [MQTT-3.2.2-20]
      return outputs_.write(connection, [&](ByteBuffer& out) { encode(connack, *version, out); });
    });
  }
  connections_.end(connection, error, false, now);
}

}  // namespace mqtt
