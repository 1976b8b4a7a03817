// One message and everybody who wants it: copies, forms, queues, limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST(Routing, GivesEachSubscriberTheLowerOfBothQoS_MQTT_3_8_4_8) {
  TestBroker broker;
  for (const int published : {0, 1, 2}) {
    for (const int granted : {0, 1, 2}) {
      Peer peer(broker);
      peer.connects("a");
      peer.subscribes("t qos" + std::to_string(granted));
      ASSERT_TRUE(broker.publishes("t 'x' qos" + std::to_string(published)));
      const int qos = std::min(published, granted);
      EXPECT_THAT(peer.received(),
                  ElementsAre(qos == 0 ? "PUBLISH t 'x'" : "PUBLISH t 'x' qos" + std::to_string(qos) + " id1"));
    }
  }
}

// Every form that one message takes at once, small and shared, alone and in company.
TEST(Routing, GivesEverybodyTheFormOfItsOwn) {
  for (const std::string payload : {"'x'", "'x'x8191", "'x'x8192", "'x'x70000"}) {
    TestBroker broker;
    std::vector<std::unique_ptr<Peer>> peers;
    std::vector<std::string> expected;
    for (const auto version : {V3_1, V3_1_1, V5_0}) {
      for (const int qos : {0, 1, 2}) {
        for (const bool as_published : {false, true}) {
          for (const bool identified : {false, true}) {
            for (int twice = 0; twice < 2; ++twice) {
              const bool is_recent = version == V5_0;
              auto& peer = peers.emplace_back(std::make_unique<Peer>(broker, version));
              peer->connects("client" + std::to_string(peers.size()));
              // Identifiers that differ, so that one client's would show in another's packet.
              for (std::size_t i = 0; i < peers.size() % 3; ++i) {
                peer->subscribes("other qos1");
                ASSERT_TRUE(broker.publishes("other 'x' qos1"));
              }
              peer->unsubscribes("other");
              const std::string first_identifier = std::to_string(peer->received().size() + 1);
              peer->subscribes("t qos" + std::to_string(qos) + (as_published ? " retain_as_published" : "") +
                               (identified ? " {subscription_identifier=" + std::to_string(peers.size()) + "}" : ""));
              expected.push_back(
                  "PUBLISH t " + payload + (qos == 0 ? "" : " qos" + std::to_string(qos) + " id" + first_identifier) +
                  (as_published && is_recent ? " retain" : "") + (is_recent ? " {content_type=text" : "") +
                  (identified && is_recent ? " subscription_identifier=" + std::to_string(peers.size()) + "}"
                   : is_recent             ? "}"
                                           : ""));
            }
          }
        }
      }
    }
    ASSERT_TRUE(broker.publishes("t " + payload + " qos2 retain {content_type=text}"));
    for (std::size_t i = 0; i < peers.size(); ++i)
      EXPECT_THAT(peers[i]->received(), ElementsAre(expected[i])) << i;
  }
}

TEST(Routing, SendsOneCopyForOverlappingSubscriptions_MQTT_3_3_4_2) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.subscribes("a/b {subscription_identifier=1}");
  peer.subscribes("a/+ qos2 {subscription_identifier=2}");
  peer.subscribes("#");
  peer.subscribes("a/# qos1 {subscription_identifier=3}");
  ASSERT_TRUE(broker.publishes("a/b 'x' qos2"));
  const auto received = peer.received();
  ASSERT_THAT(received, SizeIs(1));
  EXPECT_THAT(received[0], ::testing::StartsWith("PUBLISH a/b 'x' qos2 id1 {"));
  // All identifiers, in no order that the standard would give.
  for (const char* identifier : {"=1", "=2", "=3"})
    EXPECT_THAT(received[0], ::testing::HasSubstr("subscription_identifier" + std::string(identifier)));
}

TEST(Routing, KeepsTheRetainFlagIfAnyOverlappingSubscriptionAsksForIt) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.subscribes("a/b");
  peer.subscribes("a/+ retain_as_published");
  ASSERT_TRUE(broker.publishes("a/b 'x' retain"));
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH a/b 'x' retain"));
}

TEST(Routing, KeepsTheIdentifiersOfAQueuedMessage) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=100}");
    peer.subscribes("a/b qos1 {subscription_identifier=1}");
  }
  ASSERT_TRUE(broker.publishes("a/b 'x' qos1"));
  for (const char* dup : {"", " dup"}) {
    Peer again(broker);
    again.connects("a persistent {session_expiry_interval=100}");
    EXPECT_THAT(again.received(),
                ElementsAre("PUBLISH a/b 'x' qos1 id1" + std::string(dup) + " {subscription_identifier=1}"));
  }
}

TEST(Routing, GivesNothingBackToWhoDoesNotWantItsOwn_MQTT_3_8_3_3) {
  TestBroker broker;
  Peer peer(broker), other(broker);
  peer.connects("a");
  other.connects("b");
  peer.subscribes("t no_local");
  other.subscribes("t no_local");
  peer.sends("PUBLISH t 'x'");
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_THAT(other.received(), ElementsAre("PUBLISH t 'x'"));
  // Another subscription of the same client still wants it.
  peer.subscribes("+");
  peer.sends("PUBLISH t 'y'");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'y'"));
}

