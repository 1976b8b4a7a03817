// Attempts that fail and connections that do not last -> the pause before the next attempt.
#pragma once

#include <cstdint>

#include "mqtt/base/time.h"
#include "mqtt/client/client_options.h"

namespace mqtt {

// Pauses grow while attempts fail, and while connections are accepted and lost again at once: two clients of one
// identifier that take each other's place, a message for which the server closes. They begin anew behind a connection
// that has lasted.
class ReconnectSchedule {
 public:
  ReconnectSchedule(const ReconnectPolicy& policy, std::uint64_t random_seed);

  // The next pause; in a row of failed attempts each is longer than the one before, up to the maximum, by the factor.
  Duration next_delay();
  // A connection that the server had accepted is lost `lived` after that. It has lasted if that is as long as the pause
  // in front of it, and 5 s at least; after a reason that asks for patience, if it is twice the longest pause. One that
  // has not lasted doubles the pause at least, even with a factor of 1.
  void connection_lost(Duration lived, bool asked_for_patience);
  // As if nothing had failed yet.
  void begin_anew();
  // The server said that coming back soon makes matters worse: the next pause is that of three failed attempts more.
  void be_patient();

 private:
  double next_random();  // 0 to 1, 1 excluded
  double initial() const { return static_cast<double>(policy_.initial_delay.count()); }
  double maximum() const;

  ReconnectPolicy policy_;
  std::uint64_t random_;
  // Milliseconds, without the jitter.
  double last_ = 0;  // 0: there was none
  double next_;
};

}  // namespace mqtt
