// Which subscriptions a name reaches, and what filing and unfiling them leaves behind.
#include "mqtt/topic/subscription_trie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/topic/topic_samples.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<Subscription> match(const SubscriptionTrie& trie, std::string_view name) {
  std::vector<Subscription> found;
  trie.match(name, found);
  return found;
}

std::vector<SubscriberId> subscribers(const SubscriptionTrie& trie, std::string_view name) {
  std::vector<SubscriberId> ids;
  for (const Subscription& subscription : match(trie, name))
    ids.push_back(subscription.subscriber);
  return ids;
}

TEST(SubscriptionTrie, ThatIsEmptyMatchesNothing) {
  const SubscriptionTrie trie;
  EXPECT_THAT(match(trie, "a/b"), IsEmpty());
  EXPECT_EQ(trie.find("a/b", 1), nullptr);
  EXPECT_EQ(trie.size(), 0U);
}

TEST(SubscriptionTrie, AnswersWithWhatWasSubscribed) {
  SubscriptionTrie trie;
  EXPECT_TRUE(trie.insert("a/+", {7, 268'435'455, 0x2D}).is_new);
  EXPECT_THAT(match(trie, "a/b"), ElementsAre(Subscription{7, 268'435'455, 0x2D}));
  ASSERT_NE(trie.find("a/+", 7), nullptr);
  EXPECT_EQ(*trie.find("a/+", 7), (Subscription{7, 268'435'455, 0x2D}));
  EXPECT_EQ(trie.find("a/+", 8), nullptr);
  EXPECT_EQ(trie.find("a/b", 7), nullptr);
  EXPECT_EQ(trie.find("a", 7), nullptr);
  EXPECT_EQ(trie.find("a/+/#", 7), nullptr);
}

TEST(SubscriptionTrie, AppendsToWhatTheCallerHasFoundAlready) {
  SubscriptionTrie trie;
  trie.insert("a", {2});
  std::vector<Subscription> found{{1}};
  trie.match("a", found);
  EXPECT_THAT(found, ElementsAre(Subscription{1}, Subscription{2}));
}

TEST(SubscriptionTrie, ReplacesTheSubscriptionToTheSameFilter_MQTT_3_8_4_3) {
  SubscriptionTrie trie;
  EXPECT_TRUE(trie.insert("a/#", {1, 10, 1}).is_new);
  EXPECT_FALSE(trie.insert("a/#", {1, 20, 2}).is_new);
  EXPECT_EQ(trie.size(), 1U);
  EXPECT_THAT(match(trie, "a"), ElementsAre(Subscription{1, 20, 2}));
}

TEST(SubscriptionTrie, KnowsAFilterByItsPlaceWhileItHasASubscriber) {
  SubscriptionTrie trie;
  const std::vector<std::string> filters{"a", "/", "a/b", "a/b/#", "a/b/+", "+", "+/#", "#", "//c", "+/+/c/", "$SYS/#"};
  std::set<FilterPlace> places;
  for (const std::string& filter : filters) {
    const FilterPlace place = trie.insert(filter, {1}).place;
    places.insert(place);
    EXPECT_EQ(trie.insert(filter, {2}).place, place);
    EXPECT_EQ(trie.place_of(filter), place);
    EXPECT_EQ(trie.filter_at(place), filter);
    EXPECT_NE(trie.find(filter, 2), nullptr);
  }
  EXPECT_EQ(places.size(), filters.size());
  EXPECT_FALSE(places.contains(kNowhere));
  for (const std::string& filter : filters) {
    const FilterPlace place = trie.place_of(filter);
    EXPECT_TRUE(trie.erase(place, 1));
    EXPECT_FALSE(trie.erase(place, 1));
    EXPECT_EQ(trie.place_of(filter), place);
    EXPECT_TRUE(trie.erase(place, 2));
    EXPECT_EQ(trie.place_of(filter), kNowhere);
  }
  EXPECT_EQ(trie.node_count(), 1U);
}

TEST(SubscriptionTrie, KeepsFiltersApartThatDifferOnlyByTheirWildcard) {
  SubscriptionTrie trie;
  trie.insert("a", {1});
  trie.insert("a/#", {2});
  trie.insert("a/+", {3});
  trie.insert("#", {4});
  trie.insert("+", {5});
  trie.insert("/#", {6});
  trie.insert("+/#", {7});
  EXPECT_THAT(subscribers(trie, "a"), UnorderedElementsAre(1, 2, 4, 5, 7));
  EXPECT_THAT(subscribers(trie, "a/b"), UnorderedElementsAre(2, 3, 4, 7));
  EXPECT_THAT(subscribers(trie, "/b"), UnorderedElementsAre(4, 6, 7));
  EXPECT_THAT(subscribers(trie, "$SYS"), IsEmpty());
  EXPECT_TRUE(trie.erase("a/#", 2));
  EXPECT_THAT(subscribers(trie, "a"), UnorderedElementsAre(1, 4, 5, 7));
}

