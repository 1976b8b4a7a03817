// The direction and the time of each packet type, from table 2-1 of the standard.
#include "mqtt/connection/rules.h"

#include <array>

namespace mqtt {

namespace {

struct Rule {
  bool to_server;
  bool to_client;
  bool before_connected;  // else after
  bool only_v5_to_client;
};

// By packet type; 0 is reserved.
constexpr std::array<Rule, 16> kRules = {{
    {false, false, false, false},
    {true, false, true, false},   // CONNECT
    {false, true, true, false},   // CONNACK
    {true, true, false, false},   // PUBLISH
    {true, true, false, false},   // PUBACK
    {true, true, false, false},   // PUBREC
    {true, true, false, false},   // PUBREL
    {true, true, false, false},   // PUBCOMP
    {true, false, false, false},  // SUBSCRIBE
    {false, true, false, false},  // SUBACK
    {true, false, false, false},  // UNSUBSCRIBE
    {false, true, false, false},  // UNSUBACK
    {true, false, false, false},  // PINGREQ
    {false, true, false, false},  // PINGRESP
    {true, true, false, true},    // DISCONNECT
    {true, true, false, true},    // AUTH
}};

}  // namespace

bool is_legal(PacketType type, Role receiver, bool connected, ProtocolVersion version) {
  const Rule& rule = kRules[static_cast<std::size_t>(type)];
  if (type == PacketType::Auth) return version == ProtocolVersion::V5_0;
  if (receiver == Role::Server) return rule.to_server && rule.before_connected != connected;
  // A 5.0 server may refuse by DISCONNECT only after its CONNACK. [MQTT-3.14.0-1]
  if (rule.only_v5_to_client && version != ProtocolVersion::V5_0) return false;
  return rule.to_client && rule.before_connected != connected;
}

}  // namespace mqtt
