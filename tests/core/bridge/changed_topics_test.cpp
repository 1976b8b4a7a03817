// What is known of the topics that the remote broker is to be told of, and how much of it is kept.
#include "mqtt/bridge/changed_topics.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{std::chrono::hours(1)};

// Notes alone.
class NotedTopics : public RetainedStore {
 public:
  void watch(RetainedWatcher*) override {}
  Message find(std::string_view, Instant) const override { return {}; }
  void begin_walk(std::string_view) override {}
  Message next(std::size_t&, Instant) override { return {}; }
  bool walk_is_over() const override { return true; }
  void end_walk() override {}
  void put_note(std::string_view topic) override { notes.emplace(topic); }
  void erase_note(std::string_view topic) override { notes.erase(std::string(topic)); }
  std::vector<std::string> take_notes() override { return {notes.begin(), notes.end()}; }

  std::set<std::string> notes;
};

TEST(ChangedTopics, HaveTheirTurnsInTheOrderInWhichTheyChanged) {
  NotedTopics store;
  ChangedTopics changed(store);
  changed.insert("a", kNow);
  changed.insert("b", kNow + 1s);
  changed.insert("a", kNow + 2s);
  EXPECT_EQ(changed.next(), "a");
  EXPECT_EQ(changed.waits_since(), kNow);
  changed.had_turn(kNow + 3s);
  EXPECT_EQ(changed.next(), "b");
  changed.erase("b");
  EXPECT_EQ(changed.next(), "a");
  EXPECT_EQ(changed.waits_since(), kNow + 3s);
  changed.erase("a");
  EXPECT_TRUE(changed.empty());
  EXPECT_TRUE(store.notes.empty());
}

TEST(ChangedTopics, AreNotedUntilTheyAreErased) {
  NotedTopics store;
  {
    ChangedTopics changed(store);
    changed.insert("a", kNow);
    changed.insert("b", kNow);
    changed.erase("a");
  }
  const ChangedTopics again(store);
  EXPECT_FALSE(again.names("a"));
  EXPECT_TRUE(again.names("b"));
}

TEST(ChangedTopics, AreAllOnceThereAreTooMany) {
  NotedTopics store;
  ChangedTopics changed(store);
  for (std::size_t i = 0; i < ChangedTopics::kMostTopics; ++i)
    changed.insert(std::to_string(i), kNow);
  EXPECT_FALSE(changed.are_all());
  changed.insert("one more", kNow);
  EXPECT_TRUE(changed.are_all());
  EXPECT_EQ(changed.size(), ChangedTopics::kMostTopics);
  EXPECT_TRUE(ChangedTopics(store).are_all()) << "after a restart, too";
  changed.begin_exchange();
  EXPECT_TRUE(changed.are_all()) << "until all were exchanged";
  changed.finish_exchange();
  EXPECT_FALSE(changed.are_all());
  EXPECT_FALSE(store.notes.contains(""));
}

TEST(ChangedTopics, AreStillAllIfThereWereTooManyDuringTheExchange) {
  NotedTopics store;
  ChangedTopics changed(store);
  for (std::size_t i = 0; i <= ChangedTopics::kMostTopics; ++i)
    changed.insert(std::to_string(i), kNow);
  changed.begin_exchange();
  changed.insert("one more", kNow);
  changed.finish_exchange();
  EXPECT_TRUE(changed.are_all());
}

TEST(ChangedTopics, AreAllOnceTheirNamesAreTooLong) {
  NotedTopics store;
  ChangedTopics changed(store);
  for (std::size_t i = 0; i < ChangedTopics::kMostBytes / 60'000 + 1; ++i)
    changed.insert(std::to_string(i) + std::string(60'000, 'x'), kNow);
  EXPECT_TRUE(changed.are_all());
}

}  // namespace
}  // namespace mqtt::test