TEST(Routing, DoesNotMatchDollarTopicsWithALeadingWildcard_MQTT_4_7_2_1) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.subscribes("#, +/x, $sys/+");
  peer.sends("PUBLISH $sys/x '1'", "PUBLISH $other '2'", "PUBLISH a '3'");
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH $sys/x '1'", "PUBLISH a '3'"));
}

TEST(Routing, KeepsTheOrderOfEachPublisher_MQTT_4_6_0) {
  TestBroker broker;
  Peer peer(broker), one(broker), two(broker);
  peer.connects("a");
  peer.subscribes("t qos1");
  one.connects("one");
  two.connects("two");
  for (int i = 1; i <= 3; ++i) {
    one.sends("PUBLISH t '1." + std::to_string(i) + "' qos1 id" + std::to_string(i));
    two.sends("PUBLISH t '2." + std::to_string(i) + "' qos1 id" + std::to_string(i));
  }
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBLISH t '1.1' qos1 id1", "PUBLISH t '2.1' qos1 id2", "PUBLISH t '1.2' qos1 id3",
                          "PUBLISH t '2.2' qos1 id4", "PUBLISH t '1.3' qos1 id5", "PUBLISH t '2.3' qos1 id6"));
}

// --- the queue of a client that is away or behind

TEST(Queue, HoldsQoS1And2InOrderAndNoQoS0_MQTT_3_1_2_5) {
  TestBroker broker;
  {
    Peer peer(broker, V3_1_1);
    peer.connects("a persistent");
    peer.subscribes("# qos2");
  }
  for (const char* line : {"a '1' qos1", "b '2' qos2", "a '3'", "a '4' qos1", "b '5' qos2 retain"})
    ASSERT_TRUE(broker.publishes(line));
  Peer again(broker, V3_1_1);
  again.connects("a persistent");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH a '1' qos1 id1", "PUBLISH b '2' qos2 id2",
                                            "PUBLISH a '4' qos1 id3", "PUBLISH b '5' qos2 id4"));
  EXPECT_EQ(broker.statistics().publishes_dropped, 0U);
}

TEST(Queue, DropsAndCountsWhatItHasNoRoomFor) {
  TestBroker broker({.maximum_queued_messages = 2});
  {
    Peer peer(broker, V3_1_1);
    peer.connects("a persistent");
    peer.subscribes("t qos1");
  }
  for (const char* line : {"t '1' qos1", "t '2' qos1", "t '3' qos1"})
    ASSERT_TRUE(broker.publishes(line));
  EXPECT_EQ(broker.statistics().publishes_dropped, 1U);
  Peer again(broker, V3_1_1);
  again.connects("a persistent");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '1' qos1 id1", "PUBLISH t '2' qos1 id2"));
}

TEST(Queue, DropsWhatExpiresAndSaysWhatIsLeft_MQTT_3_3_2_5_MQTT_3_3_2_6) {
  TestBroker broker;
  {
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=1000}");
    peer.subscribes("t qos1");
  }
  ASSERT_TRUE(broker.publishes("t '1' qos1 {message_expiry_interval=10}"));
  ASSERT_TRUE(broker.publishes("t '2' qos1 {message_expiry_interval=20}"));
  ASSERT_TRUE(broker.publishes("t '3' qos1"));
  broker.advance(15s);
  Peer again(broker);
  again.connects("a persistent");
  EXPECT_THAT(again.received(),
              ElementsAre("PUBLISH t '2' qos1 id1 {message_expiry_interval=5}", "PUBLISH t '3' qos1 id2"));
}

TEST(Queue, PassesAPropertiesIntervalOnUnchangedWhenNothingWaits) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.subscribes("t qos1");
  ASSERT_TRUE(broker.publishes("t '1' qos1 {message_expiry_interval=10}"));
  EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t '1' qos1 id1 {message_expiry_interval=10}"));
}

TEST(Queue, SurvivesTheTakeoverByAnotherVersion) {
  TestBroker broker;
  {
    Peer peer(broker, V3_1_1);
    peer.connects("a persistent");
    peer.subscribes("t qos1");
  }
  ASSERT_TRUE(broker.publishes("t '1' qos1 {content_type=text}"));
  Peer again(broker, V5_0);
  again.connects("a persistent {session_expiry_interval=10}");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '1' qos1 id1 {content_type=text}"));
}

// --- Maximum Packet Size of the client

TEST(MaximumPacketSize, OfTheClientLeavesLargerMessagesOut_MQTT_3_1_2_24_MQTT_3_1_2_25) {
  for (const bool in_company : {false, true}) {
    TestBroker broker;
    Peer peer(broker), other(broker);
    // PUBLISH: 2 bytes of fixed header, 3 of topic, 2 of identifier, 1 of property length, payload.
    peer.connects("a {maximum_packet_size=58 receive_maximum=1}");
    peer.subscribes("t qos1");
    other.connects("b");
    if (in_company) other.subscribes("t qos1");
    for (const char* line : {"t 'a'x51 qos1", "t 'b'x50 qos1", "t 'c'x52", "t 'd'x53", "t 'e'x9000 qos1"})
      ASSERT_TRUE(broker.publishes(line));
    EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'b'x50 qos1 id2", "PUBLISH t 'c'x52"));
    peer.sends("PUBACK id2");
    ASSERT_TRUE(broker.publishes("t 'f' qos1"));
    EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'f' qos1 id4")) << "what waited was too large, too";
  }
}

