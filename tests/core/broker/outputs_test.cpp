// Who is ready is named once for all that was written; what is too large is not written; memory goes round.
#include "mqtt/broker/outputs.h"

#include <gtest/gtest.h>

#include "mqtt/codec/encode.h"

namespace mqtt {
namespace {

class OutputsOfConnections : public testing::Test {
 protected:
  OutputsOfConnections() {
    for (Connection* connection : {&one, &two})
      connection->phase = ConnectionPhase::Connected;
  }

  bool writes(Connection& connection, std::size_t bytes) {
    return outputs.write(connection, [&](ByteBuffer& out) { out.extend(bytes); });
  }

  BrokerOptions options{.maximum_output_bytes = 100};
  BrokerStatistics statistics;
  Outputs outputs{options, statistics};
  Connection one, two;
};

TEST_F(OutputsOfConnections, NameEachOnceInTheOrderInWhichTheyGotSomething) {
  writes(two, 1);
  writes(one, 1);
  writes(two, 1);
  EXPECT_EQ(outputs.take_ready(), &two);
  EXPECT_EQ(outputs.take_ready(), &one);
  EXPECT_EQ(outputs.take_ready(), nullptr);
  writes(two, 1);
  EXPECT_EQ(outputs.take_ready(), &two);
}

TEST_F(OutputsOfConnections, PassOverThoseThatAreGone) {
  writes(one, 1);
  writes(two, 1);
  one.phase = ConnectionPhase::Free;
  EXPECT_EQ(outputs.take_ready(), &two);
}

TEST_F(OutputsOfConnections, HaveNothingOfAPacketThatIsMoreThanTheClientTakes_MQTT_3_1_2_24) {
  one.peer_maximum_packet_size = 10;
  EXPECT_TRUE(writes(one, 10));
  EXPECT_FALSE(writes(one, 11));
  EXPECT_EQ(one.output.size(), 10U);
  EXPECT_EQ(statistics.packets_sent, 1U);
}

TEST_F(OutputsOfConnections, CountWhatAClientIsNotReadingUntilItReads) {
  writes(one, 100);
  EXPECT_EQ(one.unread_answers, 0U);
  writes(one, 5);
  EXPECT_EQ(one.unread_answers, 5U);
  outputs.consume(one, 5);
  EXPECT_EQ(one.unread_answers, 0U);
  EXPECT_EQ(statistics.bytes_sent, 5U);
}

TEST_F(OutputsOfConnections, LendTheMemoryOfADrainedOneToTheNext) {
  writes(one, 50);
  outputs.recycle(one);
  EXPECT_GT(one.output.memory_bytes(), 0U) << "it is not empty";
  const std::size_t memory = one.output.memory_bytes();
  outputs.consume(one, 50);
  outputs.recycle(one);
  EXPECT_EQ(one.output.memory_bytes(), 0U);
  outputs.of(two);
  EXPECT_EQ(two.output.memory_bytes(), memory);
}

}  // namespace
}  // namespace mqtt
