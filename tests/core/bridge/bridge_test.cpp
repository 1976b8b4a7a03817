// What crosses between two brokers, how often, and what does not.
#include "mqtt/bridge/bridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/test_bridge.h"
#include "support/test_broker.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr auto kLocal = BridgeSide::Local;
constexpr auto kRemote = BridgeSide::Remote;

// A bridge between two brokers, and a client of each that is subscribed to everything.
class ABridge : public testing::Test {
 protected:
  explicit ABridge(const BrokerOptions& remote_options = {}) : remote_(remote_options) {
    here_.connects("here");
    here_.subscribes("# qos2 no_local");
    there_.connects("there");
    there_.subscribes("# qos2 no_local");
  }

  // What `here_` or `there_` got at QoS 0, or all of a flow without packet identifiers.
  static std::vector<std::string> messages(Peer& peer) {
    std::vector<std::string> lines;
    for (const std::string& line : peer.received_and_forgotten("PUBLISH")) {
      const std::size_t identifier = line.find(" id");
      lines.push_back(identifier == std::string::npos
                          ? line
                          : line.substr(0, identifier) +
                                line.substr(std::min(line.size(), line.find(' ', identifier + 1))));
    }
    return lines;
  }

  TestBroker local_, remote_;
  Peer here_{local_}, there_{remote_};
  TestBridge bridge_{local_, remote_};
};

TEST_F(ABridge, CarriesMessagesOfEachQoSBothWays) {
  bridge_.starts();
  EXPECT_THAT(bridge_.notes(), ElementsAre("local connack success", "remote connack success"));
  here_.sends("PUBLISH up/0 'a'", "PUBLISH up/1 'b' qos1 id1", "PUBLISH up/2 'c' qos2 id2", "PUBREL id2");
  there_.sends("PUBLISH down/0 'd'", "PUBLISH down/1 'e' qos1 id1", "PUBLISH down/2 'f' qos2 id2", "PUBREL id2");
  bridge_.settles();
  EXPECT_THAT(messages(there_), ElementsAre("PUBLISH up/0 'a'", "PUBLISH up/1 'b' qos1", "PUBLISH up/2 'c' qos2"));
  EXPECT_THAT(messages(here_), ElementsAre("PUBLISH down/0 'd'", "PUBLISH down/1 'e' qos1", "PUBLISH down/2 'f' qos2"));
  EXPECT_EQ(bridge_.machine().statistics(kLocal).crossed, 3U);
  EXPECT_EQ(bridge_.machine().statistics(kRemote).crossed, 3U);
  EXPECT_EQ(bridge_.machine().statistics(kRemote).dropped, 0U);
}

TEST_F(ABridge, KeepsWhatAMessageSaysBesidesItsPayload) {
  bridge_.starts();
  const std::string message =
      "PUBLISH a 'x' {payload_format_indicator=1 message_expiry_interval=60 content_type=text response_topic=r "
      "correlation_data=c user_property=k:v}";
  here_.sends(message);
  bridge_.settles();
  EXPECT_THAT(messages(there_), ElementsAre(message));
}

class BridgeOfVersion : public testing::TestWithParam<ProtocolVersion> {};
INSTANTIATE_TEST_SUITE_P(Versions, BridgeOfVersion, testing::Values(ProtocolVersion::V3_1_1, ProtocolVersion::V5_0));

TEST_P(BridgeOfVersion, DoesNotBringBackWhatItPublished) {
  TestBroker local, remote;
  Peer here(local), there(remote);
  for (Peer* peer : {&here, &there}) {
    peer->connects("someone");
    peer->subscribes("# retain_as_published");
  }
  TestBridge bridge(local, remote, {.version = GetParam()});
  bridge.starts();
  here.sends("PUBLISH a 'up'", "PUBLISH kept 'up' retain");
  there.sends("PUBLISH b 'down'");
  bridge.settles();
  EXPECT_THAT(here.received(), ElementsAre("PUBLISH a 'up'", "PUBLISH kept 'up' retain", "PUBLISH b 'down'"));
  EXPECT_THAT(there.received(), ElementsAre("PUBLISH b 'down'", "PUBLISH a 'up'", "PUBLISH kept 'up' retain"));
}

