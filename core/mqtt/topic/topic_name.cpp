// A topic name checked: length, UTF-8, no wildcards.
#include "mqtt/topic/topic_name.h"

#include <cstddef>

#include "mqtt/base/utf8.h"

namespace mqtt {

namespace {

constexpr std::size_t kLongestString = 65535;  // [MQTT5 1.5.4]

// Looks at every octet instead of leaving at the first hit: that loop is vectorised, and a hit is the rare case.
bool has_wildcard(std::string_view text) {
  bool found = false;
  for (const char octet : text)
    found |= (octet == '+') | (octet == '#');
  return found;
}

}  // namespace

bool is_valid_topic_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestString && !has_wildcard(name) && is_valid_utf8(name);
}

}  // namespace mqtt
