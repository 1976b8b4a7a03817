// What a host may set limits to, and how a client learns of each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Limits, OfWhatABrokerCanDoAreAnnounced) {
  TestBroker broker({.maximum_qos = QoS::AtLeastOnce,
                     .retain_available = false,
                     .wildcard_subscription_available = false,
                     .subscription_identifiers_available = false,
                     .shared_subscription_available = false});
  Peer peer(broker);
  peer.sends("CONNECT a");
  EXPECT_THAT(peer.received(), ElementsAre(testing::AllOf(HasSubstr("maximum_qos=1"), HasSubstr("retain_available=0"),
                                                          HasSubstr("wildcard_subscription_available=0"),
                                                          HasSubstr("subscription_identifiers_available=0"),
                                                          HasSubstr("shared_subscription_available=0"))));
  peer.sends("SUBSCRIBE id1 a/+, $share/g/a, b qos2");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("SUBACK id1 [wildcard-subscriptions-not-supported "
                                                      "shared-subscriptions-not-supported 1]")));
  peer.sends("SUBSCRIBE id2 b {subscription_identifier=1}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("SUBACK id2 [subscription-identifiers-not-supported]")));
}

TEST(Limits, OfTheMaximumQoSEndWhatGoesBeyond_MQTT_3_2_2_11) {
  TestBroker broker({.maximum_qos = QoS::AtMostOnce});
  Peer publisher(broker), with_will(broker);
  publisher.connects("a");
  publisher.sends("PUBLISH t 'x' qos1 id1");
  EXPECT_THAT(publisher.received(), ElementsAre(StartsWith("DISCONNECT qos-not-supported")));
  with_will.sends("CONNECT b will(t 'x' qos1)");
  EXPECT_THAT(with_will.received(), ElementsAre(StartsWith("CONNACK qos-not-supported")));  // [MQTT-3.2.2-12]
}

TEST(Limits, OfRetainingEndWhatAsksForIt_MQTT_3_2_2_14) {
  TestBroker broker({.retain_available = false});
  Peer publisher(broker), with_will(broker);
  publisher.connects("a");
  publisher.sends("PUBLISH t 'x' retain");
  EXPECT_THAT(publisher.received(), ElementsAre(StartsWith("DISCONNECT retain-not-supported")));
  with_will.sends("CONNECT b will(t 'x' retain)");
  EXPECT_THAT(with_will.received(), ElementsAre(StartsWith("CONNACK retain-not-supported")));  // [MQTT-3.2.2-13]
}

TEST(Limits, OfTheKeepAliveAreToldAndHold_MQTT_3_1_2_21) {
  TestBroker broker({.maximum_keep_alive = 20});
  Peer none(broker), longer(broker), shorter(broker), usual(broker, V3_1_1);
  none.sends("CONNECT a");
  longer.sends("CONNECT b keep_alive=21");
  shorter.sends("CONNECT c keep_alive=19");
  usual.sends("CONNECT d keep_alive=60");
  EXPECT_THAT(none.received(), ElementsAre(HasSubstr("server_keep_alive=20")));
  EXPECT_THAT(longer.received(), ElementsAre(HasSubstr("server_keep_alive=20")));
  EXPECT_THAT(shorter.received(), ElementsAre(Not(HasSubstr("server_keep_alive"))));
  broker.advance(29s);
  EXPECT_FALSE(none.is_closed());
  broker.advance(1s);
  EXPECT_TRUE(none.is_closed());
  EXPECT_TRUE(longer.is_closed());
  EXPECT_FALSE(usual.is_closed()) << "it could not be told";
}

TEST(Limits, ResponseInformationIsToldToThoseWhoAsk_MQTT_3_1_2_28) {
  TestBroker broker({.response_information = "answers/"});
  Peer asks(broker), does_not(broker);
  asks.sends("CONNECT a {request_response_information=1}");
  does_not.sends("CONNECT b {request_response_information=0}");
  EXPECT_THAT(asks.received(), ElementsAre(HasSubstr("response_information=answers/")));
  EXPECT_THAT(does_not.received(), ElementsAre(Not(HasSubstr("response_information"))));
}