TEST_F(ABridge, KeepsRetainedMessagesRetained) {
  there_.sends("PUBLISH lamp 'on' retain");
  bridge_.starts();
  here_.sends("PUBLISH door 'open' retain");
  bridge_.settles();
  Peer late_here(local_), late_there(remote_);
  late_here.connects("late");
  late_here.sends("SUBSCRIBE id1 # qos0");
  late_there.connects("late");
  late_there.sends("SUBSCRIBE id1 # qos0");
  EXPECT_THAT(late_here.received(), ::testing::UnorderedElementsAre("SUBACK id1 [0]", "PUBLISH lamp 'on' retain",
                                                                    "PUBLISH door 'open' retain"));
  EXPECT_THAT(late_there.received(), ::testing::UnorderedElementsAre("SUBACK id1 [0]", "PUBLISH lamp 'on' retain",
                                                                     "PUBLISH door 'open' retain"));
  there_.sends("PUBLISH lamp retain");
  bridge_.settles();
  EXPECT_EQ(local_.statistics().retained_messages, 1U) << "an empty one removes it on both sides";
}

TEST_F(ABridge, TakesTheRemoteBrokersStateAgainAfterALoss) {
  there_.sends("PUBLISH lamp 'on' retain");
  bridge_.starts();
  bridge_.loses(kRemote);
  there_.sends("PUBLISH lamp 'off' retain");
  here_.received();
  bridge_.advances(5s);
  EXPECT_THAT(messages(here_), Contains("PUBLISH lamp 'off'"));
  there_.received();
  EXPECT_EQ(remote_.statistics().retained_messages, 1U);
  bridge_.restarts();
  EXPECT_THAT(messages(there_), IsEmpty()) << "what was retained here does not go where it came from";
}

TEST_F(ABridge, LetsMessagesWaitForALostBroker) {
  bridge_.starts();
  bridge_.is_unreachable(kRemote);
  bridge_.loses(kRemote);
  here_.sends("PUBLISH a '0'", "PUBLISH a '1' qos1 id1", "PUBLISH a '2' qos2 id2", "PUBREL id2");
  bridge_.advances(10s);
  EXPECT_THAT(messages(there_), IsEmpty());
  EXPECT_EQ(bridge_.machine().statistics(kLocal).dropped, 1U) << "QoS 0 is for now or never";
  bridge_.is_unreachable(kRemote, false);
  bridge_.advances(30s);
  EXPECT_THAT(messages(there_), ElementsAre("PUBLISH a '1' qos1", "PUBLISH a '2' qos2"));
}

TEST_F(ABridge, AcknowledgesNothingThatTheOtherBrokerHasNot) {
  bridge_.starts();
  bridge_.is_unreachable(kRemote);
  bridge_.loses(kRemote);
  here_.sends("PUBLISH a '1' qos1 id1", "PUBLISH a '2' qos2 id2", "PUBREL id2");
  bridge_.settles();
  bridge_.is_unreachable(kRemote, false);
  bridge_.restarts();
  bridge_.advances(1s);
  EXPECT_THAT(messages(there_), ElementsAre("PUBLISH a '1' qos1", "PUBLISH a '2' qos2"))
      << "the local broker has kept them for the bridge that came after";
}

TEST_F(ABridge, GetsWhatTheRemoteBrokerKeptForItMeanwhile) {
  bridge_.starts();
  bridge_.is_unreachable(kRemote);
  bridge_.loses(kRemote);
  there_.sends("PUBLISH a '1' qos1 id1", "PUBLISH a '2' qos2 id2", "PUBREL id2");
  bridge_.is_unreachable(kRemote, false);
  bridge_.advances(5s);
  EXPECT_THAT(messages(here_), ElementsAre("PUBLISH a '1' qos1", "PUBLISH a '2' qos2"));
}

TEST_F(ABridge, DialsAgainWithPausesThatGrow) {
  bridge_.is_unreachable(kRemote);
  bridge_.starts();
  EXPECT_EQ(bridge_.machine().next_deadline(), local_.now() + 1s);
  bridge_.advances(1s);
  EXPECT_EQ(bridge_.machine().next_deadline(), local_.now() + 2s);
  bridge_.is_unreachable(kRemote, false);
  bridge_.advances(2s);
  EXPECT_TRUE(bridge_.machine().ready(kRemote));
}

TEST_F(ABridge, DialsTheLocalBrokerAgainToo) {
  bridge_.starts();
  bridge_.loses(kLocal);
  there_.sends("PUBLISH a '1' qos1 id1");
  bridge_.advances(2s);
  EXPECT_TRUE(bridge_.machine().ready(kLocal));
  EXPECT_THAT(messages(here_), ElementsAre("PUBLISH a '1' qos1"));
}

