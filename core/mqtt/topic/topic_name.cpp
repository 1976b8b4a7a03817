// A topic name checked: length, UTF-8, no wildcards.
#include "mqtt/topic/topic_name.h"

#include <cstddef>

#include "mqtt/base/utf8.h"

namespace mqtt {

namespace {

constexpr std::size_t kLongestString = 65535;  // [MQTT5 1.5.4]

}  // namespace

bool is_valid_topic_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestString && is_valid_utf8_without_wildcards(name);
}

}  // namespace mqtt
