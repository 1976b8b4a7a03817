#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

TEST(DecodePacket, GivesTheAlternativeOfItsType) {
  const std::pair<const char*, std::size_t> kTable[] = {
      {"10 0E 0004 'MQTT' 05 02 003C 00 0001 'a'", 0},
      {"20 03 00 00 00", 1},
      {"30 04 0001 't' 00", 2},
      {"40 02 0001", 3},
      {"50 02 0001", 3},
      {"62 02 0001", 3},
      {"70 02 0001", 3},
      {"82 07 0001 00 0001 'a' 00", 4},
      {"90 04 0001 00 00", 5},
      {"A2 06 0001 00 0001 'a'", 6},
      {"B0 04 0001 00 00", 7},
      {"C0 00", 8},
      {"D0 00", 9},
      {"E0 00", 10},
      {"F0 00", 11},
  };
  for (const auto& [bytes, index] : kTable) {
    const test::WholePacket whole{std::string_view(bytes)};
    const auto packet = decode_packet(whole.frame(), ProtocolVersion::V5_0);
    ASSERT_TRUE(packet) << bytes << ": " << packet.error().text;
    EXPECT_EQ(packet->index(), index) << bytes;
    EXPECT_EQ(test::encoded(*packet, ProtocolVersion::V5_0), test::written(bytes));
  }
}

TEST(DecodePacket, RefusesTypeZero) {
  EXPECT_FALSE(decode_packet({.type = static_cast<PacketType>(0), .body = {}}, ProtocolVersion::V5_0));
}

}  // namespace
}  // namespace mqtt
