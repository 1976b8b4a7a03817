// Retained messages for a new subscription: all of them, as fast as the client takes them, and live ones meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

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
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::size_t kMany = 3000;

std::string topic(std::size_t number) {
  return "house/" + std::to_string(number);
}

// So many under house/0, house/1 and so on. Three thousand of 1 KiB are more than a broker hands out in one piece.
void retain(TestBroker& broker, std::size_t count, const std::string& rest = " 'x'x1024 retain") {
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_TRUE(broker.publishes(topic(i) + rest));
}

std::string identifier_of(const std::string& line) {
  const auto at = line.find(" id");
  return line.substr(at, line.find(' ', at + 1) - at);
}

// All that comes to a client which acknowledges each message as soon as it has it.
std::vector<std::string> read_all(TestBroker& broker, Peer& peer) {
  std::vector<std::string> all;
  for (int quiet = 0; quiet < 3; ++quiet) {
    for (const std::string& line : peer.received()) {
      quiet = 0;
      all.push_back(line);
      if (!line.starts_with("PUB") || line.find(" qos") == std::string::npos) continue;
      peer.sends((line.find(" qos1") != std::string::npos ? "PUBACK" : "PUBREC") + identifier_of(line));
    }
    broker.advance(1ms);
  }
  return all;
}

std::size_t count_of(const std::vector<std::string>& lines, const std::string& beginning) {
  return static_cast<std::size_t>(
      std::count_if(lines.begin(), lines.end(), [&](const std::string& line) { return line.starts_with(beginning); }));
}

class RetainedDeliveryIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, RetainedDeliveryIn, each_version(), in_version);

TEST_P(RetainedDeliveryIn, BringsEachOfManyMessagesOnceBehindTheSuback_MQTT_3_3_1_9) {
  TestBroker broker;
  Peer peer(broker, GetParam());
  peer.connects("a");
  retain(broker, kMany);
  peer.sends("SUBSCRIBE id1 house/#");
  const std::vector<std::string> lines = read_all(broker, peer);
  ASSERT_THAT(lines, SizeIs(kMany + 1));
  EXPECT_EQ(lines.front(), "SUBACK id1 [0]");
  for (std::size_t i = 0; i < kMany; ++i)
    ASSERT_EQ(lines[i + 1], "PUBLISH " + topic(i) + " 'x'x1024 retain");
  EXPECT_EQ(broker.statistics().publishes_dropped, 0U);
}

TEST_P(RetainedDeliveryIn, BringsAllOfQoS1WithinAQueueThatHasNoRoomForThem) {
  TestBroker broker({.maximum_in_flight = 10, .maximum_queued_messages = 5});
  Peer peer(broker, GetParam());
  peer.connects("a");
  retain(broker, kMany, " 'x' qos1 retain");
  peer.sends("SUBSCRIBE id1 # qos1");
  EXPECT_THAT(read_all(broker, peer), SizeIs(kMany + 1));
  EXPECT_EQ(broker.statistics().publishes_dropped, 0U);
}

TEST(RetainedDelivery, KeepsNothingInMemoryForAClientThatDoesNotRead) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany);
  peer.stops_reading();
  peer.sends("SUBSCRIBE id1 # qos1");
  broker.advance(10s);
  EXPECT_LE(broker.machine().output(peer.id()).size(), 260U * 1024);
  EXPECT_EQ(broker.statistics().queued_messages, 0U);
  peer.reads_again();
  EXPECT_THAT(read_all(broker, peer), SizeIs(kMany + 1));
}

TEST(RetainedDelivery, KeepsToTheOutputThatTheHostAllows) {
  TestBroker broker({.maximum_output_bytes = 5000});
  Peer peer(broker);
  peer.connects("a");
  retain(broker, 100);
  peer.stops_reading();
  peer.sends("SUBSCRIBE id1 #");
  broker.advance(10s);
  EXPECT_LE(broker.machine().output(peer.id()).size(), 6100U);
  peer.reads_again();
  EXPECT_THAT(read_all(broker, peer), SizeIs(101));
}

