// The broker as its host sees it: time, connection numbers, slicing, shutting down, what it tells and counts.
#include "mqtt/broker/broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

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

// --- time

TEST(ConnectTimeout, ClosesAConnectionThatDoesNotConnect) {
  TestBroker broker({.connect_timeout = 10s});
  Peer silent(broker), slow(broker, V3_1_1), connected(broker);
  slow.sends_bytes(bytes("10"));
  connected.connects("a");
  broker.advance(10s - 1ms);
  EXPECT_FALSE(silent.is_closed());
  broker.advance(1ms);
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(slow.is_closed());
  EXPECT_THAT(silent.received(), IsEmpty());
  broker.advance(1h);
  EXPECT_FALSE(connected.is_closed());
}

class KeepAliveIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, KeepAliveIn, each_version(), in_version);

TEST_P(KeepAliveIn, EndsASilentConnectionAfterOneAndAHalfIntervalsAndNotBefore_MQTT_3_1_2_22) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a keep_alive=3");
  broker.advance(4500ms - 1ms);
  EXPECT_FALSE(peer.is_closed());
  broker.advance(1ms);
  EXPECT_TRUE(peer.is_closed());
  if (GetParam() == V5_0) {
    EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT keep-alive-timeout")));
  } else {
    EXPECT_THAT(peer.received(), IsEmpty());
  }
}

TEST_P(KeepAliveIn, IsSatisfiedByAnyPacketAndBeginsAnewWithIt) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a keep_alive=2");
  for (const char* line : {"PINGREQ", "PUBLISH t 'x'", "SUBSCRIBE id1 t", "PUBACK id9"}) {
    broker.advance(3s - 1ms);
    ASSERT_FALSE(peer.is_closed()) << line;
    peer.sends(line);
  }
  EXPECT_THAT(peer.received(), ElementsAre("PINGRESP", "SUBACK id1 [0]"));
  broker.advance(3s - 1ms);
  EXPECT_FALSE(peer.is_closed());
  broker.advance(1ms);
  EXPECT_TRUE(peer.is_closed());
}

TEST_P(KeepAliveIn, OfZeroIsOff) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a keep_alive=0");
  broker.advance(24h * 365);
  EXPECT_FALSE(peer.is_closed());
}

TEST(KeepAlive, IsNotSatisfiedByHalfAPacketOrByWhatIsSentToTheClient) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a keep_alive=2");
  peer.subscribes("t");
  broker.advance(2s);
  peer.sends_bytes(bytes("C0"));
  ASSERT_TRUE(broker.publishes("t 'x'"));
  broker.advance(1s);
  EXPECT_TRUE(peer.is_closed());
}

TEST(KeepAlive, IsSatisfiedByALongMessageOnItsWay) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a keep_alive=2");
  auto publish = WrittenPacket("PUBLISH t 'x'x10000").bytes();
  for (Bytes rest = publish; !rest.empty(); rest = rest.subspan(std::min<std::size_t>(2'000, rest.size()))) {
    peer.sends_bytes(rest.first(std::min<std::size_t>(2'000, rest.size())));
    broker.advance(2s);
  }
  EXPECT_FALSE(peer.is_closed());
  EXPECT_EQ(broker.statistics().publishes_received, 1U);
}

TEST(KeepAlive, OfTheLargestIntervalIsKept) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a keep_alive=65535");
  broker.advance(98'302'500ms - 1ms);
  EXPECT_FALSE(peer.is_closed());
  broker.advance(1ms);
  EXPECT_TRUE(peer.is_closed());
}

TEST(Deadline, IsNeverWhenNothingIsDue) {
  TestBroker broker;
  EXPECT_EQ(broker.machine().next_deadline(), kNever);
  Peer peer(broker);
  EXPECT_EQ(broker.machine().next_deadline(), broker.now() + BrokerOptions{}.connect_timeout);
  peer.connects("a keep_alive=10");
  broker.advance(0s);
  EXPECT_EQ(broker.machine().next_deadline(), broker.now() + 15s) << "the time for the CONNECT is past";
  peer.sends("DISCONNECT");
  broker.advance(0s);
  EXPECT_EQ(broker.machine().next_deadline(), kNever);
}

TEST(Ping, IsAnswered_MQTT_3_12_4_1) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("PINGREQ");
  EXPECT_THAT(peer.received(), ElementsAre("PINGRESP"));
  peer.sends_bytes(bytes("C0 01 00"));
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT malformed-packet")));
}

// --- connections

TEST(ConnectionNumbers, AreSmallDenseAndUsedAgain) {
  TestBroker broker;
  Peer zero(broker), two_to_be(broker);
  {
    Peer one(broker);
    EXPECT_EQ(one.id(), 2U);
  }
  Peer again(broker);
  EXPECT_EQ(zero.id(), 0U);
  EXPECT_EQ(again.id(), 2U);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 10; ++i) {
      peers.push_back(std::make_unique<Peer>(broker));
      peers.back()->connects("client" + std::to_string(i));
      EXPECT_LT(peers.back()->id(), 13U);
    }
  }
  EXPECT_EQ(broker.statistics().connections, 0U);
}

