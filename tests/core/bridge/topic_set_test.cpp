// A set by hashes against one by names.
#include "mqtt/bridge/topic_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace mqtt::test {
namespace {

TEST(TopicSet, HoldsWhatWasPutIntoItAndNotTakenOut) {
  TopicSet set;
  std::set<std::string> expected;
  std::mt19937 random(7);
  for (int step = 0; step < 200'000; ++step) {
    const std::string topic = "t/" + std::to_string(random() % 20'000);
    if (random() % 5 < 3) {
      set.insert(topic);
      expected.insert(topic);
    } else {
      set.erase(topic);
      expected.erase(topic);
    }
  }
  EXPECT_EQ(set.size(), expected.size());
  for (int number = 0; number < 20'000; ++number) {
    const std::string topic = "t/" + std::to_string(number);
    ASSERT_EQ(set.contains(topic), expected.contains(topic)) << topic;
  }
  set.clear();
  EXPECT_EQ(set.size(), 0U);
  EXPECT_FALSE(set.contains("t/1"));
}

TEST(TopicSet, TakesNoMoreThanItsLimit) {
  TopicSet set;
  for (std::size_t i = 0; i <= TopicSet::kMostTopics; ++i)
    set.insert(std::to_string(i));
  EXPECT_TRUE(set.is_full());
  EXPECT_EQ(set.size(), TopicSet::kMostTopics);
  EXPECT_TRUE(set.contains("0"));
  EXPECT_FALSE(set.contains(std::to_string(TopicSet::kMostTopics)));
}

}  // namespace
}  // namespace mqtt::test