TEST_F(ABridge, DialsTheRemoteBrokerWhenTheLocalOneIsReady) {
  bridge_.is_unreachable(kLocal);
  bridge_.starts();
  EXPECT_FALSE(bridge_.connection(kRemote));
  bridge_.is_unreachable(kLocal, false);
  bridge_.advances(1s);
  EXPECT_TRUE(bridge_.machine().ready(kLocal));
  EXPECT_TRUE(bridge_.machine().ready(kRemote));
}

TEST_F(ABridge, EndsInOrderAndDialsNoMore) {
  bridge_.starts();
  bridge_.shuts_down();
  EXPECT_THAT(bridge_.notes(), ElementsAre("local connack success", "remote connack success", "local closing success",
                                           "remote closing success"));
  EXPECT_FALSE(bridge_.connection(kLocal) || bridge_.connection(kRemote));
  EXPECT_EQ(bridge_.machine().next_deadline(), kNever);
  bridge_.advances(1min);
  EXPECT_FALSE(bridge_.machine().ready(kLocal) || bridge_.machine().ready(kRemote));
  EXPECT_EQ(remote_.statistics().sessions, 2U) << "the remote broker goes on to keep messages for it";
}

TEST_F(ABridge, ReadsNoMoreThanTheOtherSideTakes) {
  bridge_.starts();
  bridge_.stops_reading(kRemote);
  for (int i = 0; i < 40; ++i) {
    here_.sends("PUBLISH a 'x'x100000");
    bridge_.settles();
  }
  EXPECT_FALSE(bridge_.machine().takes_input(kLocal));
  EXPECT_TRUE(bridge_.machine().takes_input(kRemote));
  EXPECT_LT(bridge_.machine().output(kRemote).size(), 1'300'000U);
}

TEST_F(ABridge, LeavesItsNameToNobodyElse) {
  bridge_.starts();
  Peer thief(local_);
  thief.sends("CONNECT $bridge 5.0");
  EXPECT_THAT(thief.received(), ElementsAre(StartsWith("CONNACK client-identifier-not-valid")));
  EXPECT_TRUE(thief.is_closed());
  EXPECT_TRUE(bridge_.machine().ready(kLocal));
}

// --- brokers that do not do everything

TEST(BridgeToALimitedBroker, PublishesWhatTheBrokerTakes) {
  TestBroker local;
  TestBroker remote({.maximum_packet_size = 1000, .maximum_qos = QoS::AtLeastOnce, .retain_available = false});
  Peer here(local), there(remote);
  here.connects("here");
  there.connects("there");
  there.subscribes("# qos1");
  TestBridge bridge(local, remote);
  bridge.starts();
  here.sends("PUBLISH a '2' qos2 id1", "PUBREL id1", "PUBLISH b '1' qos1 id2 retain", "PUBLISH c 'x'x2000 qos1 id3",
             "PUBLISH d '0'");
  bridge.settles();
  EXPECT_THAT(there.received(), ElementsAre("PUBLISH a '2' qos1 id1", "PUBLISH b '1' qos1 id2", "PUBLISH d '0'"));
  EXPECT_EQ(bridge.machine().statistics(kLocal).dropped, 1U) << "the one that is too large";
  EXPECT_EQ(local.statistics().queued_messages, 0U);
}

class NoPrivateTopics : public BrokerAuthority {
 public:
  Permission may_subscribe(ConnectionId, std::string_view, const SubscribeEntry& entry) override {
    return {.reason = entry.topic_filter.starts_with("private") ? ReasonCode::NotAuthorized : ReasonCode::Success};
  }
  Permission may_publish(ConnectionId, std::string_view, const Publish& publish) override {
    return {.reason = publish.topic.starts_with("private") ? ReasonCode::NotAuthorized : ReasonCode::Success};
  }
  bool decides_publishes() const override { return true; }
};

