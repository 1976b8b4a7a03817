// publish(), subscribe(), unsubscribe(), discard(): now, later or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/test_client.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string named(ProtocolVersion version) {
  return version == V3_1 ? "a 3.1" : version == V3_1_1 ? "a 3.1.1" : "a 5.0";
}

void publish_and_acknowledge(TestClient& client, unsigned from, unsigned to) {
  ByteBuffer acknowledgements;
  for (unsigned identifier = from; identifier <= to; ++identifier) {
    ASSERT_TRUE(
        client.machine().publish({.topic = "t", .payload = {}, .qos = QoS::AtLeastOnce}, kNoToken, client.now()));
    acknowledgements.append(bytes("40 02"));
    acknowledgements.u16(static_cast<std::uint16_t>(identifier));
  }
  client.gets_bytes(acknowledgements.view());
}

class PublishingIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, PublishingIn, each_version(), in_version);

TEST_P(PublishingIn, EndsAsItsQoSHasIt_MQTT_4_3) {
  TestClient client;
  client.connects(named(GetParam()));
  EXPECT_EQ(client.publishes("t '0'", 10), "");
  EXPECT_EQ(client.publishes("t '1' qos1 retain", 11), "");
  EXPECT_EQ(client.publishes("t '2' qos2", 12), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '0'", "PUBLISH t '1' qos1 id1 retain", "PUBLISH t '2' qos2 id2"));
  EXPECT_THAT(client.events(), ElementsAre("published 10"));
  EXPECT_EQ(client.machine().in_flight(), 2U);
  client.gets("PUBREC id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2"));
  EXPECT_THAT(client.events(), IsEmpty());
  client.gets("PUBCOMP id2", "PUBACK id1");
  EXPECT_THAT(client.events(), ElementsAre("published 12 id2", "published 11 id1"));
  EXPECT_EQ(client.machine().in_flight(), 0U);
}

TEST(PublishingWithATopicAlias, LeavesItOutBefore5_0_MQTT5_3_3_2_3_4) {
  for (const char* connection : {"a 3.1", "a 3.1.1"}) {
    TestClient client;
    client.connects(connection);
    EXPECT_EQ(client.publishes("t '0' {topic_alias=3}", 10), "");
    EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '0'")) << connection;
  }
}

TEST_P(PublishingIn, WaitsForAConnectionInOrder) {
  TestClient client;
  EXPECT_EQ(client.publishes("t '1' qos1", 1), "");
  EXPECT_EQ(client.publishes("t '0'", 2), "");
  EXPECT_EQ(client.subscribes("s qos1", 3), "");
  EXPECT_EQ(client.publishes("t '2' qos2", 4), "");
  EXPECT_EQ(client.unsubscribes("s", 5), "");
  EXPECT_EQ(client.machine().queued_messages(), 5U);
  client.opens(named(GetParam()));
  client.sent();
  EXPECT_THAT(client.events(), IsEmpty());
  client.gets("CONNACK success");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '0'", "SUBSCRIBE id2 s qos1",
                                         "PUBLISH t '2' qos2 id3", "UNSUBSCRIBE id4 s"));
  EXPECT_THAT(client.events(), ElementsAre("connack success", "published 2"));
  EXPECT_EQ(client.machine().queued_messages(), 0U);
}

