// What the broker and its host refuse: said in codes that the packet has, and with nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Answers everything with one code.
class Stubborn : public BrokerAuthority {
 public:
  std::optional<Verdict> on_connect(ConnectionId, const Connect&) override { return Verdict{.reason = connect}; }
  Permission may_subscribe(ConnectionId, std::string_view, const SubscribeEntry&) override { return {subscribe}; }
  Permission may_publish(ConnectionId, std::string_view, const Publish&) override { return {publish}; }
  bool decides_publishes() const override { return true; }

  ReasonCode connect = ReasonCode::Success;
  ReasonCode subscribe = ReasonCode::Success;
  ReasonCode publish = ReasonCode::Success;
};

class RefusalIn : public EachVersion {
 protected:
  Stubborn authority;
  TestBroker broker{{}, nullptr, &authority};
};
INSTANTIATE_TEST_SUITE_P(Versions, RefusalIn, each_version(), in_version);

TEST_P(RefusalIn, OfAClientIdentifierEndsTheConnection_MQTT_3_1_3_8) {
  authority.connect = ReasonCode::ClientIdentifierNotValid;
  Peer peer(broker, GetParam());
  peer.sends("CONNECT a");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK client-identifier-not-valid")));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

TEST_P(RefusalIn, OfAPublishIsAcknowledgedAllTheSame_MQTT_3_3_5_2) {
  Peer watcher(broker), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("#");
  authority.publish = ReasonCode::NotAuthorized;
  peer.connects("a");
  peer.sends("PUBLISH t 'x'", "PUBLISH t 'x' qos1 id1 retain", "PUBLISH t 'x' qos2 id2");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("PUBACK id1"), StartsWith("PUBREC id2")));
  EXPECT_FALSE(peer.is_closed());
  EXPECT_THAT(watcher.received(), IsEmpty());
  EXPECT_EQ(broker.statistics().retained_messages, 0U);
}

class Refusal : public ::testing::Test {
 protected:
  Stubborn authority;
  TestBroker broker{{}, nullptr, &authority};
};

// The host's codes are of another packet.
TEST_F(Refusal, HasAReasonThatItsPacketHas_MQTT_3_2_2_8_MQTT_3_4_2_1_MQTT_3_5_2_1_MQTT_3_9_3_2) {
  for (const ReasonCode reason : {ReasonCode::SessionTakenOver, ReasonCode::ReAuthenticate, ReasonCode::GrantedQoS1}) {
    authority.connect = reason;
    Peer refused(broker);
    refused.sends("CONNECT a");
    EXPECT_THAT(refused.received(), ElementsAre(StartsWith("CONNACK unspecified-error")));
    EXPECT_TRUE(refused.is_closed());
  }
  authority.connect = ReasonCode::Success;
  authority.publish = ReasonCode::Banned;
  authority.subscribe = ReasonCode::KeepAliveTimeout;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos2 id2", "SUBSCRIBE id3 t");
  EXPECT_THAT(peer.received(),
              ElementsAre(StartsWith("PUBACK id1 unspecified-error"), StartsWith("PUBREC id2 unspecified-error"),
                          StartsWith("SUBACK id3 [unspecified-error]")));
}

TEST_F(Refusal, ByPubrecFreesThePacketIdentifier_MQTT_4_3_3_9) {
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("t");
  peer.connects("a");
  authority.publish = ReasonCode::QuotaExceeded;
  peer.sends("PUBLISH t '1' qos2 id7");
  authority.publish = ReasonCode::Success;
  peer.sends("PUBLISH t '2' qos2 id7 dup", "PUBREL id7");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("PUBREC id7 quota-exceeded"), "PUBREC id7", "PUBCOMP id7"));
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH t '2'"));
}

