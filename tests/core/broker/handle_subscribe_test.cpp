// SUBSCRIBE and UNSUBSCRIBE: what is granted, what is refused, and which retained messages come with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class SubscribeIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, SubscribeIn, each_version(), in_version);

TEST_P(SubscribeIn, IsGrantedAsAskedFor_MQTT_3_8_4_5) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.sends("SUBSCRIBE id5 a, b/# qos1, +/c qos2");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id5 [0 1 2]"));
  EXPECT_EQ(broker.statistics().subscriptions, 3U);
}

TEST_P(SubscribeIn, ToTheSameFilterReplacesTheOptions_MQTT_3_8_4_3) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.subscribes("t qos2");
  peer.subscribes("t");
  EXPECT_EQ(broker.statistics().subscriptions, 1U);
  ASSERT_TRUE(broker.publishes("t 'x' qos2"));
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'x'"));
}

TEST_P(SubscribeIn, EndsWithUnsubscribe_MQTT_3_10_4) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.subscribes("t, u/#");
  peer.sends("UNSUBSCRIBE id9 t, u, u/#");
  EXPECT_THAT(peer.received(), ElementsAre(GetParam() == V5_0 ? "UNSUBACK id9 [success no-subscription-existed success]"
                                                              : "UNSUBACK id9"));
  ASSERT_TRUE(broker.publishes("t 'x'"));
  ASSERT_TRUE(broker.publishes("u/v 'x'"));
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_EQ(broker.statistics().subscriptions, 0U);
}

TEST_P(SubscribeIn, LetsWhatWasQueuedBeforeAnUnsubscribeArrive_MQTT_3_10_4_3) {
  TestBroker broker({.maximum_in_flight = 1});
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.subscribes("t qos1");
  ASSERT_TRUE(broker.publishes("t '1' qos1"));
  ASSERT_TRUE(broker.publishes("t '2' qos1"));
  peer.unsubscribes("t");
  peer.sends("PUBACK id1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2"));
}

TEST(Subscribe, ToAnInvalidFilterIsRefusedAloneIn5_0And3_1_1) {
  constexpr const char* kLine = "SUBSCRIBE id1 a/#/b, ok qos1, a+, #a, a/b#, '$share//t', '$share/g+/t', '$share/g'";
  TestBroker broker;
  Peer recent(broker, V5_0), usual(broker, V3_1_1);
  recent.connects("recent");
  recent.sends(kLine);
  EXPECT_THAT(recent.received(),
              ElementsAre("SUBACK id1 [topic-filter-invalid 1 topic-filter-invalid topic-filter-invalid "
                          "topic-filter-invalid topic-filter-invalid topic-filter-invalid topic-filter-invalid] "
                          "{reason_string=''#' is not the last level of a topic filter'}"));
  usual.connects("usual");
  usual.sends("SUBSCRIBE id1 a/#/b, ok qos1");
  EXPECT_THAT(usual.received(), ElementsAre("SUBACK id1 [unspecified-error 1]"));
  EXPECT_EQ(broker.statistics().subscriptions, 2U);
}

TEST(Subscribe, ToAnInvalidFilterEndsAConnectionOf3_1) {
  TestBroker broker;
  Peer peer(broker, V3_1);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 ok, a/#/b");
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_TRUE(peer.is_closed());
}

TEST(Unsubscribe, FromAnInvalidFilterSaysSo) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("UNSUBSCRIBE id1 a/#/b, t, $share/g/t");
  EXPECT_THAT(peer.received(),
              ElementsAre("UNSUBACK id1 [topic-filter-invalid no-subscription-existed no-subscription-existed]"));
}

TEST(Subscribe, ThatIsMalformedEndsTheConnection) {
  // No filter, wrong flags, QoS 3, identifier 0, an empty filter.
  for (const char* bytes_of : {"82 02 0001", "80 06 0001 0001't' 00", "82 06 0001 0001't' 03", "82 06 0000 0001't' 00",
                               "82 05 0001 0000 00", "A2 02 0001", "A0 05 0001 0001't'"}) {
    TestBroker broker;
    Peer peer(broker, V3_1_1);
    peer.connects("a");
    peer.sends_bytes(bytes(bytes_of));
    EXPECT_TRUE(peer.is_closed()) << bytes_of;
  }
}

TEST(Subscribe, WhoseAnswerIsMoreThanTheClientTakesEndsTheConnection_MQTT_3_1_2_24) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {maximum_packet_size=50}");
  std::string line = "SUBSCRIBE id1 t0";
  for (int i = 1; i < 60; ++i)
    line += ", t" + std::to_string(i);
  peer.sends(line);
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(peer.received(), ElementsAre("DISCONNECT packet-too-large")) << "without a reason string, to fit";
}

TEST(Subscribe, ByABridgeBefore5_0GetsTheRetainFlagAndNothingOfItsOwn) {
  TestBroker broker;
  Peer bridge(broker, V3_1_1), other(broker, V3_1_1);
  bridge.connects("bridge bridge");
  other.connects("other");
  bridge.subscribes("#");
  other.subscribes("#");
  other.sends("PUBLISH t 'x' retain");
  bridge.sends("PUBLISH t 'y' retain");
  EXPECT_THAT(bridge.received(), ElementsAre("PUBLISH t 'x' retain"));
  EXPECT_THAT(other.received(), ElementsAre("PUBLISH t 'x'", "PUBLISH t 'y'"));
}

// --- retained messages

