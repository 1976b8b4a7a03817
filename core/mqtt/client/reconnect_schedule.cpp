// Exponential back-off with jitter, so that the clients of a server that restarts do not come back all at once.
#include "mqtt/client/reconnect_schedule.h"

#include <algorithm>

namespace mqtt {

namespace {

constexpr double kShortestLife = 5'000;    // milliseconds
constexpr double kShortLivedFactor = 2.0;  // at least, for a connection that did not last
constexpr double kPatienceFactor = 8.0;

}  // namespace

ReconnectSchedule::ReconnectSchedule(const ReconnectPolicy& policy, std::uint64_t random_seed)
    : policy_(policy), random_(random_seed), next_(initial()) {}

double ReconnectSchedule::maximum() const {
  return std::max(initial(), static_cast<double>(policy_.maximum_delay.count()));
}

Duration ReconnectSchedule::next_delay() {
  last_ = std::min(next_, maximum());
  // A pause of 0 grows, too.
  next_ = std::min(std::max(last_, 1.0) * std::max(policy_.factor, 1.0), maximum());
  const double spread = 1.0 + policy_.jitter * (2.0 * next_random() - 1.0);
  return Duration(static_cast<Duration::rep>(last_ * spread + 0.5));
}

void ReconnectSchedule::connection_lost(Duration lived, bool asked_for_patience) {
  const double lasting = std::max(kShortestLife, asked_for_patience ? 2.0 * maximum() : last_);
  if (static_cast<double>(lived.count()) >= lasting) {
    begin_anew();
  } else if (last_ > 0) {
    next_ = std::max(next_, last_ * kShortLivedFactor);
  }
  if (asked_for_patience) be_patient();
}

void ReconnectSchedule::begin_anew() {
  last_ = 0;
  next_ = initial();
}

void ReconnectSchedule::be_patient() {
  next_ = std::max(next_, 1.0) * kPatienceFactor;
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
