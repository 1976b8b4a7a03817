// First in, first out, at every size and turn of the ring.
#include "mqtt/session/ring_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>

namespace mqtt::test {
namespace {

TEST(RingQueue, BehavesLikeADeque) {
  std::mt19937 random(1);
  for (int run = 0; run < 20; ++run) {
    RingQueue<int> queue;
    std::deque<int> model;
    for (int step = 0; step < 2'000; ++step) {
      const bool grows = (step / 200) % 2 == 0;
      if (random() % 10 < (grows ? 7U : 3U)) {
        queue.push(step);
        model.push_back(step);
      } else if (!model.empty()) {
        EXPECT_EQ(queue.pop(), model.front());
        model.pop_front();
      }
      ASSERT_EQ(queue.size(), model.size());
      ASSERT_EQ(queue.empty(), model.empty());
      if (model.empty()) continue;
      ASSERT_EQ(queue.front(), model.front());
      const std::size_t index = random() % model.size();
      ASSERT_EQ(queue[index], model[index]);
    }
  }
}

TEST(RingQueue, LetsGoOfWhatItGaveAway) {
  const auto value = std::make_shared<int>(1);
  RingQueue<std::shared_ptr<int>> queue;
  for (int i = 0; i < 5; ++i)
    queue.push(value);
  EXPECT_EQ(value.use_count(), 6);
  for (int i = 0; i < 4; ++i)
    queue.pop();
  EXPECT_EQ(value.use_count(), 2);
  queue.clear();
  EXPECT_EQ(value.use_count(), 1);
}

TEST(RingQueue, TakesWhatCanOnlyBeMoved) {
  RingQueue<std::unique_ptr<int>> queue;
  for (int i = 0; i < 9; ++i)
    queue.push(std::make_unique<int>(i));
  for (int i = 0; i < 9; ++i)
    EXPECT_EQ(*queue.pop(), i);
}

TEST(RingQueue, MayGoRoundWithOneElementForEver) {
  RingQueue<int> queue;
  queue.push(0);
  for (int i = 1; i < 1'000; ++i) {
    queue.push(i);
    EXPECT_EQ(queue.pop(), i - 1);
  }
}

}  // namespace
}  // namespace mqtt::test
