// Pauses that grow, spread, and begin anew.
#include "mqtt/client/reconnect_schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

TEST(ReconnectSchedule, GrowsByItsFactorUpToTheMaximum) {
  ReconnectSchedule schedule({.initial_delay = 1s, .maximum_delay = 30s, .factor = 2.0, .jitter = 0}, 1);
  for (const Duration pause : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms, 30000ms})
    EXPECT_EQ(schedule.next_delay(), pause);
  schedule.succeeded();
  EXPECT_EQ(schedule.next_delay(), 1s);
}

TEST(ReconnectSchedule, KeepsThePauseWithAFactorOfOne) {
  ReconnectSchedule schedule({.initial_delay = 3s, .factor = 1.0, .jitter = 0}, 1);
  for (int i = 0; i < 1'000; ++i)
    EXPECT_EQ(schedule.next_delay(), 3s);
}

TEST(ReconnectSchedule, HasAMaximumOfNoLessThanTheFirstPause) {
  ReconnectSchedule schedule({.initial_delay = 60s, .maximum_delay = 30s, .jitter = 0}, 1);
  EXPECT_EQ(schedule.next_delay(), 60s);
  EXPECT_EQ(schedule.next_delay(), 60s);
}

TEST(ReconnectSchedule, SpreadsWithinItsJitterAndDifferentlyForEachSeed) {
  std::set<Duration> pauses;
  for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, 0xFFFFFFFFFFFFFFFFULL}) {
    ReconnectSchedule schedule({.initial_delay = 1s, .maximum_delay = 1s, .jitter = 0.2}, seed);
    for (int i = 0; i < 500; ++i) {
      const Duration pause = schedule.next_delay();
      EXPECT_GE(pause, 800ms);
      EXPECT_LE(pause, 1200ms);
      pauses.insert(pause);
    }
  }
  EXPECT_GT(pauses.size(), 200U);
  EXPECT_LT(*pauses.begin(), 820ms);
  EXPECT_GT(*pauses.rbegin(), 1180ms);
}

}  // namespace
}  // namespace mqtt::test
