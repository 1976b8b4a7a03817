// $SYS: the broker's statistics as retained messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class SystemTopics : public testing::Test {
 protected:
  std::vector<std::string> read(Peer& peer) {
    peer.subscribes("$SYS/#");
    return peer.received_and_forgotten("PUBLISH");
  }
  TestBroker broker{{.statistics_interval = 10s, .version = "wasmqtt test"}};
};

TEST_F(SystemTopics, AreThereForTheFirstClient) {
  Peer peer(broker);
  peer.connects("a");
  const auto lines = read(peer);
  EXPECT_THAT(lines, Contains("PUBLISH $SYS/broker/version 'wasmqtt test' retain"));
  EXPECT_THAT(lines, Contains("PUBLISH $SYS/broker/uptime '0 seconds' retain"));
  for (const char* name : {"clients/total",
                           "clients/connected",
                           "clients/disconnected",
                           "clients/maximum",
                           "clients/expired",
                           "messages/received",
                           "messages/sent",
                           "messages/stored",
                           "publish/messages/received",
                           "publish/messages/sent",
                           "publish/messages/dropped",
                           "publish/bytes/received",
                           "publish/bytes/sent",
                           "bytes/received",
                           "bytes/sent",
                           "subscriptions/count",
                           "shared_subscriptions/count",
                           "store/messages/count",
                           "store/messages/bytes",
                           "load/messages/received/1min",
                           "load/connections/15min"}) {
    EXPECT_THAT(lines, Contains(StartsWith(std::string("PUBLISH $SYS/broker/") + name + " '"))) << name;
  }
}

TEST_F(SystemTopics, ComeAgainWhenTheyHaveChanged) {
  Peer peer(broker), other(broker);
  peer.connects("a");
  read(peer);
  other.connects("b");
  other.sends("PUBLISH t 'hello'");
  broker.advance(10s);
  const auto lines = peer.received();
  EXPECT_THAT(lines, Contains("PUBLISH $SYS/broker/clients/connected '2'"));
  EXPECT_THAT(lines, Contains("PUBLISH $SYS/broker/uptime '10 seconds'"));
  EXPECT_THAT(lines, Contains("PUBLISH $SYS/broker/publish/bytes/received '5'"));
  EXPECT_THAT(lines, Not(Contains(StartsWith("PUBLISH $SYS/broker/version"))));
}

TEST_F(SystemTopics, AreAveragedOverMinutes) {
  Peer peer(broker), other(broker);
  peer.connects("a");
  read(peer);
  other.connects("b");
  for (int i = 0; i < 60; ++i)
    other.sends("PUBLISH t 'x'");
  broker.advance(10s);  // 360 a minute, for a sixth of one
  EXPECT_THAT(peer.received(), Contains("PUBLISH $SYS/broker/load/publish/received/1min '55.27'"));
}

TEST_F(SystemTopics, WakeNobodyWhenNobodyIsConnected) {
  {
    Peer peer(broker);
    peer.connects("a");
    broker.advance(25s);
  }
  broker.advance(1h);
  EXPECT_EQ(broker.machine().next_deadline(), kNever);
  Peer again(broker);
  again.connects("a");
  EXPECT_THAT(read(again), Contains("PUBLISH $SYS/broker/uptime '3625 seconds' retain"));
}

TEST_F(SystemTopics, AreNotCountedAmongTheRetainedMessages) {
  TestBroker limited({.maximum_retained_messages = 1, .statistics_interval = 10s});
  Peer peer(limited);
  peer.connects("a");
  peer.sends("PUBLISH t 'x' qos1 id1 retain");
  EXPECT_THAT(peer.received(), ElementsAre("PUBACK id1 no-matching-subscribers"));
  limited.advance(1min);
  EXPECT_EQ(limited.statistics().retained_messages, 1U);
}

TEST_F(SystemTopics, AreNotCountedWhateverTheHostDoesToThem) {
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH kept 'x' retain");
  ASSERT_TRUE(broker.publishes("$SYS/broker/uptime '' retain"));
  EXPECT_EQ(broker.statistics().retained_messages, 1U);
  ASSERT_TRUE(broker.publishes("$SYS/broker/uptime 'mine' retain"));
  ASSERT_TRUE(broker.publishes("$SYS/of/the/host 'mine' retain"));
  broker.advance(30s);
  EXPECT_EQ(broker.statistics().retained_messages, 1U);
}

TEST_F(SystemTopics, AreTheBrokersOwn) {
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH $SYS/broker/version 'mine' qos1 id1 retain");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("PUBACK id1 not-authorized")));
}

TEST_F(SystemTopics, AreNotMatchedByALeadingWildcard_MQTT_4_7_2_1) {
  Peer peer(broker);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 #, +/broker/#");
  broker.advance(10s);
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id1 [0 0]"));
}

TEST(SystemTopicsOff, AreTheDefault) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 $SYS/#");
  broker.advance(1h);
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id1 [0]"));
}

}  // namespace
}  // namespace mqtt::test
