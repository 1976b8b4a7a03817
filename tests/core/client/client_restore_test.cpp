// A client that is gone without a word, and the one after it that has its journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "support/memory_journal.h"
#include "support/test_client.h"
#include "support/versions.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kPersistent = "a persistent {session_expiry_interval=1000}";

class ClientJournal : public testing::Test {
 protected:
  ClientJournal() { starts(); }

  // Another process, which has what the journal has at this moment.
  void starts() {
    clients_.emplace_back(options, &journal);
    ASSERT_TRUE(journal.restore_into(client().machine()));
  }
  TestClient& client() { return clients_.back(); }
  // Connects, and answers what is sent without being asked for.
  std::vector<std::string> connects(const std::string& connack) {
    client().opens(kPersistent);
    client().sent();
    client().gets("CONNACK success " + connack);
    return client().sent();
  }

  ClientOptions options;
  MemoryJournal journal;

 private:
  std::deque<TestClient> clients_;
};

TEST_F(ClientJournal, SendsAgainWhatWasNotAcknowledged_MQTT_4_4_0_1) {
  client().connects(kPersistent);
  client().publishes("t '1' qos1 {content_type=x}", 1);
  client().publishes("t '2' qos2 retain", 2);
  client().publishes("t '3' qos2", 3);
  client().publishes("t '4' qos1", 4);
  client().gets("PUBREC id3", "PUBACK id4");
  starts();
  EXPECT_EQ(client().machine().in_flight(), 3U);
  EXPECT_THAT(connects("session-present"), ElementsAre("PUBLISH t '1' qos1 id1 dup {content_type=x}",
                                                       "PUBLISH t '2' qos2 id2 dup retain", "PUBREL id3"));
  client().publishes("t '5' qos1", 5);
  EXPECT_THAT(client().sent(), ElementsAre("PUBLISH t '5' qos1 id4"));
  client().gets("PUBACK id1", "PUBREC id2", "PUBCOMP id3", "PUBCOMP id2", "PUBACK id4");
  EXPECT_EQ(journal.count('1'), 0U);
}

TEST_F(ClientJournal, RemembersOfQoS2WhatItsHostTookAndNoMore_MQTT_4_3_3_10) {
  options.acknowledged_by_host = true;
  starts();
  client().connects(kPersistent);
  client().gets("PUBLISH t '1' qos2 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '3' qos2 id3");
  client().acknowledges("id2");
  client().acknowledges("id3 not-authorized");
  starts();
  connects("session-present");
  client().events();
  client().gets("PUBLISH t '1' qos2 id1 dup", "PUBLISH t '2' qos2 id2 dup", "PUBLISH t '3' qos2 id3 dup");
  EXPECT_THAT(client().events(), ElementsAre("message t '1' qos2 id1 dup", "message t '3' qos2 id3 dup"));
  client().acknowledges("id1");
  EXPECT_THAT(client().sent(), ElementsAre("PUBREC id1", "PUBREC id2"));
}

