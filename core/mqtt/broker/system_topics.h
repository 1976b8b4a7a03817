// What the broker remembers between two rounds of its statistics.
#pragma once

#include <array>
#include <cstdint>

#include "mqtt/base/time.h"

namespace mqtt {

// A total per minute, averaged over the last 1, 5 and 15 minutes.
struct Load {
  std::uint64_t total = 0;  // at the last round
  std::array<double, 3> per_minute{};
};

struct SystemTopics {
  Instant since;                  // the broker's first connection
  Instant last{Duration::min()};  // round
  Instant due_at = kNever;        // the next round; never while nobody is connected
  Load packets_received, packets_sent, publishes_received, publishes_sent, publishes_dropped, bytes_received,
      bytes_sent, connections;
};

}  // namespace mqtt
