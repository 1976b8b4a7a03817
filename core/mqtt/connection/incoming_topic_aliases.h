// The topics that the other end named by numbers on this connection. [MQTT5 3.3.2.3.4]
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mqtt/base/result.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

class IncomingTopicAliases {
 public:
  // Sets the alias to the topic of the PUBLISH, or an empty topic to what was set: a view that holds until the next
  // call. Precondition: `alias` is at least 1 and at most what was announced to the other end.
  Result<void> resolve(Publish& publish, std::uint16_t alias);
  void clear() { topics_.clear(); }

 private:
  std::vector<std::string> topics_;  // by alias less 1; empty: not set
};

}  // namespace mqtt
