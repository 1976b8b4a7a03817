// The topics of one side of a bridge -> those of the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/base/result.h"
#include "mqtt/bridge/bridge_options.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

enum class BridgeSide : std::uint8_t { Local, Remote };

// Whether a bridge can have the rule. The Error's text says what is wrong with it.
Result<void> check(const BridgeRule& rule);

// What is subscribed to at the side that messages come from.
struct BridgeRoute {
  std::string topic_filter;  // with the prefix of that side
  std::string from_prefix;
  std::string to_prefix;
  QoS maximum_qos = QoS::ExactlyOnce;
  bool is_refused = false;  // by that side's broker
  bool is_granted = false;  // on the present connection
};

class TopicMap {
 public:
  // The rules that carry messages away from `from`.
  TopicMap(std::span<const BridgeRule> rules, BridgeSide from);

  std::vector<BridgeRoute>& routes() { return routes_; }
  // The subscription identifier of the route. [MQTT5 3.8.2.1.2]
  static std::uint32_t subscription_identifier(std::size_t route) { return static_cast<std::uint32_t>(route) + 1; }

  // The first route for the name, but for those that are refused; null if there is none, or if this is the copy that
  // the broker made for another one. A message without subscription identifiers is the only copy.
  const BridgeRoute* find(std::string_view topic, std::span<const std::uint32_t> subscription_identifiers) const;

  // The name on the other side; a view of `topic` or of `memory`.
  static std::string_view rename(const BridgeRoute& route, std::string_view topic, std::string& memory);

 private:
  std::vector<BridgeRoute> routes_;
};

}  // namespace mqtt
