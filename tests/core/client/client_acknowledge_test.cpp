// Messages that the host acknowledges: when it wants, with the reason it wants, in the order of arrival.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_client.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string named(ProtocolVersion version) {
  return version == V3_1 ? "a 3.1" : version == V3_1_1 ? "a 3.1.1" : "a 5.0";
}

class HostAcknowledges : public EachVersion {
 protected:
  TestClient client{{.acknowledged_by_host = true}};
};
INSTANTIATE_TEST_SUITE_P(Versions, HostAcknowledges, each_version(), in_version);

class HostAcknowledgement : public ::testing::Test {
 protected:
  TestClient client{{.acknowledged_by_host = true}};
};

TEST_P(HostAcknowledges, EachMessageWhenItWants) {
  client.connects(named(GetParam()));
  client.gets("PUBLISH t '0'", "PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2");
  EXPECT_THAT(client.events(), ElementsAre("message t '0'", "message t '1' qos1 id1", "message t '2' qos2 id2"));
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_EQ(client.acknowledges("id1"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1"));
  EXPECT_EQ(client.acknowledges("id2"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREC id2"));
  client.gets("PUBREL id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBCOMP id2"));
}

TEST_P(HostAcknowledges, InTheOrderOfArrivalHoweverItDecides_MQTT_4_6_0_2_MQTT_4_6_0_3) {
  client.connects(named(GetParam()));
  client.gets("PUBLISH t 'a' qos1 id9", "PUBLISH t 'b' qos2 id3", "PUBLISH t 'c' qos1 id4", "PUBLISH t 'd' qos2 id8");
  for (const char* line : {"id8", "id4", "id3"}) {
    EXPECT_EQ(client.acknowledges(line), "");
    EXPECT_THAT(client.sent(), IsEmpty()) << line;
  }
  client.gets("PUBLISH t 'e' qos1 id1");
  EXPECT_EQ(client.acknowledges("id9"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id9", "PUBREC id3", "PUBACK id4", "PUBREC id8"));
  EXPECT_EQ(client.acknowledges("id1"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1"));
}

TEST_P(HostAcknowledges, AMessageOnceThoughItComesAgainMeanwhile_MQTT_4_3_3_10) {
  client.connects(named(GetParam()));
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '1' qos1 id1 dup",
              "PUBLISH t '2' qos2 id2 dup");
  EXPECT_THAT(client.events(), ElementsAre("message t '1' qos1 id1", "message t '2' qos2 id2"));
  client.acknowledges("id2");
  client.gets("PUBLISH t '2' qos2 id2 dup");
  client.acknowledges("id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1", "PUBREC id2"));
  client.gets("PUBLISH t '2' qos2 id2 dup");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREC id2"));
  EXPECT_THAT(client.events(), IsEmpty());
}

TEST_P(HostAcknowledges, NothingThatItWasNotAskedFor) {
  client.connects(named(GetParam()));
  client.gets("PUBLISH t '1' qos1 id1");
  for (const char* line : {"id2", "id1", "id1"})
    EXPECT_EQ(client.acknowledges(line), "");
  client.leaves_unacknowledged(1);
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1"));
}

TEST_P(HostAcknowledges, TheOthersThoughOneIsLeftUnacknowledged) {
  client.connects(named(GetParam()));
  client.gets("PUBLISH t 'a' qos1 id1", "PUBLISH t 'b' qos2 id2", "PUBLISH t 'c' qos1 id3");
  client.acknowledges("id3");
  client.leaves_unacknowledged(2);
  client.leaves_unacknowledged(1);
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id3"));
  client.events();
  client.gets("PUBLISH t 'b' qos2 id2 dup");
  EXPECT_THAT(client.events(), ElementsAre("message t 'b' qos2 id2 dup"));
  client.acknowledges("id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREC id2"));
}

// What it did not decide is not remembered: QoS 1 and 2 alike come again.
TEST_P(HostAcknowledges, NothingOfATransportThatIsGone_MQTT_4_4_0_1) {
  client.connects(named(GetParam()) + " persistent");
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2");
  client.loses_transport();
  EXPECT_EQ(client.acknowledges("id2"), "");
  client.connects(named(GetParam()) + " persistent", "session-present");
  EXPECT_EQ(client.acknowledges("id1"), "");
  EXPECT_THAT(client.sent(), IsEmpty());
  client.gets("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '2' qos2 id2 dup");
  EXPECT_THAT(client.events(), ElementsAre("message t '1' qos1 id1 dup", "message t '2' qos2 id2 dup"));
  client.acknowledges("id2");
  client.acknowledges("id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1", "PUBREC id2"));
}

// It took the message, so nobody gets it a second time; and the answer has its turn.
TEST_P(HostAcknowledges, AMessageOfQoS2ThatItDecidedOverTheEndOfTheTransport_MQTT_4_3_3_10) {
  client.connects(named(GetParam()) + " persistent");
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2");
  client.acknowledges("id2");
  client.loses_transport();
  client.connects(named(GetParam()) + " persistent", "session-present");
  client.gets("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '2' qos2 id2 dup");
  EXPECT_THAT(client.events(), ElementsAre("message t '1' qos1 id1 dup"));
  EXPECT_THAT(client.sent(), IsEmpty());
  client.acknowledges("id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1", "PUBREC id2"));
}

TEST_P(HostAcknowledges, NothingOnceTheClientDisconnects) {
  client.connects(named(GetParam()));
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2");
  client.machine().disconnect({}, client.now());
  EXPECT_EQ(client.acknowledges("id1"), "");
  client.leaves_unacknowledged(2);
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT"));
}

TEST_F(HostAcknowledgement, SaysWhatTheHostSays) {
  client.connects("a");
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2");
  constexpr const char* kSaid = "not-authorized {reason_string='not for me' user_property=k:v user_property=k:w}";
  EXPECT_EQ(client.acknowledges("id1 " + std::string(kSaid)), "");
  EXPECT_EQ(client.acknowledges("id2 no-matching-subscribers {reason_string=fine}"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1 " + std::string(kSaid),
                                         "PUBREC id2 no-matching-subscribers {reason_string=fine}"));
}

TEST_F(HostAcknowledgement, OfRefusalFreesThePacketIdentifier_MQTT_4_3_3_9) {
  client.connects("a persistent");
  client.gets("PUBLISH t '1' qos2 id7");
  client.acknowledges("id7 quota-exceeded");
  client.gets("PUBLISH t '2' qos2 id7");
  client.acknowledges("id7");
  client.gets("PUBREL id7");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREC id7 quota-exceeded", "PUBREC id7", "PUBCOMP id7"));
  EXPECT_THAT(client.events(), ElementsAre("message t '1' qos2 id7", "message t '2' qos2 id7"));
}

TEST_F(HostAcknowledgement, HasAReasonThatItsPacketHas_MQTT_3_4_2_1_MQTT_3_5_2_1) {
  client.connects("a");
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2");
  for (const PacketIdentifier identifier : {PacketIdentifier{1}, PacketIdentifier{2}})
    EXPECT_TRUE(client.machine().acknowledge(identifier, ReasonCode::Banned, {}, client.now()));
  client.advance(Duration::zero());
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1 unspecified-error", "PUBREC id2 unspecified-error"));
}

TEST_F(HostAcknowledgement, LeavesOutWhatDoesNotFitTheServer_MQTT_3_4_2_2_MQTT_3_4_2_3_MQTT_3_5_2_2_MQTT_3_5_2_3) {
  client.connects("a", "{maximum_packet_size=20}");
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '3' qos1 id3", "PUBLISH t '4' qos2 id4");
  client.acknowledges("id1 not-authorized {reason_string='quite a long one' user_property=k:v}");
  client.acknowledges("id2 not-authorized {reason_string=short user_property=key:valuevaluevalue}");
  client.acknowledges("id3 not-authorized {reason_string='quite a long one' user_property=key:valuevaluevalue}");
  client.acknowledges("id4 {reason_string='quite a long one'}");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1 not-authorized {user_property=k:v}",
                                         "PUBREC id2 not-authorized {reason_string=short}", "PUBACK id3 not-authorized",
                                         "PUBREC id4"));
}