TEST(Limits, OfTopicsRefuseWhatIsLongerOrDeeper) {
  TestBroker broker({.maximum_topic_length = 9, .maximum_topic_levels = 3});
  Peer peer(broker);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 a/b/#, a/b/c/d, abcdefghij, abcdefghi, $share/a-long-name/a/b/c");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("SUBACK id1 [0 topic-filter-invalid topic-filter-invalid 0 0]")));
  peer.sends("PUBLISH a/b/c '1' qos1 id1", "PUBLISH a/b/c/d '2' qos1 id2", "PUBLISH abcdefghij '3' qos2 id3",
             "PUBLISH a/b/c/d '4'");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH a/b/c '1'", "PUBLISH a/b/c '1'", "PUBACK id1",
                                           StartsWith("PUBACK id2 topic-name-invalid {reason_string"),
                                           StartsWith("PUBREC id3 topic-name-invalid {reason_string")));
  EXPECT_EQ(broker.statistics().publishes_dropped, 3U);
}

TEST(Limits, ReasonStringsGoWhenTheClientDoesNotWantThemOrHasNoRoom_MQTT_3_4_2_2) {
  TestBroker broker({.maximum_topic_length = 3});
  Peer quiet(broker), small(broker);
  quiet.connects("a {request_problem_information=0}");
  small.connects("b {maximum_packet_size=40}");
  for (Peer* peer : {&quiet, &small}) {
    peer->sends("PUBLISH abcd 'x' qos1 id1", "SUBSCRIBE id2 abcd");
    EXPECT_THAT(peer->received(), ElementsAre("PUBACK id1 topic-name-invalid", "SUBACK id2 [topic-filter-invalid]"));
  }
}

TEST(Limits, OfSubscriptionsCountThoseThatAreNew) {
  TestBroker broker({.maximum_subscriptions = 2});
  Peer peer(broker), other(broker);
  peer.connects("a");
  other.connects("b");
  peer.sends("SUBSCRIBE id1 a, $share/g/b, c, a qos1");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("SUBACK id1 [0 0 quota-exceeded 1]")));
  peer.unsubscribes("a");
  peer.sends("SUBSCRIBE id2 c");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id2 [0]"));
  other.sends("SUBSCRIBE id1 a");
  EXPECT_THAT(other.received(), ElementsAre("SUBACK id1 [0]"));
}

TEST(Limits, OfRetainedMessagesLetThoseThatAreThereBeReplaced) {
  TestBroker broker({.maximum_retained_messages = 1});
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH a '1' qos1 id1 retain", "PUBLISH b '2' qos1 id2 retain", "PUBLISH a '3' qos1 id3 retain",
             "PUBLISH c '' qos1 id4 retain");
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBACK id1 no-matching-subscribers", StartsWith("PUBACK id2 quota-exceeded"),
                          "PUBACK id3 no-matching-subscribers", "PUBACK id4 no-matching-subscribers"));
  EXPECT_EQ(broker.statistics().retained_messages, 1U);
}

TEST(Limits, OfConnectionsLetAClientTakeItsOwnOver) {
  TestBroker broker({.maximum_connections = 1});
  Peer first(broker), recent(broker), usual(broker, V3_1_1), again(broker);
  first.connects("a");
  recent.sends("CONNECT b");
  usual.sends("CONNECT c");
  EXPECT_THAT(recent.received(), ElementsAre(StartsWith("CONNACK server-busy")));
  EXPECT_THAT(usual.received(), ElementsAre("CONNACK server-unavailable"));
  again.sends("CONNECT a");
  EXPECT_THAT(again.received(), ElementsAre(StartsWith("CONNACK success")));
  EXPECT_TRUE(first.is_closed());
}

