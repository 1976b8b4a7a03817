// Failed attempts to connect -> the pause before the next.
#pragma once

#include <cstdint>

#include "mqtt/base/time.h"
#include "mqtt/client/client_options.h"

namespace mqtt {

class ReconnectSchedule {
 public:
  ReconnectSchedule(const ReconnectPolicy& policy, std::uint64_t random_seed) : policy_(policy), random_(random_seed) {}

  // The next pause; each is longer than the one before until succeeded().
  Duration next_delay();
  void succeeded() { attempts_ = 0; }

 private:
  double next_random();  // 0 to 1, 1 excluded

  ReconnectPolicy policy_;
  std::uint64_t random_;
  std::uint32_t attempts_ = 0;
};

}  // namespace mqtt
