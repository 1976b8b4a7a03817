// Which retained messages two brokers have when a bridge has brought them together, whatever happened while they were
// apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/memory_journal.h"
#include "support/test_bridge.h"
#include "support/test_broker.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kLocal = BridgeSide::Local;
constexpr auto kRemote = BridgeSide::Remote;

// Long enough for the bridge to dial again and for all that it does then.
constexpr auto kReturn = 5s;

// What a new subscriber is told: "lamp 'on'", in the order of the topics.
std::vector<std::string> retained_at(TestBroker& broker) {
  Peer peer(broker);
  peer.connects("late");
  peer.sends("SUBSCRIBE id1 # qos0");
  broker.advance(1s);
  std::vector<std::string> found;
  for (const std::string& line : peer.received_and_forgotten("PUBLISH")) {
    const std::size_t begin = line.find(' ') + 1;
    found.push_back(line.substr(begin, line.rfind(" retain") - begin));
  }
  std::sort(found.begin(), found.end());
  return found;
}

class RetainedMessages : public testing::Test {
 protected:
  explicit RetainedMessages(std::vector<BridgeRule> rules = {BridgeRule{}},
                            std::optional<ProtocolVersion> version = std::nullopt)
      : bridge_(local_, remote_, {.rules = std::move(rules), .version = version}) {
    here_.connects("here");
    there_.connects("there");
  }

  // The two brokers are in touch, and in step.
  void meet() {
    bridge_.starts();
    bridge_.advances(kReturn);
  }
  void part() {
    bridge_.is_unreachable(kRemote);
    bridge_.loses(kRemote);
  }
  void meet_again() {
    bridge_.is_unreachable(kRemote, false);
    bridge_.advances(150s);
  }
  std::vector<std::string> here() { return retained_at(local_); }
  std::vector<std::string> there() { return retained_at(remote_); }

  TestBroker local_, remote_;
  Peer here_{local_}, there_{remote_};
  TestBridge bridge_;
};

// --- first contact

TEST_F(RetainedMessages, OfEachSideAreOnBothAfterTheFirstContact) {
  here_.sends("PUBLISH door 'open' retain", "PUBLISH window 'shut' retain qos1 id1");
  there_.sends("PUBLISH lamp 'on' retain", "PUBLISH fan 'off' retain qos2 id1", "PUBREL id1");
  meet();
  EXPECT_THAT(here(), ElementsAre("door 'open'", "fan 'off'", "lamp 'on'", "window 'shut'"));
  EXPECT_EQ(there(), here());
}

TEST_F(RetainedMessages, ThatCameBeforeTheFirstContactWinThere) {
  bridge_.is_unreachable(kRemote);
  bridge_.starts();
  there_.sends("PUBLISH lamp 'old' retain");
  here_.sends("PUBLISH lamp 'new' retain");
  meet_again();
  EXPECT_THAT(here(), ElementsAre("lamp 'new'"));
  EXPECT_THAT(there(), ElementsAre("lamp 'new'"));
}

// --- return

TEST_F(RetainedMessages, ThatChangedHereMeanwhileCross) {
  meet();
  here_.sends("PUBLISH lamp 'off' retain");
  bridge_.settles();
  part();
  here_.sends("PUBLISH lamp 'on' retain", "PUBLISH door 'open' retain");
  meet_again();
  EXPECT_THAT(here(), ElementsAre("door 'open'", "lamp 'on'"));
  EXPECT_THAT(there(), ElementsAre("door 'open'", "lamp 'on'"));
}

TEST_F(RetainedMessages, ThatChangedThereMeanwhileCome) {
  meet();
  here_.sends("PUBLISH lamp 'off' retain");
  bridge_.advances(2s);
  part();
  there_.sends("PUBLISH lamp 'on' retain", "PUBLISH door 'open' retain");
  meet_again();
  EXPECT_THAT(here(), ElementsAre("door 'open'", "lamp 'on'"));
  EXPECT_THAT(there(), ElementsAre("door 'open'", "lamp 'on'"));
}

