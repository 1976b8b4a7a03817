// What is due when, and what is not kept.
#include "mqtt/broker/deadline_queue.h"

#include <gtest/gtest.h>

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

TEST(DeadlineQueue, GivesTheEarliestFirst) {
  DeadlineQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.next(), kNever);
  for (const int second : {5, 3, 9, 3, 1, 7})
    queue.add({Instant(std::chrono::seconds(second))});
  for (const int second : {1, 3, 3, 5, 7, 9}) {
    EXPECT_EQ(queue.next(), Instant(std::chrono::seconds(second)));
    EXPECT_EQ(queue.take().at, Instant(std::chrono::seconds(second)));
  }
  EXPECT_TRUE(queue.empty());
}

TEST(DeadlineQueue, AsksForASweepOnlyWhenItHasDoubled) {
  DeadlineQueue queue;
  std::size_t sweeps = 0, largest = 0, size = 0;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    queue.add({Instant(std::chrono::hours(i)), DeadlineKind::SessionExpiry, i, 0});
    largest = std::max(largest, ++size);
    if (!queue.wants_sweep()) continue;
    ++sweeps;
    size = 0;
    queue.sweep([&](const Deadline& deadline) {
      const bool is_outdated = deadline.subject + 10 < i;
      if (!is_outdated) ++size;
      return is_outdated;
    });
  }
  EXPECT_LE(largest, 1024U);
  EXPECT_LE(sweeps, 100U);
  EXPECT_GE(queue.next(), Instant(std::chrono::hours(90'000)));
}

TEST(DeadlineQueue, IsStillInOrderAfterASweep) {
  DeadlineQueue queue;
  for (std::uint32_t i = 0; i < 50; ++i)
    queue.add({Instant(std::chrono::seconds((i * 37) % 50)), DeadlineKind::KeepAlive, i, 0});
  queue.sweep([](const Deadline& deadline) { return deadline.subject % 2 == 0; });
  Instant last{};
  int left = 0;
  for (; !queue.empty(); ++left) {
    const Deadline deadline = queue.take();
    EXPECT_EQ(deadline.subject % 2, 1U);
    EXPECT_GE(deadline.at, last);
    last = deadline.at;
  }
  EXPECT_EQ(left, 25);
}

}  // namespace
}  // namespace mqtt::test