TEST(RetainedDelivery, OfOneClientLeavesTheOthersTheirTurns) {
  TestBroker broker;
  Peer greedy(broker), other(broker);
  greedy.connects("greedy");
  other.connects("other");
  retain(broker, kMany, " 'x' retain");
  std::string everything = "SUBSCRIBE id1 #";
  for (int i = 0; i < 500; ++i)
    everything += ", #";
  greedy.sends(everything);
  EXPECT_LE(broker.statistics().publishes_sent, 1024U);
  other.sends("PINGREQ");
  EXPECT_THAT(other.received(), ElementsAre("PINGRESP"));
  EXPECT_EQ(broker.machine().next_deadline(), broker.now() + 1ms);
  EXPECT_GE(read_all(broker, greedy).size(), kMany + 1);
}

TEST(RetainedDelivery, GoesOnBesideThatOfOthers) {
  TestBroker broker;
  retain(broker, kMany, " 'x' retain");
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(std::make_unique<Peer>(broker));
    peers.back()->connects("peer-" + std::to_string(i));
    peers.back()->sends("SUBSCRIBE id1 #");
  }
  broker.advance(1s);
  for (const auto& peer : peers)
    EXPECT_THAT(peer->received(), SizeIs(kMany + 1));
}

TEST(RetainedDelivery, LetsLiveMessagesThrough) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany);
  peer.sends("SUBSCRIBE id1 #");
  ASSERT_TRUE(broker.publishes("elsewhere 'live'"));
  const std::vector<std::string> lines = read_all(broker, peer);
  const auto live = std::find(lines.begin(), lines.end(), "PUBLISH elsewhere 'live'");
  EXPECT_LT(live - lines.begin(), 1100);
  EXPECT_EQ(count_of(lines, "PUBLISH house/"), kMany);
}

TEST(RetainedDelivery, BringsWhatWasRetainedBeforeALiveMessageOfItsTopic_MQTT_4_6_0_6) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany);
  peer.sends("SUBSCRIBE id1 # {subscription_identifier=7}");
  ASSERT_TRUE(broker.publishes(topic(kMany - 1) + " 'live'"));
  ASSERT_TRUE(broker.publishes(topic(0) + " 'live'"));
  std::vector<std::string> lines = read_all(broker, peer);
  EXPECT_EQ(count_of(lines, "PUBLISH house/"), kMany + 2);
  std::erase_if(lines, [](const std::string& line) {
    return !line.starts_with("PUBLISH " + topic(kMany - 1) + " ") && !line.starts_with("PUBLISH " + topic(0) + " ");
  });
  EXPECT_THAT(lines, ElementsAre("PUBLISH house/0 'x'x1024 retain {subscription_identifier=7}",
                                 "PUBLISH house/2999 'x'x1024 retain {subscription_identifier=7}",
                                 "PUBLISH house/2999 'live' {subscription_identifier=7}",
                                 "PUBLISH house/0 'live' {subscription_identifier=7}"));
}

TEST(RetainedDelivery, TellsOfATopicThatChangesMeanwhileOnceAndTruly) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany);
  peer.sends("SUBSCRIBE id1 #");
  ASSERT_TRUE(broker.publishes(topic(kMany - 1) + " 'new' retain"));
  ASSERT_TRUE(broker.publishes(topic(kMany - 2) + " retain"));
  ASSERT_TRUE(broker.publishes("house/new 'x' retain"));
  const std::vector<std::string> lines = read_all(broker, peer);
  EXPECT_THAT(lines, SizeIs(1 + kMany + 1));
  EXPECT_EQ(count_of(lines, "PUBLISH house/2999"), 1U);
  EXPECT_THAT(lines, Contains("PUBLISH house/2999 'new'"));
  EXPECT_EQ(count_of(lines, "PUBLISH house/2998"), 1U);
  EXPECT_THAT(lines, Contains("PUBLISH house/2998"));
  EXPECT_THAT(lines, Contains("PUBLISH house/new 'x'"));
}

