// Which names a filter finds again, in which order, and what erasing them leaves behind.
#include "mqtt/topic/retained_trie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/topic/topic_samples.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using NamesTrie = RetainedTrie<std::string>;

NamesTrie trie_of(std::initializer_list<const char*> names) {
  NamesTrie trie;
  for (const char* name : names)
    trie.insert_or_assign(name, name);
  return trie;
}

std::vector<std::string> values(const NamesTrie& trie, std::string_view filter) {
  std::vector<std::string> found;
  trie.for_each_match(filter, [&](const std::string& value) { found.push_back(value); });
  return found;
}

TEST(RetainedTrie, FindsTheValueOfAName) {
  NamesTrie trie;
  EXPECT_EQ(trie.find("a/b"), nullptr);
  EXPECT_TRUE(trie.insert_or_assign("a/b", "first"));
  ASSERT_NE(trie.find("a/b"), nullptr);
  EXPECT_EQ(*trie.find("a/b"), "first");
  EXPECT_EQ(trie.find("a"), nullptr);
  EXPECT_EQ(trie.find("a/b/c"), nullptr);
  EXPECT_EQ(trie.find("a/"), nullptr);
}

TEST(RetainedTrie, KeepsOneValueForAName) {
  NamesTrie trie;
  EXPECT_TRUE(trie.insert_or_assign("a", "first"));
  EXPECT_FALSE(trie.insert_or_assign("a", "second"));
  EXPECT_EQ(*trie.find("a"), "second");
  EXPECT_EQ(trie.size(), 1U);
  EXPECT_THAT(values(trie, "#"), ElementsAre("second"));
}

