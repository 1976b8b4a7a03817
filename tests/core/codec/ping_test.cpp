#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

TEST(Ping, IsAFixedHeaderInBothDirections) {
  EXPECT_EQ(test::encoded(Pingreq{}), "c000");
  EXPECT_EQ(test::encoded(Pingresp{}), "d000");
  const test::WholePacket pingreq("C000");
  const test::WholePacket pingresp("D000");
  EXPECT_TRUE(decode_ping(pingreq.frame(), ProtocolVersion::V5_0));
  EXPECT_TRUE(decode_ping(pingresp.frame(), ProtocolVersion::V5_0));
}

TEST(Ping, WithFlagsOrABodyIsRefused) {
  const test::WholePacket flags("C100");
  const test::WholePacket body("C001 00");
  EXPECT_FALSE(decode_ping(flags.frame(), ProtocolVersion::V5_0));
  EXPECT_FALSE(decode_ping(body.frame(), ProtocolVersion::V5_0));
}

}  // namespace
}  // namespace mqtt
