// Which form of MQTT a bridge speaks with a remote broker, and what it makes of brokers that know few.
#include "mqtt/bridge/dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/played_brokers.h"
#include "support/test_bridge.h"
#include "support/test_broker.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr auto kLocal = BridgeSide::Local;
constexpr auto kRemote = BridgeSide::Remote;

// --- the choice alone

TEST(DialectChoice, TriesAllInTheirOrderAndBeginsAnew) {
  DialectChoice choice({});
  EXPECT_EQ(choice.present(), BridgeDialect::V5_0);
  EXPECT_TRUE(choice.refused());
  EXPECT_EQ(choice.present(), BridgeDialect::V3_1_1AsBridge);
  EXPECT_TRUE(choice.closed_unanswered());
  EXPECT_EQ(choice.present(), BridgeDialect::V3_1_1);
  EXPECT_FALSE(choice.refused());
  EXPECT_EQ(choice.present(), BridgeDialect::V5_0);
}

TEST(DialectChoice, KeepsToAVersion) {
  DialectChoice only_5(ProtocolVersion::V5_0);
  EXPECT_FALSE(only_5.refused());
  EXPECT_EQ(only_5.present(), BridgeDialect::V5_0);
  DialectChoice only_3(ProtocolVersion::V3_1_1);
  EXPECT_EQ(only_3.present(), BridgeDialect::V3_1_1AsBridge);
  EXPECT_TRUE(only_3.refused());
  EXPECT_EQ(only_3.present(), BridgeDialect::V3_1_1);
  EXPECT_FALSE(only_3.refused());
}

TEST(DialectChoice, StaysWithWhatWasAccepted) {
  DialectChoice choice({});
  choice.refused();
  choice.accepted();
  EXPECT_EQ(choice.present(), BridgeDialect::V3_1_1AsBridge);
  choice.failed();
  EXPECT_EQ(choice.present(), BridgeDialect::V3_1_1AsBridge);
  EXPECT_FALSE(choice.closed_unanswered()) << "it may just have ended";
  EXPECT_EQ(choice.present(), BridgeDialect::V3_1_1AsBridge);
  EXPECT_TRUE(choice.closed_unanswered()) << "twice is too often";
  EXPECT_EQ(choice.present(), BridgeDialect::V5_0);
  choice.accepted();
  EXPECT_FALSE(choice.closed_unanswered());
  choice.failed();
  EXPECT_FALSE(choice.closed_unanswered()) << "not twice in a row";
}

// --- real brokers that know few

struct Known {
  std::vector<std::uint8_t> levels;
  bool closes;
  BridgeDialect spoken;
  int dials;
};

class ABrokerThatKnowsFew : public testing::TestWithParam<Known> {};
INSTANTIATE_TEST_SUITE_P(Levels, ABrokerThatKnowsFew,
                         testing::Values(Known{{5, 4, 0x84}, false, BridgeDialect::V5_0, 1},
                                         Known{{4, 0x84}, false, BridgeDialect::V3_1_1AsBridge, 2},
                                         Known{{4}, false, BridgeDialect::V3_1_1, 3},
                                         Known{{4, 0x84}, true, BridgeDialect::V3_1_1AsBridge, 2},
                                         Known{{4}, true, BridgeDialect::V3_1_1, 3}));