TEST(Limits, OfQueuedBytesHoldForEachClientAndForAll) {
  TestBroker broker({.maximum_queued_bytes = 10'000, .maximum_queued_bytes_in_all = 15'000});
  for (const char* name : {"a", "b"}) {
    Peer peer(broker);
    peer.connects(std::string(name) + " persistent {session_expiry_interval=100}");
    peer.subscribes(std::string(name) + " qos1");
    peer.is_lost();
  }
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(broker.publishes("a 'x'x1000 qos1"));
  EXPECT_GE(broker.statistics().queued_bytes, 10'000U);
  EXPECT_LT(broker.statistics().queued_bytes, 11'500U);
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(broker.publishes("b 'x'x1000 qos1"));
  EXPECT_GE(broker.statistics().queued_bytes, 15'000U);
  EXPECT_LT(broker.statistics().queued_bytes, 16'500U);
  EXPECT_EQ(broker.statistics().queued_messages + broker.statistics().publishes_dropped, 60U);
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100}");
  EXPECT_THAT(again.received(), SizeIs(testing::Ge(9U)));
  EXPECT_LT(broker.statistics().queued_bytes, 6'000U);
}

TEST(Limits, OfAllThatIsQueuedDropQoS0ToThoseWhoDoNotRead) {
  TestBroker broker({.maximum_queued_messages_in_all = 1});
  Peer away(broker), slow(broker), quick(broker);
  away.connects("away persistent {session_expiry_interval=100}");
  away.subscribes("kept qos1");
  away.is_lost();
  slow.connects("slow");
  slow.subscribes("t");
  quick.connects("quick");
  quick.subscribes("t");
  slow.stops_reading();
  ASSERT_TRUE(broker.publishes("t '1'"));
  ASSERT_TRUE(broker.publishes("kept 'x' qos1"));
  ASSERT_TRUE(broker.publishes("t '2'"));
  EXPECT_THAT(quick.received(), ElementsAre("PUBLISH t '1'", "PUBLISH t '2'"));
  slow.reads_again();
  EXPECT_THAT(slow.received(), ElementsAre("PUBLISH t '1'"));
  EXPECT_EQ(broker.statistics().publishes_dropped, 1U);
}

TEST(OutgoingTopicAlias, IsUsedForAClientThatTakesAliases_MQTT_3_1_2_27) {
  TestBroker broker;
  Peer takes(broker), does_not(broker);
  takes.connects("a {topic_alias_maximum=1}");
  does_not.connects("b");
  takes.subscribes("# qos1");
  does_not.subscribes("# qos1");
  for (const char* line : {"topic/one '1'", "topic/one '2' qos1", "topic/two '3'", "topic/one '4'"})
    ASSERT_TRUE(broker.publishes(line));
  EXPECT_THAT(takes.received(),
              ElementsAre("PUBLISH topic/one '1' {topic_alias=1}", "PUBLISH '' '2' qos1 id1 {topic_alias=1}",
                          "PUBLISH topic/two '3'", "PUBLISH '' '4' {topic_alias=1}"));
  EXPECT_THAT(does_not.received(), ElementsAre("PUBLISH topic/one '1'", "PUBLISH topic/one '2' qos1 id1",
                                               "PUBLISH topic/two '3'", "PUBLISH topic/one '4'"));
}

TEST(OutgoingTopicAlias, IsNotCountedAsToldInAPacketThatWasTooLarge) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {topic_alias_maximum=5 maximum_packet_size=60}");
  peer.subscribes("#");
  ASSERT_TRUE(broker.publishes("topic/one 'x'x100"));
  ASSERT_TRUE(broker.publishes("topic/one 'y'"));
  ASSERT_TRUE(broker.publishes("topic/one 'z'"));
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH topic/one 'y' {topic_alias=1}", "PUBLISH '' 'z' {topic_alias=1}"));
}

TEST(OutgoingTopicAlias, BeginsAnewWithEachConnection_MQTT_3_3_2_7) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=100 topic_alias_maximum=5}");
    peer.subscribes("# qos1");
    ASSERT_TRUE(broker.publishes("topic/one '1' qos1"));
    ASSERT_TRUE(broker.publishes("topic/one '2' qos1"));
    peer.is_lost();
  }
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100 topic_alias_maximum=5}");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH topic/one '1' qos1 id1 dup {topic_alias=1}",
                                            "PUBLISH '' '2' qos1 id2 dup {topic_alias=1}"));
}

}  // namespace
}  // namespace mqtt::test
