// The session at a CONNACK: resumed, or begun anew with what the application still waits for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_client.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Connects again and forgets the CONNECT and the connack event.
void reconnect(TestClient& client, std::string_view connect, std::string_view connack) {
  client.loses_transport();
  client.events();
  client.opens(connect);
  client.sent();
  client.gets("CONNACK success " + std::string(connack));
}

// Four messages in the four states that there are.
void leave_unfinished(TestClient& client) {
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2' qos2", 2);
  client.publishes("t '3' qos2", 3);
  client.publishes("t '4' qos1", 4);
  client.gets("PUBREC id3");
  client.sent();
}

TEST(Resumption, SendsEverythingUnacknowledgedAgainInItsFirstOrder_MQTT_4_4_0_1_MQTT_4_6_0_1) {
  TestClient client;
  client.connects("a persistent");
  leave_unfinished(client);
  client.loses_transport();
  client.publishes("t '5' qos1", 5);
  reconnect(client, "a persistent", "session-present");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '2' qos2 id2 dup", "PUBREL id3",
                                         "PUBLISH t '4' qos1 id4 dup", "PUBLISH t '5' qos1 id5"));
  client.gets("PUBACK id1", "PUBREC id2", "PUBCOMP id3", "PUBACK id4", "PUBACK id5", "PUBCOMP id2");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("connack"), "published 1 id1", "published 3 id3",
                                           "published 4 id4", "published 5 id5", "published 2 id2"));
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2"));
}

TEST(Resumption, KeepsToTheServersReceiveMaximum) {
  TestClient client;
  client.connects("a persistent");
  leave_unfinished(client);
  reconnect(client, "a persistent", "session-present {receive_maximum=2}");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '2' qos2 id2 dup"));
  client.publishes("t '5' qos1", 5);
  EXPECT_THAT(client.sent(), IsEmpty());
  client.gets("PUBACK id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id3"));
  client.gets("PUBCOMP id3");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '4' qos1 id4 dup"));
  client.gets("PUBACK id4");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '5' qos1 id5"));
}

TEST(Resumption, DoesNotSubscribeAgain) {
  TestClient client;
  client.connects("a persistent");
  client.subscribes("t qos1", 1);
  client.gets("SUBACK id1 [1]");
  client.sent();
  reconnect(client, "a persistent", "session-present");
  EXPECT_THAT(client.sent(), IsEmpty());
}

TEST(Resumption, FailsWhatTheServerDoesNotTakeAnyMore) {
  TestClient client;
  client.connects("a persistent");
  client.publishes("t 'x'x100 qos1", 1);
  client.publishes("t 'y' qos2", 2);
  client.publishes("t 'z' qos1", 3);
  client.sent();
  reconnect(client, "a persistent", "session-present {maximum_qos=1 maximum_packet_size=60 receive_maximum=1}");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("connack"), StartsWith("failed 1: "), StartsWith("failed 2: ")));
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'z' qos1 id3 dup"));
  EXPECT_EQ(client.machine().in_flight(), 1U);
}

class RestartIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, RestartIn, ::testing::Values(V3_1_1, V5_0), in_version);

TEST_P(RestartIn, PublishesAnewWhatTheServerDidNotTake_MQTT_3_2_2_5) {
  TestClient client;
  const std::string connect = GetParam() == V3_1_1 ? "a 3.1.1 persistent" : "a 5.0 persistent";
  client.connects(connect);
  leave_unfinished(client);
  client.loses_transport();
  client.publishes("t '5'", 5);
  reconnect(client, connect, "");
  // New identifiers, no DUP, the order kept; what the server took with its PUBREC is done.
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id5", "PUBLISH t '2' qos2 id6", "PUBLISH t '4' qos1 id7",
                                         "PUBLISH t '5'"));
  EXPECT_THAT(client.events(), ElementsAre("connack success", "published 3 id3", "published 5"));
  client.gets("PUBACK id5", "PUBACK id7");
  EXPECT_THAT(client.events(), ElementsAre("published 1 id5", "published 4 id7"));
}

