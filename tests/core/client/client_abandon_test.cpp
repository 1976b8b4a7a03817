// Operations of a client whom no attempt follows any more: each ends, and what a session keeps stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/memory_journal.h"
#include "support/test_client.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr ClientOptions kOnce{.reconnect = {.enabled = false}};
constexpr ClientOptions kOnceWithSession{.reconnect = {.enabled = false}, .keeps_session = true};

// One operation of each kind: 1 to 3 publishes by QoS, 4 a subscription, 5 its end.
void wants_everything(TestClient& client) {
  EXPECT_EQ(client.publishes("t '0'", 1), "");
  EXPECT_EQ(client.publishes("t '1' qos1", 2), "");
  EXPECT_EQ(client.publishes("t '2' qos2", 3), "");
  EXPECT_EQ(client.subscribes("t qos1", 4), "");
  EXPECT_EQ(client.unsubscribes("t", 5), "");
}

const auto kAllFailed =
    UnorderedElementsAre("failed 1: Connection closed", "failed 2: Connection closed", "failed 3: Connection closed",
                         "failed 4: Connection closed", "failed 5: Connection closed");
const auto kAllButQosZeroFailed = UnorderedElementsAre("failed 2: Connection closed", "failed 3: Connection closed",
                                                       "failed 4: Connection closed", "failed 5: Connection closed");

TEST(AbandonedOperations, EndWithAConnectionThatNoneFollows) {
  TestClient client(kOnce);
  client.connects("a");
  wants_everything(client);
  client.events();
  client.loses_transport();
  EXPECT_THAT(client.events(), kAllButQosZeroFailed);
  EXPECT_EQ(client.machine().in_flight() + client.machine().queued_messages(), 0U);
}

TEST(AbandonedOperations, EndWithAnAttemptThatFailsOrIsRefused) {
  TestClient unreachable(kOnce), refused(kOnce);
  wants_everything(unreachable);
  unreachable.machine().start_attempt(unreachable.now());
  unreachable.loses_transport();
  EXPECT_THAT(unreachable.events(), kAllFailed);
  wants_everything(refused);
  refused.opens("a");
  refused.gets("CONNACK bad-user-name-or-password");
  refused.events();
  refused.loses_transport();
  EXPECT_THAT(refused.events(), kAllFailed);
}

TEST(AbandonedOperations, EndWhenReconnectingIsStopped) {
  TestClient pausing, connected, never;
  pausing.connects("a");
  pausing.loses_transport();
  wants_everything(pausing);
  EXPECT_THAT(pausing.events(), IsEmpty()) << "an attempt follows";
  pausing.machine().stop_reconnecting();
  EXPECT_THAT(pausing.events(), kAllFailed);
  connected.connects("a");
  wants_everything(connected);
  connected.events();
  connected.disconnects();
  EXPECT_THAT(connected.events(), ElementsAre("closing success")) << "their answers may still come";
  connected.loses_transport();
  EXPECT_THAT(connected.events(), kAllButQosZeroFailed);
  wants_everything(never);
  never.machine().stop_reconnecting();
  EXPECT_THAT(never.events(), kAllFailed);
}

TEST(AbandonedOperations, WaitWhileAnAttemptMayStillFollow) {
  TestClient client(kOnce), again(kOnce);
  wants_everything(client);
  EXPECT_THAT(client.events(), IsEmpty()) << "the host has not begun yet";
  again.connects("a");
  EXPECT_EQ(again.publishes("t 'x' qos1", 1), "");
  again.machine().reconnect(again.now());
  again.loses_transport();
  again.advance(0s);
  EXPECT_THAT(again.events(), ElementsAre("closing success", "redial"));
  again.connects("a");
  EXPECT_EQ(again.machine().in_flight(), 1U);
}

TEST(AbandonedOperations, ThatAreBegunLaterFailAtOnce) {
  TestClient client(kOnce);
  client.connects("a");
  client.loses_transport();
  EXPECT_EQ(client.publishes("t '0'", 1), "Connection closed");
  EXPECT_EQ(client.publishes("t '1' qos1", 2), "Connection closed");
  EXPECT_EQ(client.subscribes("t qos1", 3), "Connection closed");
  EXPECT_EQ(client.unsubscribes("t", 4), "Connection closed");
  EXPECT_THAT(client.events(), IsEmpty());
  client.machine().start_attempt(client.now());
  wants_everything(client);
  client.opens("a");
  client.sent();
  client.gets("CONNACK success");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '0'", "PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2",
                                         "SUBSCRIBE id3 t qos1", "UNSUBSCRIBE id4 t"));
}

TEST(AbandonedOperations, LeaveTheMessagesOfASessionToTheNextConnection) {
  TestClient client(kOnceWithSession);
  client.connects("a persistent");
  EXPECT_EQ(client.publishes("t '1' qos1", 1), "");
  client.loses_transport();
  EXPECT_THAT(client.events(), ElementsAre("failed 1: Connection closed"));
  EXPECT_EQ(client.publishes("t '2' qos2", 2), "");
  EXPECT_EQ(client.publishes("t '0'", 3), "Connection closed");
  EXPECT_THAT(client.events(), ElementsAre("failed 2: Connection closed"));
  client.opens("a persistent");
  client.sent();
  client.gets("CONNACK success session-present");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '2' qos2 id2"));
  client.events();
  client.gets("PUBACK id1", "PUBREC id2", "PUBCOMP id2");
  EXPECT_THAT(client.events(), IsEmpty()) << "they have ended once";
}

TEST(AbandonedOperations, LeaveTheMessagesOfAJournalInIt) {
  MemoryJournal journal;
  TestClient client(kOnce, &journal);
  client.machine().finish_restoring();
  wants_everything(client);
  client.machine().start_attempt(client.now());
  client.loses_transport();
  EXPECT_THAT(client.events(), kAllFailed);
  EXPECT_EQ(journal.count('1'), 2U);
  EXPECT_EQ(client.publishes("t '3' qos1", 6), "");
  EXPECT_EQ(journal.count('1'), 3U);
}

TEST(AbandonedOperations, AreForgottenWithASessionThatEndsWithItsConnection) {
  TestClient client(kOnceWithSession);
  client.connects("a");
  EXPECT_EQ(client.publishes("t '1' qos1", 1), "");
  EXPECT_EQ(client.publishes("t '2' qos2", 2), "");
  client.gets("PUBREC id2");
  client.sent();
  client.loses_transport();
  EXPECT_THAT(client.events(), ElementsAre("failed 1: Connection closed", "failed 2: Connection closed"));
  client.connects("a");
  EXPECT_EQ(client.machine().in_flight(), 0U);
}

TEST(AbandonedOperations, WaitWhereTheHostKeepsAccountOfThem) {
  TestClient client({.reconnect = {.enabled = false}, .fails_what_waits = false});
  client.connects("a");
  EXPECT_EQ(client.publishes("t '1' qos1", 1), "");
  client.loses_transport();
  EXPECT_EQ(client.publishes("t '2' qos1", 2), "");
  client.machine().stop_reconnecting();
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_EQ(client.machine().in_flight() + client.machine().queued_messages(), 2U);
}

}  // namespace
}  // namespace mqtt::test