TEST_F(Refusal, LeavesItsReasonStringOutToFitTheClient_MQTT_3_4_2_2_MQTT_3_5_2_2_MQTT_3_9_2_1) {
  authority.publish = authority.subscribe = ReasonCode::NotAuthorized;
  Peer small(broker), large(broker);
  small.connects("a {maximum_packet_size=40}");
  large.connects("b");
  for (Peer* peer : {&small, &large})
    peer->sends("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos2 id2", "SUBSCRIBE id3 t");
  EXPECT_THAT(small.received(),
              ElementsAre("PUBACK id1 not-authorized", "PUBREC id2 not-authorized", "SUBACK id3 [not-authorized]"));
  EXPECT_THAT(large.received(),
              ElementsAre(HasSubstr("reason_string="), HasSubstr("reason_string="), HasSubstr("reason_string=")));
}

TEST_F(Refusal, SaysNoMoreThanItsCodeToWhoWantsNoProblemInformation_MQTT_3_1_2_29) {
  authority.publish = authority.subscribe = ReasonCode::NotAuthorized;
  Peer peer(broker);
  peer.connects("a {request_problem_information=0}");
  peer.sends("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos2 id2", "PUBREL id9", "SUBSCRIBE id3 t, a/#/b",
             "UNSUBSCRIBE id4 a/#/b", "PUBREC id8");
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBACK id1 not-authorized", "PUBREC id2 not-authorized",
                          "PUBCOMP id9 packet-identifier-not-found", "SUBACK id3 [not-authorized topic-filter-invalid]",
                          "UNSUBACK id4 [topic-filter-invalid]", "PUBREL id8 packet-identifier-not-found"));
}

// --- what the broker says it does not have

TEST(MaximumQoS, IsAnnouncedAndBindsWillsButNoSubscription_MQTT_3_2_2_9_MQTT_3_2_2_10_MQTT_3_2_2_12) {
  for (const QoS maximum : {QoS::AtMostOnce, QoS::AtLeastOnce}) {
    const int number = static_cast<int>(maximum);
    TestBroker broker({.maximum_qos = maximum});
    Peer peer(broker), mortal(broker);
    peer.sends("CONNECT a");
    EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("maximum_qos=" + std::to_string(number))));
    peer.sends("SUBSCRIBE id1 a, b qos1, c qos2");
    EXPECT_THAT(peer.received(), ElementsAre(number == 0 ? "SUBACK id1 [0 0 0]" : "SUBACK id1 [0 1 1]"));
    mortal.sends("CONNECT b will(w 'bye' qos2)");
    EXPECT_THAT(mortal.received(), ElementsAre(StartsWith("CONNACK qos-not-supported")));
    EXPECT_TRUE(mortal.is_closed());
  }
  TestBroker broker;
  Peer peer(broker);
  peer.sends("CONNECT a");
  EXPECT_THAT(peer.received(), ElementsAre(Not(HasSubstr("maximum_qos"))));
}

TEST(RetainAvailable, OfZeroRefusesARetainedWill_MQTT_3_2_2_13) {
  TestBroker broker({.retain_available = false});
  Peer mortal(broker);
  mortal.sends("CONNECT a will(w 'bye' retain)");
  EXPECT_THAT(mortal.received(), ElementsAre(StartsWith("CONNACK retain-not-supported")));
  EXPECT_TRUE(mortal.is_closed());
}

TEST_P(RefusalIn, OfAWillIsThatOfAPublishToItsTopic) {
  TestBroker limited({.maximum_topic_levels = 2});
  for (const char* topic : {"$SYS/broker/uptime", "a/b/c"}) {
    Peer peer(limited, GetParam());
    peer.sends("CONNECT a will(" + std::string(topic) + " 'bye' retain)");
    EXPECT_TRUE(peer.is_closed()) << topic;
    EXPECT_THAT(peer.received(), Not(::testing::Contains(StartsWith("CONNACK success")))) << topic;
  }
  EXPECT_EQ(limited.statistics().retained_messages, 0U);
}

}  // namespace
}  // namespace mqtt::test
