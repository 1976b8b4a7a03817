// $share: each message goes to one member of the group, whatever becomes of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SharedSubscription, GivesEachMessageToOneMemberInTurn_MQTT_4_8_2) {
  TestBroker broker;
  Peer a(broker), b(broker), c(broker, V3_1_1);
  a.connects("a");
  b.connects("b");
  c.connects("c");
  a.subscribes("$share/g/t/+ qos1");
  b.subscribes("$share/g/t/+ qos2");
  c.subscribes("$share/g/t/+");
  for (const char* line : {"t/1 'x' qos1", "t/2 'x' qos2", "t/3 'x' qos2", "t/4 'x'"})
    ASSERT_TRUE(broker.publishes(line));
  EXPECT_THAT(a.received(), ElementsAre("PUBLISH t/1 'x' qos1 id1", "PUBLISH t/4 'x'"));
  EXPECT_THAT(b.received(), ElementsAre("PUBLISH t/2 'x' qos2 id1"));
  EXPECT_THAT(c.received(), ElementsAre("PUBLISH t/3 'x'"));
  EXPECT_EQ(broker.statistics().shared_subscriptions, 3U);
  EXPECT_EQ(broker.statistics().subscriptions, 3U);
}

TEST(SharedSubscription, IsFairOverManyMessages) {
  TestBroker broker;
  std::vector<std::unique_ptr<Peer>> members;
  for (int i = 0; i < 7; ++i) {
    members.push_back(std::make_unique<Peer>(broker));
    members.back()->connects("m" + std::to_string(i));
    members.back()->subscribes("$share/g/t");
  }
  for (int i = 0; i < 700; ++i)
    ASSERT_TRUE(broker.publishes("t 'x'"));
  for (const auto& member : members)
    EXPECT_THAT(member->received(), SizeIs(100));
}

TEST(SharedSubscription, GroupsAreOfOneNameAndOneFilter_MQTT_4_8_2) {
  TestBroker broker;
  Peer a(broker), b(broker), c(broker), d(broker);
  a.connects("a");
  b.connects("b");
  c.connects("c");
  d.connects("d");
  a.subscribes("$share/g/t");
  b.subscribes("$share/h/t");
  c.subscribes("$share/g/+");
  d.subscribes("t");
  ASSERT_TRUE(broker.publishes("t 'x'"));
  for (Peer* peer : {&a, &b, &c, &d})
    EXPECT_THAT(peer->received(), ElementsAre("PUBLISH t 'x'"));
}

TEST(SharedSubscription, CountsBesideAnOrdinaryOneOfTheSameClient) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 $share/g/t qos1 {subscription_identifier=7}");
  peer.sends("SUBSCRIBE id2 t {subscription_identifier=8}");
  peer.received();
  ASSERT_TRUE(broker.publishes("t 'x' qos1"));
  EXPECT_THAT(peer.received(), testing::UnorderedElementsAre("PUBLISH t 'x' qos1 id1 {subscription_identifier=7}",
                                                             "PUBLISH t 'x' {subscription_identifier=8}"));
}

TEST(SharedSubscription, HasNoNoLocal_MQTT_3_8_3_4) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 $share/g/t no_local");
  EXPECT_THAT(peer.received(), ElementsAre(testing::StartsWith("DISCONNECT protocol-error")));
}

TEST(SharedSubscription, BringsNoRetainedMessages) {
  TestBroker broker;
  ASSERT_TRUE(broker.publishes("t 'kept' retain"));
  Peer peer(broker);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 $share/g/t");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id1 [0]"));
}

TEST(SharedSubscription, ToTheSameGroupAgainReplacesTheOptions_MQTT_3_8_4_3) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.subscribes("$share/g/t qos2");
  peer.subscribes("$share/g/t");
  ASSERT_TRUE(broker.publishes("t 'x' qos2"));
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'x'"));
  EXPECT_EQ(broker.statistics().subscriptions, 1U);
}

TEST(SharedSubscription, EndsWithUnsubscribe) {
  TestBroker broker;
  Peer a(broker), b(broker);
  a.connects("a");
  b.connects("b");
  a.subscribes("$share/g/t");
  b.subscribes("$share/g/t");
  a.sends("UNSUBSCRIBE id1 $share/g/t, $share/g/t, $share/other/t");
  EXPECT_THAT(a.received(), ElementsAre("UNSUBACK id1 [success no-subscription-existed no-subscription-existed]"));
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(broker.publishes("t 'x'"));
  EXPECT_THAT(a.received(), IsEmpty());
  EXPECT_THAT(b.received(), SizeIs(2));
  b.unsubscribes("$share/g/t");
  EXPECT_EQ(broker.statistics().subscriptions, 0U);
  EXPECT_EQ(broker.statistics().shared_subscriptions, 0U);
}