TEST(SubscriptionTrie, ReportsASubscriberOnceForEachOfItsMatchingFilters) {
  SubscriptionTrie trie;
  trie.insert("a/b", {1, 1});
  trie.insert("a/+", {1, 2});
  trie.insert("#", {1, 3});
  EXPECT_THAT(match(trie, "a/b"), UnorderedElementsAre(Subscription{1, 1}, Subscription{1, 2}, Subscription{1, 3}));
}

TEST(SubscriptionTrie, KeepsLeadingWildcardsAwayFromDollarNames_MQTT_4_7_2_1) {
  SubscriptionTrie trie;
  trie.insert("#", {1});
  trie.insert("+/a", {2});
  trie.insert("$SYS/#", {3});
  trie.insert("$SYS/+", {4});
  trie.insert("x/+", {5});
  EXPECT_THAT(subscribers(trie, "$SYS/a"), UnorderedElementsAre(3, 4));
  EXPECT_THAT(subscribers(trie, "x/$a"), UnorderedElementsAre(1, 5));
}

TEST(SubscriptionTrie, SaysFalseForWhatWasNeverSubscribed) {
  SubscriptionTrie trie;
  trie.insert("a/b", {1});
  EXPECT_FALSE(trie.erase("a/b", 2));
  EXPECT_FALSE(trie.erase("a", 1));
  EXPECT_FALSE(trie.erase("a/b/#", 1));
  EXPECT_FALSE(trie.erase("a/+", 1));
  EXPECT_FALSE(trie.erase("#", 1));
  EXPECT_FALSE(trie.erase("c", 1));
  EXPECT_EQ(trie.size(), 1U);
}

TEST(SubscriptionTrie, PrunesWhatNobodyNeedsAnyLonger) {
  SubscriptionTrie trie;
  trie.insert("a/b/c", {1});
  trie.insert("a/+/c/#", {1});
  trie.insert("a/b", {2});
  EXPECT_EQ(trie.node_count(), 6U);  // root, a, a/b, a/b/c, a/+, a/+/c
  trie.erase("a/b/c", 1);
  EXPECT_EQ(trie.node_count(), 5U);
  trie.erase("a/+/c/#", 1);
  EXPECT_EQ(trie.node_count(), 3U);
  trie.erase("a/b", 2);
  EXPECT_EQ(trie.node_count(), 1U);
}

