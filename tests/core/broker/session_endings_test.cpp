// Wills and the ends of sessions.
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

class WillOf : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, WillOf, each_version(), in_version);

TEST_P(WillOf, ALostClientIsPublished_MQTT_3_1_2_8) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("w qos2");
  peer.connects("a will(w 'bye' qos2)");
  peer.is_lost();
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye' qos2 id1"));
}

TEST_P(WillOf, ASilentClientIsPublished) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a keep_alive=10 will(w 'bye')");
  broker.advance(15s);
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
}

TEST_P(WillOf, AClientThatBreaksTheProtocolIsPublished) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a will(w 'bye')");
  peer.sends_bytes(bytes("00"));
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
}

TEST_P(WillOf, AClientThatTheHostClosesIsPublished) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a will(w 'bye')");
  broker.machine().disconnect(peer.id(), {.reason = ReasonCode::AdministrativeAction}, broker.now());
  broker.advance(0s);
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
  EXPECT_TRUE(peer.is_closed());
}

TEST(Will, OfAConnectThatWasRefusedIsNot) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.sends("CONNECT a will(w 'bye') {authentication_method=x}");
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST(Will, IsPublishedOnce_MQTT_3_1_2_10) {
  TestBroker broker;
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  Peer(broker).connects("a persistent will(w 'bye') {session_expiry_interval=10}");
  broker.advance(0s);
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
  Peer(broker).connects("a persistent {session_expiry_interval=10}");
  broker.advance(1h);
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST(Will, IsRetainedIfItAsksForIt_MQTT_3_1_2_15) {
  TestBroker broker;
  {
    Peer(broker).connects("a will(w 'bye' qos1 retain)");
  }
  {
    Peer(broker).connects("b will(v 'bye' qos1)");
  }
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("# qos1");
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye' qos1 id1 retain"));
}

TEST(Will, KeepsItsPropertiesAndItsExpiryBeginsWhenItIsPublished) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects(
      "a will(w 'bye' {will_delay_interval=0 payload_format_indicator=1 message_expiry_interval=30 content_type=text "
      "response_topic=r correlation_data=c user_property=k:v})");
  broker.advance(1h);
  peer.is_lost();
  EXPECT_THAT(watcher.received(),
              ElementsAre("PUBLISH w 'bye' {payload_format_indicator=1 message_expiry_interval=30 content_type=text "
                          "response_topic=r correlation_data=c user_property=k:v}"));
}

TEST(Will, WaitsForItsDelayAndNoLonger) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a persistent will(w 'bye' {will_delay_interval=10}) {session_expiry_interval=100}");
  peer.is_lost();
  broker.advance(10s - 1ms);
  EXPECT_THAT(watcher.received(), IsEmpty());
  broker.advance(1ms);
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
  broker.advance(1h);
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST(Will, ThatIsDelayedIsDueWhenTheSessionEndsBefore) {
  TestBroker broker;
  Peer watcher(broker), short_lived(broker), momentary(broker);
  watcher.connects("watcher");
  watcher.subscribes("w/+");
  short_lived.connects("a persistent will(w/a 'bye' {will_delay_interval=10}) {session_expiry_interval=5}");
  momentary.connects("b will(w/b 'bye' {will_delay_interval=10})");
  short_lived.is_lost();
  momentary.is_lost();
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w/b 'bye'"));
  broker.advance(5s - 1ms);
  EXPECT_THAT(watcher.received(), IsEmpty());
  broker.advance(1ms);
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w/a 'bye'"));
  broker.advance(1h);
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST(Will, ThatIsDelayedAndDueWithTheSessionsEndIsPublishedOnce) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a persistent will(w 'bye' {will_delay_interval=10}) {session_expiry_interval=10}");
  peer.is_lost();
  broker.advance(1h);
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
}

TEST(Will, ThatIsDelayedIsForgottenWhenTheClientComesBack_MQTT_3_1_3_9) {
  TestBroker broker;
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  {
    Peer(broker).connects("a persistent will(w 'bye' {will_delay_interval=10}) {session_expiry_interval=100}");
  }
  broker.advance(9s);
  Peer again(broker);
  again.connects("a persistent will(w 'another' {will_delay_interval=10}) {session_expiry_interval=100}");
  broker.advance(1h);
  EXPECT_THAT(watcher.received(), IsEmpty());
  again.is_lost();
  broker.advance(1h);
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'another'"));
}

TEST(Will, ThatIsDelayedIsPublishedWhenTheClientComesBackClean) {
  TestBroker broker;
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("w");
  {
    Peer(broker).connects("a persistent will(w 'bye' {will_delay_interval=10}) {session_expiry_interval=100}");
  }
  Peer again(broker);
  again.connects("a");
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
}

TEST(Will, OfASessionThatWatchesItsOwnTopicIsHarmless) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects("a persistent will(w 'bye' qos1 {will_delay_interval=10}) {session_expiry_interval=10}");
    peer.subscribes("w qos1");
  }
  broker.advance(1h);
  EXPECT_EQ(broker.statistics().sessions, 0U);
  EXPECT_EQ(broker.statistics().subscriptions, 0U);
}

TEST(Will, LargerThanASharedPayloadArrivesWhole) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("w qos1");
  peer.connects("a will(w 'z'x60000 qos1 retain)");
  peer.is_lost();
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'z'x60000 qos1 id1"));
}

}  // namespace
}  // namespace mqtt::test
