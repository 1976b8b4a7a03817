// The order and the number of the client's answers, and what it sends again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_client.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string named(ProtocolVersion version) {
  return version == V3_1 ? "a 3.1" : version == V3_1_1 ? "a 3.1.1" : "a 5.0";
}

class AnswersIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, AnswersIn, each_version(), in_version);

TEST_P(AnswersIn, ComeInTheOrderOfWhatTheyAnswer_MQTT_4_6_0_2_MQTT_4_6_0_3_MQTT_4_6_0_4) {
  TestClient client;
  client.connects(named(GetParam()));
  client.gets("PUBLISH t 'a' qos1 id9", "PUBLISH t 'b' qos2 id3", "PUBLISH t 'c' qos1 id1", "PUBLISH t 'd' qos2 id8",
              "PUBLISH t 'e' qos1 id5", "PUBLISH t 'f' qos2 id2");
  EXPECT_THAT(client.sent(),
              ElementsAre("PUBACK id9", "PUBREC id3", "PUBACK id1", "PUBREC id8", "PUBACK id5", "PUBREC id2"));
  for (const char* line : {"t '1' qos2", "t '2' qos2", "t '3' qos2"})
    EXPECT_EQ(client.publishes(line), "");
  client.sent();
  client.gets("PUBREC id2", "PUBREC id3", "PUBREC id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id2", "PUBREL id3", "PUBREL id1"));
}

TEST_P(AnswersIn, AtQoS1TakeEachPublishForAnotherMessage_MQTT_4_3_2_5) {
  TestClient client;
  client.connects(named(GetParam()));
  client.gets("PUBLISH t 'x' qos1 id7", "PUBLISH t 'x' qos1 id7 dup", "PUBLISH t 'y' qos1 id7");
  EXPECT_EQ(client.events().size(), 3U);
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id7", "PUBACK id7", "PUBACK id7"));
}

TEST_P(AnswersIn, AreAwaitedAsLongAsTheConnectionIsOpen_MQTT_4_4_0_1) {
  TestClient client;
  client.connects(named(GetParam()) + " keep_alive=0");
  for (const char* line : {"t '1' qos1", "t '2' qos2", "t '3' qos2"})
    EXPECT_EQ(client.publishes(line), "");
  client.gets("PUBREC id3");
  client.subscribes("s");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '3' qos2 id3",
                                         "PUBREL id3", "SUBSCRIBE id4 s"));
  client.advance(24h * 30);
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_TRUE(client.machine().connected());
}

TEST(Answers, OfRefusalEndTheMessage_MQTT_4_4_0_2) {
  TestClient client;
  client.connects("a persistent");
  for (const char* line : {"t '1' qos1", "t '2' qos2", "t '3' qos1"})
    EXPECT_EQ(client.publishes(line), "");
  client.gets("PUBACK id1 not-authorized", "PUBREC id2 quota-exceeded");
  client.sent();
  client.loses_transport();
  client.opens("a persistent");
  client.sent();
  client.gets("CONNACK success session-present");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '3' qos1 id3 dup"));
}

TEST(Answers, AreAwaitedThoughTheMessageExpired_MQTT_4_3_3_7) {
  TestClient client;
  client.connects("a persistent keep_alive=0");
  EXPECT_EQ(client.publishes("t '1' qos2 {message_expiry_interval=10}"), "");
  client.loses_transport();
  client.advance(60s);
  client.opens("a persistent");
  client.sent();
  client.gets("CONNACK success session-present");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t '1' qos2 id1 dup {message_expiry_interval=0}"));
}

// --- the client's own last word

TEST(LastWord, LeavesTheReasonStringAndUserPropertiesOutToFitTheServer_MQTT_3_14_2_3_MQTT_3_14_2_4) {
  for (const char* properties :
       {"reason_string='r'x100", "user_property=k:vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", "reason_string='r'x65536"}) {
    TestClient client;
    client.connects("a 5.0 persistent {session_expiry_interval=50}", "{maximum_packet_size=30}");
    client.disconnects("disconnect-with-will-message {session_expiry_interval=5 " + std::string(properties) + "}");
    EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT disconnect-with-will-message {session_expiry_interval=5}"));
    EXPECT_TRUE(client.wants_close());
  }
}

TEST(LastWord, LeavesOutAllThatDoesNotFitTheServer_MQTT_3_2_2_15) {
  TestClient client;
  client.connects("a 5.0 persistent {session_expiry_interval=50}", "{maximum_packet_size=5}");
  client.disconnects("disconnect-with-will-message {session_expiry_interval=5}");
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT disconnect-with-will-message"));
}

TEST(LastWord, HasAReasonThatDisconnectHas_MQTT_3_14_2_1) {
  TestClient client;
  client.connects("a 5.0");
  client.disconnects("bad-user-name-or-password");
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT unspecified-error"));
}

}  // namespace
}  // namespace mqtt::test