TEST(MaximumPacketSize, OfTheBrokerEndsTheConnection_MQTT_3_2_2_15) {
  TestBroker broker({.maximum_packet_size = 100});
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PUBLISH t 'x'x94");
  EXPECT_FALSE(peer.is_closed());
  peer.sends("PUBLISH t 'x'x95");
  EXPECT_THAT(peer.received(), ElementsAre(::testing::StartsWith("DISCONNECT packet-too-large")));
  EXPECT_TRUE(peer.is_closed());
}

// --- clients that do not read

TEST(SlowConsumer, LosesQoS0BeyondTheLimitAndTheRestIsCounted) {
  TestBroker broker({.maximum_output_bytes = 1'000});
  Peer slow(broker), quick(broker);
  slow.connects("slow");
  quick.connects("quick");
  slow.subscribes("t");
  quick.subscribes("t");
  slow.stops_reading();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(broker.publishes("t 'x'x200"));
  EXPECT_THAT(quick.received(), SizeIs(20));
  slow.reads_again();
  EXPECT_THAT(slow.received(), SizeIs(5));
  EXPECT_EQ(broker.statistics().publishes_dropped, 15U);
  EXPECT_EQ(broker.statistics().publishes_sent, 25U);
  ASSERT_TRUE(broker.publishes("t 'y'"));
  EXPECT_THAT(slow.received(), ElementsAre("PUBLISH t 'y'"));
}

TEST(SlowConsumer, GetsEverythingOfQoS1OnceItReads) {
  TestBroker broker({.maximum_output_bytes = 1'000});
  Peer slow(broker);
  slow.connects("slow");
  slow.subscribes("t qos1");
  slow.stops_reading();
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(broker.publishes("t 'x'x200 qos1"));
  EXPECT_LE(broker.machine().output(slow.id()).size(), 1'300U);
  slow.reads_again();  // it acknowledges nothing: the room alone lets the rest go out
  EXPECT_THAT(slow.received(), SizeIs(50));
  EXPECT_EQ(broker.statistics().publishes_dropped, 0U);
}

TEST(SlowConsumer, GetsQoS1EvenIfOnlyQoS0FilledItsOutput) {
  TestBroker broker({.maximum_output_bytes = 1'000});
  Peer slow(broker);
  slow.connects("slow");
  slow.subscribes("t qos1");
  slow.stops_reading();
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(broker.publishes("t 'x'x200"));
  ASSERT_TRUE(broker.publishes("t 'y' qos1"));
  slow.reads_again();
  EXPECT_EQ(slow.received().back(), "PUBLISH t 'y' qos1 id1");
}

TEST(SlowConsumer, ThatAsksAndDoesNotReadIsClosed) {
  TestBroker broker({.maximum_output_bytes = 1'000});
  Peer deaf(broker), slow(broker);
  deaf.connects("deaf");
  slow.connects("slow");
  deaf.stops_reading();
  for (int i = 0; i < 1'005; ++i)
    deaf.sends("PINGREQ");
  EXPECT_TRUE(broker.machine().should_close(deaf.id()));
  EXPECT_LE(broker.machine().output(deaf.id()).size(), 2'200U);
  // One whose output is full of what others publish may go on asking for long.
  slow.subscribes("t");
  slow.stops_reading();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(broker.publishes("t 'x'x2000"));
    for (int ping = 0; ping < 400; ++ping)
      slow.sends("PINGREQ");
    slow.reads_again();
    slow.stops_reading();
  }
  EXPECT_FALSE(slow.is_closed());
}

TEST(SlowConsumer, OfLargePayloadsSharesThem) {
  TestBroker broker;
  Peer one(broker), other(broker);
  one.connects("one");
  other.connects("other");
  one.subscribes("t qos1");
  other.subscribes("t");
  one.stops_reading();
  other.stops_reading();
  for (const char* line : {"t 'a'x9000", "t 'b'", "t 'c'x9000 qos1", "t 'd' qos1", "t 'e'x20000"})
    ASSERT_TRUE(broker.publishes(line));
  broker.slice_output(777);
  one.reads_again();
  other.reads_again();
  EXPECT_THAT(one.received(), ElementsAre("PUBLISH t 'a'x9000", "PUBLISH t 'b'", "PUBLISH t 'c'x9000 qos1 id1",
                                          "PUBLISH t 'd' qos1 id2", "PUBLISH t 'e'x20000"));
  EXPECT_THAT(other.received(), ElementsAre("PUBLISH t 'a'x9000", "PUBLISH t 'b'", "PUBLISH t 'c'x9000",
                                            "PUBLISH t 'd'", "PUBLISH t 'e'x20000"));
}

}  // namespace
}  // namespace mqtt::test
