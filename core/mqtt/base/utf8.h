// What the standard calls a well-formed UTF-8 Encoded String.
#pragma once

#include <string_view>

namespace mqtt {

// True for well-formed UTF-8 without surrogates and without U+0000. [MQTT-1.5.4-1] [MQTT-1.5.4-2]
// The discouraged code points (control characters, non-characters) are let through: receivers MAY refuse them.
// [MQTT5 1.5.4]
bool is_valid_utf8(std::string_view text);

// The same, and without the wildcards '+' and '#': what a topic name consists of [MQTT-3.3.2-2]. One pass for both.
bool is_valid_utf8_without_wildcards(std::string_view text);

}  // namespace mqtt