TEST(RetainedDelivery, GoesOnThoughTheNamesAroundItAreCleared) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany);
  peer.sends("SUBSCRIBE id1 +/+");
  for (std::size_t i = 0; i < kMany - 10; ++i)
    ASSERT_TRUE(broker.publishes(topic(i) + " retain"));
  const std::vector<std::string> lines = read_all(broker, peer);
  EXPECT_THAT(lines, Contains("PUBLISH house/2999 'x'x1024 retain"));
  for (std::size_t i = 0; i < kMany - 10; ++i)
    ASSERT_THAT(lines, Contains("PUBLISH " + topic(i)));
  EXPECT_EQ(broker.statistics().retained_messages, 10U);
}

TEST(RetainedDelivery, BeginsAgainWithTheSubscription) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany);
  peer.sends("SUBSCRIBE id1 #");
  peer.sends("SUBSCRIBE id2 # qos1");
  const std::vector<std::string> lines = read_all(broker, peer);
  const auto second = std::find(lines.begin(), lines.end(), "SUBACK id2 [1]");
  EXPECT_EQ(lines.end() - second, kMany + 1);
}

TEST(RetainedDelivery, OfASubscriptionMadeAnewWithoutGoesOnAsItSays) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany, " 'x'x1024 qos1 retain");
  peer.sends("SUBSCRIBE id1 #");
  peer.sends("SUBSCRIBE id2 # qos1 retain_handling2");
  const std::vector<std::string> lines = read_all(broker, peer);
  EXPECT_EQ(count_of(lines, "PUBLISH house/"), kMany);
  EXPECT_THAT(lines.back(), StartsWith("PUBLISH house/2999 'x'x1024 qos1"));
}

TEST(RetainedDelivery, EndsWithTheSubscription) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany);
  peer.sends("SUBSCRIBE id1 #", "UNSUBSCRIBE id2 #");
  const std::vector<std::string> lines = read_all(broker, peer);
  EXPECT_LT(lines.size(), kMany / 2);
  EXPECT_EQ(lines.back(), "UNSUBACK id2 [success]");
}

TEST(RetainedDelivery, OfQoS1GoesOnWithTheSessionAndOfQoS0EndsWithTheConnection_MQTT_4_1_0_1) {
  TestBroker broker({.maximum_in_flight = 5});
  retain(broker, 100, " 'x' qos1 retain");
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(broker.publishes("low/" + std::to_string(i) + " 'x' retain"));
  std::vector<std::string> lines;
  {
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=60}");
    peer.sends("SUBSCRIBE id1 # qos1");
    lines = peer.received();
    EXPECT_THAT(lines, SizeIs(6));
  }
  broker.advance(10s);
  Peer peer(broker);
  peer.connects("a persistent {session_expiry_interval=60}");
  lines = read_all(broker, peer);
  EXPECT_EQ(count_of(lines, "PUBLISH house/"), 100U);
  EXPECT_EQ(count_of(lines, "PUBLISH low/"), 0U);
}

TEST(RetainedDelivery, EndsWithTheSession) {
  TestBroker broker({.maximum_in_flight = 5});
  retain(broker, 100, " 'x' qos1 retain");
  {
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=60}");
    peer.sends("SUBSCRIBE id1 # qos1");
  }
  Peer peer(broker);
  peer.connects("a");
  broker.advance(1s);
  EXPECT_THAT(peer.received(), IsEmpty());
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(broker.publishes(topic(static_cast<std::size_t>(i)) + " retain"));
  EXPECT_EQ(broker.statistics().retained_messages, 0U);
}

