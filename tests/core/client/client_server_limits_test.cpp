// What the server's CONNACK allows, and what the client therefore does not send or sends in fewer bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_client.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ServerLimits, OnSubscriptionsAreKept) {
  TestClient client;
  client.connects("c",
                  "{wildcard_subscription_available=0 subscription_identifiers_available=0 "
                  "shared_subscription_available=0}");
  EXPECT_THAT(client.subscribes("a/+", 1), HasSubstr("wildcards"));
  EXPECT_THAT(client.subscribes("$share/g/a", 2), HasSubstr("shared"));
  EXPECT_THAT(client.subscribes("a {subscription_identifier=1}", 3), HasSubstr("identifiers"));
  EXPECT_EQ(client.subscribes("a", 4), "");
  EXPECT_THAT(client.sent(), ElementsAre("SUBSCRIBE id1 a"));
}

TEST(AutomaticTopicAliases, NameWhatIsPublishedOften_MQTT_3_2_2_17) {
  TestClient client({.maximum_automatic_topic_aliases = 10});
  client.connects("c", "{topic_alias_maximum=1}");
  for (const char* line : {"topic/one '1'", "topic/one '2' qos1", "topic/two '3'", "topic/one '4' qos2"})
    EXPECT_EQ(client.publishes(line), "");
  EXPECT_THAT(client.sent(),
              ElementsAre("PUBLISH topic/one '1' {topic_alias=1}", "PUBLISH '' '2' qos1 id1 {topic_alias=1}",
                          "PUBLISH topic/two '3'", "PUBLISH '' '4' qos2 id2 {topic_alias=1}"));
}

TEST(AutomaticTopicAliases, SayTheTopicAgainOnANewConnection) {
  TestClient client({.maximum_automatic_topic_aliases = 10});
  client.connects("c persistent {session_expiry_interval=100}", "{topic_alias_maximum=5}");
  EXPECT_EQ(client.publishes("topic/one '1' qos1"), "");
  EXPECT_EQ(client.publishes("topic/one '2' qos1"), "");
  client.sent();
  client.loses_transport();
  client.opens("c persistent {session_expiry_interval=100}");
  client.sent();
  client.gets("CONNACK success session-present {topic_alias_maximum=5}");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH topic/one '1' qos1 id1 dup {topic_alias=1}",
                                         "PUBLISH '' '2' qos1 id2 dup {topic_alias=1}"));
}

TEST(AutomaticTopicAliases, StandForTheApplicationsOwn) {
  TestClient client({.maximum_automatic_topic_aliases = 10});
  client.connects("c", "{topic_alias_maximum=5}");
  EXPECT_EQ(client.publishes("topic/two '1'"), "");
  EXPECT_EQ(client.publishes("topic/one '1' {topic_alias=4}"), "");
  EXPECT_EQ(client.publishes("'' '2' {topic_alias=4}"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH topic/two '1' {topic_alias=1}",
                                         "PUBLISH topic/one '1' {topic_alias=2}", "PUBLISH '' '2' {topic_alias=2}"));
}

TEST(TopicAliases, OfTheApplicationAreLearntFromEveryQoSAndToldBeforeTheyAreUsed) {
  TestClient client;
  client.connects("c", "{topic_alias_maximum=5}");
  EXPECT_EQ(client.publishes("topic/one '1' qos1 {topic_alias=3}"), "");
  EXPECT_EQ(client.publishes("'' '2' {topic_alias=3}"), "");
  EXPECT_EQ(client.publishes("'' '3' {topic_alias=3}"), "");
  EXPECT_EQ(client.publishes("'' '4' qos1 {topic_alias=3}"), "");
  EXPECT_EQ(client.publishes("topic/two '5' qos1 {topic_alias=3}"), "");
  EXPECT_EQ(client.publishes("'' '6' {topic_alias=3}"), "");
  EXPECT_NE(client.publishes("'' '7' {topic_alias=4}"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH topic/one '1' qos1 id1", "PUBLISH topic/one '2' {topic_alias=3}",
                                         "PUBLISH '' '3' {topic_alias=3}", "PUBLISH topic/one '4' qos1 id2",
                                         "PUBLISH topic/two '5' qos1 id3", "PUBLISH topic/two '6' {topic_alias=3}"));
}

TEST(AutomaticTopicAliases, AreNotUsedWithAServerThatTakesNone) {
  TestClient client({.maximum_automatic_topic_aliases = 10});
  client.connects("c", "");
  EXPECT_EQ(client.publishes("topic/one '1'"), "");
  EXPECT_EQ(client.publishes("topic/one '2'"), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH topic/one '1'", "PUBLISH topic/one '2'"));
}

}  // namespace
}  // namespace mqtt::test
