// How long messages live: retained beyond their session, sent again only when a session is resumed, and on to the end
// of their flow once they are on the way.
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

std::string persistent(ProtocolVersion version) {
  return version == V5_0 ? "a persistent {session_expiry_interval=1000}" : "a persistent";
}

class LifetimeIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, LifetimeIn, each_version(), in_version);

TEST_P(LifetimeIn, OfARetainedMessageOutlastsItsPublishersSession_MQTT_3_1_2_7) {
  TestBroker broker;
  {
    Peer publisher(broker, GetParam());
    publisher.connects("a");
    publisher.sends("PUBLISH t 'x' retain", "DISCONNECT");
  }
  EXPECT_EQ(broker.statistics().sessions, 0U);
  Peer later(broker, GetParam());
  later.connects("b");
  later.subscribes("t");
  EXPECT_THAT(later.received(), ElementsAre("PUBLISH t 'x' retain"));
}

TEST_P(LifetimeIn, HoldsNoWillWhereNoneWasGiven_MQTT_3_1_2_12) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("#");
  peer.connects("a");
  peer.is_lost();
  broker.advance(24h);
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST_P(LifetimeIn, NothingIsSentAgainWhileTheConnectionIsOpen_MQTT_4_4_0_1) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a keep_alive=0");
  peer.subscribes("t qos2");
  ASSERT_TRUE(broker.publishes("t '1' qos1"));
  ASSERT_TRUE(broker.publishes("t '2' qos2"));
  ASSERT_TRUE(broker.publishes("t '3' qos2"));
  peer.sends("PUBREC id3");
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '3' qos2 id3", "PUBREL id3"));
  broker.advance(24h * 30);
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_FALSE(peer.is_closed());
}

TEST_P(LifetimeIn, OfAQueuedMessageOutlastsTheReplacementOfItsSubscription_MQTT_3_8_4_4) {
  TestBroker broker({.maximum_in_flight = 1});
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.subscribes("t qos1");
  ASSERT_TRUE(broker.publishes("t '1' qos1"));
  ASSERT_TRUE(broker.publishes("t '2' qos1"));
  peer.subscribes("t");  // what was queued keeps the QoS it was queued with
  peer.sends("PUBACK id1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2"));
}

TEST(Lifetime, OfAMessageOnItsWayIsNotEndedByItsExpiry_MQTT_4_3_3_7) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects(persistent(V5_0));
    peer.subscribes("t qos2");
    ASSERT_TRUE(broker.publishes("t '1' qos2 {message_expiry_interval=10}"));
    ASSERT_TRUE(broker.publishes("t '2' qos1 {message_expiry_interval=10}"));
  }
  broker.advance(60s);
  Peer again(broker);
  again.connects(persistent(V5_0));
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '1' qos2 id1 dup {message_expiry_interval=0}",
                                            "PUBLISH t '2' qos1 id2 dup {message_expiry_interval=0}"));
  again.sends("PUBREC id1");
  EXPECT_THAT(again.received(), ElementsAre("PUBREL id1"));
}

TEST(Lifetime, OfAnIncomingFlowGoesOnThoughItsMessageExpired_MQTT_4_3_3_13) {
  TestBroker broker;
  Peer absent(broker), peer(broker);
  absent.connects("absent persistent {session_expiry_interval=1000}");
  absent.subscribes("t qos2");
  absent.is_lost();
  peer.connects("a keep_alive=0");
  peer.sends("PUBLISH t 'x' qos2 id7 {message_expiry_interval=1}");
  broker.advance(60s);
  peer.sends("PUBLISH t 'x' qos2 id7 dup {message_expiry_interval=1}", "PUBREL id7");
  EXPECT_THAT(peer.received(), ElementsAre("PUBREC id7", "PUBREC id7", "PUBCOMP id7"));
  Peer again(broker);
  again.connects("absent persistent");
  EXPECT_THAT(again.received(), IsEmpty());
}

TEST(Lifetime, EndsWhereTheClientRefusedTheMessage_MQTT_4_4_0_2) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects(persistent(V5_0));
    peer.subscribes("t qos2");
    for (const char* line : {"t '1' qos1", "t '2' qos2", "t '3' qos1"})
      ASSERT_TRUE(broker.publishes(line));
    peer.sends("PUBACK id1 unspecified-error", "PUBREC id2 not-authorized");
  }
  Peer again(broker);
  again.connects(persistent(V5_0));
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '3' qos1 id3 dup"));
}

TEST(Lifetime, OfAWillThatWaitsEndsWhenItsClientComesBack_MQTT_3_1_3_9) {
  TestBroker broker;
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  {
    Peer(broker).connects("a persistent will(w 'bye' {will_delay_interval=10}) {session_expiry_interval=1000}");
  }
  {
    Peer(broker).connects(persistent(V5_0));
  }  // without a will, and is lost, too
  broker.advance(24h);
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST(Lifetime, OfAWillKeepsItsUserPropertiesInOrder_MQTT_3_1_3_10) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a will(w 'bye' {user_property=z:1 user_property=a:2 user_property=z:3 user_property=a:2})");
  peer.is_lost();
  EXPECT_THAT(watcher.received(),
              ElementsAre("PUBLISH w 'bye' {user_property=z:1 user_property=a:2 user_property=z:3 user_property=a:2}"));
}

}  // namespace
}  // namespace mqtt::test