TEST(SubscriptionTrie, GivesMemoryBackWhenItBecomesEmpty) {
  SubscriptionTrie trie;
  trie.insert("a/b", {1});
  trie.erase("a/b", 1);
  const std::size_t bytes_before = trie.memory_bytes();
  const auto filter = [](SubscriberId i) { return "a/number " + std::to_string(i) + " of many devices/+/b/#"; };
  for (SubscriberId i = 0; i < 20'000; ++i)
    trie.insert(filter(i), {i});
  EXPECT_GT(trie.memory_bytes(), bytes_before + 20'000 * sizeof(Subscription));
  for (SubscriberId i = 0; i < 20'000; ++i)
    EXPECT_TRUE(trie.erase(filter(i), i));
  EXPECT_EQ(trie.size(), 0U);
  EXPECT_EQ(trie.node_count(), 1U);
  EXPECT_LT(trie.memory_bytes(), bytes_before + 1024);
}

TEST(SubscriptionTrie, TakesAtMost200BytesForEachOfManyDistinctFilters) {
  constexpr SubscriberId kCount = 200'000;
  SubscriptionTrie trie;
  for (SubscriberId i = 0; i < kCount; ++i)
    trie.insert("devices/" + std::to_string(i) + "/status", {i});
  EXPECT_LE(trie.memory_bytes() / kCount, 200U);
}

TEST(SubscriptionTrie, HoldsVeryManySubscribersOfOneFilter) {
  constexpr SubscriberId kCount = 20'000;
  SubscriptionTrie trie;
  for (SubscriberId i = 0; i < kCount; ++i)
    EXPECT_TRUE(trie.insert("news/#", {i, i + 1}).is_new);
  EXPECT_FALSE(trie.insert("news/#", {kCount / 2, 5}).is_new);
  EXPECT_EQ(trie.find("news/#", kCount / 2)->subscription_identifier, 5U);
  for (SubscriberId i = 0; i < kCount; i += 2)
    EXPECT_TRUE(trie.erase("news/#", i));
  for (SubscriberId i = 0; i < kCount; ++i) {
    const Subscription* found = trie.find("news/#", i);
    ASSERT_EQ(found != nullptr, i % 2 == 1) << i;
    if (found != nullptr) {
      EXPECT_EQ(*found, (Subscription{i, i + 1}));
    }
  }
  EXPECT_EQ(match(trie, "news").size(), kCount / 2);
  for (SubscriberId i = 1; i < kCount; i += 2)
    EXPECT_TRUE(trie.erase("news/#", i));
  EXPECT_THAT(match(trie, "news"), IsEmpty());
  EXPECT_EQ(trie.node_count(), 1U);
}

TEST(SubscriptionTrie, CopesWithTheDeepestFiltersAndNamesThatThereAre) {
  std::string deepest_filter = "+";
  for (int i = 0; i < 32'767; ++i)
    deepest_filter += "/+";
  const std::string deepest_name(65'535, '/');
  SubscriptionTrie trie;
  trie.insert(deepest_filter, {1});
  trie.insert(deepest_name, {2});
  trie.insert(deepest_name.substr(1) + "#", {3});
  trie.insert(std::string(32'767, '/'), {4});
  EXPECT_THAT(subscribers(trie, deepest_name), UnorderedElementsAre(2, 3));
  EXPECT_THAT(subscribers(trie, std::string(32'767, '/')), UnorderedElementsAre(1, 4));
  trie.erase(deepest_filter, 1);
  trie.erase(deepest_name, 2);
  trie.erase(deepest_name.substr(1) + "#", 3);
  trie.erase(std::string(32'767, '/'), 4);
  EXPECT_EQ(trie.node_count(), 1U);
}

// The same by looking at every subscription.
class BruteForce {
 public:
  bool insert(const std::string& filter, const Subscription& subscription) {
    return subscriptions_.insert_or_assign({filter, subscription.subscriber}, subscription).second;
  }
  bool erase(const std::string& filter, SubscriberId subscriber) {
    return subscriptions_.erase({filter, subscriber}) == 1;
  }
  std::vector<Subscription> match(std::string_view name) const {
    std::vector<Subscription> found;
    for (const auto& [key, subscription] : subscriptions_) {
      if (matches(key.first, name)) found.push_back(subscription);
    }
    return found;
  }
  const auto& all() const { return subscriptions_; }

 private:
  std::map<std::pair<std::string, SubscriberId>, Subscription> subscriptions_;
};

std::vector<Subscription> sorted(std::vector<Subscription> subscriptions) {
  const auto key = [](const Subscription& s) { return std::tuple(s.subscriber, s.subscription_identifier, s.options); };
  std::sort(subscriptions.begin(), subscriptions.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return subscriptions;
}

class SubscriptionTrieAtRandom : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(SubscriptionTrieAtRandom, AnswersAsBruteForceDoes) {
  test::TopicSamples samples(GetParam());
  SubscriptionTrie trie;
  BruteForce expected;
  for (std::uint32_t round = 0; round < 3000; ++round) {
    const std::string filter = samples.filter();
    const SubscriberId subscriber = samples.below(80);
    // Grows for a while, then shrinks for a while.
    if (samples.below(10) < (round / 500 % 2 == 0 ? 8U : 3U)) {
      const Subscription subscription{subscriber, samples.below(3), static_cast<std::uint8_t>(samples.below(3))};
      const auto inserted = trie.insert(filter, subscription);
      ASSERT_EQ(inserted.is_new, expected.insert(filter, subscription)) << filter;
      ASSERT_EQ(trie.filter_at(inserted.place), filter);
    } else {
      ASSERT_EQ(trie.erase(filter, subscriber), expected.erase(filter, subscriber)) << filter;
    }
    ASSERT_EQ(trie.size(), expected.all().size());
    if (round % 4 == 0) {
      const std::string name = samples.name();
      ASSERT_EQ(sorted(match(trie, name)), sorted(expected.match(name))) << name;
    }
  }
  for (const auto& [key, subscription] : expected.all()) {
    ASSERT_NE(trie.find(key.first, key.second), nullptr) << key.first;
    ASSERT_EQ(*trie.find(key.first, key.second), subscription) << key.first;
    ASSERT_TRUE(trie.erase(key.first, key.second)) << key.first;
  }
  EXPECT_EQ(trie.node_count(), 1U);
  EXPECT_EQ(trie.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubscriptionTrieAtRandom, ::testing::Range(1U, 6U));

}  // namespace
}  // namespace mqtt
