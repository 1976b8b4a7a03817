// The core's notion of time: a monotonic millisecond count that the host hands in. The core owns no clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace mqtt {

// A clock without now(): only a host can read one, and a test moves it by hand.
struct HostClock {
  using duration = std::chrono::duration<std::int64_t, std::milli>;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<HostClock>;
  static constexpr bool is_steady = true;
};

using Duration = HostClock::duration;
using Instant = HostClock::time_point;

// The deadline of a machine that waits for nothing.
inline constexpr Instant kNever = Instant::max();

}  // namespace mqtt