TEST(BridgeToALimitedBroker, HearsWhatItMayNotSubscribeTo) {
  NoPrivateTopics authority;
  TestBroker local, remote({}, nullptr, &authority);
  TestBridge bridge(local, remote, {.rules = {{.topic_filter = "private/#"}, {.topic_filter = "#"}}});
  Peer here(local), there(remote);
  here.connects("here");
  here.subscribes("# qos1 no_local");
  there.connects("there");
  bridge.starts();
  EXPECT_THAT(bridge.notes(), Contains("remote refused private/# not-authorized"));
  there.sends("PUBLISH open 'x'");
  here.sends("PUBLISH private/key 'x' qos1 id1");
  bridge.settles();
  EXPECT_THAT(here.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH open 'x'"));
  EXPECT_EQ(bridge.machine().statistics(kLocal).dropped, 1U) << "refused, and so its flow has ended";
  EXPECT_EQ(local.statistics().queued_messages, 0U);
}

TEST(BridgeToALimitedBroker, HearsWhyItIsRefused) {
  TestBroker local, remote({.maximum_connections = 1});
  Peer first(remote);
  first.connects("first");
  TestBridge bridge(local, remote);
  bridge.starts();
  EXPECT_THAT(bridge.notes(),
              ElementsAre("local connack success", "remote connack server-busy", "remote closing server-busy"));
  first.sends("DISCONNECT");
  bridge.advances(2s);
  EXPECT_TRUE(bridge.machine().ready(kRemote));
}

// --- rules

TEST(BridgeRules, DecideWhatCrossesWhereAndHow) {
  TestBroker local, remote;
  Peer here(local), there(remote);
  here.connects("here");
  here.subscribes("# qos2 no_local");
  there.connects("there");
  there.subscribes("# qos2 no_local");
  TestBridge bridge(local, remote,
                    {.rules = {{.topic_filter = "sensor/#",
                                .direction = BridgeDirection::In,
                                .maximum_qos = QoS::AtMostOnce,
                                .local_prefix = "hall/"},
                               {.topic_filter = "command/#", .direction = BridgeDirection::Out}}});
  bridge.starts();
  there.sends("PUBLISH sensor/1 'a' qos1 id1", "PUBLISH command/1 'b'", "PUBLISH other 'c'");
  here.sends("PUBLISH sensor/1 'd'", "PUBLISH command/1 'e'", "PUBLISH other 'f'");
  bridge.settles();
  EXPECT_THAT(here.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH hall/sensor/1 'a'"));
  EXPECT_THAT(there.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH command/1 'e'"));
}

TEST(BridgeRules, CarryAMessageOnceHoweverManyMatch) {
  TestBroker local, remote;
  Peer here(local), there(remote);
  here.connects("here");
  here.subscribes("# no_local");
  there.connects("there");
  TestBridge bridge(local, remote,
                    {.rules = {{.topic_filter = "a/+"}, {.topic_filter = "+/b"}, {.topic_filter = "#"}}});
  bridge.starts();
  there.sends("PUBLISH a/b 'x'", "PUBLISH a/b 'y' qos2 id1", "PUBREL id1");
  bridge.settles();
  EXPECT_THAT(here.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH a/b 'x'", "PUBLISH a/b 'y'"));
}

// --- exactly once, whatever is cut

struct Cut {
  BridgeSide side;
  bool up;
};

class ExactlyOnceThroughABridge : public testing::TestWithParam<Cut> {};
INSTANTIATE_TEST_SUITE_P(Cuts, ExactlyOnceThroughABridge,
                         testing::Values(Cut{kLocal, true}, Cut{kLocal, false}, Cut{kRemote, true},
                                         Cut{kRemote, false}));

// Both ways at once, with the transport cut behind each byte of one direction in turn.
TEST_P(ExactlyOnceThroughABridge, WhereverATransportIsCut) {
  const auto [side, up] = GetParam();
  std::size_t total = SIZE_MAX;
  for (std::size_t cut_at = 0; cut_at <= total; ++cut_at) {
    TestBroker local, remote;
    Peer here(local), there(remote);
    here.connects("here");
    here.subscribes("down qos0");
    there.connects("there");
    there.subscribes("up qos0");
    TestBridge bridge(local, remote);
    bridge.starts();
    const std::size_t before = up ? bridge.bytes_up(side) : bridge.bytes_down(side);
    if (cut_at > 0) up ? bridge.cuts_after_up(side, cut_at) : bridge.cuts_after_down(side, cut_at);
    here.sends("PUBLISH up '1' qos2 id1", "PUBREL id1", "PUBLISH up '2' qos2 id2", "PUBREL id2");
    there.sends("PUBLISH down '1' qos2 id1", "PUBREL id1", "PUBLISH down '2' qos2 id2", "PUBREL id2");
    bridge.settles();
    bridge.advances(3s);
    ASSERT_THAT(there.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH up '1'", "PUBLISH up '2'")) << cut_at;
    ASSERT_THAT(here.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH down '1'", "PUBLISH down '2'")) << cut_at;
    if (cut_at == 0) total = (up ? bridge.bytes_up(side) : bridge.bytes_down(side)) - before;
  }
  EXPECT_GT(total, 20U);
}

// Both ways at random, with transports that are cut again and again, wherever.
class BridgeAtRandom : public testing::TestWithParam<unsigned> {
 protected:
  // The next message of one side's publisher.
  void publishes(Peer& publisher, const std::string& topic, int number) {
    const bool is_qos_2 = topic.ends_with('2');
    const std::string identifier = "id" + std::to_string(number % 1000 + 1);
    publisher.sends("PUBLISH " + topic + " '" + std::to_string(number) + "' qos" + (is_qos_2 ? "2 " : "1 ") +
                    identifier);
    if (is_qos_2) publisher.sends("PUBREL " + identifier);
  }

  // What came on a topic, in its order.
  static std::vector<int> numbers(const std::vector<std::string>& lines, const std::string& topic) {
    std::vector<int> found;
    for (const std::string& line : lines) {
      if (line.starts_with("PUBLISH " + topic + " ")) found.push_back(std::stoi(line.substr(line.find('\'') + 1)));
    }
    return found;
  }

  static std::set<int> distinct(const std::vector<int>& numbers) { return {numbers.begin(), numbers.end()}; }

  // All messages of both publishers, with `disturb` between them.
  template <typename Disturb>
  void run(Disturb&& disturb) {
    here_.connects("here");
    here_.subscribes("down1, down2");
    there_.connects("there");
    there_.subscribes("up1, up2");
    bridge_.starts();
    for (int number = 0; number < kMessages; ++number) {
      publishes(here_, number % 2 == 0 ? "up1" : "up2", number);
      publishes(there_, number % 2 == 0 ? "down1" : "down2", number);
      const BridgeSide side = random_() % 2 == 0 ? kLocal : kRemote;
      if (random_() % 3 == 0) bridge_.cuts_after_up(side, 1 + random_() % 60);
      if (random_() % 3 == 0) bridge_.cuts_after_down(side, 1 + random_() % 60);
      if (random_() % 4 == 0) bridge_.settles();
      if (random_() % 5 == 0) bridge_.advances(100ms);
      disturb(bridge_);
    }
    bridge_.advances(20s);
    EXPECT_EQ(local_.statistics().queued_messages + remote_.statistics().queued_messages, 0U);
  }

  static constexpr int kMessages = 120;
  std::mt19937 random_{GetParam()};
  TestBroker local_, remote_;
  Peer here_{local_}, there_{remote_};
  TestBridge bridge_{local_, remote_, {.reconnect = {.initial_delay = 100ms, .maximum_delay = 200ms}}};
};
INSTANTIATE_TEST_SUITE_P(Seeds, BridgeAtRandom, testing::Range(0U, 24U));

TEST_P(BridgeAtRandom, LosesNothingAndDoublesNoneOfQoS2) {
  run([](TestBridge&) {});
  for (const auto& [lines, direction] : {std::pair(here_.received(), "down"), std::pair(there_.received(), "up")}) {
    EXPECT_EQ(distinct(numbers(lines, std::string(direction) + "1")).size(), kMessages / 2U) << direction;
    std::vector<int> each_once;
    for (int number = 1; number < kMessages; number += 2)
      each_once.push_back(number);
    EXPECT_EQ(numbers(lines, std::string(direction) + "2"), each_once);
  }
}

// It has no memory beyond its process, so what is on its way then may come twice.
TEST_P(BridgeAtRandom, LosesNothingWhenItIsKilledToo) {
  run([this](TestBridge& bridge) {
    if (random_() % 10 == 0) bridge.restarts();
  });
  for (const auto& [lines, direction] : {std::pair(here_.received(), "down"), std::pair(there_.received(), "up")}) {
    EXPECT_EQ(distinct(numbers(lines, std::string(direction) + "1")).size(), kMessages / 2U) << direction;
    EXPECT_EQ(distinct(numbers(lines, std::string(direction) + "2")).size(), kMessages / 2U) << direction;
  }
}

TEST_F(ABridge, AnswersForWhatCrossedWhileItsBrokerWasAway) {
  bridge_.starts();
  bridge_.stops_reading(kRemote);
  here_.sends("PUBLISH a 'x' qos2 id1", "PUBREL id1");
  bridge_.settles();
  bridge_.is_unreachable(kLocal);
  bridge_.loses(kLocal);
  bridge_.stops_reading(kRemote, false);
  bridge_.settles();
  EXPECT_THAT(messages(there_), ElementsAre("PUBLISH a 'x' qos2"));
  bridge_.is_unreachable(kLocal, false);
  bridge_.advances(5s);
  EXPECT_EQ(bridge_.machine().statistics(kLocal).crossed, 1U);
  bridge_.restarts();
  EXPECT_THAT(messages(there_), IsEmpty()) << "it came again, and had crossed already";
  EXPECT_EQ(local_.statistics().queued_messages, 0U);
}

}  // namespace
}  // namespace mqtt::test
