// Words the lines: who, from where, and on an end why.
#include "server/connection_log.h"

#include <string>
#include <string_view>

#include "ops/printable.h"
#include "server/broker_connection.h"

namespace wasmqtt {
namespace {

std::string_view version_text(mqtt::ProtocolVersion version) {
  switch (version) {
    case mqtt::ProtocolVersion::V3_1:
      return "3.1";
    case mqtt::ProtocolVersion::V3_1_1:
      return "3.1.1";
    case mqtt::ProtocolVersion::V5_0:
      return "5.0";
  }
  return "?";
}

}  // namespace

void ConnectionLog::connected(const BrokerConnection& connection, const mqtt::ConnectedClient& client) {
  if (connection.is_of_host() || !log_->should_log(spdlog::level::info)) return;
  log_->info("{}: client '{}' connected, MQTT {} over {}{}", connection.peer(), printable(client.client_identifier),
             version_text(client.version), connection.is_web_socket() ? "WebSocket" : "TCP",
             client.session_present ? ", session resumed" : "");
}

void ConnectionLog::ended(const BrokerConnection& connection, const mqtt::ConnectionEnd& end) {
  const bool is_known = !end.client_identifier.empty();
  const bool link_knows = !connection.end_text().empty();
  const bool is_shutting_down = end.error.reason == mqtt::ReasonCode::ServerShuttingDown;
  const auto level = end.orderly || is_shutting_down ? spdlog::level::info : spdlog::level::warn;
  if (connection.is_of_host() || !log_->should_log(level)) return;
  const std::string who =
      is_known ? fmt::format("client '{}'", printable(end.client_identifier)) : "a client without an accepted CONNECT";
  if (end.orderly) return log_->log(level, "{}: {} disconnected", connection.peer(), who);
  if (link_knows)
    return log_->log(level, "{}: {} closed: {}", connection.peer(), who, printable(connection.end_text(), 256));
  log_->log(level, "{}: {} closed: {} ({})", connection.peer(), who, end.error.text,
            mqtt::reason_code_name(end.error.reason));
}

}  // namespace wasmqtt
