// "mqtt://host:port" -> an Upstream.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "config/server_options.h"

namespace wasmqtt {

// The port may be left out; an IPv6 address stands in brackets. Otherwise a sentence that says what is wrong and what
// to write.
std::variant<Upstream, std::string> parse_upstream(std::string_view text);

}  // namespace wasmqtt
