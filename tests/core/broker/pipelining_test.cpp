// Packets of a client that does not wait for answers: before its CONNACK, behind a refusal, and with its window full.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/test_broker.h"
#include "support/versions.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// As one write.
template <typename... Lines>
void sends_at_once(Peer& peer, const Lines&... lines) {
  std::vector<std::uint8_t> stream;
  const auto add = [&](std::string_view line) {
    const auto packet = WrittenPacket(line, peer.version()).bytes();
    stream.insert(stream.end(), packet.begin(), packet.end());
  };
  (add(lines), ...);
  peer.sends_bytes(stream);
}

class PipeliningIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, PipeliningIn, each_version(), in_version);

TEST_P(PipeliningIn, BehindAConnectIsServedAfterItsConnack_MQTT_3_2_0_1) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  sends_at_once(peer, "CONNECT a", "SUBSCRIBE id1 t qos1", "PUBLISH t 'x' qos1 id2", "PINGREQ", "DISCONNECT");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK success"), "SUBACK id1 [1]", "PUBLISH t 'x' qos1 id1",
                                           "PUBACK id2", "PINGRESP"));
  EXPECT_TRUE(peer.is_closed());
}

TEST_P(PipeliningIn, BehindARefusedConnectIsNotListenedTo_MQTT_3_1_4_6) {
  TestBroker broker;
  Peer watcher(broker), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("#");
  // A will topic with a wildcard is malformed in every version.
  std::vector<std::uint8_t> stream = WrittenPacket("CONNECT a will(w/x 'bye')", GetParam()).bytes();
  *std::find(stream.begin(), stream.end(), 'x') = '#';
  for (const char* line : {"PUBLISH t 'x' retain", "SUBSCRIBE id1 t", "PINGREQ", "CONNECT a", "PUBLISH t 'x'"}) {
    const auto packet = WrittenPacket(line, GetParam()).bytes();
    stream.insert(stream.end(), packet.begin(), packet.end());
  }
  peer.sends_bytes(stream);
  EXPECT_TRUE(peer.is_closed());
  if (GetParam() == V5_0) {
    EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK malformed-packet")));
  } else {
    EXPECT_THAT(peer.received(), IsEmpty());
  }
  EXPECT_THAT(watcher.received(), IsEmpty());
  EXPECT_EQ(broker.statistics().retained_messages, 0U);
  EXPECT_EQ(broker.statistics().publishes_received, 0U);
  EXPECT_EQ(broker.statistics().sessions, 1U) << "the watcher's";
}

// A Receive Maximum that is used up delays PUBLISH packets of QoS 1 and 2, and nothing else.
TEST_P(PipeliningIn, WithAFullWindowEverythingElseIsAnswered_MQTT_3_3_4_10_MQTT_4_9_0_3) {
  TestBroker broker({.maximum_in_flight = 1});
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.subscribes("t qos1");
  ASSERT_TRUE(broker.publishes("t '1' qos1"));
  ASSERT_TRUE(broker.publishes("t '2' qos1"));
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1"));
  peer.sends("PINGREQ", "SUBSCRIBE id7 u", "UNSUBSCRIBE id8 u", "PUBLISH v 'x' qos1 id9", "PUBLISH v 'x' qos2 id10",
             "PUBREL id10");
  EXPECT_THAT(peer.received(), ElementsAre("PINGRESP", "SUBACK id7 [0]", StartsWith("UNSUBACK id8"),
                                           StartsWith("PUBACK id9"), StartsWith("PUBREC id10"), "PUBCOMP id10"));
  peer.sends("PUBACK id1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '2' qos1 id2"));
}

// Several filters in one packet are several packets with one answer.
TEST_P(PipeliningIn, OfFiltersInOnePacketKeepsTheirOrder_MQTT_3_8_4_5_MQTT_3_10_4_6) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.sends("SUBSCRIBE id1 t, t qos2, u, t qos1");
  EXPECT_THAT(peer.received(), ElementsAre("SUBACK id1 [0 2 0 1]"));
  EXPECT_EQ(broker.statistics().subscriptions, 2U);
  ASSERT_TRUE(broker.publishes("t 'x' qos2"));
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'x' qos1 id1"));
  peer.sends("UNSUBSCRIBE id2 t, u, t");
  EXPECT_THAT(peer.received(), ElementsAre(GetParam() == V5_0 ? "UNSUBACK id2 [success success no-subscription-existed]"
                                                              : "UNSUBACK id2"));
}

TEST_P(PipeliningIn, AnUnsubscribeFromNothingIsAnswered_MQTT_3_10_4_5) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.sends("UNSUBSCRIBE id9 never/subscribed");
  EXPECT_THAT(peer.received(),
              ElementsAre(GetParam() == V5_0 ? "UNSUBACK id9 [no-subscription-existed]" : "UNSUBACK id9"));
}

TEST(Pipelining, OfADisconnectWithReservedFlagsIsAnsweredAsMalformedIn5_0_MQTT_3_14_1_1) {
  for (const char* disconnect : {"E1 00", "E2 00", "E4 00", "E8 00"}) {
    TestBroker broker;
    Peer peer(broker);
    peer.connects("a");
    peer.sends_bytes(bytes(disconnect));
    EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT malformed-packet"))) << disconnect;
    EXPECT_TRUE(peer.is_closed()) << disconnect;
  }
}

}  // namespace
}  // namespace mqtt::test