TEST(ConnectionNumbers, UsedAgainBringNothingOfTheEarlierConnection) {
  TestBroker broker({.connect_timeout = 10s});
  ConnectionId id = 0;
  {
    Peer peer(broker);
    id = peer.id();
    peer.connects("a keep_alive=2 {maximum_packet_size=100 receive_maximum=1 topic_alias_maximum=3}");
    peer.subscribes("t qos1");
    peer.sends("PUBLISH t 'x' {topic_alias=1}", "PUBLISH t 'y' qos2 id1");
    peer.sends_bytes(bytes("30 05"));  // the begin of a packet
  }
  broker.advance(1s);
  Peer peer(broker, V3_1_1);
  ASSERT_EQ(peer.id(), id);
  peer.sends_bytes(bytes("10 0D 0004'MQTT' 04 02 0000 0001'b'"));
  EXPECT_THAT(peer.received(), ElementsAre("CONNACK success"));
  broker.advance(1h);  // neither the old time for CONNECT nor the old Keep Alive
  EXPECT_FALSE(peer.is_closed());
  peer.subscribes("t qos1");
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(broker.publishes("t 'x'x200 qos1"));
  EXPECT_THAT(peer.received(),
              ElementsAre("PUBLISH t 'x'x200 qos1 id1", "PUBLISH t 'x'x200 qos1 id2", "PUBLISH t 'x'x200 qos1 id3"));
}

TEST(ConnectionNumbers, MayBeClosedBeforeTheyWereNamedReady) {
  Broker broker{BrokerOptions{}};
  const Instant now{1h};
  const ConnectionId first = broker.open(now);
  broker.receive(first, bytes("10 0D 0004'MQTT' 04 02 0000 0001'a'"), now);
  broker.closed(first, now);
  const ConnectionId second = broker.open(now);
  EXPECT_EQ(second, first);
  EXPECT_TRUE(broker.output(second).empty());
  EXPECT_FALSE(broker.should_close(second));
  while (broker.take_ready()) {
  }
  broker.receive(second, bytes("10 0D 0004'MQTT' 04 02 0000 0001'a'"), now);
  EXPECT_EQ(broker.take_ready(), second);
  EXPECT_EQ(broker.take_ready(), std::nullopt);
  EXPECT_EQ(broker.output(second).size(), 4U);
}

TEST(ConnectionNumbers, ThatAreFreeMayBeNamedWithoutHarm) {
  Broker broker{BrokerOptions{}};
  const Instant now{1h};
  const ConnectionId id = broker.open(now);
  broker.closed(id, now);
  broker.closed(id, now);
  broker.receive(id, bytes("10 0D 0004'MQTT' 04 02 0000 0001'a'"), now);
  broker.disconnect(id, {.reason = ReasonCode::AdministrativeAction}, now);
  EXPECT_FALSE(broker.should_close(id));
  EXPECT_EQ(broker.take_ready(), std::nullopt);
  EXPECT_EQ(broker.open(now), id);
  EXPECT_NE(broker.open(now), id);
}

TEST(Closing, IgnoresFurtherInput) {
  Broker broker{BrokerOptions{}};
  const Instant now{1h};
  const ConnectionId id = broker.open(now);
  broker.receive(id, bytes("10 0D 0004'MQTT' 04 02 0000 0001'a' E0 00 C0 00"), now);
  EXPECT_TRUE(broker.should_close(id));
  broker.receive(id, bytes("C0 00"), now);
  EXPECT_EQ(broker.output(id).size(), 4U) << "the CONNACK and nothing else";
  broker.consume_output(id, 4);
  broker.closed(id, now);
}

TEST(Closing, ByTheHostIsToldTo5_0) {
  TestBroker broker;
  Peer usual(broker, V3_1_1), recent(broker), early(broker);
  usual.connects("a");
  recent.connects("b");
  for (const Peer* peer : {&usual, &recent, &early})
    broker.machine().disconnect(peer->id(), {.reason = ReasonCode::AdministrativeAction}, broker.now());
  broker.advance(0s);
  EXPECT_THAT(usual.received(), IsEmpty());
  EXPECT_THAT(recent.received(), ElementsAre(StartsWith("DISCONNECT administrative-action")));
  EXPECT_THAT(early.received(), IsEmpty());
  for (const Peer* peer : {&usual, &recent, &early})
    EXPECT_TRUE(peer->is_closed());
}

