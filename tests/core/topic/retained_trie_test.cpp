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

std::vector<std::string> values(NamesTrie& trie, std::string_view filter) {
  std::vector<std::string> found;
  NamesTrie::Cursor cursor(trie, filter);
  std::size_t steps = SIZE_MAX;
  while (const std::string* value = cursor.next(steps))
    found.push_back(*value);
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
  NamesTrie trie = trie_of({"sport", "sport/tennis", "sport/tennis/player1", "sport/", "/sport", "news/tennis"});
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
  NamesTrie trie = trie_of({"$SYS/a", "$", "a/$b", "$SYS", "b"});
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
  const std::size_t bytes_before = trie.memory_bytes();
  for (int i = 0; i < 20'000; ++i)
    trie.insert_or_assign("site/" + std::to_string(i) + "/state", "on");
  EXPECT_GT(trie.memory_bytes(), bytes_before + 1'000'000);
  for (int i = 0; i < 20'000; ++i)
    trie.erase("site/" + std::to_string(i) + "/state");
  EXPECT_EQ(trie.node_count(), 1U);
  EXPECT_EQ(trie.size(), 0U);
  EXPECT_LT(trie.memory_bytes(), bytes_before + 1024);
}

// The next value, or "" if there is none.
std::string next(NamesTrie::Cursor& cursor) {
  std::size_t steps = SIZE_MAX;
  const std::string* value = cursor.next(steps);
  std::string copy = value == nullptr ? "" : *value;
  cursor.rest();
  return copy;
}

TEST(RetainedTrieCursor, GoesOnBehindANameThatIsErasedWhileItRestsThere) {
  NamesTrie trie = trie_of({"a/1", "a/2", "a/3", "b"});
  NamesTrie::Cursor cursor(trie, "#");
  EXPECT_EQ(next(cursor), "a/1");
  EXPECT_TRUE(trie.erase("a/1"));
  EXPECT_FALSE(trie.erase("a/1"));
  EXPECT_EQ(trie.find("a/1"), nullptr);
  EXPECT_EQ(trie.size(), 3U);
  EXPECT_TRUE(trie.erase("a/2"));
  EXPECT_EQ(next(cursor), "a/3");
  EXPECT_EQ(trie.node_count(), 4U) << "the name where it rested is gone";
  EXPECT_TRUE(trie.erase("a/3"));
  EXPECT_EQ(next(cursor), "b");
  EXPECT_EQ(next(cursor), "");
  EXPECT_TRUE(cursor.is_done());
}

TEST(RetainedTrieCursor, LetsGoOfTheNameWhereItRestedWhenItEnds) {
  NamesTrie trie = trie_of({"a/1", "a/2"});
  {
    NamesTrie::Cursor cursor(trie, "a/+");
    EXPECT_EQ(next(cursor), "a/1");
    trie.erase("a/1");
    trie.erase("a/2");
    EXPECT_GT(trie.node_count(), 1U);
  }
  EXPECT_EQ(trie.node_count(), 1U);
}

TEST(RetainedTrieCursor, PassesOverWhatWasSetAfterItWasMade) {
  NamesTrie trie = trie_of({"a", "b", "c"});
  NamesTrie::Cursor cursor(trie, "#");
  EXPECT_EQ(next(cursor), "a");
  trie.insert_or_assign("b", "new");
  trie.insert_or_assign("d", "d");
  EXPECT_EQ(next(cursor), "c");
  EXPECT_EQ(next(cursor), "");
  EXPECT_THAT(values(trie, "#"), ElementsAre("a", "new", "c", "d"));
}

TEST(RetainedTrieCursor, StopsWhenTheStepsAreUsedUp) {
  NamesTrie trie = trie_of({"a/b/c/d/e/f", "$hidden/1", "$hidden/2", "x"});
  NamesTrie::Cursor cursor(trie, "#");
  std::size_t calls = 0;
  std::vector<std::string> found;
  while (!cursor.is_done() && ++calls < 100) {
    std::size_t steps = 1;
    if (const std::string* value = cursor.next(steps)) found.push_back(*value);
    cursor.rest();
  }
  EXPECT_THAT(found, ElementsAre("a/b/c/d/e/f", "x"));
  EXPECT_EQ(calls, 10U) << "the root, six levels, the hidden one, x, the end";
}

TEST(RetainedTrieCursor, ComesBackToTheValueThatItSteppedBackFrom) {
  NamesTrie trie = trie_of({"a", "b"});
  NamesTrie::Cursor cursor(trie, "#");
  EXPECT_EQ(next(cursor), "a");
  cursor.step_back();
  EXPECT_EQ(next(cursor), "a");
  cursor.step_back();
  trie.erase("a");
  EXPECT_EQ(next(cursor), "b");
  cursor.step_back();
  EXPECT_FALSE(cursor.is_done());
  ASSERT_NE(cursor.take_early("b"), nullptr);
  EXPECT_EQ(next(cursor), "");
}

TEST(RetainedTrieCursor, GivesEarlyWhatIsStillToComeAndOnlyThat) {
  NamesTrie trie = trie_of({"a", "a/1", "a/2", "b", "b/1", "c"});
  NamesTrie::Cursor cursor(trie, "+/#");
  EXPECT_EQ(next(cursor), "a");
  EXPECT_EQ(next(cursor), "a/1");
  for (const char* passed : {"a", "a/1", "none", "a/none"})
    EXPECT_EQ(cursor.take_early(passed), nullptr) << passed;
  for (const char* to_come : {"b/1", "a/2", "c"}) {
    ASSERT_NE(cursor.take_early(to_come), nullptr) << to_come;
    EXPECT_EQ(cursor.take_early(to_come), nullptr) << to_come << " again";
  }
  trie.insert_or_assign("d", "d");
  EXPECT_EQ(cursor.take_early("d"), nullptr) << "set after the cursor was made";
  EXPECT_EQ(next(cursor), "b");
  EXPECT_EQ(next(cursor), "");
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

// Against a list of what was there when the cursor was made, while names come and go.
TEST_P(RetainedTrieAtRandom, CursorsSeeEachNameThatStaysAsItWasOnce) {
  test::TopicSamples samples(GetParam());
  NamesTrie trie;
  for (int i = 0; i < 300; ++i) {
    const std::string name = samples.name();
    trie.insert_or_assign(name, name);
  }
  for (std::uint32_t round = 0; round < 40; ++round) {
    const std::string filter = samples.filter();
    std::vector<std::string> wanted = values(trie, filter), found;
    NamesTrie::Cursor cursor(trie, filter);
    while (!cursor.is_done()) {
      std::size_t steps = samples.below(8);
      if (const std::string* value = cursor.next(steps)) found.push_back(*value);
      cursor.rest();
      const std::string name = samples.name();
      if (samples.below(4) == 0) {
        if (const std::string* early = cursor.take_early(name)) found.push_back(*early);
      } else if (samples.below(2) == 0) {
        if (std::find(found.begin(), found.end(), name) == found.end()) std::erase(wanted, name);
        trie.insert_or_assign(name, name);
      } else {
        if (std::find(found.begin(), found.end(), name) == found.end()) std::erase(wanted, name);
        trie.erase(name);
      }
    }
    std::sort(found.begin(), found.end());
    std::sort(wanted.begin(), wanted.end());
    ASSERT_EQ(found, wanted) << filter << " in round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RetainedTrieAtRandom, ::testing::Range(1U, 6U));

}  // namespace
}  // namespace mqtt