TEST(RetainedTrie, TakesValuesThatCanOnlyBeMovedAndLetsGoOfThem) {
  const auto counted = std::make_shared<int>(1);
  struct Handle {
    std::unique_ptr<std::shared_ptr<int>> target;
  };
  RetainedTrie<Handle> trie;
  trie.insert_or_assign("a", Handle{std::make_unique<std::shared_ptr<int>>(counted)});
  trie.insert_or_assign("b", Handle{std::make_unique<std::shared_ptr<int>>(counted)});
  EXPECT_EQ(counted.use_count(), 3);
  trie.insert_or_assign("a", Handle{});
  EXPECT_EQ(counted.use_count(), 2);
  trie.erase("b");
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(RetainedTrie, ErasesANameAndOnlyThatName) {
  NamesTrie trie = trie_of({"a", "a/b", "a/b/c"});
  EXPECT_FALSE(trie.erase("a/c"));
  EXPECT_FALSE(trie.erase("b"));
  EXPECT_TRUE(trie.erase("a/b"));
  EXPECT_FALSE(trie.erase("a/b"));
  EXPECT_THAT(values(trie, "#"), ElementsAre("a", "a/b/c"));
  EXPECT_EQ(trie.size(), 2U);
}

TEST(RetainedTrie, VisitsWhatEachKindOfFilterMatches) {
  const NamesTrie trie = trie_of({"sport", "sport/tennis", "sport/tennis/player1", "sport/", "/sport", "news/tennis"});
  EXPECT_THAT(values(trie, "sport"), ElementsAre("sport"));
  EXPECT_THAT(values(trie, "sport/#"), ElementsAre("sport", "sport/tennis", "sport/tennis/player1", "sport/"));
  EXPECT_THAT(values(trie, "sport/+"), ElementsAre("sport/tennis", "sport/"));
  EXPECT_THAT(values(trie, "+/tennis"), ElementsAre("sport/tennis", "news/tennis"));
  EXPECT_THAT(values(trie, "+/tennis/#"), ElementsAre("sport/tennis", "sport/tennis/player1", "news/tennis"));
  EXPECT_THAT(values(trie, "+/+/player1"), ElementsAre("sport/tennis/player1"));
  EXPECT_THAT(values(trie, "/+"), ElementsAre("/sport"));
  EXPECT_THAT(values(trie, "+/sport"), ElementsAre("/sport"));
  EXPECT_THAT(values(trie, "golf/#"), IsEmpty());
  EXPECT_THAT(values(trie, "sport/tennis/player1/+"), IsEmpty());
  EXPECT_THAT(values(trie, "sport/tennis/player1/#"), ElementsAre("sport/tennis/player1"));
}

TEST(RetainedTrie, VisitsSiblingsInTheOrderInWhichTheyCame) {
  NamesTrie trie = trie_of({"x/c", "x/a", "x/b", "x/d"});
  EXPECT_THAT(values(trie, "x/+"), ElementsAre("x/c", "x/a", "x/b", "x/d"));
  trie.erase("x/a");
  trie.erase("x/d");
  trie.erase("x/c");
  trie.insert_or_assign("x/e", "x/e");
  trie.insert_or_assign("x/a", "x/a");
  EXPECT_THAT(values(trie, "x/+"), ElementsAre("x/b", "x/e", "x/a"));
}

TEST(RetainedTrie, KeepsLeadingWildcardsAwayFromDollarNames_MQTT_4_7_2_1) {
  const NamesTrie trie = trie_of({"$SYS/a", "$", "a/$b", "$SYS", "b"});
  EXPECT_THAT(values(trie, "#"), ElementsAre("a/$b", "b"));
  EXPECT_THAT(values(trie, "+"), ElementsAre("b"));
  EXPECT_THAT(values(trie, "+/#"), ElementsAre("a/$b", "b"));
  EXPECT_THAT(values(trie, "+/+"), ElementsAre("a/$b"));
  EXPECT_THAT(values(trie, "$SYS/#"), ElementsAre("$SYS", "$SYS/a"));
  EXPECT_THAT(values(trie, "$"), ElementsAre("$"));
}

TEST(RetainedTrie, CopesWithTheDeepestNamesThatThereAre) {
  const std::string deepest(65'534, '/');
  NamesTrie trie;
  trie.insert_or_assign(deepest, "deepest");
  EXPECT_THAT(values(trie, "#"), ElementsAre("deepest"));
  EXPECT_THAT(values(trie, deepest + "+"), ElementsAre("deepest"));
  EXPECT_THAT(values(trie, deepest.substr(1) + "+"), IsEmpty());
  EXPECT_TRUE(trie.erase(deepest));
  EXPECT_EQ(trie.node_count(), 1U);
}

TEST(RetainedTrie, GivesMemoryBackWhenItBecomesEmpty) {
  NamesTrie trie = trie_of({"a/b"});
  trie.erase("a/b");
  const std::size_t octets_before = trie.memory_octets();
  for (int i = 0; i < 20'000; ++i)
    trie.insert_or_assign("site/" + std::to_string(i) + "/state", "on");
  EXPECT_GT(trie.memory_octets(), octets_before + 1'000'000);
  for (int i = 0; i < 20'000; ++i)
    trie.erase("site/" + std::to_string(i) + "/state");
  EXPECT_EQ(trie.node_count(), 1U);
  EXPECT_EQ(trie.size(), 0U);
  EXPECT_LT(trie.memory_octets(), octets_before + 1024);
}

class RetainedTrieAtRandom : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(RetainedTrieAtRandom, AnswersAsBruteForceDoes) {
  test::TopicSamples samples(GetParam());
  NamesTrie trie;
  std::map<std::string, std::string> expected;
  for (std::uint32_t round = 0; round < 3000; ++round) {
    const std::string name = samples.name();
    if (samples.below(10) < (round / 500 % 2 == 0 ? 8U : 3U)) {
      const std::string value = name + " in round " + std::to_string(round);
      ASSERT_EQ(trie.insert_or_assign(name, value), expected.insert_or_assign(name, value).second) << name;
    } else {
      ASSERT_EQ(trie.erase(name), expected.erase(name) == 1) << name;
    }
    ASSERT_EQ(trie.size(), expected.size());
    if (round % 4 != 0) continue;
    const std::string filter = samples.filter();
    std::vector<std::string> wanted;
    for (const auto& [candidate, value] : expected) {
      if (matches(filter, candidate)) wanted.push_back(value);
    }
    std::vector<std::string> found = values(trie, filter);
    std::sort(wanted.begin(), wanted.end());
    std::sort(found.begin(), found.end());
    ASSERT_EQ(found, wanted) << filter;
  }
  for (const auto& [name, value] : expected) {
    ASSERT_NE(trie.find(name), nullptr) << name;
    ASSERT_EQ(*trie.find(name), value);
    ASSERT_TRUE(trie.erase(name)) << name;
  }
  EXPECT_EQ(trie.node_count(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RetainedTrieAtRandom, ::testing::Range(1U, 6U));

}  // namespace
}  // namespace mqtt