TEST_P(SubscribeIn, BringsRetainedMessages_MQTT_3_3_1_9) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.sends("PUBLISH a/1 'x' retain", "PUBLISH a/2 'y' qos1 id1 retain", "PUBLISH b 'z' qos2 id2 retain");
  peer.received();
  peer.sends("SUBSCRIBE id3 a/+ qos2, b qos1");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id3 [2 1]", "PUBLISH a/1 'x' retain",
                                           "PUBLISH a/2 'y' qos1 id1 retain", "PUBLISH b 'z' qos1 id2 retain"));
  // And again when it subscribes again, as the versions before 5.0 have it.
  peer.sends("SUBSCRIBE id4 a/1");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id4 [0]", "PUBLISH a/1 'x' retain"));
}

TEST_P(SubscribeIn, BringsTheLastRetainedMessageAndNoneThatWasCleared_MQTT_3_3_1_5_MQTT_3_3_1_6) {
  TestBroker broker;
  Peer peer(broker, GetParam()), live(broker, GetParam());
  live.connects("live");
  live.subscribes("#");
  peer.connects("a");
  peer.sends("PUBLISH a 'old' retain", "PUBLISH a 'new' retain", "PUBLISH b 'x' retain", "PUBLISH b retain",
             "PUBLISH c 'kept' retain", "PUBLISH c 'not retained'", "PUBLISH nothing retain");
  EXPECT_EQ(broker.statistics().retained_messages, 2U);
  // The empty one that clears is routed like any other. [MQTT-3.3.1-7]
  EXPECT_THAT(live.received(), ElementsAre("PUBLISH a 'old'", "PUBLISH a 'new'", "PUBLISH b 'x'", "PUBLISH b",
                                           "PUBLISH c 'kept'", "PUBLISH c 'not retained'", "PUBLISH nothing"));
  peer.sends("SUBSCRIBE id1 #");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id1 [0]", "PUBLISH a 'new' retain", "PUBLISH c 'kept' retain"));
}

TEST(RetainHandling, DecidesWhatASubscriptionBrings_MQTT_3_3_1_9_MQTT_3_3_1_10_MQTT_3_3_1_11) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  ASSERT_TRUE(broker.publishes("t 'x' retain"));
  peer.sends("SUBSCRIBE id1 t retain_handling2");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id1 [0]"));
  peer.sends("SUBSCRIBE id2 t retain_handling1");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id2 [0]")) << "the subscription is not new";
  peer.sends("SUBSCRIBE id3 t");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id3 [0]", "PUBLISH t 'x' retain"));
  peer.unsubscribes("t");
  peer.sends("SUBSCRIBE id4 t retain_handling1");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id4 [0]", "PUBLISH t 'x' retain"));
}

TEST(Retained, ComeWithTheSubscriptionIdentifierAndTheirProperties) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  ASSERT_TRUE(broker.publishes("t 'x' qos1 retain {content_type=text user_property=k:v}"));
  peer.subscribes("t qos1 {subscription_identifier=268435455}");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'x' qos1 id1 retain {content_type=text "
                                           "subscription_identifier=268435455 user_property=k:v}"));
}

TEST(Retained, ExpireAndSayWhatIsLeft_MQTT_3_3_2_6) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  ASSERT_TRUE(broker.publishes("t 'x' retain {message_expiry_interval=10}"));
  broker.advance(4s);
  peer.subscribes("t");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'x' retain {message_expiry_interval=6}"));
  broker.advance(6s);
  peer.subscribes("t");
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_EQ(broker.statistics().retained_messages, 0U);
}

TEST(Retained, OfDollarTopicsAreNotFoundByALeadingWildcard_MQTT_4_7_2_1) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  ASSERT_TRUE(broker.publishes("$SYS/load '1' retain"));
  ASSERT_TRUE(broker.publishes("t '2' retain"));
  peer.subscribes("#");
  peer.subscribes("+/load");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '2' retain"));
  peer.subscribes("$SYS/#");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH $SYS/load '1' retain"));
}

TEST(Retained, OfQoS1KeepToTheReceiveMaximum) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {receive_maximum=2}");
  for (int i = 1; i <= 4; ++i)
    ASSERT_TRUE(broker.publishes("t/" + std::to_string(i) + " 'x' qos1 retain"));
  peer.subscribes("t/# qos1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t/1 'x' qos1 id1 retain", "PUBLISH t/2 'x' qos1 id2 retain"));
  peer.sends("PUBACK id1", "PUBACK id2");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t/3 'x' qos1 id3 retain", "PUBLISH t/4 'x' qos1 id4 retain"));
}

TEST(Retained, LargerThanTheClientTakesAreLeftOut) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {maximum_packet_size=60}");
  ASSERT_TRUE(broker.publishes("t/1 'x'x100 qos1 retain"));
  ASSERT_TRUE(broker.publishes("t/2 'x' qos1 retain"));
  peer.subscribes("t/# qos1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t/2 'x' qos1 id2 retain"));
}

TEST(Retained, OfLargePayloadsAreShared) {
  TestBroker broker;
  ASSERT_TRUE(broker.publishes("t 'x'x100000 qos1 retain"));
  Peer one(broker), other(broker);
  one.connects("one");
  other.connects("other");
  one.subscribes("t qos1");
  other.subscribes("t");
  EXPECT_THAT(one.received(), ElementsAre("PUBLISH t 'x'x100000 qos1 id1 retain"));
  EXPECT_THAT(other.received(), ElementsAre("PUBLISH t 'x'x100000 retain"));
}

}  // namespace
}  // namespace mqtt::test