TEST(SharedSubscription, PassesOverMembersThatAreAway) {
  TestBroker broker;
  Peer a(broker), b(broker);
  a.connects("a persistent {session_expiry_interval=100}");
  b.connects("b");
  a.subscribes("$share/g/t qos1");
  b.subscribes("$share/g/t qos1");
  a.is_lost();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(broker.publishes("t 'x' qos1"));
  EXPECT_THAT(b.received(), SizeIs(3));
}

TEST(SharedSubscription, PassesOverMembersThatMayNotHaveMore) {
  TestBroker broker;
  Peer a(broker), b(broker);
  a.connects("a {receive_maximum=1}");
  b.connects("b {receive_maximum=2}");
  a.subscribes("$share/g/t qos1");
  b.subscribes("$share/g/t qos1");
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(broker.publishes("t 'x' qos1"));
  EXPECT_THAT(a.received(), SizeIs(1));
  EXPECT_THAT(b.received(), SizeIs(2));
  EXPECT_EQ(broker.statistics().queued_messages, 1U) << "when all are full, one keeps it";
}

TEST(SharedSubscription, KeepsMessagesForMembersThatAreAllAway) {
  TestBroker broker;
  {
    Peer a(broker);
    a.connects("a persistent {session_expiry_interval=100}");
    a.subscribes("$share/g/t qos1");
    a.is_lost();
  }
  ASSERT_TRUE(broker.publishes("t 'kept' qos1"));
  ASSERT_TRUE(broker.publishes("t 'dropped'"));
  EXPECT_EQ(broker.statistics().publishes_dropped, 1U);
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100}");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t 'kept' qos1 id1"));
}

TEST(SharedSubscription, PassesUnacknowledgedMessagesOnWhenASessionEnds) {
  TestBroker broker;
  Peer a(broker), b(broker);
  a.connects("a");
  a.subscribes("$share/g/t qos1");
  ASSERT_TRUE(broker.publishes("t '1' qos1"));
  ASSERT_TRUE(broker.publishes("t '2' qos1"));
  EXPECT_THAT(a.received(), SizeIs(2));
  b.connects("b");
  b.subscribes("$share/g/t qos1");
  a.sends("PUBACK id1");
  a.is_lost();  // and its session with it
  EXPECT_THAT(b.received(), ElementsAre("PUBLISH t '2' qos1 id1"));
}

TEST(SharedSubscription, PassesQueuedMessagesOnWhenASessionExpires) {
  TestBroker broker;
  {
    Peer a(broker);
    a.connects("a persistent {session_expiry_interval=10}");
    a.subscribes("$share/g/t qos2, own qos2");
    a.is_lost();
  }
  ASSERT_TRUE(broker.publishes("t 'shared' qos2"));
  ASSERT_TRUE(broker.publishes("own 'its own' qos2"));
  Peer b(broker);
  b.connects("b");
  b.sends("SUBSCRIBE id1 $share/g/t qos2, own qos2 {subscription_identifier=3}");
  b.received();
  broker.advance(10s);
  EXPECT_THAT(b.received(), ElementsAre("PUBLISH t 'shared' qos2 id1 {subscription_identifier=3}"));
  EXPECT_EQ(broker.statistics().queued_messages, 0U);
}

TEST(SharedSubscription, GivesAQoS2MessageThatMayHaveArrivedToNobodyElse_MQTT_4_8_2_5) {
  TestBroker broker;
  Peer a(broker), b(broker);
  a.connects("a");
  a.subscribes("$share/g/t qos2");
  ASSERT_TRUE(broker.publishes("t 'x' qos2"));
  b.connects("b");
  b.subscribes("$share/g/t qos2");
  a.is_lost();
  EXPECT_THAT(b.received(), IsEmpty());
}

TEST(SharedSubscription, CompletesAQoS2MessageWithTheClientThatComesBack_MQTT_4_8_2_4) {
  TestBroker broker;
  Peer other(broker);
  {
    Peer a(broker);
    a.connects("a persistent {session_expiry_interval=100}");
    a.subscribes("$share/g/t qos2");
    ASSERT_TRUE(broker.publishes("t 'x' qos2"));
    other.connects("other");
    other.subscribes("$share/g/t qos2");
    a.is_lost();
  }
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100}");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t 'x' qos2 id1 dup"));
  EXPECT_THAT(other.received(), IsEmpty());
}

TEST(SharedSubscription, GivesARefusedMessageToNobodyElse_MQTT_4_8_2_6) {
  TestBroker broker;
  Peer a(broker), b(broker);
  a.connects("a");
  a.subscribes("$share/g/t qos2");
  ASSERT_TRUE(broker.publishes("t '1' qos1"));
  ASSERT_TRUE(broker.publishes("t '2' qos2"));
  b.connects("b");
  b.subscribes("$share/g/t qos2");
  a.sends("PUBACK id1 quota-exceeded", "PUBREC id2 quota-exceeded");
  a.is_lost();
  EXPECT_THAT(b.received(), IsEmpty());
}

}  // namespace
}  // namespace mqtt::test