TEST(Closing, KeepsTheReasonStringFromAClientThatDoesNotWantIt) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a {request_problem_information=0}");
  peer.sends("PUBLISH t 'x' {topic_alias=1000}");
  EXPECT_THAT(peer.received(), ElementsAre("DISCONNECT topic-alias-invalid"));
}

TEST(ShutDown, EndsEveryConnectionAndPublishesWills) {
  TestBroker broker;
  Peer early(broker), one(broker), usual(broker, V3_1_1), other(broker);
  one.connects("one will(w 'one' qos1)");
  usual.connects("usual will(w 'usual')");
  other.connects("other will(w 'other')");
  other.subscribes("w qos1");
  usual.subscribes("w");
  broker.shuts_down();
  EXPECT_THAT(early.received(), IsEmpty());
  EXPECT_THAT(one.received(), ElementsAre(StartsWith("DISCONNECT server-shutting-down")));
  EXPECT_THAT(usual.received(), ElementsAre("PUBLISH w 'one'"));
  EXPECT_THAT(other.received(), ElementsAre("PUBLISH w 'one' qos1 id1", "PUBLISH w 'usual'",
                                            StartsWith("DISCONNECT server-shutting-down")));
  for (const Peer* peer : {&early, &one, &usual, &other})
    EXPECT_TRUE(peer->is_closed());
  EXPECT_EQ(broker.statistics().connections, 0U);
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

// --- slicing

// A stream with something of everything, and what comes back.
std::vector<std::uint8_t> stream_of_everything(ProtocolVersion version) {
  std::vector<std::uint8_t> stream;
  const auto add = [&](std::string_view line) {
    const auto packet = WrittenPacket(line, version).bytes();
    stream.insert(stream.end(), packet.begin(), packet.end());
  };
  add("CONNECT a keep_alive=10 user=u password=p will(w 'bye' qos1)");
  add("SUBSCRIBE id1 t/# qos2, t/+ qos1");
  add("PUBLISH t/1 '0'");
  add("PUBLISH t/1 '1' qos1 id2");
  add("PUBLISH t/2 'x'x300 qos2 id3 retain");
  add("PINGREQ");
  add("PUBREL id3");
  add("PUBLISH t/3 'y'x9000 qos1 id4");
  add("PUBACK id1");
  add("PUBREC id2");
  add("PUBACK id3");
  add("SUBSCRIBE id5 t/2");
  add("UNSUBSCRIBE id6 t/#");
  add("PUBCOMP id2");
  add("DISCONNECT");
  return stream;
}

TEST_P(KeepAliveIn, SlicingOfTheInputMakesNoDifference) {
  const auto stream = stream_of_everything(GetParam());
  std::vector<std::string> expected;
  for (const std::size_t slice : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7},
                                  std::size_t{64}, std::size_t{301}, std::size_t{4'096}}) {
    TestBroker broker;
    broker.slice_input(slice);
    Peer peer(broker, GetParam());
    peer.sends_bytes(stream);
    EXPECT_TRUE(peer.is_closed());
    const auto received = peer.received();
    if (slice == 0) {
      expected = received;
      EXPECT_EQ(received.size(), 15U);
    }
    EXPECT_EQ(received, expected) << slice;
  }
}

TEST_P(KeepAliveIn, SlicingOfTheOutputMakesNoDifference) {
  const auto stream = stream_of_everything(GetParam());
  std::vector<std::string> expected;
  for (const std::size_t slice : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{1'000}}) {
    TestBroker broker;
    broker.slice_output(slice);
    Peer peer(broker, GetParam());
    peer.sends_bytes(stream);
    const auto received = peer.received();
    if (slice == 0) expected = received;
    EXPECT_EQ(received, expected) << slice;
  }
}

TEST(Robustness, AnyDisturbedStreamEndsAtMostItsOwnConnection) {
  std::mt19937 random(4);
  TestBroker broker;
  Peer witness(broker);
  witness.connects("witness");
  witness.subscribes("witness/#");
  for (int run = 0; run < 600; ++run) {
    const auto version = run % 2 == 0 ? V5_0 : V3_1_1;
    auto stream = stream_of_everything(version);
    for (unsigned i = 0; i < 1 + random() % 4; ++i)
      stream[random() % stream.size()] = static_cast<std::uint8_t>(random());
    // The output is not decoded as packets: what answers a disturbed CONNECT may be of either version.
    const ConnectionId id = broker.machine().open(broker.now());
    broker.machine().receive(id, stream, broker.now());
    broker.machine().consume_output(id, broker.machine().output(id).size());
    broker.machine().closed(id, broker.now());
    broker.advance(0s);
    witness.sends("PUBLISH witness/x 'still here'");
    ASSERT_THAT(witness.received_and_forgotten("PUBLISH witness"), ElementsAre("PUBLISH witness/x 'still here'"));
  }
  EXPECT_EQ(broker.statistics().connections, 1U);
}

// --- what it tells and counts

TEST(Observer, IsToldWhatHappens) {
  NotedObserver observer;
  TestBroker broker({}, &observer);
  Peer peer(broker), other(broker, V3_1_1);
  peer.connects("a persistent keep_alive=5 user=joe {session_expiry_interval=10}");
  other.connects("b");
  peer.sends("SUBSCRIBE id1 t qos1, a/#/b, u");
  peer.sends("UNSUBSCRIBE id2 t, nothing");
  peer.sends("PUBLISH t 'x' qos2 id3", "PUBLISH t 'x' qos2 id3 dup", "PUBLISH '' 'y'");  // the last is not legal
  other.sends("DISCONNECT");
  EXPECT_THAT(observer.take(),
              ElementsAre("0 connected a 5.0 persistent keep_alive=5 user=joe", "1 connected b 3.1.1",
                          "0 subscribed t 1", "0 subscribed u 0", "0 unsubscribed t", "0 PUBLISH t 'x' qos2 id3",
                          "0 ended a protocol-error", "1 ended b orderly success"));
}

TEST(Observer, HearsTheEndOfEachConnectionOnceWithItsReason) {
  NotedObserver observer;
  TestBroker broker({}, &observer);
  Peer lost(broker), silent(broker), old(broker), garbage(broker), early(broker);
  lost.connects("lost");
  silent.connects("silent keep_alive=2");
  old.connects("old");
  garbage.connects("garbage");
  observer.take();
  lost.is_lost();
  broker.advance(3s);
  Peer recent(broker);
  recent.connects("old");
  garbage.sends_bytes(bytes("00"));
  early.is_lost();
  broker.shuts_down();
  EXPECT_THAT(observer.take(),
              ElementsAre("0 ended lost unspecified-error", "1 ended silent keep-alive-timeout",
                          "2 ended old session-taken-over", "1 connected old 5.0", "3 ended garbage malformed-packet",
                          "4 ended unspecified-error", "1 ended old server-shutting-down"));
}

TEST(Observer, IsToldThatASessionIsResumed) {
  NotedObserver observer;
  TestBroker broker({}, &observer);
  {
    Peer(broker, V3_1).connects("a persistent");
  }
  observer.take();
  Peer peer(broker, V3_1);
  peer.connects("a persistent");
  EXPECT_THAT(observer.take(), ElementsAre("0 connected a 3.1 persistent session-present"));
}

TEST(Statistics, CountWhatCameAndWent) {
  TestBroker broker;
  Peer peer(broker, V3_1_1);
  peer.sends_bytes(bytes("10 0D 0004'MQTT' 04 02 0000 0001'a'"));  // 15 bytes, answered by 4
  peer.sends_bytes(bytes("82 06 0001 0001't' 01"));                // 8, answered by 5
  peer.sends_bytes(bytes("31 04 0001't' 'x'"));                    // 6, comes back as it is
  const BrokerStatistics statistics = broker.statistics();
  EXPECT_EQ(statistics.bytes_received, 29U);
  EXPECT_EQ(statistics.bytes_sent, 15U);
  EXPECT_EQ(statistics.publishes_received, 1U);
  EXPECT_EQ(statistics.publishes_sent, 1U);
  EXPECT_EQ(statistics.publishes_dropped, 0U);
  EXPECT_EQ(statistics.connections_accepted, 1U);
  EXPECT_EQ(statistics.connections, 1U);
  EXPECT_EQ(statistics.sessions, 1U);
  EXPECT_EQ(statistics.subscriptions, 1U);
  EXPECT_EQ(statistics.retained_messages, 1U);
}

TEST(Statistics, DoNotCountConnectionsThatWereRefused) {
  TestBroker broker;
  Peer refused(broker), waiting(broker);
  refused.sends("CONNECT a {authentication_method=x}");
  EXPECT_EQ(broker.statistics().connections_accepted, 0U);
  EXPECT_EQ(broker.statistics().connections, 0U);
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

}  // namespace
}  // namespace mqtt::test
