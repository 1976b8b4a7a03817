// Lists of subscribers from empty to long and back, against a map.
#include "mqtt/topic/subscriber_lists.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace mqtt {
namespace {

using Inserted = SubscriberLists::Inserted;

TEST(SubscriberLists, SayWhatAnInsertionDid) {
  SubscriberLists lists;
  SubscriberLists::List list = 0;
  EXPECT_EQ(lists.insert(list, {1, 2, 3}), Inserted::Added);
  EXPECT_EQ(lists.insert(list, {1, 2, 3}), Inserted::Unchanged);
  EXPECT_EQ(lists.insert(list, {1, 2, 4}), Inserted::Replaced);
  EXPECT_EQ(lists.insert(list, {2, 2, 4}), Inserted::Added);
  EXPECT_EQ(lists.insert(list, {2, 2, 4}), Inserted::Unchanged);
  EXPECT_EQ(lists.insert(list, {1, 2, 3}), Inserted::Replaced);
}

TEST(SubscriberLists, AreApartFromEachOther) {
  SubscriberLists lists;
  SubscriberLists::List first = 0;
  SubscriberLists::List second = 0;
  for (SubscriberId id = 0; id < 100; ++id)
    lists.insert(id % 2 == 0 ? first : second, {id});
  EXPECT_EQ(lists.find(second, 4), nullptr);
  EXPECT_NE(lists.find(first, 4), nullptr);
  EXPECT_FALSE(lists.erase(second, 4));
  EXPECT_TRUE(lists.erase(first, 4));
}

TEST(SubscriberLists, AnswerAsAMapDoesWhileTheyGrowAndShrink) {
  constexpr SubscriberId kSubscribers = 150;
  std::mt19937 random(3);
  SubscriberLists lists;
  SubscriberLists::List list = 0;
  std::map<SubscriberId, Subscription> expected;
  for (std::uint32_t round = 0; round < 20'000; ++round) {
    const auto subscriber = static_cast<SubscriberId>(random() % kSubscribers);
    if (random() % 10 < (round / 1000 % 2 == 0 ? 9U : 1U)) {
      const Subscription subscription{subscriber, round, 1};
      const bool is_new = expected.insert_or_assign(subscriber, subscription).second;
      ASSERT_EQ(lists.insert(list, subscription), is_new ? Inserted::Added : Inserted::Replaced);
    } else {
      ASSERT_EQ(lists.erase(list, subscriber), expected.erase(subscriber) == 1);
    }
    const auto wanted = static_cast<SubscriberId>(random() % kSubscribers);
    const Subscription* found = lists.find(list, wanted);
    ASSERT_EQ(found != nullptr, expected.contains(wanted));
    if (found != nullptr) {
      ASSERT_EQ(*found, expected.at(wanted));
    }
    ASSERT_EQ(list == 0, expected.empty());
  }
  std::vector<Subscription> all;
  lists.append_to(list, all);
  EXPECT_EQ(all.size(), expected.size());
  for (const Subscription& subscription : all)
    EXPECT_EQ(subscription, expected.at(subscription.subscriber));
}

TEST(SubscriberLists, GiveTheMemoryOfALongListBack) {
  SubscriberLists lists;
  SubscriberLists::List list = 0;
  for (SubscriberId id = 0; id < 10'000; ++id)
    lists.insert(list, {id});
  EXPECT_GE(lists.memory_bytes(), 10'000 * sizeof(Subscription));
  for (SubscriberId id = 9'999; id > 0; --id)
    EXPECT_TRUE(lists.erase(list, id));
  std::vector<Subscription> left;
  lists.append_to(list, left);
  EXPECT_EQ(left, std::vector<Subscription>{{0}});
  EXPECT_LT(lists.memory_bytes(), 50'000U);
}

}  // namespace
}  // namespace mqtt
