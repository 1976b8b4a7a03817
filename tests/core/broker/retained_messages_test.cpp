// One message for each topic: what counts, and what a watcher and a journal hear of it.
#include "mqtt/broker/retained_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/memory_journal.h"

namespace mqtt {
namespace {

Message message(std::string_view topic, std::string_view payload) {
  return Message::keep({.topic = topic, .payload = as_bytes(payload), .retain = true}, Instant());
}

TEST(RetainedMessagesOfABroker, AreOneForEachTopicAndThoseUnderSysDoNotCount) {
  Recorder recorder(nullptr, 0);
  RetainedMessages retained(recorder);
  retained.set("t", message("t", "first"));
  retained.set("t", message("t", "second"));
  retained.set("$SYS/x", message("$SYS/x", "1"));
  EXPECT_EQ(retained.size(), 1U);
  EXPECT_EQ(as_text(retained.find("t")->payload()), "second");
  EXPECT_NE(retained.find("$SYS/x"), nullptr);
  retained.erase("$SYS/x");
  EXPECT_EQ(retained.size(), 1U);
  retained.erase("t");
  EXPECT_EQ(retained.size(), 0U);
  EXPECT_EQ(retained.find("t"), nullptr);
}

TEST(RetainedMessagesOfABroker, LeaveNothingInTheJournalWhenTheyAreErased) {
  test::MemoryJournal journal;
  Recorder recorder(&journal, 0);
  RetainedMessages retained(recorder);
  const auto empty = journal.records.size();
  retained.set("$SYS/x", message("$SYS/x", "1"));
  EXPECT_EQ(journal.records.size(), empty) << "statistics are made anew";
  retained.set("t", message("t", "first"));
  const auto one = journal.records.size();
  retained.set("t", message("t", "second"));
  EXPECT_EQ(journal.records.size(), one);
  retained.erase("t");
  EXPECT_EQ(journal.records.size(), empty);
}

}  // namespace
}  // namespace mqtt