TEST_P(PublishingIn, CopiesWhatIsLarge) {
  TestClient client;
  client.connects(named(GetParam()));
  EXPECT_EQ(client.publishes("t 'x'x9000"), "");
  EXPECT_EQ(client.publishes("t 'y'x9000 qos1"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'x'x9000", "PUBLISH t 'y'x9000 qos1 id1"));
  client.loses_transport();
  EXPECT_EQ(client.publishes("t 'z'x9000"), "");
  client.opens(named(GetParam()));
  client.sent();
  client.gets("CONNACK success");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'y'x9000 qos1 id2", "PUBLISH t 'z'x9000"));
}

TEST(Publishing, TellsTheServersReasonAndProperties) {
  TestClient client;
  client.connects("a");
  client.publishes("t 'x' qos1", 1);
  client.publishes("t 'x' qos2", 2);
  client.publishes("t 'x' qos2", 3);
  client.sent();
  client.gets("PUBACK id1 no-matching-subscribers", "PUBREC id2 quota-exceeded {reason_string=full user_property=k:v}",
              "PUBREC id3", "PUBCOMP id3");
  EXPECT_THAT(client.events(),
              ElementsAre("published 1 id1 no-matching-subscribers",
                          "published 2 id2 quota-exceeded {reason_string=full user_property=k:v}", "published 3 id3"));
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id3"));
}

TEST(Publishing, WithPropertiesSendsThemIn5_0Only) {
  constexpr const char* kMessage =
      "t 'x' {payload_format_indicator=1 message_expiry_interval=30 content_type=text response_topic=r "
      "correlation_data=c user_property=k:v}";
  TestClient recent, usual;
  recent.connects("a 5.0");
  recent.publishes(kMessage);
  EXPECT_THAT(recent.sent(), ElementsAre("PUBLISH " + std::string(kMessage)));
  usual.connects("a 3.1.1");
  usual.publishes(kMessage);
  EXPECT_THAT(usual.sent(), ElementsAre("PUBLISH t 'x'"));
}

TEST(Publishing, LeavesOutSubscriptionIdentifiersOfTheCaller_MQTT_3_3_4_6) {
  TestClient client;
  client.connects("a");
  client.publishes("t 'x' {subscription_identifier=3}");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'x'"));
}

TEST(Publishing, IsToldWhatIsWrongWithIt) {
  TestClient client;
  for (const bool is_connected : {false, true}) {
    if (is_connected) client.connects("a");
    for (const char* line : {"'' 'x'", "a/+ 'x'", "a/# 'x' qos1", "'a'x65536 'x'"})
      EXPECT_THAT(client.publishes(line, 1), StartsWith("a topic name is 1 to 65,535 bytes")) << line;
    EXPECT_NE(client.publishes("t 'x' {content_type='a'x65536}", 1), "");
  }
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_THAT(client.events(), IsEmpty());
}

// --- limits of the server

TEST(ServerLimits, OfQoSAndRetainAreKept_MQTT_3_2_2_11_MQTT_3_2_2_14) {
  TestClient client;
  client.connects("a", "{maximum_qos=1 retain_available=0}");
  EXPECT_THAT(client.publishes("t 'x' qos2", 1), HasSubstr("Maximum QoS"));
  EXPECT_THAT(client.publishes("t 'x' retain", 1), HasSubstr("does not retain"));
  EXPECT_EQ(client.publishes("t 'x' qos1", 2), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'x' qos1 id1"));
}

TEST(ServerLimits, OfThePacketSizeAreKept_MQTT_3_2_2_15) {
  TestClient client;
  client.connects("a", "{maximum_packet_size=58}");
  EXPECT_EQ(client.publishes("t 'x'x52"), "");
  EXPECT_THAT(client.publishes("t 'x'x53"), HasSubstr("Maximum Packet Size"));
  EXPECT_EQ(client.publishes("t 'x'x50 qos1"), "");
  EXPECT_THAT(client.publishes("t 'x'x51 qos1"), HasSubstr("Maximum Packet Size"));
  EXPECT_EQ(client.subscribes("'a'x50"), "");
  EXPECT_THAT(client.subscribes("'a'x51"), HasSubstr("Maximum Packet Size"));
  EXPECT_THAT(client.unsubscribes("'a'x60"), HasSubstr("Maximum Packet Size"));
  EXPECT_EQ(client.sent().size(), 3U);
  EXPECT_EQ(client.machine().in_flight(), 2U);
}

TEST(ServerLimits, FailWhatWaitedForTheConnection) {
  TestClient client;
  client.publishes("t 'x' qos2", 1);
  client.publishes("t 'y' retain", 2);
  client.publishes("t 'z'x100", 3);
  client.publishes("t 'ok' qos1", 4);
  client.subscribes("'f'x100", 5);
  client.opens("a");
  client.gets("CONNACK success {maximum_qos=1 retain_available=0 maximum_packet_size=60}");
  EXPECT_THAT(client.sent(), ElementsAre("CONNECT a 5.0", "PUBLISH t 'ok' qos1 id1"));
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("connack"), StartsWith("failed 1: "), StartsWith("failed 2: "),
                                           StartsWith("failed 3: "), StartsWith("failed 5: ")));
}

TEST(ServerLimits, OfTheReceiveMaximumMakeTheRestWait_MQTT_3_3_4_7) {
  TestClient client;
  client.connects("a", "{receive_maximum=2}");
  for (const char* line : {"t '1' qos1", "t '2' qos2", "t '3' qos1", "t '4'", "t '5' qos1"})
    EXPECT_EQ(client.publishes(line), "");
  // Neither QoS 0 nor SUBSCRIBE counts.
  EXPECT_EQ(client.subscribes("s"), "");
  EXPECT_THAT(client.sent(),
              ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '4'", "SUBSCRIBE id3 s"));
  EXPECT_EQ(client.machine().queued_messages(), 2U);
  client.gets("PUBREC id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2"));
  client.gets("PUBCOMP id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '3' qos1 id4"));
  client.gets("PUBACK id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '5' qos1 id5"));
}

