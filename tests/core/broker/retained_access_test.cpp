// A broker's retained messages, as somebody beside it sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/memory_journal.h"
#include "support/test_broker.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class NotedWatcher : public RetainedWatcher {
 public:
  void on_retained_changed(std::string_view topic, std::string_view client_identifier) override {
    notes_.push_back(std::string(topic) + " by '" + std::string(client_identifier) + "'");
  }
  std::vector<std::string> take() { return std::exchange(notes_, {}); }

 private:
  std::vector<std::string> notes_;
};

// All that the filter matches, in slices of so many steps.
std::vector<std::string> walked(TestBroker& broker, std::string_view filter, std::size_t slice = SIZE_MAX) {
  RetainedStore& store = broker.machine().retained();
  std::vector<std::string> topics;
  store.begin_walk(filter);
  while (!store.walk_is_over()) {
    std::size_t steps = slice;
    while (const Message message = store.next(steps, broker.now()))
      topics.emplace_back(message.topic());
  }
  store.end_walk();
  return topics;
}

TEST(RetainedStore, TellsItsWatcherOfEachChangeAndWhoseItIs) {
  TestBroker broker;
  NotedWatcher watcher;
  Peer peer(broker);
  peer.connects("device");
  broker.machine().retained().watch(&watcher);
  peer.sends("PUBLISH a '1' retain", "PUBLISH b '1'", "PUBLISH a retain");
  ASSERT_TRUE(broker.publishes("c '1' retain"));
  EXPECT_THAT(watcher.take(), ElementsAre("a by 'device'", "a by 'device'", "c by ''"));
  broker.machine().retained().watch(nullptr);
  peer.sends("PUBLISH a '2' retain");
  EXPECT_THAT(watcher.take(), IsEmpty());
}

TEST(RetainedStore, FindsWhatIsRetainedAndHasNotExpired) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("device");
  peer.sends("PUBLISH a 'x' retain {message_expiry_interval=10}");
  const RetainedStore& store = broker.machine().retained();
  const Message found = store.find("a", broker.now());
  ASSERT_TRUE(found);
  EXPECT_EQ(as_text(found.payload()), "x");
  EXPECT_FALSE(store.find("b", broker.now()));
  broker.advance(10s);
  EXPECT_FALSE(store.find("a", broker.now()));
}

TEST(RetainedStore, IsWalkedThroughInSlices) {
  TestBroker broker;
  for (const char* line : {"a '1' retain", "a/b '1' retain", "a/b/c '1' retain", "b '1' retain", "$own '1' retain"})
    ASSERT_TRUE(broker.publishes(line));
  EXPECT_THAT(walked(broker, "#"), UnorderedElementsAre("a", "a/b", "a/b/c", "b"));
  EXPECT_THAT(walked(broker, "#", 1), UnorderedElementsAre("a", "a/b", "a/b/c", "b"));
  EXPECT_THAT(walked(broker, "a/#", 1), UnorderedElementsAre("a", "a/b", "a/b/c"));
  EXPECT_THAT(walked(broker, "c"), IsEmpty());
}

TEST(RetainedStore, MayChangeWhileItIsWalkedThrough) {
  TestBroker broker;
  for (const char* line : {"a '1' retain", "b '1' retain", "c '1' retain"})
    ASSERT_TRUE(broker.publishes(line));
  RetainedStore& store = broker.machine().retained();
  store.begin_walk("#");
  std::size_t steps = 2;  // the root and a
  EXPECT_EQ(store.next(steps, broker.now()).topic(), "a");
  for (const char* line : {"a retain", "b retain", "d '1' retain"})
    ASSERT_TRUE(broker.publishes(line));
  steps = SIZE_MAX;
  EXPECT_EQ(store.next(steps, broker.now()).topic(), "c");
  EXPECT_FALSE(store.next(steps, broker.now()));
  EXPECT_TRUE(store.walk_is_over());
  store.end_walk();
}

TEST(RetainedStore, KeepsNotesOverARestart) {
  MemoryJournal journal;
  {
    TestBroker broker({}, nullptr, nullptr, &journal);
    broker.restores(MemoryJournal(), broker.now());
    RetainedStore& store = broker.machine().retained();
    EXPECT_THAT(store.take_notes(), IsEmpty());
    for (const char* topic : {"a", "b", ""})
      store.put_note(topic);
    store.erase_note("b");
  }
  TestBroker broker({}, nullptr, nullptr, &journal);
  broker.restores(journal, broker.now());
  EXPECT_THAT(broker.machine().retained().take_notes(), ElementsAre("", "a"));
  EXPECT_EQ(journal.count('7'), 2U) << "until they are erased";
}

}  // namespace
}  // namespace mqtt::test
