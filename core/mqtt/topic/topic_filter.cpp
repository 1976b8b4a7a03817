// A topic filter taken apart and checked level by level, and compared with one name.
#include "mqtt/topic/topic_filter.h"

#include <cstddef>

#include "mqtt/base/utf8.h"
#include "mqtt/topic/topic_levels.h"

namespace mqtt {

namespace {

constexpr std::size_t kLongestString = 65535;  // [MQTT5 1.5.4]
constexpr std::string_view kWildcards = "+#";

Error invalid(const char* text) {
  return {Fault::PeerBrokeProtocol, ReasonCode::TopicFilterInvalid, text};
}

// Splits the share name off. [MQTT-4.8.2-1] [MQTT-4.8.2-2]
Result<ParsedTopicFilter> split_share(std::string_view text) {
  if (!is_shared(text)) return ParsedTopicFilter{{}, text, false};
  text.remove_prefix(kSharePrefix.size());
  const std::size_t separator = text.find('/');
  const std::string_view share_name = text.substr(0, separator);
  if (share_name.empty()) return invalid("the share name of a shared subscription is empty");
  if (share_name.find_first_of(kWildcards) != std::string_view::npos) return invalid("a share name holds a wildcard");
  if (separator == std::string_view::npos || separator + 1 == text.size()) {
    return invalid("a shared subscription has no topic filter behind its share name");
  }
  return ParsedTopicFilter{share_name, text.substr(separator + 1), false};
}

}  // namespace

Result<ParsedTopicFilter> parse_topic_filter(std::string_view text) {
  if (text.empty()) return invalid("a topic filter is empty");                                     // [MQTT-4.7.3-1]
  if (text.size() > kLongestString) return invalid("a topic filter is longer than 65,535 bytes");  // [MQTT-4.7.3-3]
  if (!is_valid_utf8(text))
    return invalid("a topic filter is not well-formed UTF-8 or holds U+0000");  // [MQTT-4.7.3-2]
  Result<ParsedTopicFilter> parsed = split_share(text);
  if (!parsed) return parsed;
  for (TopicLevels levels(parsed->filter); !levels.done();) {
    const std::string_view level = levels.next();
    if (level.find_first_of(kWildcards) == std::string_view::npos) continue;
    if (level.size() > 1) return invalid("a wildcard of a topic filter is not alone in its level");
    if (level == "#" && !levels.done()) return invalid("'#' is not the last level of a topic filter");
    parsed->has_wildcard = true;
  }
  return parsed;
}

bool matches(std::string_view filter, std::string_view name) {
  return covers(filter, name);  // a name is a filter for itself alone
}

bool covers(std::string_view filter, std::string_view narrower) {
  const bool begins_with_wildcard = filter.starts_with('+') || filter.starts_with('#');
  if (begins_with_wildcard && narrower.starts_with('$')) return false;  // [MQTT-4.7.2-1]
  TopicLevels filter_levels(filter);
  TopicLevels narrower_levels(narrower);
  while (!filter_levels.done()) {
    const std::string_view wanted = filter_levels.next();
    if (wanted == "#") return true;  // its parent level too: "a/#" matches "a" [MQTT5 4.7.1.2]
    if (narrower_levels.done()) return false;
    const std::string_view level = narrower_levels.next();
    if (wanted == "+" ? level == "#" : wanted != level) return false;
  }
  return narrower_levels.done();
}

}  // namespace mqtt