TEST_F(RetainedMessages, AreClearedThereIfTheyWereHereMeanwhile) {
  meet();
  there_.sends("PUBLISH lamp 'on' retain");
  here_.sends("PUBLISH door 'open' retain");
  bridge_.advances(2s);
  part();
  here_.sends("PUBLISH lamp retain", "PUBLISH door retain");
  meet_again();
  EXPECT_THAT(here(), IsEmpty());
  EXPECT_THAT(there(), IsEmpty());
}

TEST_F(RetainedMessages, AreClearedHereIfTheyWereThereMeanwhile) {
  meet();
  there_.sends("PUBLISH lamp 'on' retain");
  here_.sends("PUBLISH door 'open' retain", "PUBLISH window 'shut' retain");
  bridge_.advances(2s);
  part();
  there_.sends("PUBLISH lamp retain", "PUBLISH door retain");
  meet_again();
  EXPECT_THAT(here(), ElementsAre("window 'shut'"));
  EXPECT_THAT(there(), ElementsAre("window 'shut'"));
}

TEST_F(RetainedMessages, ThatChangedOnBothSidesAreThoseOfHere) {
  meet();
  there_.sends("PUBLISH a '0' retain", "PUBLISH b '0' retain", "PUBLISH c '0' retain");
  bridge_.advances(2s);
  part();
  here_.sends("PUBLISH a 'here' retain", "PUBLISH b retain", "PUBLISH c 'here' retain");
  there_.sends("PUBLISH a 'there' retain", "PUBLISH b 'there' retain", "PUBLISH c retain");
  meet_again();
  EXPECT_THAT(here(), ElementsAre("a 'here'", "c 'here'"));
  EXPECT_EQ(there(), here());
}

TEST_F(RetainedMessages, OfTheSideThatSpokeLastStayWhenTheBrokersPartAgain) {
  meet();
  for (int round = 0; round < 3; ++round) {
    part();
    here_.sends("PUBLISH lamp 'here' retain");
    meet_again();
    EXPECT_THAT(there(), ElementsAre("lamp 'here'"));
    part();
    there_.sends("PUBLISH lamp 'there' retain");
    meet_again();
    EXPECT_THAT(here(), ElementsAre("lamp 'there'"));
    EXPECT_THAT(there(), ElementsAre("lamp 'there'"));
  }
}

TEST_F(RetainedMessages, OfQoS0ThatWereWrittenIntoADeadConnectionCross) {
  meet();
  there_.sends("PUBLISH lamp 'old' retain");
  bridge_.advances(2s);
  bridge_.stops_reading(kRemote);
  here_.sends("PUBLISH lamp 'new' retain");
  bridge_.settles();
  bridge_.loses(kRemote);
  bridge_.stops_reading(kRemote, false);
  bridge_.advances(kReturn);
  EXPECT_THAT(here(), ElementsAre("lamp 'new'"));
  EXPECT_THAT(there(), ElementsAre("lamp 'new'"));
}

TEST_F(RetainedMessages, ThatAreTheSameDoNotComeAgain) {
  meet();
  there_.sends("PUBLISH lamp 'on' retain");
  here_.sends("PUBLISH door 'open' retain");
  bridge_.advances(2s);
  here_.subscribes("#");
  there_.subscribes("#");
  here_.received();
  there_.received();
  part();
  meet_again();
  EXPECT_THAT(here_.received(), IsEmpty());
  EXPECT_THAT(there_.received(), IsEmpty());
}

// A live message of QoS 1 waits for the bridge over there; what changed here since is newer than that.
TEST_F(RetainedMessages, ThatWaitedForTheBridgeAreNotRetainedInThePlaceOfWhatChangedHere) {
  meet();
  here_.subscribes("# qos2 retain_as_published");
  part();
  there_.sends("PUBLISH lamp 'there' retain qos1 id1");
  here_.sends("PUBLISH lamp 'here' retain");
  here_.received();
  meet_again();
  EXPECT_THAT(here_.received_and_forgotten("PUBLISH"), ElementsAre("PUBLISH lamp 'there' qos1 id1"));
  EXPECT_THAT(here(), ElementsAre("lamp 'here'"));
  EXPECT_THAT(there(), ElementsAre("lamp 'here'"));
}

