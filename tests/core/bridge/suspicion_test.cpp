// Messages that a remote broker does not get over: they are given up, and nothing else is.
#include "mqtt/bridge/suspicion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/played_brokers.h"

namespace mqtt::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kLocal = BridgeSide::Local;
constexpr auto kRemote = BridgeSide::Remote;

class ABrokerThatFails : public PlayedBrokers {
 protected:
  ABrokerThatFails() { accepts(kRemote, "CONNACK success"); }

  std::vector<std::string> publishes_sent() {
    std::vector<std::string> found;
    for (std::string& line : sent(kRemote)) {
      if (line.starts_with("PUBLISH")) found.push_back(std::move(line));
    }
    return found;
  }
  // Connected again: what the bridge sends of itself then.
  std::vector<std::string> comes_again() {
    connects(kRemote);
    sends(kRemote, "CONNACK success session-present");
    std::vector<std::string> publishes;
    for (std::string& line : sent(kRemote)) {
      if (line.starts_with("SUBSCRIBE")) sends(kRemote, "SUBACK " + identifier_of(line) + " [2]");
      if (line.starts_with("PUBLISH")) publishes.push_back(std::move(line));
    }
    for (std::string& line : publishes_sent())
      publishes.push_back(std::move(line));
    return publishes;
  }
  // mochi's PUBACK of 2.6: a reason code that a PUBACK does not have, and a property.
  void answers_wrongly(const std::string& publish) {
    const auto identifier = static_cast<std::uint8_t>(std::stoi(identifier_of(publish).substr(2)));
    sends_bytes(kRemote, {0x40, 0x04, 0x00, identifier, 0x01, 0x00});
    EXPECT_TRUE(bridge_.should_close(kRemote));
    sent(kRemote);
    loses(kRemote);
  }
};

TEST_F(ABrokerThatFails, ToAnswerAMessageRightIsSparedItAfterThreeConnections) {
  sends(kLocal, "PUBLISH a 'bad' qos1 id7");
  auto lines = publishes_sent();
  for (int connection = 0; connection < 3; ++connection) {
    ASSERT_THAT(lines, ElementsAre(StartsWith("PUBLISH a 'bad' qos1")));
    EXPECT_THAT(notes(), IsEmpty());
    answers_wrongly(lines.front());
    if (connection < 2) lines = comes_again();
  }
  EXPECT_THAT(notes(), ElementsAre("gave up 'a' after 3"));
  EXPECT_EQ(bridge_.statistics(kLocal).given_up, 1U);
  EXPECT_EQ(bridge_.statistics(kLocal).dropped, 0U);
  EXPECT_THAT(sent(kLocal), ElementsAre("PUBACK id7 implementation-specific-error"))
      << "the local broker does not keep it either";
  EXPECT_THAT(comes_again(), IsEmpty());
  sends(kLocal, "PUBLISH a 'good' qos1 id8");
  lines = publishes_sent();
  ASSERT_THAT(lines, ElementsAre(StartsWith("PUBLISH a 'good' qos1")));
  sends(kRemote, "PUBACK " + identifier_of(lines.front()));
  EXPECT_THAT(sent(kLocal), ElementsAre("PUBACK id8"));
}

