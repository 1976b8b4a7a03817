// What a host says with its decisions, besides their reason codes: Reason Strings and User Properties.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Welcomes everybody with the same words, and says the same ones about each topic.
class Talkative : public BrokerAuthority {
 public:
  std::optional<Verdict> on_connect(ConnectionId, const Connect&) override { return verdict; }
  std::optional<Verdict> on_auth(ConnectionId, const Auth&) override { return verdict; }
  Permission may_subscribe(ConnectionId, std::string_view, const SubscribeEntry& entry) override {
    return {reason, reason_string, std::span(properties).subspan(entry.topic_filter == "second" ? 1 : 0, 1)};
  }
  Permission may_publish(ConnectionId, std::string_view, const Publish&) override {
    return {reason, reason_string, properties};
  }
  bool decides_publishes() const override { return true; }

  Verdict verdict;
  ReasonCode reason = ReasonCode::Success;
  std::string_view reason_string = "so it is";
  std::array<UserProperty, 2> properties{{{"room", "7"}, {"floor", "2"}}};
};

class Explained : public ::testing::Test {
 protected:
  Talkative host;
  TestBroker broker{{}, nullptr, &host};
};

constexpr const char* kSaid = "{reason_string='so it is' user_property=room:7 user_property=floor:2}";

TEST_F(Explained, PublishesAreAcknowledgedWithWhatTheHostSays) {
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos2 id2", "PUBREL id2");
  host.reason = ReasonCode::QuotaExceeded;
  peer.sends("PUBLISH t 'x' qos1 id3", "PUBLISH t 'x' qos2 id4");
  const std::string said = kSaid;
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBACK id1 no-matching-subscribers " + said, "PUBREC id2 no-matching-subscribers " + said,
                          "PUBCOMP id2", "PUBACK id3 quota-exceeded " + said, "PUBREC id4 quota-exceeded " + said));
}

TEST_F(Explained, ASubackHasTheFirstReasonStringAndAllUserProperties) {
  Peer peer(broker);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 first qos1, second");
  host.reason = ReasonCode::NotAuthorized;
  host.reason_string = "";
  peer.sends("SUBSCRIBE id2 second");
  EXPECT_THAT(peer.received(),
              ElementsAre("SUBACK id1 [1 0] " + std::string(kSaid),
                          "SUBACK id2 [not-authorized] {reason_string='the host does not let the client subscribe to "
                          "this' user_property=floor:2}"));
}

TEST_F(Explained, AConnackHasThemWhateverItSays) {
  host.verdict.user_properties = {{"region", "north"}, {"region", "2"}};
  host.verdict.reason_string = "hello";
  Peer welcome(broker), refused(broker), usual(broker, V3_1_1);
  welcome.sends("CONNECT a");
  EXPECT_THAT(welcome.received(),
              ElementsAre(HasSubstr("reason_string=hello user_property=region:north user_property=region:2")));
  usual.sends("CONNECT b");
  EXPECT_THAT(usual.received(), ElementsAre("CONNACK success"));
  host.verdict.reason = ReasonCode::Banned;
  refused.sends("CONNECT c");
  EXPECT_THAT(refused.received(),
              ElementsAre("CONNACK banned {reason_string=hello user_property=region:north user_property=region:2}"));
}

TEST_F(Explained, AConnackThatRefusesAWillHasWhatTheHostSaysOfIt) {
  host.reason = ReasonCode::NotAuthorized;
  Peer peer(broker);
  peer.sends("CONNECT a will(t 'bye')");
  EXPECT_THAT(peer.received(), ElementsAre("CONNACK not-authorized " + std::string(kSaid)));
}

TEST_F(Explained, AnAuthHasThemAndTheDisconnectOfWhoFailsToAuthenticateAgain) {
  Peer peer(broker);
  host.verdict = {
      .reason = ReasonCode::ContinueAuthentication, .reason_string = "go on", .user_properties = {{"n", "1"}}};
  peer.sends("CONNECT a {authentication_method=M}");
  EXPECT_THAT(peer.received(), ElementsAre("AUTH continue-authentication {authentication_method=M reason_string='go "
                                           "on' user_property=n:1}"));
  host.verdict = {};
  peer.sends("AUTH continue-authentication {authentication_method=M}");
  peer.received();
  host.verdict = {.reason = ReasonCode::NotAuthorized, .reason_string = "too late", .user_properties = {{"n", "2"}}};
  peer.sends("AUTH re-authenticate {authentication_method=M}");
  EXPECT_THAT(peer.received(), ElementsAre("DISCONNECT not-authorized {reason_string='too late' user_property=n:2}"));
}

TEST_F(Explained, ADisconnectHasWhatAServerMaySay_MQTT_3_14_2_2) {
  Peer peer(broker);
  peer.connects("a");
  broker.disconnects(peer,
                     "use-another-server {session_expiry_interval=5 server_reference=there reason_string=full "
                     "user_property=load:9}");
  EXPECT_THAT(peer.received(), ElementsAre("DISCONNECT use-another-server {server_reference=there reason_string=full "
                                           "user_property=load:9}"));
}

