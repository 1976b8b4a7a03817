// The machine's monotonic time, as the core counts it.
#pragma once

#include <chrono>

#include "mqtt/base/time.h"

namespace wasmqtt {

inline mqtt::Instant now() {
  return mqtt::Instant(std::chrono::duration_cast<mqtt::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

inline std::chrono::steady_clock::time_point to_time_point(mqtt::Instant instant) {
  return std::chrono::steady_clock::time_point(instant.time_since_epoch());
}

}  // namespace wasmqtt
