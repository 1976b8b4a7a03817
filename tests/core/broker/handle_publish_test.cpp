// PUBLISH from a client: acknowledged, accepted once, its alias resolved.
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

class PublishIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, PublishIn, each_version(), in_version);

TEST_P(PublishIn, IsAcknowledgedByItsQoSAndArrivesOnce_MQTT_4_3) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("t");
  peer.connects("a");
  peer.sends("PUBLISH t '0'", "PUBLISH t '1' qos1 id7", "PUBLISH t '2' qos2 id8");
  EXPECT_THAT(peer.received(), ElementsAre("PUBACK id7", "PUBREC id8"));
  // At QoS 2 it is routed when it comes; what comes again is not.
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t '0'", "PUBLISH t '1'", "PUBLISH t '2'"));
  peer.sends("PUBLISH t '2' qos2 id8 dup");
  EXPECT_THAT(peer.received(), ElementsAre("PUBREC id8"));
  peer.sends("PUBREL id8");
  EXPECT_THAT(peer.received(), ElementsAre("PUBCOMP id8"));
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST_P(PublishIn, MayUseItsIdentifierAgainWhenTheFlowHasEnded_MQTT_4_3_3) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("t");
  peer.connects("a");
  for (const char* payload : {"'a'", "'b'"}) {
    peer.sends("PUBLISH t " + std::string(payload) + " qos2 id8", "PUBREL id8");
    EXPECT_THAT(peer.received(), ElementsAre("PUBREC id8", "PUBCOMP id8"));
    EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t " + std::string(payload)));
  }
}

TEST_P(PublishIn, AtQoS1ThatComesAgainIsAnotherMessage) {
  TestBroker broker;
  Peer watcher(broker, GetParam()), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("t qos1");
  peer.connects("a");
  peer.sends("PUBLISH t 'x' qos1 id7", "PUBLISH t 'x' qos1 id7 dup");
  EXPECT_THAT(peer.received(), ElementsAre("PUBACK id7", "PUBACK id7"));
  // DUP is the sender's own; it is not passed on. [MQTT-3.3.1-3]
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos1 id2"));
}

TEST_P(PublishIn, OfQoS2IsRememberedBeyondTheConnection_MQTT_4_3_3_10) {
  TestBroker broker;
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("t");
  const std::string session = GetParam() == V5_0 ? "a persistent {session_expiry_interval=100}" : "a persistent";
  {
    Peer peer(broker, GetParam());
    peer.connects(session);
    peer.sends("PUBLISH t 'x' qos2 id8");
  }
  Peer again(broker, GetParam());
  again.connects(session);
  again.sends("PUBLISH t 'x' qos2 id8 dup", "PUBREL id8", "PUBREL id8");
  EXPECT_THAT(again.received(),
              ElementsAre("PUBREC id8", "PUBCOMP id8",
                          GetParam() == V5_0 ? "PUBCOMP id8 packet-identifier-not-found" : "PUBCOMP id8"));
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t 'x'"));
}

TEST(Publish, ThatNobodyWantsSaysSoIn5_0) {
  TestBroker broker;
  Peer usual(broker, V3_1_1), recent(broker, V5_0);
  usual.connects("a");
  recent.connects("b");
  usual.sends("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos2 id2");
  recent.sends("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos2 id2");
  EXPECT_THAT(usual.received(), ElementsAre("PUBACK id1", "PUBREC id2"));
  EXPECT_THAT(recent.received(),
              ElementsAre("PUBACK id1 no-matching-subscribers", "PUBREC id2 no-matching-subscribers"));
  recent.sends("PUBREL id2");
  EXPECT_THAT(recent.received(), ElementsAre("PUBCOMP id2"));
}

TEST(Publish, ThatIsMalformedEndsTheConnection) {
  for (const char* publish :
       {"36 05 0001't' 0001", "30 05 0003'a/#'", "32 05 0001't' 0000", "38 03 0001't'", "30 02 0000"}) {
    TestBroker broker;
    Peer usual(broker, V3_1_1);
    usual.connects("a");
    usual.sends_bytes(bytes(publish));
    EXPECT_TRUE(usual.is_closed()) << publish;
  }
  TestBroker broker;
  Peer recent(broker);
  recent.connects("a");
  recent.sends_bytes(bytes("30 06 0003'a/+' 00"));
  EXPECT_THAT(recent.received(), ElementsAre(StartsWith("DISCONNECT malformed-packet")));
}