TEST(QoS0, KeepsItsOwnOrderBehindTheReceiveMaximum) {
  TestClient client;
  client.publishes("t '1' qos1");
  client.publishes("t '2' qos1");
  client.publishes("t 'a'");
  client.connects("a", "{receive_maximum=1}");
  EXPECT_EQ(client.publishes("t 'b'", 9), "");
  EXPECT_THAT(client.sent(), IsEmpty()) << "it may not overtake the one that was published before";
  client.gets("PUBACK id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '2' qos1 id2", "PUBLISH t 'a'", "PUBLISH t 'b'"));
  EXPECT_THAT(client.events(), ElementsAre("published 9"));
  EXPECT_EQ(client.publishes("t 'c'"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'c'"));
}

// --- topic aliases that the application sets

TEST(OutgoingAlias, IsSentWithAndThenInsteadOfTheTopic) {
  TestClient client;
  client.connects("a", "{topic_alias_maximum=2}");
  EXPECT_EQ(client.publishes("t '1' {topic_alias=1}"), "");
  EXPECT_EQ(client.publishes("'' '2' {topic_alias=1}"), "");
  EXPECT_EQ(client.publishes("u '3' {topic_alias=1}"), "");
  EXPECT_EQ(client.publishes("'' '4' {topic_alias=1}"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' {topic_alias=1}", "PUBLISH '' '2' {topic_alias=1}",
                                         "PUBLISH u '3' {topic_alias=1}", "PUBLISH '' '4' {topic_alias=1}"));
}

TEST(OutgoingAlias, IsReplacedByTheTopicWhereTheMessageMayBeSentAgain) {
  TestClient client;
  client.connects("a persistent", "{topic_alias_maximum=2}");
  client.publishes("t '1' {topic_alias=1}");
  client.sent();
  EXPECT_EQ(client.publishes("'' '2' qos1 {topic_alias=1}"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '2' qos1 id1"));
  client.loses_transport();
  client.opens("a persistent");
  client.gets("CONNACK success session-present");
  EXPECT_THAT(client.sent(), ElementsAre("CONNECT a 5.0 persistent", "PUBLISH t '2' qos1 id1 dup"));
}

TEST(OutgoingAlias, EndsWithTheTransportAndIsRefusedWhereItMeansNothing) {
  TestClient client;
  client.connects("a", "{topic_alias_maximum=2}");
  client.publishes("t '1' {topic_alias=1}");
  EXPECT_THAT(client.publishes("'' '2' {topic_alias=2}"), StartsWith("a topic name"));
  EXPECT_THAT(client.publishes("t '2' {topic_alias=3}"), HasSubstr("Topic Alias Maximum"));
  client.loses_transport();
  EXPECT_THAT(client.publishes("'' '3' {topic_alias=1}"), StartsWith("a topic name"));
  EXPECT_EQ(client.publishes("t '4' {topic_alias=1}"), "");
  client.opens("a");
  client.sent();
  client.gets("CONNACK success {topic_alias_maximum=2}");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '4'"));
  EXPECT_THAT(client.publishes("'' '5' {topic_alias=1}"), StartsWith("a topic name"));
}

TEST(OutgoingAlias, IsRefusedWithoutAMaximumOfTheServer_MQTT_3_2_2_18) {
  for (const char* connack : {"", "{topic_alias_maximum=0}"}) {
    TestClient client;
    client.connects("a", connack);
    EXPECT_THAT(client.publishes("t '1' {topic_alias=1}"), HasSubstr("Topic Alias Maximum"));
    EXPECT_THAT(client.sent(), IsEmpty());
  }
}

TEST(OutgoingAlias, OfAPublishThatWasRefusedIsNotSet) {
  TestClient client;
  client.connects("a", "{topic_alias_maximum=2 maximum_packet_size=60}");
  EXPECT_NE(client.publishes("t 'x'x100 {topic_alias=1}"), "");
  EXPECT_THAT(client.publishes("'' '2' {topic_alias=1}"), StartsWith("a topic name"));
  EXPECT_EQ(client.publishes("t '1' {topic_alias=1}"), "");
  EXPECT_NE(client.publishes("u 'x'x100 {topic_alias=1}"), "");
  EXPECT_EQ(client.publishes("'' '2' qos1 {topic_alias=1}"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' {topic_alias=1}", "PUBLISH t '2' qos1 id1"));
}

// --- the queue without a connection

TEST(ClientQueue, TakesQoS0OnlyIfItMay) {
  TestClient client({.queue_qos_zero = false});
  EXPECT_EQ(client.publishes("t '0'", 1), "No connection to broker");
  EXPECT_EQ(client.publishes("t '1' qos1", 2), "");
  EXPECT_EQ(client.machine().queued_messages(), 1U);
}

TEST(ClientQueue, HasLimitsOfMessagesAndBytes) {
  TestClient few({.maximum_queued_messages = 2}), small({.maximum_queued_bytes = 1'000});
  EXPECT_EQ(few.publishes("t '1'", 1), "");
  EXPECT_EQ(few.publishes("t '2' qos1", 2), "");
  EXPECT_THAT(few.publishes("t '3' qos1", 3), HasSubstr("full"));
  EXPECT_EQ(small.publishes("t 'x'x600", 1), "");
  EXPECT_THAT(small.publishes("t 'x'x600", 2), HasSubstr("full"));
  EXPECT_EQ(small.publishes("t 'x'", 3), "");
  small.connects("a");
  small.loses_transport();
  EXPECT_EQ(small.publishes("t 'x'x600", 4), "") << "the room is there again";
}

TEST(ClientQueue, DropsWhatExpiresAndSaysWhatIsLeft) {
  TestClient client;
  client.publishes("t '1' qos1 {message_expiry_interval=10}", 1);
  client.publishes("t '2' {message_expiry_interval=20}", 2);
  client.advance(12s);
  client.opens("a");
  client.sent();
  client.gets("CONNACK success");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '2' {message_expiry_interval=8}"));
  EXPECT_THAT(client.events(),
              ElementsAre("connack success", StartsWith("failed 1: its Message Expiry"), "published 2"));
}

TEST(ClientQueue, WaitsWhileTheTransportCloses) {
  TestClient client;
  client.connects("a");
  client.disconnects();
  client.sent();
  EXPECT_EQ(client.publishes("t '1' qos1", 1), "");
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_EQ(client.machine().queued_messages(), 1U);
}

// --- subscriptions

class SubscribingIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, SubscribingIn, each_version(), in_version);

TEST_P(SubscribingIn, EndsWithItsAnswer) {
  TestClient client;
  client.connects(named(GetParam()));
  EXPECT_EQ(client.subscribes("a/# qos1, b qos2", 5), "");
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id1 a/# qos1, b qos2"));
  const bool is_recent = GetParam() == V5_0;
  client.gets(is_recent ? "SUBACK id1 [1 not-authorized] {reason_string=no}" : "SUBACK id1 [1 unspecified-error]");
  EXPECT_THAT(client.events(), ElementsAre(is_recent ? "subscribed 5 [1 not-authorized] {reason_string=no}"
                                                     : "subscribed 5 [1 unspecified-error]"));
  EXPECT_EQ(client.unsubscribes("a/#, b", 6), "");
  EXPECT_THAT(client.sent(), ElementsAre("UNSUBSCRIBE id2 a/#, b"));
  client.gets(is_recent ? "UNSUBACK id2 [success no-subscription-existed]" : "UNSUBACK id2");
  EXPECT_THAT(client.events(),
              ElementsAre(is_recent ? "unsubscribed 6 [success no-subscription-existed]" : "unsubscribed 6 []"));
  EXPECT_EQ(client.machine().in_flight(), 0U);
}

TEST(Subscribing, SendsTheOptionsOf5_0) {
  TestClient client;
  client.connects("a");
  constexpr const char* kLine =
      "t qos2 no_local retain_as_published retain_handling1, u {subscription_identifier=9 user_property=k:v}";
  client.subscribes(kLine, 1);
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id1 " + std::string(kLine)));
}

TEST(Subscribing, IsToldWhatIsWrongWithIt) {
  TestClient client;
  for (const bool is_connected : {false, true}) {
    if (is_connected) client.connects("a");
    for (const char* line : {"''", "a/#/b", "ok, a+", "$share/g"}) {
      EXPECT_NE(client.subscribes(line, 1), "") << line;
      EXPECT_NE(client.unsubscribes(line, 1), "") << line;
    }
    EXPECT_FALSE(client.machine().subscribe({}, 1, client.now()));
    EXPECT_FALSE(client.machine().unsubscribe({}, 1, client.now()));
  }
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_THAT(client.events(), IsEmpty());
}

TEST(Subscribing, FailsWhenTheTransportIsLostBeforeItsAnswer) {
  TestClient client;
  client.connects("a");
  client.subscribes("t", 1);
  client.unsubscribes("u", 2);
  client.subscribes("v");
  client.loses_transport();
  EXPECT_THAT(client.events(),
              ::testing::UnorderedElementsAre("failed 1: Connection closed", "failed 2: Connection closed"));
  EXPECT_EQ(client.machine().in_flight(), 0U);
}

// --- packet identifiers

TEST(ClientIdentifiers, WrapAndPassOverNoneThatIsInUse_MQTT_2_2_1_3) {
  TestClient client;
  client.connects("a");
  client.publishes("t 'first' qos1", 1);
  publish_and_acknowledge(client, 2, 65'535);
  client.sent();
  EXPECT_EQ(client.publishes("t 'waits' qos1", 2), "");
  EXPECT_NE(client.subscribes("s", 3), "") << "no identifier is left for it";
  EXPECT_THAT(client.sent(), IsEmpty());
  client.gets("PUBACK id1");
  EXPECT_THAT(client.events(), ElementsAre("published 1 id1"));
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'waits' qos1 id1"));
}

TEST(ClientIdentifiers, HeldBySubscribeAloneLetTheQueueGoOnWhenItIsAnswered) {
  TestClient client;
  client.connects("a");
  client.subscribes("s", 1);
  publish_and_acknowledge(client, 2, 65'535);
  EXPECT_EQ(client.publishes("t 'waits' qos1", 2), "");
  client.sent();
  client.gets("SUBACK id1 [0]");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'waits' qos1 id1"));
}

// --- discard

TEST(Discard, TakesAQueuedMessageBack) {
  TestClient client;
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2'", 2);
  client.publishes("t '3' qos1", 3);
  EXPECT_TRUE(client.machine().discard(2));
  EXPECT_FALSE(client.machine().discard(2));
  EXPECT_FALSE(client.machine().discard(9));
  EXPECT_THAT(client.events(), ElementsAre("failed 2: Message removed"));
  EXPECT_EQ(client.machine().queued_messages(), 2U);
  client.opens("a");
  client.sent();
  client.gets("CONNACK success");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '3' qos1 id2"));
  EXPECT_EQ(client.publishes("t '4'"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '4'")) << "no QoS 0 message waits any more";
}

TEST(Discard, FreesTheRoomOfTheMessage) {
  TestClient client({.maximum_queued_bytes = 1'000});
  client.publishes("t 'x'x700", 1);
  EXPECT_NE(client.publishes("t 'y'x700", 2), "");
  EXPECT_TRUE(client.machine().discard(1));
  EXPECT_EQ(client.publishes("t 'y'x700", 2), "");
}

TEST(Discard, OfASentMessageKeepsItsIdentifierUntilItsEnd) {
  TestClient client;
  client.connects("a persistent");
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2' qos2", 2);
  EXPECT_TRUE(client.machine().discard(1));
  EXPECT_TRUE(client.machine().discard(2));
  EXPECT_FALSE(client.machine().discard(1));
  EXPECT_THAT(client.events(), ElementsAre("failed 1: Message removed", "failed 2: Message removed"));
  EXPECT_EQ(client.machine().in_flight(), 2U);
  client.gets("PUBACK id1", "PUBREC id2", "PUBCOMP id2");
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_EQ(client.machine().in_flight(), 0U);
}

TEST(Discard, OfASentMessageDoesNotBeginItAnewInAnotherSession) {
  TestClient client;
  client.connects("a persistent");
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2' qos1", 2);
  client.publishes("t '3' qos1");  // of which nobody wants to hear
  client.machine().discard(1);
  client.loses_transport();
  client.opens("a persistent");
  client.sent();
  client.gets("CONNACK success");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '2' qos1 id4", "PUBLISH t '3' qos1 id5"));
}

class DiscardIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, DiscardIn, each_version(), in_version);

// Connects again to the session that is there, and forgets the CONNECT.
void resume(TestClient& client, ProtocolVersion version) {
  client.loses_transport();
  client.opens(named(version) + " persistent");
  client.sent();
  client.gets(version == V3_1 ? "CONNACK success" : "CONNACK success session-present");
  client.events();
}

TEST_P(DiscardIn, OfASentMessageDoesNotSendItAgainInAResumedSession) {
  TestClient client;
  client.connects(named(GetParam()) + " persistent");
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2' qos2", 2);
  client.publishes("t '3' qos2", 3);
  client.publishes("t '4' qos1", 4);
  client.gets("PUBREC id3");
  client.sent();
  for (const OperationToken token : {1U, 2U, 3U})
    EXPECT_TRUE(client.machine().discard(token));
  resume(client, GetParam());
  // The server may have the one of QoS 2 whose PUBREC did not come, and a message under its identifier would be taken
  // for a copy of it.
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2", "PUBREL id3", "PUBLISH t '4' qos1 id4 dup"));
  EXPECT_EQ(client.machine().in_flight(), 3U);
  client.gets(GetParam() == V5_0 ? "PUBCOMP id2 packet-identifier-not-found" : "PUBCOMP id2", "PUBCOMP id3",
              "PUBACK id4");
  EXPECT_THAT(client.events(), ElementsAre("published 4 id4"));
  EXPECT_EQ(client.machine().in_flight(), 0U);
}

TEST_P(DiscardIn, WithoutAConnectionIsAsGood) {
  TestClient client;
  client.connects(named(GetParam()) + " persistent");
  client.publishes("t '1' qos1", 1);
  client.publishes("t '2' qos2", 2);
  client.loses_transport();
  EXPECT_TRUE(client.machine().discard(1));
  EXPECT_TRUE(client.machine().discard(2));
  client.sent();
  resume(client, GetParam());
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2"));
  // The connection is lost again before the PUBCOMP.
  resume(client, GetParam());
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2"));
  client.gets("PUBCOMP id2");
  resume(client, GetParam());
  EXPECT_THAT(client.sent(), IsEmpty());
}

TEST(Discard, OfAMessageThatWaitsForTheReceiveMaximumOfAResumedSessionTakesItBack) {
  TestClient client;
  client.connects("a persistent");
  for (const OperationToken token : {1U, 2U, 3U, 4U})
    client.publishes(token % 2 == 1 ? "t 'x' qos1" : "t 'x' qos2", token);
  client.loses_transport();
  client.opens("a persistent");
  client.sent();
  client.gets("CONNACK success session-present {receive_maximum=1}");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'x' qos1 id1 dup"));
  EXPECT_TRUE(client.machine().discard(2));
  EXPECT_TRUE(client.machine().discard(3));
  client.gets("PUBACK id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2"));
  client.gets("PUBCOMP id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'x' qos2 id4 dup"));
}

TEST(Discard, OfASentMessageOfQoS2EndsItsFlowAsAnyOther_MQTT_4_3_3_4) {
  TestClient client;
  client.connects("a persistent");
  client.publishes("t '1' qos2", 1);
  client.publishes("t '2' qos2", 2);
  client.sent();
  client.machine().discard(1);
  client.machine().discard(2);
  client.gets("PUBREC id1", "PUBREC id2 quota-exceeded");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id1"));
  EXPECT_EQ(client.machine().in_flight(), 1U);
}

TEST(Discard, GivesTheIdentifierOfAQoS1MessageFreeWithItsConnection) {
  TestClient client;
  client.connects("a persistent keep_alive=0");
  client.publishes("t 'x' qos1", 1);
  client.machine().discard(1);
  publish_and_acknowledge(client, 2, 65'535);
  EXPECT_EQ(client.publishes("t 'waits' qos1"), "");
  client.sent();
  EXPECT_EQ(client.machine().queued_messages(), 1U) << "identifier 1 may still be acknowledged";
  client.loses_transport();
  client.opens("a persistent");
  client.sent();
  client.gets("CONNACK success session-present");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'waits' qos1 id1"));
}

TEST(Discard, LeavesSubscriptionsAlone) {
  TestClient client;
  client.subscribes("t", 1);
  EXPECT_FALSE(client.machine().discard(1));
  client.connects("a");
  EXPECT_FALSE(client.machine().discard(1));
  client.publishes("t 'x' qos1");
  EXPECT_FALSE(client.machine().discard(kNoToken));
}

}  // namespace
}  // namespace mqtt::test