// The broker closes as soon as it has read the third of five; what it had answered is lost with the connection.
TEST_F(ABrokerThatFails, ByClosingLosesOneMessageOfMany) {
  for (int number = 1; number <= 5; ++number)
    sends(kLocal, "PUBLISH a '" + std::to_string(number) + "' qos" + (number % 2 == 0 ? "2" : "1") + " id" +
                      std::to_string(number));
  auto lines = publishes_sent();
  std::vector<std::string> taken;
  for (int connection = 0; connection < 12; ++connection) {
    if (connection > 0) lines = comes_again();
    bool has_closed = false;
    for (std::size_t i = 0; i < lines.size() && !has_closed; ++i) {
      has_closed = lines[i].find("'3'") != std::string::npos;
      // Alone on its way, its answer arrives.
      if (has_closed || lines.size() > 1 + i) continue;
      taken.push_back(lines[i]);
      if (lines[i].find("qos2") != std::string::npos) {
        sends(kRemote, "PUBREC " + identifier_of(lines[i]));
        sends(kRemote, "PUBCOMP " + identifier_of(lines[i]));
      } else {
        sends(kRemote, "PUBACK " + identifier_of(lines[i]));
      }
      for (std::string& line : publishes_sent())
        lines.push_back(std::move(line));
    }
    if (!has_closed) break;
    loses(kRemote, TransportEnd::ByPeer);
  }
  EXPECT_THAT(notes(), ElementsAre("gave up 'a' after 3"));
  EXPECT_THAT(taken, ElementsAre(HasSubstr("'1'"), HasSubstr("'2'"), HasSubstr("'4'"), HasSubstr("'5'")));
  EXPECT_EQ(bridge_.statistics(kLocal).given_up, 1U);
}

TEST_F(ABrokerThatFails, AtTheEndOfAQoS2FlowIsSparedIt) {
  sends(kLocal, "PUBLISH a 'bad' qos2 id7");
  const auto identifier = identifier_of(publishes_sent().front());
  sends(kRemote, "PUBREC " + identifier);
  for (int connection = 0; connection < 3; ++connection) {
    EXPECT_THAT(sent(kRemote), Contains("PUBREL " + identifier));
    loses(kRemote, TransportEnd::ByPeer);
    if (connection == 2) break;
    connects(kRemote);
    sends(kRemote, "CONNACK success session-present");
  }
  EXPECT_THAT(notes(), ElementsAre("gave up '' after 3"));
}

// The identifier may be in use over there: it is released before another message has it.
TEST_F(ABrokerThatFails, GetsNoOtherMessageUnderTheIdentifierOfOneThatWasGivenUp) {
  sends(kLocal, "PUBLISH a 'bad' qos2 id7");
  auto lines = publishes_sent();
  const std::string identifier = identifier_of(lines.front());
  for (int connection = 0; connection < 3; ++connection) {
    loses(kRemote, TransportEnd::ByPeer);
    lines = comes_again();
  }
  EXPECT_THAT(lines, IsEmpty());
  // All other identifiers are used up first, by messages of QoS 1.
  int next = std::stoi(identifier.substr(2));
  for (int left = 65'534; left > 0;) {
    const int count = std::min(left, 1000);
    std::vector<std::uint8_t> publishes, pubacks;
    const auto append = [](std::vector<std::uint8_t>& bytes, const std::vector<std::uint8_t>& more) {
      bytes.insert(bytes.end(), more.begin(), more.end());
    };
    for (int i = 1; i <= count; ++i) {
      const auto here = static_cast<unsigned>(i);
      append(publishes, {0x32, 0x06, 0x00, 0x01, 'a', static_cast<std::uint8_t>(here >> 8),
                         static_cast<std::uint8_t>(here), 0x00});
      next = next % 65'535 + 1;
      const auto there = static_cast<unsigned>(next);
      append(pubacks, {0x40, 0x02, static_cast<std::uint8_t>(there >> 8), static_cast<std::uint8_t>(there)});
    }
    sends_bytes(kLocal, publishes);
    sends_bytes(kRemote, pubacks);
    for (const BridgeSide side : {kLocal, kRemote})
      bridge_.consume_output(side, bridge_.output(side).size());
    left -= count;
  }
  sends(kLocal, "PUBLISH a 'x' qos2 id8");
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBREL " + identifier, StartsWith("PUBLISH a 'x' qos2 " + identifier)));
}