TEST(RetainedDelivery, TakesTurnsWithMessagesThatWaitInTheQueue) {
  TestBroker broker({.maximum_in_flight = 1});
  Peer peer(broker);
  peer.connects("a");
  retain(broker, 20, " 'x' qos1 retain");
  peer.subscribes("#  qos1");
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(broker.publishes("live '" + std::to_string(i) + "' qos1"));
  const std::vector<std::string> lines = read_all(broker, peer);
  ASSERT_THAT(lines, SizeIs(40));
  const std::vector<std::string> beginning(lines.begin(), lines.begin() + 20);
  EXPECT_EQ(count_of(beginning, "PUBLISH live"), 9U);
}

TEST(RetainedDelivery, LeavesOutWhatHasExpiredWhenItComesToIt) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  retain(broker, kMany, " 'x'x1024 retain {message_expiry_interval=5}");
  peer.stops_reading();
  peer.sends("SUBSCRIBE id1 #");
  broker.advance(6s);
  peer.reads_again();
  EXPECT_LT(read_all(broker, peer).size(), kMany / 2);
  EXPECT_LT(broker.statistics().retained_messages, kMany / 2);
}

TEST(RetainedDelivery, IsGoneOnWithByTheNextProcess) {
  MemoryJournal journal;
  {
    TestBroker broker({.maximum_in_flight = 5}, nullptr, nullptr, &journal);
    retain(broker, 100, " 'x' qos1 retain");
    Peer peer(broker);
    peer.connects("a persistent {session_expiry_interval=60}");
    peer.sends("SUBSCRIBE id1 house/# qos1");
  }
  TestBroker next({.maximum_in_flight = 5}, nullptr, nullptr, &journal);
  next.restores(journal, Instant(1h + 1s));
  {
    Peer peer(next);
    peer.connects("a persistent {session_expiry_interval=60}");
    std::set<std::string> topics;
    for (const std::string& line : read_all(next, peer))
      topics.insert(line.substr(0, line.find(" '")));
    EXPECT_THAT(topics, SizeIs(100));
  }
  // And when all is told the journal does not ask for it again.
  TestBroker last({}, nullptr, nullptr, &journal);
  last.restores(journal, Instant(1h + 2s));
  Peer peer(last);
  peer.connects("a persistent {session_expiry_interval=60}");
  EXPECT_THAT(read_all(last, peer), IsEmpty());
}

// A client that takes, acknowledges, leaves and comes back as chance has it, and what it must have been told in the
// end.
class RandomRetainedDelivery : public testing::TestWithParam<unsigned> {
 protected:
  RandomRetainedDelivery() : random_(GetParam()) {}

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  std::string any_topic() { return "t/" + std::to_string(below(8)) + "/" + std::to_string(below(8)); }

  void publish() {
    const std::string name = any_topic();
    const bool retains = below(2) == 0;
    const bool clears = retains && below(3) == 0;
    const std::string payload = clears ? "" : std::to_string(++last_payload_);
    ASSERT_TRUE(broker_.publishes(name + (clears ? "" : " '" + payload + "'") + " qos1" + (retains ? " retain" : "")));
    if (clears) {
      retained_.erase(name);
    } else if (retains) {
      retained_[name] = payload;
    }
    if (is_subscribed_) live_[name].push_back(payload);
  }

  void subscribe() {
    if (!peer_) return;
    peer_->sends("SUBSCRIBE id1 # qos1");
    is_subscribed_ = true;
    wanted_ = retained_;
    last_at_subscription_ = last_payload_;
    for (const auto& [name, payload] : retained_)
      ++promised_[{name, payload}];
  }

  void come() {
    if (peer_) return;
    peer_.emplace(broker_);
    peer_->connects("a persistent {session_expiry_interval=60}");
  }

  void go() {
    take();
    peer_.reset();
    unacknowledged_.clear();
  }

