// The broker as the sender of QoS 1 and 2: acknowledgements right and wrong, resumption, the client's Receive Maximum.
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

std::string persistent(ProtocolVersion version) {
  return version == V5_0 ? "a persistent {session_expiry_interval=100}" : "a persistent";
}

// As one write of the client.
void acknowledge(Peer& peer, unsigned from, unsigned to) {
  ByteBuffer stream;
  for (unsigned identifier = from; identifier <= to; ++identifier) {
    stream.append(bytes("40 02"));
    stream.u16(static_cast<std::uint16_t>(identifier));
  }
  peer.sends_bytes(stream.view());
}

void publish_numbered(TestBroker& broker, int from, int to, const std::string& qos) {
  Publish publish{.topic = "t", .payload = {}, .qos = static_cast<QoS>(qos.back() - '0')};
  for (int i = from; i <= to; ++i) {
    const std::string payload = std::to_string(i);
    publish.payload = as_bytes(payload);
    ASSERT_TRUE(broker.machine().publish(publish, broker.now()));
  }
  broker.advance(0ms);
}

class DeliveryIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, DeliveryIn, each_version(), in_version);

TEST_P(DeliveryIn, OfQoS1EndsWithThePuback_MQTT_4_3_2) {
  TestBroker broker;
  {
    Peer peer(broker, GetParam());
    peer.connects(persistent(GetParam()));
    peer.subscribes("t qos1");
    publish_numbered(broker, 1, 2, "qos1");
    EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2"));
    peer.sends("PUBACK id1");
    EXPECT_THAT(peer.received(), IsEmpty());
  }
  Peer again(broker, GetParam());
  again.connects(persistent(GetParam()));
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '2' qos1 id2 dup"));
}

TEST_P(DeliveryIn, OfQoS2TakesFourPackets_MQTT_4_3_3) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects(persistent(GetParam()));
  peer.subscribes("t qos2");
  publish_numbered(broker, 1, 1, "qos2");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos2 id1"));
  peer.sends("PUBREC id1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBREL id1"));
  peer.sends("PUBCOMP id1");
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_FALSE(peer.is_closed());
}

TEST_P(DeliveryIn, IsResumedInItsFirstOrderWithDup_MQTT_4_4_0_1_MQTT_4_6_0_1) {
  TestBroker broker;
  {
    Peer peer(broker, GetParam());
    peer.connects(persistent(GetParam()));
    peer.subscribes("t qos2");
    publish_numbered(broker, 1, 2, "qos2");
    publish_numbered(broker, 3, 3, "qos1");
    publish_numbered(broker, 4, 5, "qos2");
    peer.sends("PUBREC id2", "PUBREC id4", "PUBCOMP id4");
  }
  publish_numbered(broker, 6, 6, "qos1");
  Peer again(broker, GetParam());
  again.connects(persistent(GetParam()));
  // From PUBREC on, only the PUBREL comes again. [MQTT-4.3.3-7]
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '1' qos2 id1 dup", "PUBREL id2", "PUBLISH t '3' qos1 id3 dup",
                                            "PUBLISH t '5' qos2 id5 dup", "PUBLISH t '6' qos1 id6"));
  again.sends("PUBCOMP id2", "PUBREC id1", "PUBACK id3", "PUBREC id5", "PUBCOMP id1", "PUBCOMP id5", "PUBACK id6");
  EXPECT_THAT(again.received(), ElementsAre("PUBREL id1", "PUBREL id5"));
}

TEST_P(DeliveryIn, AcknowledgesAPubrecAgain) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.subscribes("t qos2");
  publish_numbered(broker, 1, 1, "qos2");
  peer.received();
  peer.sends("PUBREC id1", "PUBREC id1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBREL id1", "PUBREL id1"));
}

