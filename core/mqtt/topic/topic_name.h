// What a topic name may be.
#pragma once

#include <string_view>

#include "mqtt/base/error.h"

namespace mqtt {

// True for 1 to 65,535 bytes of well-formed UTF-8 without U+0000 and without wildcards. [MQTT-4.7.1-1]
// [MQTT-4.7.3-1..3]
bool is_valid_topic_name(std::string_view name);

// Of an embedder's that is none.
inline constexpr Error kInvalidTopicName = caller_misuse(
    ReasonCode::TopicNameInvalid, "a topic name is 1 to 65,535 bytes of UTF-8 without '+', '#' and U+0000");

}  // namespace mqtt