TEST(Restart, HappensWhenTheClientAsksForACleanStart) {
  TestClient client;
  client.connects("a persistent");
  client.publishes("t '1' qos1", 1);
  client.sent();
  reconnect(client, "a", "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id2"));
}

TEST(Restart, SubscribesAgainBeforeItPublishes) {
  TestClient client;
  client.connects("a");
  client.subscribes("b qos1, a, c qos2 no_local retain_handling2", 1);
  client.gets("SUBACK id1 [1 0 2]");
  client.subscribes("d {subscription_identifier=7}", 2);
  client.gets("SUBACK id2 [0]");
  client.subscribes("a qos2", 3);  // other options
  client.gets("SUBACK id3 [2]");
  client.subscribes("refused", 4);
  client.gets("SUBACK id4 [not-authorized]");
  client.subscribes("gone", 5);
  client.gets("SUBACK id5 [0]");
  client.unsubscribes("gone", 6);
  client.gets("UNSUBACK id6 [success]");
  client.loses_transport();
  client.publishes("t 'x'");
  client.sent();
  reconnect(client, "a", "");
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id7 a qos2, b qos1, c qos2 no_local retain_handling2",
                                         "SUBSCRIBE id8 d {subscription_identifier=7}", "PUBLISH t 'x'"));
  client.gets("SUBACK id7 [2 1 2]", "SUBACK id8 [0]");
  EXPECT_THAT(client.events(), ElementsAre("connack success")) << "nobody asked";
}

TEST(Restart, SubscribesWithThePropertiesThatTheApplicationGave) {
  TestClient client;
  client.connects("a");
  client.subscribes("b {subscription_identifier=7 user_property=k:v}", 1);
  client.subscribes("a, c {subscription_identifier=7}", 2);
  client.subscribes("d {user_property=k:v subscription_identifier=7}", 3);
  client.sent();
  reconnect(client, "a", "");
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id4 a, c {subscription_identifier=7}",
                                         "SUBSCRIBE id5 b, d {subscription_identifier=7 user_property=k:v}"));
}

TEST(Restart, ForgetsAFilterThatTheServerRefusesNow) {
  TestClient client;
  client.connects("a");
  client.subscribes("a, b", 1);
  client.gets("SUBACK id1 [0 0]");
  client.sent();
  reconnect(client, "a", "");
  client.gets("SUBACK id2 [not-authorized 0]");
  client.sent();
  reconnect(client, "a", "");
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id3 b"));
}

TEST(Restart, SubscribesInBatchesOrNotAtAll) {
  TestClient batches({.subscribe_batch_size = 2}), off({.resubscribe = false});
  for (TestClient* client : {&batches, &off}) {
    client->connects("a");
    client->subscribes("a, b, c, d, e", 1);
    client->gets("SUBACK id1 [0 0 0 0 0]");
    client->sent();
    reconnect(*client, "a", "");
  }
  EXPECT_THAT(batches.sent(), ElementsAre("SUBSCRIBE id2 a, b", "SUBSCRIBE id3 c, d", "SUBSCRIBE id4 e"));
  EXPECT_THAT(off.sent(), IsEmpty());
}

TEST(Restart, RemembersASubscribeWhoseAnswerWasLost) {
  TestClient client;
  client.connects("a");
  client.subscribes("t qos1", 1);
  client.sent();
  reconnect(client, "a", "");
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id2 t qos1"));
}

TEST(Resumption, In3_1IsAssumedForWantOfASessionPresentFlag) {
  TestClient client;
  client.connects("a 3.1 persistent");
  client.subscribes("s qos1", 9);
  client.gets("SUBACK id1 [1]");
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2' qos2", 2);
  client.gets("PUBREC id3");
  client.sent();
  reconnect(client, "a 3.1 persistent", "");
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id4 s qos1", "PUBLISH t '1' qos1 id2 dup", "PUBREL id3"));
}

TEST(Resumption, ThatIsCutOffAgainBeginsAgain) {
  TestClient client;
  client.connects("a persistent");
  leave_unfinished(client);
  for (int i = 0; i < 3; ++i) {
    reconnect(client, "a persistent", "session-present {receive_maximum=3}");
    EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '2' qos2 id2 dup", "PUBREL id3"));
  }
}

