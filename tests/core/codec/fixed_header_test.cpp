#include "mqtt/codec/fixed_header.h"

#include <gtest/gtest.h>

#include "mqtt/codec/varint.h"
#include "support/bytes.h"

namespace mqtt {
namespace {

using test::hexadecimal;

TEST(EndPacket, PutsARemainingLengthOfEverySizeInFrontOfTheBody) {
  for (const std::size_t length : {0U, 1U, 127U, 128U, 16'383U, 16'384U, 2'097'151U, 2'097'152U}) {
    ByteBuffer out;
    out.u8(0xEE);
    const std::size_t body = begin_packet(PacketType::Subscribe, out);
    for (std::size_t i = 0; i < length; ++i)
      out.u8(static_cast<std::uint8_t>(i % 251));
    end_packet(body, out);

    ByteReader in(out.view());
    EXPECT_EQ(in.u8(), 0xEE) << "bytes in front of the packet changed";
    EXPECT_EQ(in.u8(), 0x82);
    EXPECT_EQ(read_varint(in), length);
    ASSERT_EQ(in.remaining(), length);
    for (std::size_t i = 0; i < length; ++i)
      ASSERT_EQ(in.u8(), i % 251);
  }
}

TEST(CheckFixedHeader, WantsTheReservedFlagsOfEachPacket_MQTT_2_1_3_1) {
  for (unsigned type = 1; type < 16; ++type) {
    if (type == static_cast<unsigned>(PacketType::Publish)) continue;
    const auto packet_type = static_cast<PacketType>(type);
    const unsigned expected = type == 6 || type == 8 || type == 10 ? 2 : 0;
    for (unsigned flags = 0; flags < 16; ++flags) {
      const Frame frame{.type = packet_type, .flags = static_cast<std::uint8_t>(flags), .body = {}};
      EXPECT_EQ(check_fixed_header(frame, ProtocolVersion::V5_0).has_value(), flags == expected)
          << type << "." << flags;
      EXPECT_EQ(check_fixed_header(frame, ProtocolVersion::V3_1_1).has_value(), flags == expected)
          << type << "." << flags;
      const unsigned qos = (flags & 0x06) >> 1;
      const bool good_in_3_1 = expected == 0 || qos == 1 || (packet_type == PacketType::Pubrel && qos == 0);
      EXPECT_EQ(check_fixed_header(frame, ProtocolVersion::V3_1).has_value(), good_in_3_1) << type << "." << flags;
    }
  }
}

TEST(CheckFixedHeader, RefusesALongFormOfTheRemainingLengthIn5_0_MQTT_1_5_5_1) {
  const Frame frame{.type = PacketType::Puback, .body = {}, .length_is_minimal = false};
  EXPECT_FALSE(check_fixed_header(frame, ProtocolVersion::V5_0));
  EXPECT_TRUE(check_fixed_header(frame, ProtocolVersion::V3_1_1));
  EXPECT_TRUE(check_fixed_header(frame, ProtocolVersion::V3_1));
}

TEST(ReadPacketIdentifier, RefusesZeroAsAProtocolError) {
  const auto bytes = test::bytes("0000 0001");
  ByteReader in(bytes);
  const auto zero = read_packet_identifier(in);
  ASSERT_FALSE(zero);
  EXPECT_EQ(zero.error().reason, ReasonCode::ProtocolError);
  EXPECT_EQ(*read_packet_identifier(in), 1);
}

}  // namespace
}  // namespace mqtt