  void take() {
    if (!peer_) return;
    for (const std::string& line : peer_->received_and_forgotten("PUBLISH")) {
      const std::string identifier = identifier_of(line);
      unacknowledged_.push_back(identifier);
      if (!seen_.insert(identifier).second) continue;  // again, on a new connection
      const std::string name = line.substr(8, line.find(' ', 8) - 8);
      const auto quote = line.find('\'');
      const std::string payload =
          quote == std::string::npos ? "" : line.substr(quote + 1, line.find('\'', quote + 1) - quote - 1);
      if (line.find(" retain") == std::string::npos) {
        came_[name].push_back(payload);
      } else {
        ++retained_came_[{name, payload}];
      }
      if (!payload.empty()) check_order(name, std::stoi(payload), line);
      const auto wanted = wanted_.find(name);
      if (wanted != wanted_.end() && (payload.empty() || std::stoi(payload) >= std::stoi(wanted->second)))
        wanted_.erase(wanted);
    }
  }

  // What is retained comes before what was published after the subscription, and behind what was before it.
  void check_order(const std::string& name, int number, const std::string& line) {
    if (line.find(" retain") != std::string::npos) {
      EXPECT_LE(latest_live_[name], last_at_subscription_) << "too late: " << line;
      latest_retained_[name] = number;
    } else {
      EXPECT_GE(number, latest_retained_[name]) << "overtaken: " << line;
      latest_live_[name] = number;
    }
  }

  void acknowledge(std::size_t count) {
    for (; peer_ && count > 0 && !unacknowledged_.empty(); --count) {
      peer_->sends("PUBACK" + unacknowledged_.front());
      seen_.erase(unacknowledged_.front());
      unacknowledged_.erase(unacknowledged_.begin());
    }
  }

  void finish() {
    come();
    peer_->reads_again();
    for (int quiet = 0; quiet < 3; ++quiet) {
      take();
      if (!unacknowledged_.empty()) quiet = 0;
      acknowledge(SIZE_MAX);
      broker_.advance(1ms);
    }
    EXPECT_EQ(came_, live_) << "every live message once, in order";
    EXPECT_THAT(wanted_, IsEmpty()) << "all that was retained at the last subscription";
    for (const auto& [message, count] : retained_came_)
      EXPECT_LE(count, promised_[message]) << message.first << " " << message.second;
  }

  std::mt19937 random_;
  TestBroker broker_{{.maximum_in_flight = 3, .maximum_output_bytes = 200}};
  std::optional<Peer> peer_;
  bool is_subscribed_ = false;
  int last_payload_ = 0;
  std::map<std::string, std::string> retained_;
  std::map<std::string, std::string> wanted_;  // of those at the last subscription, what has not been told
  std::map<std::pair<std::string, std::string>, int> promised_, retained_came_;
  std::map<std::string, std::vector<std::string>> live_, came_;
  std::map<std::string, int> latest_live_, latest_retained_;
  int last_at_subscription_ = 0;             // of the payloads
  std::vector<std::string> unacknowledged_;  // identifiers, on this connection
  std::set<std::string> seen_;               // and on any
};
INSTANTIATE_TEST_SUITE_P(Seeds, RandomRetainedDelivery, testing::Range(1U, 31U));

TEST_P(RandomRetainedDelivery, TellsOfEachTopicInOrderAndLosesNothing) {
  for (int i = 0; i < 40; ++i)
    publish();
  come();
  subscribe();
  for (int step = 0; step < 600 && !HasFailure(); ++step) {
    switch (below(12)) {
      case 0:
        if (below(4) == 0) subscribe();
        break;
      case 1:
        if (peer_ && below(6) == 0) go();
        break;
      case 2:
        come();
        break;
      case 3:
        if (peer_) peer_->stops_reading();
        break;
      case 4:
      case 5:
        if (peer_) peer_->reads_again();
        break;
      case 6:
      case 7:
        take();
        acknowledge(below(4));
        break;
      case 8:
        broker_.advance(1ms);
        break;
      default:
        publish();
    }
  }
  finish();
}

}  // namespace
}  // namespace mqtt::test