TEST_F(ClientJournal, SendsWhatHasWaitedForAConnection) {
  client().publishes("t '0'");
  client().publishes("t '1' qos1", 1);
  client().publishes("t '2' qos2", 2);
  client().subscribes("t", 3);
  starts();
  EXPECT_EQ(client().machine().queued_messages(), 2U);
  EXPECT_THAT(connects(""), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2"));
}

TEST_F(ClientJournal, PublishesAnewWhatTheServerDidNotTakeBeforeItLostTheSession) {
  client().connects(kPersistent);
  client().publishes("t '1' qos1", 1);
  client().publishes("t '2' qos2", 2);
  client().publishes("t '3' qos2", 3);
  client().gets("PUBREC id2");
  starts();
  EXPECT_THAT(connects("{receive_maximum=1}"), ElementsAre("PUBLISH t '1' qos1 id4"));
  starts();
  EXPECT_THAT(connects("session-present"), ElementsAre("PUBLISH t '1' qos1 id4 dup", "PUBLISH t '3' qos2 id5"));
}

TEST_F(ClientJournal, KnowsWhichQoS2MessagesHaveCome_MQTT_4_3_3_10) {
  client().connects(kPersistent);
  client().gets("PUBLISH t '1' qos2 id7", "PUBLISH t '2' qos2 id8", "PUBREL id8");
  starts();
  EXPECT_THAT(connects("session-present"), IsEmpty());
  client().events();
  client().gets("PUBLISH t '1' qos2 id7 dup", "PUBLISH t '3' qos2 id8");
  EXPECT_THAT(client().events(), ElementsAre("message t '3' qos2 id8"));
  client().gets("PUBREL id7", "PUBREL id8");
  EXPECT_THAT(client().sent(), ElementsAre("PUBREC id7", "PUBREC id8", "PUBCOMP id7", "PUBCOMP id8"));
  EXPECT_EQ(journal.count('2'), 0U);
}

TEST_F(ClientJournal, ForgetsThemWithTheSession_MQTT_3_2_2_5) {
  client().connects(kPersistent);
  client().gets("PUBLISH t '1' qos2 id7");
  starts();
  connects("");
  EXPECT_EQ(journal.count('2'), 0U);
  client().events();
  client().gets("PUBLISH t '2' qos2 id7");
  EXPECT_THAT(client().events(), ElementsAre("message t '2' qos2 id7"));
}

TEST_F(ClientJournal, ForgetsWhatWasGivenUp) {
  client().publishes("t '1' qos1", 1);
  client().machine().discard(1);
  EXPECT_EQ(journal.count('1'), 0U);
  client().publishes("t '2' qos2", 2);
  client().connects(kPersistent, "{maximum_qos=1}");
  EXPECT_EQ(journal.count('1'), 0U);
}

TEST_F(ClientJournal, DoesNotBringBackWhatWasTakenBackAfterItWasSent) {
  client().connects(kPersistent);
  client().publishes("t '1' qos1", 1);
  client().publishes("t '2' qos2", 2);
  client().publishes("t '3' qos2", 3);
  client().gets("PUBREC id3");
  for (const OperationToken token : {1U, 2U, 3U})
    client().machine().discard(token);
  starts();
  EXPECT_EQ(client().machine().in_flight(), 2U);
  EXPECT_THAT(connects("session-present"), ElementsAre("PUBREL id2", "PUBREL id3"));
  client().gets("PUBCOMP id2", "PUBCOMP id3");
  EXPECT_EQ(journal.count('1'), 0U);
}

TEST_F(ClientJournal, ForgetsWhatWasTakenBackWithTheSession) {
  client().connects(kPersistent);
  client().publishes("t '1' qos1", 1);
  client().publishes("t '2' qos2", 2);
  client().machine().discard(1);
  client().machine().discard(2);
  starts();
  EXPECT_THAT(connects(""), IsEmpty());
  EXPECT_EQ(journal.count('1'), 0U);
}

TEST_F(ClientJournal, CountsTheMessageExpiryIntervalWhileNobodyIsThere) {
  client().publishes("t '1' qos1 {message_expiry_interval=10}", 1);
  client().publishes("t '2' qos1 {message_expiry_interval=100}", 2);
  options.unix_time_at_zero += 60'000;
  starts();
  EXPECT_THAT(connects(""), ElementsAre("PUBLISH t '2' qos1 id1 {message_expiry_interval=40}"));
  EXPECT_EQ(journal.count('1'), 1U);
}

TEST_F(ClientJournal, PutsWhatIsPublishedMeanwhileBehindWhatComesBack) {
  client().publishes("t '1' qos1", 1);
  const MemoryJournal before = journal;
  TestClient next({}, &journal);
  next.publishes("t '2' qos1", 2);
  next.publishes("t '0'", 3);
  EXPECT_EQ(journal.count('1'), 1U);
  ASSERT_TRUE(before.restore_into(next.machine()));
  EXPECT_EQ(journal.count('1'), 2U);
  next.opens(kPersistent);
  next.sent();
  next.gets("CONNACK success");
  EXPECT_THAT(next.sent(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2", "PUBLISH t '0'"));
}

TEST_F(ClientJournal, IsAwaitedBeforeTheFirstConnection) {
  MemoryJournal other;
  TestClient waiting({}, &other);
  waiting.machine().start_attempt(waiting.now());
  const WrittenPacket connect("CONNECT a");
  const auto opened = waiting.machine().transport_opened(connect.as<Connect>(), waiting.now());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("not restored yet"));
}

TEST_F(ClientJournal, IsRefusedWhereItIsDamaged) {
  client().connects(kPersistent);
  client().publishes("t '1' qos2", 1);
  client().gets("PUBLISH t '1' qos2 id7");
  for (const auto& [key, value] : journal.records) {
    for (std::size_t length = 0; length < key.size(); ++length) {
      TestClient other({}, &journal);
      EXPECT_FALSE(other.machine().restore(as_bytes(key).first(length), as_bytes(value))) << key;
    }
    if (key.front() == '2') continue;
    for (std::size_t length = 0; length < value.size(); ++length) {
      TestClient other({}, &journal);
      EXPECT_FALSE(other.machine().restore(as_bytes(key), as_bytes(value).first(length))) << key << length;
    }
  }
  TestClient other({}, &journal);
  EXPECT_FALSE(other.machine().restore(as_bytes("9"), {}));
}

TEST_F(ClientJournal, SaysWhenAnotherVersionHasWrittenIt) {
  TestClient other({}, &journal);
  const std::uint8_t later[] = {0, 0, 0, 2};
  const auto restored = other.machine().restore(as_bytes("0"), later);
  ASSERT_FALSE(restored);
  EXPECT_THAT(restored.error().text, HasSubstr("another version of the client"));
}

}  // namespace
}  // namespace mqtt::test
