// Which acknowledgement goes to whom, and when: a bridge between two brokers that the test plays, packet by packet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/played_brokers.h"

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr auto kLocal = BridgeSide::Local;
constexpr auto kRemote = BridgeSide::Remote;

class Passages : public PlayedBrokers {
 protected:
  Passages() { accepts(kRemote, "CONNACK success"); }

  // The one message that this side's broker got since the last call: its packet identifier, "id7".
  std::string crossed(BridgeSide to, const std::string& payload) {
    const auto lines = sent(to);
    EXPECT_THAT(lines, ElementsAre(StartsWith("PUBLISH a '" + payload + "' qos")));
    return lines.empty() ? "id0" : identifier_of(lines.back());
  }
};

TEST_F(Passages, EndWithTheAcknowledgementOfTheOtherBroker) {
  sends(kRemote, "PUBLISH a 'x' qos1 id7");
  EXPECT_THAT(sent(kRemote), IsEmpty());
  sends(kLocal, "PUBACK " + crossed(kLocal, "x"));
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBACK id7"));
}

TEST_F(Passages, OfQoS2EndWhenTheOtherBrokerHasTheMessageForGood) {
  sends(kLocal, "PUBLISH a 'x' qos2 id7");
  const std::string there = crossed(kRemote, "x");
  sends(kRemote, "PUBREC " + there);
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBREL " + there));
  EXPECT_THAT(sent(kLocal), IsEmpty());
  sends(kRemote, "PUBCOMP " + there);
  EXPECT_THAT(sent(kLocal), ElementsAre("PUBREC id7"));
  sends(kLocal, "PUBREL id7");
  EXPECT_THAT(sent(kLocal), ElementsAre("PUBCOMP id7"));
}

TEST_F(Passages, SayWhyTheOtherBrokerRefuses) {
  sends(kRemote, "PUBLISH a 'x' qos1 id7");
  sends(kLocal, "PUBACK " + crossed(kLocal, "x") + " quota-exceeded");
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBACK id7 quota-exceeded"));
  EXPECT_EQ(bridge_.statistics(kRemote).dropped, 1U);
}

TEST_F(Passages, ThatEndedMeanwhileAreAcknowledgedWhenTheMessageComesAgain) {
  sends(kRemote, "PUBLISH a 'x' qos2 id7");
  const std::string here = crossed(kLocal, "x");
  loses(kRemote);
  sends(kLocal, "PUBREC " + here);
  sends(kLocal, "PUBCOMP " + here);
  accepts(kRemote);
  sent(kLocal);
  sends(kRemote, "PUBLISH a 'x' qos2 id7 dup");
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBREC id7"));
  EXPECT_THAT(sent(kLocal), IsEmpty());
}

TEST_F(Passages, ThatAreUnderWayAreAcknowledgedOnceWhenTheMessageCameAgain) {
  sends(kRemote, "PUBLISH a 'x' qos1 id7");
  const std::string here = crossed(kLocal, "x");
  loses(kRemote);
  accepts(kRemote);
  sends(kRemote, "PUBLISH a 'x' qos1 id7 dup");
  EXPECT_THAT(sent(kRemote), IsEmpty());
  EXPECT_THAT(sent(kLocal), IsEmpty());
  sends(kLocal, "PUBACK " + here);
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBACK id7"));
}

TEST_F(Passages, AreForgottenWithTheSessionThatTheyBelongTo) {
  sends(kRemote, "PUBLISH a 'old' qos1 id7");
  const std::string here = crossed(kLocal, "old");
  loses(kRemote);
  sends(kLocal, "PUBACK " + here);
  accepts(kRemote, "CONNACK success");
  // Of the new session: it was on its way once before, and lost.
  sends(kRemote, "PUBLISH a 'new' qos1 id7 dup");
  EXPECT_THAT(sent(kRemote), IsEmpty()) << "the acknowledgement was for the old one";
  crossed(kLocal, "new");
}

TEST_F(Passages, AreToldApartThoughTheyHadTheSameIdentifier) {
  sends(kRemote, "PUBLISH a 'old' qos1 id7");
  const std::string old = crossed(kLocal, "old");
  loses(kRemote);
  accepts(kRemote, "CONNACK success");
  sends(kRemote, "PUBLISH a 'new' qos1 id7");
  sends(kLocal, "PUBACK " + old);
  EXPECT_THAT(sent(kRemote), IsEmpty());
  sends(kLocal, "PUBACK " + crossed(kLocal, "new"));
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBACK id7"));
}

TEST_F(Passages, AreNewForAMessageThatIsNotSentAgain) {
  sends(kRemote, "PUBLISH a 'given up' qos1 id7");
  crossed(kLocal, "given up");
  loses(kRemote);
  accepts(kRemote);
  sends(kRemote, "PUBLISH a 'another' qos1 id7");
  crossed(kLocal, "another");
}

TEST_F(Passages, WaitForTheOtherBrokersReceiveMaximum) {
  loses(kLocal);
  accepts(kLocal, "CONNACK success session-present {receive_maximum=1}");
  sends(kRemote, "PUBLISH a '1' qos1 id7");
  sends(kRemote, "PUBLISH a '2' qos1 id8");
  sends(kLocal, "PUBACK " + crossed(kLocal, "1"));
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBACK id7"));
  sends(kLocal, "PUBACK " + crossed(kLocal, "2"));
  EXPECT_THAT(sent(kRemote), ElementsAre("PUBACK id8"));
}

}  // namespace
}  // namespace mqtt::test
