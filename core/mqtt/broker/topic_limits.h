// The host's limits of topic names and filters, and the topics that are the broker's own.
#pragma once

#include <algorithm>
#include <string_view>

#include "mqtt/broker/broker_options.h"

namespace mqtt {

// Longer, or of more levels. The levels are counted only where there are bytes enough to be too many.
inline bool is_too_long(std::string_view topic, const BrokerOptions& options) {
  if (topic.size() > options.maximum_topic_length) return true;
  if (topic.size() < options.maximum_topic_levels) return false;
  const auto separators = static_cast<std::size_t>(std::count(topic.begin(), topic.end(), '/'));
  return separators >= options.maximum_topic_levels;
}

// Clients read what is there and write nothing.
constexpr bool is_system_topic(std::string_view topic) {
  return topic.starts_with("$SYS/");
}

}  // namespace mqtt
