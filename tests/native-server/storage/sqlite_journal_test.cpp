// What is committed is there again, what is not is not, and what can't be stored is told.
#include "storage/sqlite_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mqtt/broker/broker.h"
#include "support/temporary_folder.h"

namespace wasmqtt {
namespace {

using mqtt::as_bytes;
using testing::HasSubstr;

constexpr mqtt::Instant kNow{};

mqtt::Publish retained(std::string_view topic, std::string_view payload) {
  mqtt::Publish publish;
  publish.topic = topic;
  publish.payload = as_bytes(payload);
  publish.retain = true;
  return publish;
}

// The broker of one process.
struct Process {
  explicit Process(const std::filesystem::path& folder)
      : journal(folder, Durability::Process), broker({}, nullptr, nullptr, &journal) {
    journal.restore(broker, kNow);
  }
  SqliteJournal journal;
  mqtt::Broker broker;
};

std::string error_of(const std::filesystem::path& folder) {
  try {
    Process process(folder);
  } catch (const JournalError& error) {
    return error.what();
  }
  return "";
}

TEST(SqliteJournal, HasWhatWasCommittedAndNothingElse) {
  const test::TemporaryFolder folder;
  {
    Process process(folder.path() / "made" / "here");
    EXPECT_TRUE(process.broker.publish(retained("a", "kept"), kNow));
    process.journal.commit();
    EXPECT_TRUE(process.broker.publish(retained("b", "lost"), kNow));
    EXPECT_TRUE(process.broker.publish(retained("a", ""), kNow));
  }
  Process again(folder.path() / "made" / "here");
  EXPECT_EQ(again.broker.statistics().retained_messages, 1U);
}

TEST(SqliteJournal, KeepsPayloadsOfAnyBytesAndSize) {
  const test::TemporaryFolder folder;
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 31);
  {
    Process process(folder.path());
    EXPECT_TRUE(process.broker.publish(retained("large", bytes), kNow));
    EXPECT_TRUE(process.broker.publish(retained("gone", bytes), kNow));
    EXPECT_TRUE(process.broker.publish(retained("gone", ""), kNow));
    process.journal.commit();
  }
  const auto size = std::filesystem::file_size(folder.path() / "broker.sqlite");
  EXPECT_GE(size, bytes.size());
  Process again(folder.path());
  EXPECT_EQ(again.broker.statistics().retained_messages, 1U);
}

TEST(SqliteJournal, IsOneProcessAlone) {
  const test::TemporaryFolder folder;
  Process first(folder.path());
  EXPECT_THAT(error_of(folder.path()), HasSubstr("another server uses it"));
}

TEST(SqliteJournal, RefusesAFileThatIsNoDatabase) {
  const test::TemporaryFolder folder;
  folder.write("broker.sqlite", std::string(5000, 'x'));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("broker.sqlite can't be used"));
}

TEST(SqliteJournal, RefusesRecordsThatAreNotTheBrokers) {
  const test::TemporaryFolder folder;
  {
    SqliteJournal journal(folder.path(), Durability::Process);
    journal.put(as_bytes("?"), as_bytes("what"));
    journal.commit();
  }
  EXPECT_THAT(error_of(folder.path()), HasSubstr("a record of the journal is damaged"));
}

TEST(SqliteJournal, RefusesAFolderThatCannotBeMade) {
  const test::TemporaryFolder folder;
  folder.write("file", "");
  EXPECT_THAT(error_of(folder.path() / "file" / "folder"), HasSubstr("can't be made"));
}

}  // namespace
}  // namespace wasmqtt