TEST(Publish, WithASubscriptionIdentifierIsAProtocolError_MQTT_3_3_4_6) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' {subscription_identifier=1}");
  EXPECT_TRUE(peer.is_closed());
}

TEST(Publish, CarriesItsPropertiesTo5_0AndNotBefore) {
  TestBroker broker;
  Peer recent(broker, V5_0), usual(broker, V3_1_1), peer(broker);
  recent.connects("recent");
  recent.subscribes("t qos1");
  usual.connects("usual");
  usual.subscribes("t");
  peer.connects("a");
  constexpr const char* kProperties =
      " {payload_format_indicator=1 message_expiry_interval=30 content_type=text response_topic=r correlation_data=c "
      "user_property=k:v user_property=k:w}";
  peer.sends(std::string("PUBLISH t 'x' qos1 id1") + kProperties);
  EXPECT_THAT(recent.received(), ElementsAre(std::string("PUBLISH t 'x' qos1 id1") + kProperties));
  EXPECT_THAT(usual.received(), ElementsAre("PUBLISH t 'x'"));
}

// --- the Receive Maximum of the broker

TEST(ReceiveMaximum, OfTheBrokerMustNotBeExceededIn5_0_MQTT_3_3_4_7) {
  TestBroker broker({.receive_maximum = 2});
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' qos2 id1", "PUBLISH t 'x' qos1 id2", "PUBLISH t 'x' qos2 id3");
  EXPECT_FALSE(peer.is_closed());
  peer.sends("PUBREL id1", "PUBLISH t 'x' qos2 id4");
  EXPECT_FALSE(peer.is_closed());
  peer.received();
  peer.sends("PUBLISH t 'x' qos2 id5");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT receive-maximum-exceeded")));
}

TEST(ReceiveMaximum, BeginsAnewWithEachConnection) {
  TestBroker broker({.receive_maximum = 2});
  {
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=100}");
    peer.sends("PUBLISH t 'x' qos2 id1", "PUBLISH t 'x' qos2 id2");
  }
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100}");
  // The client resumes with PUBREL, which its quota does not count, and has two more to send.
  again.sends("PUBLISH t 'x' qos2 id3", "PUBLISH t 'x' qos2 id4", "PUBREL id1", "PUBREL id2");
  EXPECT_FALSE(again.is_closed());
}

TEST(ReceiveMaximum, DoesNotExistBefore5_0) {
  TestBroker broker({.receive_maximum = 1});
  Peer peer(broker, V3_1_1);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' qos2 id1", "PUBLISH t 'x' qos2 id2", "PUBLISH t 'x' qos2 id3");
  EXPECT_THAT(peer.received(), ElementsAre("PUBREC id1", "PUBREC id2", "PUBREC id3"));
}

TEST(PublishQoS2, OfEveryIdentifierMayBeOnTheWayAtOnce) {
  TestBroker broker;
  Peer peer(broker, V3_1_1);
  peer.connects("a");
  ByteBuffer publishes, releases;
  for (unsigned identifier = 1; identifier <= 65'535; ++identifier) {
    publishes.append(bytes("34 05 0001't'"));
    publishes.u16(static_cast<std::uint16_t>(identifier));
    releases.append(bytes("62 02"));
    releases.u16(static_cast<std::uint16_t>(identifier));
  }
  constexpr std::size_t kAllAnswered = 65'535 * 4;
  std::size_t expected = peer.bytes_received();
  for (int round = 0; round < 2; ++round) {
    for (const ByteBuffer* stream : {&publishes, &releases}) {
      peer.sends_bytes(stream->view());
      EXPECT_EQ(peer.bytes_received(), expected += kAllAnswered);
    }
  }
  EXPECT_EQ(broker.statistics().publishes_received, 2U * 65'535);
  EXPECT_FALSE(peer.is_closed());
}

// --- topic aliases

TEST(TopicAlias, StandsForTheTopicItWasSetTo_MQTT_3_3_2_12) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("#");
  peer.connects("a");
  peer.sends("PUBLISH first 'a' {topic_alias=1}", "PUBLISH second 'b' {topic_alias=32}",
             "PUBLISH '' 'c' {topic_alias=1}", "PUBLISH '' 'd' {topic_alias=32}", "PUBLISH third 'e' {topic_alias=1}",
             "PUBLISH '' 'f' {topic_alias=1}");
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH first 'a'", "PUBLISH second 'b'", "PUBLISH first 'c'",
                                              "PUBLISH second 'd'", "PUBLISH third 'e'", "PUBLISH third 'f'"));
}

