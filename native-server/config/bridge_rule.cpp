// Takes a rule apart word by word.
#include "config/bridge_rule.h"

#include <spdlog/fmt/fmt.h>

#include <optional>
#include <sstream>
#include <vector>

#include "mqtt/bridge/topic_map.h"

namespace wasmqtt {
namespace {

std::string wrong(std::string_view text, std::string_view what) {
  return fmt::format("'{}' {}; write it like 'sensors/# in 1', or 'FILTER in|out|both QOS LOCAL-PREFIX REMOTE-PREFIX'",
                     text, what);
}

std::optional<mqtt::BridgeDirection> direction_of(std::string_view word) {
  if (word == "in") return mqtt::BridgeDirection::In;
  if (word == "out") return mqtt::BridgeDirection::Out;
  if (word == "both") return mqtt::BridgeDirection::Both;
  return std::nullopt;
}

}  // namespace

std::variant<mqtt::BridgeRule, std::string> parse_bridge_rule(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;)
    words.push_back(word == "\"\"" ? std::string() : word);
  if (words.empty()) return wrong(text, "names no topic filter");
  if (words.size() > 5) return wrong(text, "has more than five words");

  mqtt::BridgeRule rule{.topic_filter = words[0]};
  if (words.size() > 1) {
    const auto direction = direction_of(words[1]);
    if (!direction) return wrong(text, "has a second word that is not in, out or both");
    rule.direction = *direction;
  }
  if (words.size() > 2) {
    if (words[2].size() != 1 || words[2] < "0" || words[2] > "2")
      return wrong(text, "has a third word that is no QoS: 0, 1 or 2");
    rule.maximum_qos = static_cast<mqtt::QoS>(words[2][0] - '0');
  }
  if (words.size() > 3) rule.local_prefix = words[3];
  if (words.size() > 4) rule.remote_prefix = words[4];
  if (const auto checked = mqtt::check(rule); !checked)
    return wrong(text, fmt::format("is no rule: {}", checked.error().text));
  return rule;
}

}  // namespace wasmqtt
