// "FILTER [DIRECTION [QOS [LOCAL-PREFIX [REMOTE-PREFIX]]]]" -> a rule of a bridge.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "mqtt/bridge/bridge_options.h"

namespace wasmqtt {

// Words with spaces between them, in the order that mosquitto's `topic` has; "" stands for an empty prefix. Otherwise a
// sentence that says what is wrong and what to write.
std::variant<mqtt::BridgeRule, std::string> parse_bridge_rule(std::string_view text);

}  // namespace wasmqtt