TEST(TopicAlias, ThatWasNeverSetIsAProtocolError) {
  for (const char* line : {"PUBLISH '' 'x' {topic_alias=1}", "PUBLISH '' 'x' {topic_alias=32}"}) {
    TestBroker broker;
    Peer peer(broker);
    peer.connects("a");
    peer.sends(line);
    EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT protocol-error"))) << line;
  }
}

TEST(TopicAlias, AboveTheMaximumIsInvalid_MQTT_3_3_2_9) {
  TestBroker broker({.topic_alias_maximum = 5});
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' {topic_alias=5}");
  EXPECT_THAT(peer.received(), IsEmpty());
  peer.sends("PUBLISH t 'x' {topic_alias=6}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT topic-alias-invalid")));
}

TEST(TopicAlias, EndsWithItsConnection_MQTT_3_3_2_7) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=100}");
    peer.sends("PUBLISH t 'x' {topic_alias=1}");
  }
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100}");
  again.sends("PUBLISH '' 'x' {topic_alias=1}");
  EXPECT_THAT(again.received(), ElementsAre(StartsWith("DISCONNECT protocol-error")));
}

TEST(TopicAlias, OfOneConnectionIsNotAnothers) {
  TestBroker broker;
  Peer watcher(broker), one(broker), other(broker);
  watcher.connects("watcher");
  watcher.subscribes("#");
  one.connects("one");
  other.connects("other");
  one.sends("PUBLISH a '1' {topic_alias=1}");
  other.sends("PUBLISH b '2' {topic_alias=1}");
  one.sends("PUBLISH '' '3' {topic_alias=1}");
  other.sends("PUBLISH '' '4' {topic_alias=1}");
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH a '1'", "PUBLISH b '2'", "PUBLISH a '3'", "PUBLISH b '4'"));
}

TEST(TopicAlias, IsResolvedForRetainedAndAcknowledgedMessages) {
  TestBroker broker;
  Peer peer(broker), watcher(broker);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' {topic_alias=1}", "PUBLISH '' 'y' qos2 id5 retain {topic_alias=1}");
  watcher.connects("watcher");
  watcher.subscribes("t qos2");
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t 'y' qos2 id1 retain"));
}

// --- the host's own

TEST(HostsPublish, ReachesSubscribersAndIsRetained) {
  TestBroker broker;
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("t qos1");
  EXPECT_TRUE(broker.publishes("t 'x' qos2 retain {content_type=text}"));
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t 'x' qos1 id1 {content_type=text}"));
  watcher.subscribes("t");
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t 'x' retain {content_type=text}"));
}

TEST(HostsPublish, LeavesOutWhatBelongsToAConnection) {
  TestBroker broker;
  Peer watcher(broker);
  watcher.connects("watcher");
  watcher.subscribes("t {subscription_identifier=9}");
  EXPECT_TRUE(broker.publishes("t 'x' {topic_alias=3 subscription_identifier=5}"));
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t 'x' {subscription_identifier=9}"));
}

TEST(HostsPublish, IsToldWhatIsWrongWithIt) {
  TestBroker broker;
  for (const char* line : {"'' 'x'", "a/# 'x'", "'a'x65536 'x'"}) {
    const auto published = broker.publishes(line);
    ASSERT_FALSE(published) << line;
    EXPECT_EQ(published.error().fault, Fault::CallerMisuse);
    EXPECT_EQ(published.error().reason, ReasonCode::TopicNameInvalid);
  }
  EXPECT_FALSE(broker.publishes("t 'x' {content_type='a'x65536}"));
}

}  // namespace
}  // namespace mqtt::test