// --- the other side has lost its memory

class RetainedMessagesAndANewBroker : public testing::Test {};

TEST_F(RetainedMessagesAndANewBroker, AreSentToIt) {
  TestBroker local, old_remote, new_remote;
  Peer here(local), there(old_remote);
  here.connects("here");
  there.connects("there");
  TestBridge bridge(local, old_remote);
  bridge.starts();
  there.sends("PUBLISH lamp 'on' retain");
  here.sends("PUBLISH door 'open' retain");
  bridge.advances(kReturn);
  bridge.replaces(kRemote, new_remote);
  bridge.advances(kReturn);
  EXPECT_THAT(retained_at(local), ElementsAre("door 'open'", "lamp 'on'"));
  EXPECT_THAT(retained_at(new_remote), ElementsAre("door 'open'", "lamp 'on'"));
}

TEST_F(RetainedMessagesAndANewBroker, GiveWayToWhatItHas) {
  TestBroker local, old_remote, new_remote;
  Peer here(local), there(old_remote), at_new(new_remote);
  here.connects("here");
  there.connects("there");
  at_new.connects("there");
  TestBridge bridge(local, old_remote);
  bridge.starts();
  there.sends("PUBLISH lamp 'on' retain");
  bridge.advances(kReturn);
  at_new.sends("PUBLISH lamp 'off' retain");
  bridge.replaces(kRemote, new_remote);
  bridge.advances(kReturn);
  EXPECT_THAT(retained_at(local), ElementsAre("lamp 'off'"));
  EXPECT_THAT(retained_at(new_remote), ElementsAre("lamp 'off'"));
}

// --- each QoS, each direction, names

class RetainedMessagesOfQoS : public RetainedMessages, public testing::WithParamInterface<int> {
 protected:
  // With its identifier, and to its end.
  static void publishes(Peer& peer, const std::string& message) {
    const std::string qos = std::to_string(GetParam());
    peer.sends("PUBLISH " + message + " retain" + (GetParam() == 0 ? "" : " qos" + qos + " id9"));
    if (GetParam() == 2) peer.sends("PUBREL id9");
  }
};
INSTANTIATE_TEST_SUITE_P(QoS, RetainedMessagesOfQoS, testing::Values(0, 1, 2));

TEST_P(RetainedMessagesOfQoS, AreTheSameOnBothSidesAfterAReturn) {
  publishes(here_, "first/here '1'");
  publishes(there_, "first/there '1'");
  meet();
  publishes(here_, "set/here '1'");
  publishes(there_, "set/there '1'");
  publishes(here_, "clear/here '1'");
  publishes(there_, "clear/there '1'");
  bridge_.advances(2s);
  part();
  publishes(here_, "set/here '2'");
  publishes(there_, "set/there '2'");
  publishes(here_, "clear/here");
  publishes(there_, "clear/there");
  publishes(here_, "new/here '1'");
  publishes(there_, "new/there '1'");
  meet_again();
  EXPECT_THAT(here(), ElementsAre("first/here '1'", "first/there '1'", "new/here '1'", "new/there '1'", "set/here '2'",
                                  "set/there '2'"));
  EXPECT_EQ(there(), here());
}

class RetainedMessagesByRule : public RetainedMessages {
 protected:
  RetainedMessagesByRule()
      : RetainedMessages({{.topic_filter = "in/#", .direction = BridgeDirection::In, .local_prefix = "hall/"},
                          {.topic_filter = "out/#", .direction = BridgeDirection::Out, .remote_prefix = "site/"},
                          {.topic_filter = "both/#", .local_prefix = "l/", .remote_prefix = "r/"}}) {}
};