// 0x92 "is not an error during recovery, but at other times indicates a mismatch". [MQTT5 3.7.2.1]
TEST(Resumption, TakesAPubcompThatDoesNotFindARepeatedPubrelForTheEnd) {
  TestClient client;
  client.connects("a persistent");
  client.publishes("t '1' qos2", 1);
  client.publishes("t '2' qos2", 2);
  client.gets("PUBREC id1", "PUBREC id2");
  client.sent();
  reconnect(client, "a persistent", "session-present");
  client.publishes("t '3' qos2", 3);
  client.gets("PUBCOMP id1 packet-identifier-not-found", "PUBREC id3");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id1", "PUBREL id2", "PUBLISH t '3' qos2 id3", "PUBREL id3"));
  reconnect(client, "a persistent", "session-present");
  client.gets("PUBCOMP id2 packet-identifier-not-found {reason_string=gone}");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("connack"), "published 2 id2 {reason_string=gone}"));
  EXPECT_TRUE(client.machine().connected());
}

TEST(Resumption, TellsOfAPubcompThatDoesNotFindItsPubrelAtOtherTimes) {
  TestClient client;
  client.connects("a persistent");
  client.publishes("t '1' qos2", 1);
  client.gets("PUBREC id1", "PUBCOMP id1 packet-identifier-not-found");
  EXPECT_THAT(client.events(), ElementsAre("published 1 id1 packet-identifier-not-found"));
}

// --- a session that another process left behind

constexpr ClientOptions kReleasing{.releases_unknown_identifiers = true};

TEST(UnknownSession, HasEachIdentifierReleasedBeforeItsFirstUseAtQoS2) {
  TestClient client(kReleasing);
  client.connects("a persistent", "session-present");
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2' qos2", 2);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBREL id2", "PUBLISH t '2' qos2 id2"));
  client.gets("PUBACK id1", "PUBCOMP id2 packet-identifier-not-found", "PUBREC id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2"));
  client.gets("PUBCOMP id2");
  EXPECT_THAT(client.events(), ElementsAre("published 1 id1", "published 2 id2"));
  EXPECT_EQ(client.machine().in_flight(), 0U);
}

TEST(UnknownSession, TakesThePubrecBeforeThePubcompToo) {
  TestClient client(kReleasing);
  client.connects("a persistent", "session-present");
  client.publishes("t '1' qos2", 1);
  client.gets("PUBREC id1", "PUBCOMP id1", "PUBCOMP id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id1", "PUBLISH t '1' qos2 id1", "PUBREL id1"));
  EXPECT_THAT(client.events(), ElementsAre("published 1 id1"));
}

TEST(UnknownSession, HasAnIdentifierReleasedAgainWhenNoPubcompCame) {
  TestClient client(kReleasing);
  client.connects("a persistent", "session-present");
  client.publishes("t '1' qos2", 1);
  client.publishes("t '2' qos2", 2);
  client.gets("PUBCOMP id1");
  client.sent();
  reconnect(client, "a persistent", "session-present");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos2 id1 dup", "PUBREL id2", "PUBLISH t '2' qos2 id2 dup"));
}

TEST(UnknownSession, IsNoneThatTheClientBeganItself) {
  TestClient client(kReleasing);
  client.connects("a persistent");
  reconnect(client, "a persistent", "session-present");
  client.publishes("t '1' qos2", 1);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos2 id1"));
}

TEST(UnknownSession, IsForgottenWithTheSession) {
  TestClient client(kReleasing);
  client.connects("a persistent", "session-present");
  reconnect(client, "a persistent", "");
  client.publishes("t '1' qos2", 1);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos2 id1"));
}

TEST(UnknownSession, IsGoneOnWithAsItIsUnlessTheHostAsks) {
  TestClient client;
  client.connects("a persistent", "session-present");
  client.publishes("t '1' qos2", 1);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos2 id1"));
}

}  // namespace
}  // namespace mqtt::test