TEST_P(DeliveryIn, PassesOverAcknowledgementsOfNothing) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  peer.sends("PUBACK id9", "PUBCOMP id9");
  EXPECT_THAT(peer.received(), IsEmpty());
  peer.sends("PUBREC id9");
  EXPECT_THAT(peer.received(),
              ElementsAre(GetParam() == V5_0 ? "PUBREL id9 packet-identifier-not-found" : "PUBREL id9"));
  peer.sends("PUBREL id9");
  EXPECT_THAT(peer.received(),
              ElementsAre(GetParam() == V5_0 ? "PUBCOMP id9 packet-identifier-not-found" : "PUBCOMP id9"));
  EXPECT_FALSE(peer.is_closed());
}

TEST_P(DeliveryIn, EndsTheConnectionAtAnAcknowledgementOfTheWrongKind) {
  for (const auto& [qos, response] : std::initializer_list<std::pair<const char*, const char*>>{
           {"qos1", "PUBREC id1"}, {"qos1", "PUBCOMP id1"}, {"qos2", "PUBACK id1"}, {"qos2", "PUBCOMP id1"}}) {
    TestBroker broker;
    Peer peer(broker, GetParam());
    peer.connects("a");
    peer.subscribes("t qos2");
    publish_numbered(broker, 1, 1, qos);
    peer.received();
    peer.sends(response);
    EXPECT_TRUE(peer.is_closed()) << qos << response;
    if (GetParam() == V5_0) {
      EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT protocol-error")));
    }
  }
}

TEST(Delivery, EndsWithAFailedPubrec_MQTT_4_3_3_4) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {receive_maximum=1}");
  peer.subscribes("t qos2");
  publish_numbered(broker, 1, 2, "qos2");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos2 id1"));
  peer.sends("PUBREC id1 quota-exceeded");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '2' qos2 id2"));
  peer.sends("PUBREC id1 quota-exceeded");
  EXPECT_THAT(peer.received(), IsEmpty());
}

TEST(Delivery, EndsWithAFailedPubackToo) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {receive_maximum=1}");
  peer.subscribes("t qos1");
  publish_numbered(broker, 1, 2, "qos1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1"));
  peer.sends("PUBACK id1 not-authorized");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '2' qos1 id2"));
}

TEST(Delivery, KeepsToTheClientsReceiveMaximum_MQTT_3_3_4_9) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {receive_maximum=2}");
  peer.subscribes("t qos2");
  publish_numbered(broker, 1, 3, "qos2");
  publish_numbered(broker, 4, 4, "qos1");
  publish_numbered(broker, 5, 5, "qos0");
  // QoS 0 is outside of it.
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos2 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '5'"));
  peer.sends("PUBREC id1");  // does not end the flow
  EXPECT_THAT(peer.received(), ElementsAre("PUBREL id1"));
  peer.sends("PUBCOMP id1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '3' qos2 id3"));
  peer.sends("PUBREC id2", "PUBCOMP id2");
  EXPECT_THAT(peer.received(), ElementsAre("PUBREL id2", "PUBLISH t '4' qos1 id4"));
}

TEST(Delivery, KeepsToTheHostsLimitInEveryVersion) {
  TestBroker broker({.maximum_in_flight = 2});
  Peer peer(broker, V3_1_1);
  peer.connects("a");
  peer.subscribes("t qos1");
  publish_numbered(broker, 1, 4, "qos1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2"));
  peer.sends("PUBACK id2");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '3' qos1 id3"));
  peer.sends("PUBACK id1", "PUBACK id3");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '4' qos1 id4"));
}

TEST(Delivery, ResumesWithinTheReceiveMaximumOfTheNewConnection) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects(persistent(V5_0));
    peer.subscribes("t qos2");
    publish_numbered(broker, 1, 3, "qos1");
    publish_numbered(broker, 4, 4, "qos2");
    peer.sends("PUBREC id4");
  }
  publish_numbered(broker, 5, 5, "qos1");
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100 receive_maximum=2}");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '2' qos1 id2 dup"));
  publish_numbered(broker, 6, 6, "qos1");
  EXPECT_THAT(again.received(), IsEmpty());
  again.sends("PUBACK id1");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '3' qos1 id3 dup"));
  again.sends("PUBACK id2", "PUBACK id3");
  EXPECT_THAT(again.received(), ElementsAre("PUBREL id4", "PUBLISH t '5' qos1 id5"));
  again.sends("PUBCOMP id4", "PUBACK id5");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '6' qos1 id6"));
}