TEST_F(RetainedMessagesByRule, CrossInItsDirectionAtTheFirstContact) {
  here_.sends("PUBLISH hall/in/here '1' retain", "PUBLISH out/here '1' retain", "PUBLISH l/both/here '1' retain",
              "PUBLISH other/here '1' retain");
  there_.sends("PUBLISH in/there '1' retain", "PUBLISH site/out/there '1' retain", "PUBLISH r/both/there '1' retain",
               "PUBLISH other/there '1' retain");
  meet();
  EXPECT_THAT(here(), ElementsAre("hall/in/here '1'", "hall/in/there '1'", "l/both/here '1'", "l/both/there '1'",
                                  "other/here '1'", "out/here '1'"));
  EXPECT_THAT(there(), ElementsAre("in/there '1'", "other/there '1'", "r/both/here '1'", "r/both/there '1'",
                                   "site/out/here '1'", "site/out/there '1'"));
}

TEST_F(RetainedMessagesByRule, CrossInItsDirectionAfterAReturn) {
  there_.sends("PUBLISH in/set '1' retain", "PUBLISH in/clear '1' retain", "PUBLISH in/same '1' retain");
  here_.sends("PUBLISH out/set '1' retain", "PUBLISH out/clear '1' retain", "PUBLISH hall/in/mine '1' retain");
  meet();
  part();
  there_.sends("PUBLISH in/set '2' retain", "PUBLISH in/clear retain", "PUBLISH site/out/set 'there' retain");
  here_.sends("PUBLISH out/set '2' retain", "PUBLISH out/clear retain", "PUBLISH hall/in/same 'here' retain");
  meet_again();
  EXPECT_THAT(here(), ElementsAre("hall/in/mine '1'", "hall/in/same '1'", "hall/in/set '2'", "out/set '2'"))
      << "by a rule that lets in alone, the other broker's are right";
  EXPECT_THAT(there(), ElementsAre("in/same '1'", "in/set '2'", "site/out/set '2'"));
}

// --- what the local broker did not pass on

