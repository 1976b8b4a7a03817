// Exponential back-off with jitter, so that the clients of a server that restarts do not come back all at once.
#include "mqtt/client/reconnect_schedule.h"

#include <algorithm>

namespace mqtt {

Duration ReconnectSchedule::next_delay() {
  const auto initial = static_cast<double>(policy_.initial_delay.count());
  const auto maximum = std::max(initial, static_cast<double>(policy_.maximum_delay.count()));
  // std::pow() would bring more octets of tables into the Wasm modules than the rest of this file is long.
  double base = initial;
  for (std::uint32_t i = 0; i < attempts_ && base < maximum; ++i)
    base *= policy_.factor;
  base = std::min(base, maximum);
  if (base < maximum) ++attempts_;
  const double spread = 1.0 + policy_.jitter * (2.0 * next_random() - 1.0);
  return Duration(static_cast<Duration::rep>(base * spread + 0.5));
}

double ReconnectSchedule::next_random() {
  // xorshift64*: any generator does, it only has to differ between clients.
  random_ ^= random_ == 0 ? 0x9E3779B97F4A7C15U : 0;
  random_ ^= random_ >> 12;
  random_ ^= random_ << 25;
  random_ ^= random_ >> 27;
  return static_cast<double>((random_ * 0x2545F4914F6CDD1DU) >> 11) / 9007199254740992.0;
}

}  // namespace mqtt