TEST(Delivery, TakesAnAcknowledgementOfTheEarlierConnectionWhileItResumes) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects(persistent(V5_0));
    peer.subscribes("t qos1");
    publish_numbered(broker, 1, 3, "qos1");
  }
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100 receive_maximum=1}");
  again.sends("PUBACK id2", "PUBACK id1");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '1' qos1 id1 dup", "PUBLISH t '3' qos1 id3 dup"));
}

TEST(Delivery, DropsWhatTheNewConnectionIsTooSmallFor_MQTT_3_1_2_25) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects(persistent(V5_0));
    peer.subscribes("t qos1");
    ASSERT_TRUE(broker.publishes("t 'x'x100 qos1"));
    publish_numbered(broker, 2, 2, "qos1");
  }
  Peer again(broker);
  again.connects("a persistent {session_expiry_interval=100 receive_maximum=1 maximum_packet_size=60}");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '2' qos1 id2 dup"));
  again.sends("PUBACK id2");
  publish_numbered(broker, 3, 3, "qos1");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '3' qos1 id3"));
}

TEST(Delivery, GivesIdentifiersOutInTurnAndBeginsAgainAfterTheLast) {
  TestBroker broker;
  Peer peer(broker, V3_1_1);
  peer.connects("a");
  peer.subscribes("t qos1");
  for (unsigned i = 1; i <= 65'535; i += 255) {
    publish_numbered(broker, 1, 255, "qos1");
    acknowledge(peer, i, i + 254);
  }
  const auto received = peer.received();
  EXPECT_EQ(received.size(), 65'535U);
  EXPECT_EQ(received.back(), "PUBLISH t '255' qos1 id65535");
  publish_numbered(broker, 1, 2, "qos1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2"));
}

TEST(Delivery, WaitsWhenAnIdentifierIsStillInUse_MQTT_2_2_1_4) {
  TestBroker broker({.maximum_in_flight = 65'535});
  Peer peer(broker, V3_1_1);
  peer.connects("a");
  peer.subscribes("t qos1");
  ASSERT_TRUE(broker.publishes("t 'first' qos1"));  // and is not acknowledged
  publish_numbered(broker, 2, 65'535, "qos1");
  acknowledge(peer, 2, 65'535);
  EXPECT_EQ(peer.received().size(), 65'535U);
  publish_numbered(broker, 1, 2, "qos1");
  EXPECT_THAT(peer.received(), IsEmpty());
  peer.sends("PUBACK id1");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2"));
}

TEST(Delivery, WithEveryIdentifierOnTheWayIsResumedInOrder) {
  TestBroker broker({.maximum_in_flight = 65'535});
  {
    Peer peer(broker, V3_1_1);
    peer.connects("a persistent");
    peer.subscribes("t qos1");
    publish_numbered(broker, 1, 10, "qos1");
    acknowledge(peer, 1, 10);
    publish_numbered(broker, 11, 65'545, "qos1");
  }
  publish_numbered(broker, 65'546, 65'546, "qos1");
  Peer again(broker, V3_1_1);
  again.connects("a persistent");
  const auto received = again.received();
  ASSERT_EQ(received.size(), 65'535U);
  for (int i = 11; i <= 65'545; ++i) {
    ASSERT_EQ(received[static_cast<std::size_t>(i - 11)],
              "PUBLISH t '" + std::to_string(i) + "' qos1 id" + std::to_string((i - 1) % 65'535 + 1) + " dup");
  }
  again.sends("PUBACK id11");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '65546' qos1 id11"));
}

}  // namespace
}  // namespace mqtt::test