TEST(RetainedMessagesOfASmallQueue, CrossThoughTheirOwnMessagesWereDropped) {
  TestBroker local({.maximum_queued_messages = 2}), remote;
  Peer here(local);
  here.connects("here");
  TestBridge bridge(local, remote);
  bridge.starts();
  bridge.is_unreachable(kRemote);
  bridge.loses(kRemote);
  for (int i = 0; i < 2'000; ++i)
    here.sends("PUBLISH t/" + std::to_string(i) + " 'x' retain qos1 id" + std::to_string(i % 1000 + 1));
  EXPECT_GT(local.statistics().publishes_dropped, 0U);
  bridge.is_unreachable(kRemote, false);
  bridge.advances(30s);
  EXPECT_EQ(remote.statistics().retained_messages, 2'000U);
}

TEST(RetainedMessagesOfASmallQueue, CrossLateThoughTheBrokersWereNotApart) {
  TestBroker local({.maximum_output_bytes = 4096}), remote;
  Peer here(local);
  here.connects("here");
  TestBridge bridge(local, remote);
  bridge.starts();
  bridge.advances(kReturn);
  for (int i = 0; i < 100; ++i)  // nothing is moved in between
    here.sends("PUBLISH t/" + std::to_string(i) + " 'x'x1000 retain");
  EXPECT_GT(local.statistics().publishes_dropped, 0U);
  bridge.advances(30s);
  EXPECT_EQ(remote.statistics().retained_messages, 100U);
}

// --- both sides at once

TEST_F(RetainedMessages, ThatWereSetOnBothSidesAtOnceAreTheSameInTheEnd) {
  meet();
  for (int round = 0; round < 20; ++round) {
    const std::string number = std::to_string(round);
    // Each is on its way before the other has come.
    bridge_.stops_reading(kRemote);
    here_.sends("PUBLISH lamp 'here" + number + "' retain" + (round % 2 == 0 ? "" : " qos1 id1"));
    bridge_.settles();
    there_.sends("PUBLISH lamp 'there" + number + "' retain" + (round % 3 == 0 ? "" : " qos1 id1"));
    bridge_.stops_reading(kRemote, false);
    bridge_.settles();
    bridge_.advances(30s);
    EXPECT_EQ(here(), there()) << round;
  }
}

// --- restarts

class RestartedServer : public testing::Test {
 protected:
  BrokerOptions options_{};
  MemoryJournal journal_;
};

TEST_F(RestartedServer, KnowsWhatChangedHereWhileTheOtherBrokerWasAway) {
  TestBroker remote;
  Peer there(remote);
  there.connects("there");
  {
    TestBroker local({}, nullptr, nullptr, &journal_);
    local.restores(MemoryJournal(), remote.now());
    Peer here(local);
    here.connects("here");
    TestBridge bridge(local, remote);
    bridge.starts();
    here.sends("PUBLISH lamp 'old' retain", "PUBLISH door 'open' retain");
    bridge.advances(kReturn);
    bridge.is_unreachable(kRemote);
    bridge.loses(kRemote);
    here.sends("PUBLISH lamp 'new' retain", "PUBLISH door retain");
  }
  TestBroker local({}, nullptr, nullptr, &journal_);
  local.restores(journal_, remote.now());
  TestBridge bridge(local, remote);
  bridge.starts();
  bridge.advances(kReturn);
  EXPECT_THAT(retained_at(local), ElementsAre("lamp 'new'"));
  EXPECT_THAT(retained_at(remote), ElementsAre("lamp 'new'"));
}

TEST_F(RestartedServer, TakesWhatChangedThereMeanwhile) {
  TestBroker remote;
  Peer there(remote);
  there.connects("there");
  {
    TestBroker local({}, nullptr, nullptr, &journal_);
    local.restores(MemoryJournal(), remote.now());
    Peer here(local);
    here.connects("here");
    TestBridge bridge(local, remote);
    bridge.starts();
    here.sends("PUBLISH lamp 'old' retain");
    bridge.advances(kReturn);
  }
  there.sends("PUBLISH lamp 'new' retain");
  TestBroker local({}, nullptr, nullptr, &journal_);
  local.restores(journal_, remote.now());
  TestBridge bridge(local, remote);
  bridge.starts();
  bridge.advances(kReturn);
  EXPECT_THAT(retained_at(local), ElementsAre("lamp 'new'"));
  EXPECT_THAT(retained_at(remote), ElementsAre("lamp 'new'"));
}

// --- a broker that does not get over one of them

class TooLargeForTheOtherBroker : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(QoS, TooLargeForTheOtherBroker, testing::Values(0, 1, 2));

// A server of 3.1.1 can say nothing about it: it closes the connection.
TEST_P(TooLargeForTheOtherBroker, ARetainedMessageIsGivenUpAndTheOthersCross) {
  const std::string qos = GetParam() == 0 ? "" : " qos" + std::to_string(GetParam()) + " id1";
  TestBroker local, remote({.maximum_packet_size = 1000});
  Peer here(local);
  here.connects("here");
  TestBridge bridge(local, remote, {.version = ProtocolVersion::V3_1_1});
  bridge.starts();
  bridge.advances(kReturn);
  const auto publishes = [&](const std::string& message) {
    here.sends("PUBLISH " + message + " retain" + qos);
    if (GetParam() == 2) here.sends("PUBREL id1");
  };
  publishes("a '1'");
  publishes("b 'x'x2000");
  publishes("c '1'");
  bridge.advances(400s);
  publishes("d '1'");
  bridge.advances(kReturn);
  EXPECT_THAT(retained_at(remote), ElementsAre("a '1'", "c '1'", "d '1'"));
  EXPECT_EQ(bridge.machine().statistics(kLocal).given_up, 1U);
  EXPECT_THAT(bridge.notes(), ::testing::Contains("gave up b"));
  EXPECT_TRUE(bridge.machine().ready(kRemote));
  publishes("b 'small'");
  bridge.advances(kReturn);
  EXPECT_THAT(retained_at(remote), ::testing::Contains("b 'small'")) << "its topic is not given up";
}

// --- anything, at any time

class RetainedMessagesAtRandom : public RetainedMessages, public testing::WithParamInterface<unsigned> {
 protected:
  static constexpr int kTopics = 6;

  std::string next_value() { return random_() % 4 == 0 ? "" : " '" + std::to_string(++last_) + "'"; }
  // With its identifier, and to its end.
  void changes(Peer& peer, int topic, const std::string& value) {
    const auto qos = random_() % 3;
    peer.sends("PUBLISH t" + std::to_string(topic) + value + " retain" +
               (qos == 0 ? "" : " qos" + std::to_string(qos) + " id9"));
    if (qos == 2) peer.sends("PUBREL id9");
  }

  std::mt19937 random_{GetParam()};
  int last_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Seeds, RetainedMessagesAtRandom, testing::Range(0U, 60U));

TEST_P(RetainedMessagesAtRandom, AreTheSameOnBothSidesInTheEnd) {
  meet();
  for (int step = 0; step < 60; ++step) {
    changes(random_() % 2 == 0 ? here_ : there_, static_cast<int>(random_() % kTopics), next_value());
    switch (random_() % 10) {
      case 0:
        bridge_.loses(kRemote);
        break;
      case 1:
        bridge_.cuts_after_up(kRemote, 1 + random_() % 60);
        break;
      case 2:
        bridge_.cuts_after_down(kRemote, 1 + random_() % 60);
        break;
      case 3:
        bridge_.loses(kLocal);
        break;
      case 4:
      case 5:
        bridge_.settles();
        break;
      case 6:
        bridge_.advances(std::chrono::milliseconds(random_() % 3000));
        break;
      case 7:
        bridge_.is_unreachable(kRemote, random_() % 2 == 0);
        break;
      case 8:
        bridge_.stops_reading(kRemote, random_() % 2 == 0);
        break;
      default:
        break;
    }
  }
  bridge_.stops_reading(kRemote, false);
  meet_again();
  EXPECT_EQ(here(), there());
}

// While the brokers are apart only one of the two changes a topic: its value is the newer one.
TEST_P(RetainedMessagesAtRandom, AreTheNewerOnes) {
  std::vector<std::string> expected(kTopics);
  meet();
  for (int round = 0; round < 6; ++round) {
    part();
    for (int topic = 0; topic < kTopics; ++topic) {
      if (random_() % 3 == 0) continue;
      Peer& peer = random_() % 2 == 0 ? here_ : there_;
      for (auto changed = random_() % 3 + 1; changed > 0; --changed) {
        expected[static_cast<std::size_t>(topic)] = next_value();
        changes(peer, topic, expected[static_cast<std::size_t>(topic)]);
      }
    }
    meet_again();
    std::vector<std::string> lines;
    for (int topic = 0; topic < kTopics; ++topic) {
      const std::string& value = expected[static_cast<std::size_t>(topic)];
      if (!value.empty()) lines.push_back("t" + std::to_string(topic) + value);
    }
    ASSERT_EQ(here(), lines) << round;
    ASSERT_EQ(there(), lines) << round;
  }
}

// --- many

TEST(ManyRetainedMessages, CrossBothWaysInSlices) {
  constexpr int kEach = 20'000;
  TestBroker local, remote;
  for (int i = 0; i < kEach; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_TRUE(local.publishes("here/" + number + " 'h' retain qos" + std::to_string(i % 3) + (i % 3 ? " id1" : "")));
    ASSERT_TRUE(
        remote.publishes("there/" + number + " 't' retain qos" + std::to_string(i % 3) + (i % 3 ? " id1" : "")));
  }
  TestBridge bridge(local, remote);
  bridge.starts();
  bridge.advances(120s);
  EXPECT_EQ(local.statistics().retained_messages, 2U * kEach);
  EXPECT_EQ(remote.statistics().retained_messages, 2U * kEach);
}

}  // namespace
}  // namespace mqtt::test
