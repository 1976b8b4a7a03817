// What a host narrows beyond what the server says, and the messages that it gives up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "support/test_client.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What it lets go is taken from the output at once.
void limit(TestClient& client, std::uint16_t messages) {
  client.machine().limit_in_flight(messages, client.now());
  client.advance(0ms);
}

constexpr const char* kConnect = "c persistent {session_expiry_interval=100}";

TEST(HostLimits, HoldBackMessagesInFlightUntilTheyAreLifted) {
  TestClient client;
  limit(client, 1);
  client.connects("c");
  for (const char* line : {"a '1' qos1", "a '2' qos2", "a '3' qos1", "a '0'"})
    EXPECT_EQ(client.publishes(line), "");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH a '1' qos1 id1", "PUBLISH a '0'")) << "QoS 0 needs no answer";
  client.gets("PUBACK id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH a '2' qos2 id2"));
  limit(client, 65'535);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH a '3' qos1 id3"));
}

TEST(HostLimits, HoldBackWhatAResumedSessionOwes) {
  TestClient client;
  client.connects(kConnect);
  for (const char* line : {"a '1' qos1", "a '2' qos1"})
    EXPECT_EQ(client.publishes(line), "");
  client.sent();
  client.loses_transport();
  limit(client, 0);
  client.connects(kConnect, "session-present");
  EXPECT_THAT(client.sent(), IsEmpty());
  limit(client, 1);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH a '1' qos1 id1 dup"));
  client.gets("PUBACK id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH a '2' qos1 id2 dup"));
}

TEST(HostLimits, OfQoSHoldUntilTheEndOfTheTransport) {
  TestClient client({.lowers_qos = true});
  client.connects(kConnect);
  limit(client, 0);
  EXPECT_EQ(client.publishes("a '2' qos2 retain {content_type=text}", 7), "");
  client.machine().limit_qos(QoS::AtLeastOnce);
  limit(client, 65'535);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH a '2' qos1 id1 retain {content_type=text}"));
  client.gets("PUBACK id1");
  EXPECT_THAT(client.events(), ElementsAre("published 7 id1"));
}

TEST(LoweredQoS, IsThatOfTheConnack) {
  TestClient client({.lowers_qos = true});
  EXPECT_EQ(client.publishes("a '2' qos2", 7), "");
  client.opens("c");
  client.sent();
  client.gets("CONNACK success {maximum_qos=0}");
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH a '2'"));
  EXPECT_THAT(client.events(), ElementsAre("connack success {maximum_qos=0}", "published 7"));
}

TEST(MessagesThatWereSent, AreCountedWhileTheyAreUnacknowledged) {
  TestClient client;
  client.connects(kConnect);
  EXPECT_EQ(client.machine().unacknowledged().messages, 0U);
  client.subscribes("a", 1);
  client.publishes("a '1' qos1", 7);
  client.publishes("a '2' qos2", 8);
  EXPECT_EQ(client.machine().unacknowledged().messages, 2U);
  EXPECT_EQ(client.machine().unacknowledged().first, 7U);
  client.gets("PUBACK id2");
  EXPECT_EQ(client.machine().unacknowledged().first, 8U);
  client.loses_transport();
  limit(client, 0);
  client.connects(kConnect, "session-present");
  EXPECT_EQ(client.machine().unacknowledged().messages, 0U) << "this transport has not carried it";
}

TEST(MessagesThatWereSent, AreNotSentAgainWhenTheyWereGivenUp) {
  TestClient client;
  client.connects(kConnect);
  client.publishes("a '1' qos1", 7);
  client.publishes("b '2' qos2", 8);
  client.publishes("c '2' qos2", 9);
  client.gets("PUBREC id3");
  client.loses_transport();
  EXPECT_EQ(client.machine().give_up_sent(7), "a");
  EXPECT_EQ(client.machine().give_up_sent(8), "b");
  EXPECT_EQ(client.machine().give_up_sent(9), "") << "the server has it";
  EXPECT_EQ(client.machine().give_up_sent(9), std::nullopt);
  client.sent();
  client.connects(kConnect, "session-present");
  EXPECT_THAT(client.sent(), IsEmpty());
}

TEST(Pings, ThatTheHostAsksForAreAnswered) {
  TestClient client;
  client.connects("c keep_alive=0");
  EXPECT_TRUE(client.machine().probe(client.now()));
  EXPECT_FALSE(client.machine().probe(client.now())) << "one is under way";
  client.advance(0ms);
  EXPECT_THAT(client.sent(), ElementsAre("PINGREQ"));
  client.gets("PINGRESP");
  EXPECT_TRUE(client.machine().probe(client.now()));
}

}  // namespace
}  // namespace mqtt::test
