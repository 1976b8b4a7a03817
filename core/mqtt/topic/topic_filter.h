// What a topic filter may be, and which names it matches.
#pragma once

#include <string_view>

#include "mqtt/base/result.h"

namespace mqtt {

// A filter as a SUBSCRIBE gives it, taken apart: `$share/{share_name}/{filter}` [MQTT5 4.8.2] or a plain filter with an
// empty share_name.
struct ParsedTopicFilter {
  std::string_view share_name;
  std::string_view filter;
  bool has_wildcard = false;
};

// Views of `text`. An Error of TopicFilterInvalid says what is wrong: empty, longer than 65,535 bytes, ill-formed
// UTF-8, U+0000, '#' not last or not alone in its level, '+' not alone in its level [MQTT-4.7.1-2] [MQTT-4.7.1-3], a
// share name that is empty or holds a wildcard, no filter behind it [MQTT-4.8.2-1] [MQTT-4.8.2-2].
Result<ParsedTopicFilter> parse_topic_filter(std::string_view text);

// Of a valid filter: whether it is one of a shared subscription.
inline constexpr std::string_view kSharePrefix = "$share/";
constexpr bool is_shared(std::string_view topic_filter) {
  return topic_filter.starts_with(kSharePrefix);
}

// Whether a valid plain filter matches a valid name, level by level; a leading wildcard does not match a name that
// begins with '$'. [MQTT-4.7.2-1] The tries answer the same for many filters at once; this is for one, and for tests.
bool matches(std::string_view filter, std::string_view name);

// Whether all names that the valid plain filter `narrower` matches are matched by `filter`, judged level by level: so
// "+/#" is not known to cover "#", which it does.
bool covers(std::string_view filter, std::string_view narrower);

}  // namespace mqtt