TEST_F(HostAcknowledgement, IsNotGivenWhereTheServerTakesNoneOfItsSize_MQTT_3_2_2_15) {
  client.connects("a", "{maximum_packet_size=4}");
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2");
  client.acknowledges("id1 not-authorized");
  client.acknowledges("id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id2"));
}

TEST_F(HostAcknowledgement, WithTextsThatNoPacketCanCarryIsRefused) {
  client.connects("a");
  client.gets("PUBLISH t '1' qos1 id1");
  EXPECT_THAT(client.acknowledges("id1 {reason_string='x'x65536}"), HasSubstr("a property's value"));
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_EQ(client.acknowledges("id1"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1"));
}

TEST(HostRefusal, HasNoWordBefore5_0) {
  for (const ProtocolVersion version : {V3_1, V3_1_1}) {
    TestClient client({.acknowledged_by_host = true});
    client.connects(named(version));
    client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2");
    client.acknowledges("id1 not-authorized {reason_string=no}");
    client.acknowledges("id2 not-authorized");
    client.gets("PUBLISH t '2' qos2 id2 dup", "PUBREL id2");
    EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1", "PUBREC id2", "PUBREC id2", "PUBCOMP id2"));
    EXPECT_EQ(client.events().size(), 2U);
  }
}

TEST_F(HostAcknowledgement, IsWaitedForByNoMoreThanTheReceiveMaximum_MQTT_3_3_4_9) {
  client.connects("a {receive_maximum=2}");
  client.gets("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '0'");
  client.acknowledges("id1");
  client.gets("PUBLISH t '3' qos1 id3");
  client.acknowledges("id2 quota-exceeded");
  client.acknowledges("id3");
  client.gets("PUBLISH t '4' qos2 id4", "PUBLISH t '5' qos1 id5");
  EXPECT_TRUE(client.machine().connected());
  client.sent();
  client.gets("PUBLISH t '6' qos1 id6");
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT receive-maximum-exceeded"));
  EXPECT_THAT(client.events(), Contains(StartsWith("closing receive-maximum-exceeded")));
}

TEST_F(HostAcknowledgement, FindsItsMessageAmongManyInAnyOrder) {
  client.connects("a");
  constexpr int kMessages = 200;
  for (int i = 0; i < kMessages; ++i)
    client.gets("PUBLISH t 'x' qos1 id" + std::to_string(1 + i * 37 % 1000));
  for (int i = kMessages - 1; i >= 0; --i)
    client.acknowledges("id" + std::to_string(1 + i * 37 % 1000));
  const auto sent = client.sent();
  ASSERT_EQ(sent.size(), static_cast<std::size_t>(kMessages));
  for (int i = 0; i < kMessages; ++i)
    EXPECT_EQ(sent[static_cast<std::size_t>(i)], "PUBACK id" + std::to_string(1 + i * 37 % 1000));
}

TEST(HostAcknowledgements, BeginWithTheNextMessageWhenTheHostAsksForThem) {
  TestClient client;
  client.connects("a");
  client.gets("PUBLISH t '1' qos1 id1");
  client.machine().let_host_acknowledge();
  client.gets("PUBLISH t '2' qos1 id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1"));
  client.acknowledges("id2");
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id2"));
}

}  // namespace
}  // namespace mqtt::test
