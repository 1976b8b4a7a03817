// Rules with prefixes -> filters to subscribe to, and names to publish under.
#include "mqtt/bridge/topic_map.h"

#include <algorithm>

#include "mqtt/topic/topic_filter.h"
#include "mqtt/topic/topic_name.h"

namespace mqtt {

namespace {

Error wrong(const char* text) {
  return caller_misuse(ReasonCode::TopicFilterInvalid, text);
}

bool is_prefix(std::string_view text) {
  return text.empty() || is_valid_topic_name(text);
}

}  // namespace

Result<void> check(const BridgeRule& rule) {
  if (const auto parsed = parse_topic_filter(rule.topic_filter); !parsed) return parsed.error();
  if (is_shared(rule.topic_filter)) return wrong("a bridge can't cross a shared subscription");
  if (!is_prefix(rule.local_prefix) || !is_prefix(rule.remote_prefix))
    return wrong("a prefix is UTF-8 without '+', '#' and U+0000");
  for (const std::string& prefix : {rule.local_prefix, rule.remote_prefix}) {
    const auto parsed = parse_topic_filter(prefix + rule.topic_filter);
    if (!parsed || is_shared(prefix + rule.topic_filter))
      return wrong("prefix and topic filter together are no topic filter; a '/' at the prefix's end may be missing");
  }
  return {};
}

TopicMap::TopicMap(std::span<const BridgeRule> rules, BridgeSide from) {
  const bool is_remote = from == BridgeSide::Remote;
  const auto opposite = is_remote ? BridgeDirection::Out : BridgeDirection::In;
  for (const BridgeRule& rule : rules) {
    if (rule.direction == opposite) continue;
    const std::string& from_prefix = is_remote ? rule.remote_prefix : rule.local_prefix;
    const std::string& to_prefix = is_remote ? rule.local_prefix : rule.remote_prefix;
    routes_.push_back({.topic_filter = from_prefix + rule.topic_filter,
                       .from_prefix = from_prefix,
                       .to_prefix = to_prefix,
                       .maximum_qos = rule.maximum_qos});
  }
}

const BridgeRoute* TopicMap::find(std::string_view topic,
                                  std::span<const std::uint32_t> subscription_identifiers) const {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const BridgeRoute& route = routes_[i];
    if (route.is_refused || !matches(route.topic_filter, topic)) continue;
    const bool is_its_copy =
        subscription_identifiers.empty() || std::find(subscription_identifiers.begin(), subscription_identifiers.end(),
                                                      subscription_identifier(i)) != subscription_identifiers.end();
    return is_its_copy ? &route : nullptr;
  }
  return nullptr;
}

std::string_view TopicMap::rename(const BridgeRoute& route, std::string_view topic, std::string& memory) {
  if (route.from_prefix == route.to_prefix) return topic;
  memory.assign(route.to_prefix).append(topic.substr(route.from_prefix.size()));
  return memory;
}

}  // namespace mqtt