// Others than CONNACK and DISCONNECT; and reason strings in none.
TEST_F(Explained, NothingIsSaidToWhoWantsNoProblemInformation_MQTT_3_1_2_29) {
  host.verdict.user_properties = {{"region", "north"}};
  host.verdict.reason_string = "hello";
  Peer peer(broker);
  peer.sends("CONNECT a {request_problem_information=0 authentication_method=M}");
  EXPECT_THAT(peer.received(), ElementsAre(AllOf(HasSubstr("region:north"), Not(HasSubstr("reason_string")))));
  peer.sends("PUBLISH t 'x' qos1 id1", "SUBSCRIBE id2 t", "AUTH re-authenticate {authentication_method=M}");
  host.reason = ReasonCode::NotAuthorized;
  peer.sends("PUBLISH t 'x' qos2 id3", "SUBSCRIBE id4 t");
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBACK id1 no-matching-subscribers", "SUBACK id2 [0]", "AUTH {authentication_method=M}",
                          "PUBREC id3 not-authorized", "SUBACK id4 [not-authorized]"));
  broker.disconnects(peer, "quota-exceeded {reason_string=no user_property=load:9}");
  EXPECT_THAT(peer.received(), ElementsAre("DISCONNECT quota-exceeded {user_property=load:9}"));
}

TEST_F(Explained, UserPropertiesAreLeftOutToFitTheClient_MQTT_3_4_2_3_MQTT_3_5_2_3_MQTT_3_9_2_2) {
  Peer peer(broker), tiny(broker);
  peer.connects("a {maximum_packet_size=25}");
  tiny.connects("b {maximum_packet_size=17}");
  host.reason = ReasonCode::NotAuthorized;
  for (Peer* each : {&peer, &tiny})
    each->sends("PUBLISH t 'x' qos1 id1", "PUBLISH t 'x' qos2 id2", "SUBSCRIBE id3 first");
  EXPECT_THAT(peer.received(), ElementsAre("PUBACK id1 not-authorized {reason_string='so it is'}",
                                           "PUBREC id2 not-authorized {reason_string='so it is'}",
                                           "SUBACK id3 [not-authorized] {reason_string='so it is'}"));
  EXPECT_THAT(tiny.received(), ElementsAre("PUBACK id1 not-authorized {reason_string='so it is'}",
                                           "PUBREC id2 not-authorized {reason_string='so it is'}",
                                           AnyOf("SUBACK id3 [not-authorized] {reason_string='so it is'}",
                                                 "SUBACK id3 [not-authorized] {user_property=room:7}")));
}

TEST_F(Explained, AConnackIsLessTheUserPropertiesThatDoNotFitTheClient_MQTT_3_2_2_20) {
  const std::string large(100, 'v');
  host.verdict.user_properties = {{"key", large}};
  Peer welcome(broker), refused(broker), large_enough(broker);
  large_enough.sends("CONNECT c {maximum_packet_size=200}");
  EXPECT_THAT(large_enough.received(), ElementsAre(HasSubstr(large)));
  welcome.sends("CONNECT a {maximum_packet_size=60}");
  EXPECT_THAT(welcome.received(), ElementsAre(AllOf(StartsWith("CONNACK success"), Not(HasSubstr("user_property")))));
  host.verdict.reason = ReasonCode::NotAuthorized;
  refused.sends("CONNECT b {maximum_packet_size=60}");
  EXPECT_THAT(refused.received(),
              ElementsAre(AllOf(StartsWith("CONNACK not-authorized"), Not(HasSubstr("user_property")))));
}

TEST_F(Explained, AnAuthAndADisconnectAreLessWhatDoesNotFitTheClient_MQTT_3_15_2_2_MQTT_3_15_2_3_MQTT_3_14_2_4) {
  Peer peer(broker);
  peer.connects("a {maximum_packet_size=40 authentication_method=M}");
  host.verdict = {.reason_string = std::string(100, 'r'), .user_properties = {{"key", std::string(100, 'v')}}};
  peer.sends("AUTH re-authenticate {authentication_method=M}");
  EXPECT_THAT(peer.received(), ElementsAre("AUTH {authentication_method=M}"));
  broker.disconnects(peer, "quota-exceeded {reason_string=full user_property=key:" + std::string(100, 'v') + "}");
  EXPECT_THAT(peer.received(), ElementsAre("DISCONNECT quota-exceeded {reason_string=full}"));
}

TEST_F(Explained, WhatNoPacketCanCarryIsNotSaid) {
  const std::string too_long(65'536, 'x');
  Peer peer(broker);
  host.verdict.user_properties = {{"key", "\xFF"}};
  host.reason_string = too_long;
  peer.sends("CONNECT a");
  EXPECT_THAT(peer.received(), ElementsAre(AllOf(StartsWith("CONNACK success"), Not(HasSubstr("user_property")))));
  peer.sends("PUBLISH t 'x' qos1 id1", "SUBSCRIBE id2 t");
  EXPECT_THAT(peer.received(), ElementsAre("PUBACK id1 no-matching-subscribers", "SUBACK id2 [0]"));
  EXPECT_FALSE(peer.is_closed());
}

// The broker's own refusal of what the host allows.
TEST_F(Explained, AHostsWordsForYesAreNotTheReasonOfANo) {
  TestBroker limited({.maximum_retained_messages = 0}, nullptr, &host);
  Peer peer(limited);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' qos1 id1 retain");
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBACK id1 quota-exceeded {reason_string='as many messages are retained as may be'}"));
}

}  // namespace
}  // namespace mqtt::test
