// Pauses that grow, spread, and begin anew behind a connection that has lasted.
#include "mqtt/client/reconnect_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

TEST(ReconnectSchedule, GrowsByItsFactorUpToTheMaximum) {
  ReconnectSchedule schedule({.initial_delay = 1s, .maximum_delay = 30s, .factor = 2.0, .jitter = 0}, 1);
  for (const Duration pause : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms, 30000ms})
    EXPECT_EQ(schedule.next_delay(), pause);
  schedule.connection_lost(30s, false);
  EXPECT_EQ(schedule.next_delay(), 1s);
}

TEST(ReconnectSchedule, BeginsAnewOnlyBehindAConnectionThatLastedAsLongAsThePauseInFrontOfIt) {
  const auto pause_after = [](int failures, Duration lived) {
    ReconnectSchedule schedule({.initial_delay = 1s, .maximum_delay = 30s, .factor = 2.0, .jitter = 0}, 1);
    for (int i = 0; i < failures; ++i)
      schedule.next_delay();
    schedule.connection_lost(lived, false);
    return schedule.next_delay();
  };
  EXPECT_EQ(pause_after(0, 0ms), 1s);
  EXPECT_EQ(pause_after(1, 4999ms), 2s);
  EXPECT_EQ(pause_after(1, 5s), 1s) << "5 s at least";
  EXPECT_EQ(pause_after(4, 7999ms), 16s);
  EXPECT_EQ(pause_after(4, 8s), 1s);
  EXPECT_EQ(pause_after(9, 29s), 30s);
  EXPECT_EQ(pause_after(9, 30s), 1s);
}

TEST(ReconnectSchedule, GrowsForConnectionsThatDoNotLastWithAFactorOfOneToo) {
  ReconnectSchedule schedule({.initial_delay = 1s, .maximum_delay = 30s, .factor = 1.0, .jitter = 0}, 1);
  for (const Duration pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    schedule.connection_lost(10ms, false);
    EXPECT_EQ(schedule.next_delay(), pause);
  }
  EXPECT_EQ(schedule.next_delay(), 30s) << "failed attempts keep it";
  schedule.connection_lost(1h, false);
  EXPECT_EQ(schedule.next_delay(), 1s);
  EXPECT_EQ(schedule.next_delay(), 1s);
}

TEST(ReconnectSchedule, BeginsWithALargerPauseWhenTheServerAsksForPatience) {
  ReconnectSchedule schedule({.initial_delay = 1s, .maximum_delay = 30s, .factor = 2.0, .jitter = 0}, 1);
  schedule.connection_lost(1h, true);
  EXPECT_EQ(schedule.next_delay(), 8s);
  schedule.connection_lost(59s, true);
  EXPECT_EQ(schedule.next_delay(), 30s) << "as long as another client of that name would pause, and more";
  schedule.connection_lost(60s, true);
  EXPECT_EQ(schedule.next_delay(), 8s);
  schedule.connection_lost(1h, false);
  EXPECT_EQ(schedule.next_delay(), 1s);
  schedule.be_patient();
  EXPECT_EQ(schedule.next_delay(), 16s);
}

TEST(ReconnectSchedule, GrowsFromAPauseOfZero) {
  ReconnectSchedule schedule({.initial_delay = 0ms, .maximum_delay = 30s, .factor = 2.0, .jitter = 0}, 1);
  for (const Duration pause : {0ms, 2ms, 4ms, 8ms})
    EXPECT_EQ(schedule.next_delay(), pause);
}

// Two clients of one identifier: each connection ends when the other client comes. `run` answers when it was, in
// milliseconds.
TEST(ReconnectSchedule, KeepsTwoClientsOfOneIdentifierFromStormingForEver) {
  for (const double factor : {1.0, 2.0}) {
    for (const bool is_told : {false, true}) {
      const ReconnectPolicy policy{.initial_delay = 100ms, .maximum_delay = 30s, .factor = factor, .jitter = 0.2};
      ReconnectSchedule schedules[] = {{policy, 1}, {policy, 2}};
      std::vector<Duration> takeovers;
      Duration now = 0ms, begin = 0ms;
      for (int loser = 0; now < 1h; loser = 1 - loser) {
        schedules[loser].connection_lost(now - begin, is_told);
        begin = now;
        now += schedules[loser].next_delay();
        takeovers.push_back(now);
      }
      const auto within = [&](Duration from, Duration to) {
        return std::count_if(takeovers.begin(), takeovers.end(), [&](Duration at) { return at >= from && at < to; });
      };
      EXPECT_LE(within(0s, 5s), 12) << factor << is_told;
      EXPECT_LE(within(5s, 15s), 4) << factor << is_told;
      EXPECT_LE(within(2min, 1h), is_told ? 150 : 300) << factor << is_told;
    }
  }
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
