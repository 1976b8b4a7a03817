// One topic or filter against the filters of a client.
#include "mqtt/broker/topic_permissions.h"

#include <algorithm>

#include "mqtt/topic/topic_filter.h"

namespace mqtt {

bool TopicPermissions::may_publish(std::string_view topic) const {
  if (!publish) return true;
  return std::any_of(publish->begin(), publish->end(),
                     [topic](const std::string& permitted) { return matches(permitted, topic); });
}

bool TopicPermissions::may_subscribe(std::string_view topic_filter) const {
  if (!subscribe) return true;
  const auto parsed = parse_topic_filter(topic_filter);
  return parsed && std::any_of(subscribe->begin(), subscribe->end(),
                               [&](const std::string& permitted) { return covers(permitted, parsed->filter); });
}

}  // namespace mqtt