TEST_F(ABrokerThatFails, ForAnotherReasonIsSentEverythingAgain) {
  sends(kLocal, "PUBLISH a 'x' qos1 id7");
  for (int connection = 0; connection < 10; ++connection) {
    sent(kRemote);
    switch (connection % 3) {
      case 0:
        loses(kRemote, TransportEnd::Lost);
        break;
      case 1:
        sends(kRemote, "DISCONNECT server-shutting-down");
        loses(kRemote, TransportEnd::ByPeer);
        break;
      default:  // what is wrong is not an answer
        sends_bytes(kRemote, {0x30, 0x01, 0x00});
        loses(kRemote, TransportEnd::ByPeer);
        break;
    }
    EXPECT_THAT(comes_again(), ElementsAre(StartsWith("PUBLISH a 'x' qos1")));
  }
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(ABrokerThatFails, WithAReasonThatAMessageMayBeIsSparedIt) {
  sends(kLocal, "PUBLISH a 'x' qos1 id7");
  for (int connection = 0; connection < 3; ++connection) {
    sends(kRemote, "DISCONNECT packet-too-large");
    loses(kRemote, TransportEnd::ByPeer);
    comes_again();
  }
  EXPECT_THAT(notes(), ElementsAre("gave up 'a' after 3"));
}

// Alone it would take each message a round trip.
TEST_F(ABrokerThatFails, OnceIsSentMessagesSideBySideAgainWhenItHasAnswered) {
  for (int number = 1; number <= 3; ++number)
    sends(kLocal, "PUBLISH a '" + std::to_string(number) + "' qos1 id" + std::to_string(number));
  loses(kRemote, TransportEnd::ByPeer);
  auto lines = comes_again();
  ASSERT_EQ(lines.size(), 1U);
  for (int answered = 0; answered < 3; ++answered) {
    sends(kRemote, "PUBACK " + identifier_of(lines.front()));
    lines = publishes_sent();
    ASSERT_EQ(lines.size(), answered < 2 ? 1U : 0U);
  }
  sends(kLocal, "PUBLISH a '4' qos1 id4");
  lines = publishes_sent();
  sends(kRemote, "PUBACK " + identifier_of(lines.front()));
  for (int number = 5; number <= 7; ++number)
    sends(kLocal, "PUBLISH a '" + std::to_string(number) + "' qos1 id" + std::to_string(number));
  EXPECT_EQ(publishes_sent().size(), 3U);
}

// --- the counts alone

TEST(Suspicion, FallsOnOneMessageThatStandsAlone) {
  Suspicion suspicion;
  EXPECT_FALSE(suspicion.convicts(0, {}, 0));
  EXPECT_FALSE(suspicion.is_careful());
  EXPECT_FALSE(suspicion.convicts(5, {.token = 1}, 3)) << "some were answered: the next connection begins with another";
  EXPECT_FALSE(suspicion.is_careful());
  EXPECT_FALSE(suspicion.convicts(5, {.token = 1}, 0));
  EXPECT_TRUE(suspicion.is_careful());
  EXPECT_FALSE(suspicion.convicts(1, {.token = 1}, 0));
  EXPECT_FALSE(suspicion.convicts(1, {.token = 1}, 0));
  EXPECT_TRUE(suspicion.convicts(1, {.token = 1}, 0));
}

TEST(Suspicion, BeginsAnewWithAnotherMessage) {
  Suspicion suspicion;
  for (OperationToken token = 1; token <= 5; ++token) {
    EXPECT_FALSE(suspicion.convicts(1, {.token = token}, 0));
    EXPECT_FALSE(suspicion.convicts(1, {.token = token}, 0));
  }
}

TEST(Suspicion, IsCarefulUntilWhatWasUnansweredIsAnswered) {
  Suspicion suspicion;
  suspicion.convicts(2, {.token = 1}, 0);
  for (int answers = 0; answers < 3; ++answers) {
    EXPECT_TRUE(suspicion.is_careful());
    suspicion.note_answer();
  }
  EXPECT_FALSE(suspicion.is_careful());
}

}  // namespace
}  // namespace mqtt::test