TEST_P(ABrokerThatKnowsFew, IsSpokenToAsItWishesAtOnceAndAfterALoss) {
  const Known& known = GetParam();
  TestBroker local, remote;
  Peer here(local), there(remote);
  TestBridge bridge(local, remote);
  bridge.remote_knows(known.levels, known.closes);
  bridge.starts();
  ASSERT_TRUE(bridge.machine().ready(kRemote)) << "without a pause";
  EXPECT_EQ(bridge.machine().dialect(), known.spoken);
  int refusals = 0;
  for (const std::string& note : bridge.notes())
    refusals += note.starts_with("no MQTT") ? 1 : 0;
  EXPECT_EQ(refusals, known.dials - 1);
  bridge.loses(kRemote);
  bridge.advances(5s);
  EXPECT_TRUE(bridge.machine().ready(kRemote));
  EXPECT_THAT(bridge.notes(), Not(Contains(StartsWith("no MQTT")))) << "what worked is remembered";
  here.connects("here");
  here.subscribes("down");
  there.connects("there");
  there.subscribes("up");
  here.sends("PUBLISH up 'x' qos1 id1");
  there.sends("PUBLISH down 'y' qos1 id1");
  bridge.settles();
  EXPECT_THAT(there.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH up 'x'"));
  EXPECT_THAT(here.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH down 'y'"));
}

TEST(ABrokerThatKnowsNothing, IsTriedAgainAfterPauses) {
  TestBroker local, remote;
  TestBridge bridge(local, remote, {.version = ProtocolVersion::V3_1_1});
  bridge.remote_knows({5});
  bridge.starts();
  EXPECT_THAT(bridge.notes(), Contains("no MQTT 3.1.1"));
  EXPECT_FALSE(bridge.connection(kRemote));
  EXPECT_GE(bridge.machine().next_deadline(), local.now() + 1s);
  bridge.remote_knows({4});
  bridge.advances(10s);
  EXPECT_TRUE(bridge.machine().ready(kRemote));
}

TEST(ABrokerThatRefusesForAnotherReason, IsNotAskedForAnotherVersion) {
  TestBroker local, remote({.maximum_connections = 1});
  Peer first(remote);
  first.connects("first");
  TestBridge bridge(local, remote);
  bridge.starts();
  bridge.advances(10s);
  EXPECT_EQ(bridge.machine().dialect(), BridgeDialect::V5_0);
  EXPECT_THAT(bridge.notes(), Not(Contains(StartsWith("no MQTT"))));
}

// --- what comes back from a broker that does not know who sent it

class AnEchoingBroker : public testing::Test {
 protected:
  explicit AnEchoingBroker(std::vector<BridgeRule> rules = {BridgeRule{}})
      : bridge_(local_, remote_, {.rules = std::move(rules)}) {
    bridge_.remote_knows({4});
    here_.connects("here");
    here_.subscribes("# qos2");
    there_.connects("there");
    there_.subscribes("# qos2");
    bridge_.starts();
    bridge_.advances(5s);
  }
  static std::vector<std::string> payloads(Peer& peer) {
    std::vector<std::string> found;
    for (const std::string& line : peer.received_and_forgotten("PUBLISH")) {
      const std::size_t begin = line.find('\'');
      found.push_back(line.substr(begin, line.find('\'', begin + 1) + 1 - begin));
    }
    return found;
  }

  TestBroker local_, remote_;
  Peer here_{local_}, there_{remote_};
  TestBridge bridge_;
};

TEST_F(AnEchoingBroker, DoesNotBringBackWhatWasPublished) {
  here_.sends("PUBLISH a '0'", "PUBLISH a '1' qos1 id1", "PUBLISH a '2' qos2 id2", "PUBREL id2",
              "PUBLISH a 'r' retain");
  bridge_.settles();
  there_.sends("PUBLISH a 'down' qos1 id1");
  bridge_.settles();
  EXPECT_THAT(payloads(here_), ElementsAre("'0'", "'1'", "'2'", "'r'", "'down'"));
  EXPECT_THAT(payloads(there_), ElementsAre("'0'", "'1'", "'2'", "'r'", "'down'"));
}

TEST_F(AnEchoingBroker, DoesNotBringBackWhatWaitedForIt) {
  bridge_.is_unreachable(kRemote);
  bridge_.loses(kRemote);
  here_.sends("PUBLISH a '1' qos1 id1", "PUBLISH a '2' qos2 id2", "PUBREL id2");
  bridge_.advances(90s);
  bridge_.is_unreachable(kRemote, false);
  bridge_.advances(60s);
  EXPECT_THAT(payloads(here_), ElementsAre("'1'", "'2'"));
  EXPECT_THAT(payloads(there_), ElementsAre("'1'", "'2'"));
}

TEST_F(AnEchoingBroker, IsHeardWhenItSaysTheSameOfItself) {
  here_.sends("PUBLISH a 'same' qos1 id1");
  bridge_.settles();
  there_.sends("PUBLISH a 'same' qos1 id1");
  bridge_.settles();
  EXPECT_THAT(payloads(here_), ElementsAre("'same'", "'same'"));
}

// It sends live messages without their retain flag; where it has a retained message, this is another.
TEST_F(AnEchoingBroker, KeepsWhatIsRetainedThere) {
  there_.sends("PUBLISH lamp 'on' retain");
  bridge_.loses(kRemote);
  bridge_.advances(10s);
  there_.sends("PUBLISH lamp 'off' retain");
  bridge_.settles();
  Peer late(local_);
  late.connects("late");
  late.sends("SUBSCRIBE id1 # qos0");
  EXPECT_THAT(late.received(), ElementsAre("SUBACK id1 [0]", "PUBLISH lamp 'off' retain"));
}

class AnEchoingBrokerByRules : public AnEchoingBroker {
 protected:
  AnEchoingBrokerByRules()
      : AnEchoingBroker({{.topic_filter = "up/#", .direction = BridgeDirection::Out},
                         {.topic_filter = "down/#", .direction = BridgeDirection::In},
                         {.topic_filter = "x/#", .direction = BridgeDirection::Out, .remote_prefix = "down/"}}) {}
};

TEST_F(AnEchoingBrokerByRules, BringsBackNothingOfAnyRule) {
  here_.sends("PUBLISH up/1 '1' qos1 id1", "PUBLISH x/1 '2' qos1 id2");
  there_.sends("PUBLISH down/1 '3' qos1 id1");
  bridge_.settles();
  EXPECT_THAT(payloads(here_), ElementsAre("'1'", "'2'", "'3'"));
  EXPECT_THAT(payloads(there_), UnorderedElementsAre("'1'", "'2'", "'3'"));
}

class ABrokerThatAnswersInTheFormOf3_1_1 : public PlayedBrokers {};

// Whatever it says of the user name, it does not speak 5.0.
TEST_F(ABrokerThatAnswersInTheFormOf3_1_1, IsTriedWithThat) {
  connects(kRemote);
  sends_bytes(kRemote, {0x20, 0x02, 0x00, 0x05});
  EXPECT_TRUE(bridge_.should_close(kRemote));
  loses(kRemote);
  EXPECT_THAT(notes(), ElementsAre("no MQTT 5.0, next MQTT 3.1.1 with the sign of a bridge"));
}

// --- brokers that do not have every QoS, and say so by what they grant

class ABrokerOf3_1_1 : public PlayedBrokers {
 protected:
  ABrokerOf3_1_1() : PlayedBrokers({.version = ProtocolVersion::V3_1_1, .keep_alive = 0}, ProtocolVersion::V3_1_1) {}
};

TEST_F(ABrokerOf3_1_1, IsSentNoQoS2IfItGrantsNone) {
  sends(kLocal, "PUBLISH a 'waited' qos2 id7");
  connects(kRemote);
  sends(kRemote, "CONNACK success");
  const auto lines = sent(kRemote);
  ASSERT_THAT(lines, ElementsAre("SUBSCRIBE id1 # qos2")) << "nothing goes before it has shown what it has";
  sends(kRemote, "SUBACK id1 [1]");
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBLISH a 'waited' qos1 id2"));
  sends(kRemote, "PUBACK id2");
  EXPECT_THAT(sent(kLocal), ElementsAre("PUBREC id7")) << "here it has the QoS that it had";
  sends(kLocal, "PUBLISH a 'live' qos2 id8");
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBLISH a 'live' qos1 id3"));
}

// RabbitMQ up to 3.12, where no subscription has shown it before.
TEST_F(ABrokerOf3_1_1, MayAnswerQoS2WithAPuback) {
  accepts(kRemote, "CONNACK success");
  sends(kLocal, "PUBLISH a 'x' qos2 id7");
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBLISH a 'x' qos2 id2"));
  sends(kRemote, "PUBACK id2");
  EXPECT_THAT(sent(kLocal), ElementsAre("PUBREC id7"));
  EXPECT_THAT(sent(kRemote), IsEmpty());
  EXPECT_FALSE(bridge_.should_close(kRemote));
}

TEST_F(ABrokerOf3_1_1, IsSentQoS2IfItGrantsIt) {
  accepts(kRemote, "CONNACK success");
  sends(kLocal, "PUBLISH a 'x' qos2 id7");
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBLISH a 'x' qos2 id2"));
}

}  // namespace
}  // namespace mqtt::test
