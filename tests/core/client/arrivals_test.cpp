// Answers leave in the order of arrival, whatever the order in which they are decided.
#include "mqtt/client/arrivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ArrivalsInOrder : public testing::Test {
 protected:
  ArrivalsInOrder() {
    for (const PacketIdentifier identifier : {PacketIdentifier{65'535}, PacketIdentifier{1}, PacketIdentifier{7}})
      arrivals.add(identifier, PacketType::Puback);
  }

  void decide(PacketIdentifier identifier) {
    Arrival& arrival = *arrivals.find_undecided(identifier);
    arrival.is_decided = true;
    arrival.packet.u8(0x40);
  }
  std::vector<PacketIdentifier> taken() {
    std::vector<PacketIdentifier> identifiers;
    while (const auto arrival = arrivals.take_decided())
      identifiers.push_back(arrival->identifier);
    return identifiers;
  }

  Arrivals arrivals;
};

TEST_F(ArrivalsInOrder, LeaveUpToTheFirstThatIsNotDecided_MQTT_4_6_0_2) {
  decide(1);
  EXPECT_THAT(taken(), IsEmpty());
  decide(65'535);
  EXPECT_THAT(taken(), ElementsAre(65'535, 1));
  EXPECT_FALSE(arrivals.contains(1));
  EXPECT_TRUE(arrivals.contains(7));
}

TEST_F(ArrivalsInOrder, HoldNobodyUpIfTheyGetNoAnswer) {
  decide(1);
  arrivals.leave(*arrivals.find_undecided(65'535));
  EXPECT_FALSE(arrivals.contains(65'535));
  EXPECT_THAT(taken(), ElementsAre(1));
}

TEST_F(ArrivalsInOrder, AreDecidedOnce) {
  decide(7);
  EXPECT_EQ(arrivals.find_undecided(7), nullptr);
  EXPECT_EQ(arrivals.find_undecided(2), nullptr);
}

}  // namespace
}  // namespace mqtt
