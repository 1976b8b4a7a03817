#include "mqtt/codec/reason_codes.h"

#include <gtest/gtest.h>

#include <set>

namespace mqtt {
namespace {

std::set<int> codes_of(PacketType type) {
  std::set<int> codes;
  for (int byte = 0; byte < 256; ++byte) {
    if (is_reason_code_of(type, static_cast<std::uint8_t>(byte))) codes.insert(byte);
  }
  return codes;
}

using Codes = std::set<int>;

// Written from the sections of the packets, not from section 2.4 that the table follows.
TEST(ReasonCodes, AreThoseOfEachPacketsOwnSection) {
  const Codes publish = {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
  EXPECT_EQ(codes_of(PacketType::Puback), publish);  // [MQTT5 3.4.2.1]
  EXPECT_EQ(codes_of(PacketType::Pubrec), publish);  // [MQTT5 3.5.2.1]
  EXPECT_EQ(codes_of(PacketType::Pubrel), Codes({0x00, 0x92}));
  EXPECT_EQ(codes_of(PacketType::Pubcomp), Codes({0x00, 0x92}));
  // [MQTT5 3.2.2.2]
  EXPECT_EQ(codes_of(PacketType::Connack), Codes({0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
                                                  0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F}));
  // [MQTT5 3.9.3]
  EXPECT_EQ(codes_of(PacketType::Suback),
            Codes({0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2}));
  // [MQTT5 3.11.3]
  EXPECT_EQ(codes_of(PacketType::Unsuback), Codes({0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91}));
  // [MQTT5 3.14.2.1], and 0x8C, which section 2.4 gives to DISCONNECT too.
  EXPECT_EQ(codes_of(PacketType::Disconnect),
            Codes({0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93,
                   0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2}));
  EXPECT_EQ(codes_of(PacketType::Auth), Codes({0x00, 0x18, 0x19}));
  for (const PacketType type : {PacketType::Connect, PacketType::Publish, PacketType::Subscribe,
                                PacketType::Unsubscribe, PacketType::Pingreq}) {
    EXPECT_EQ(codes_of(type), Codes()) << packet_type_name(type);
  }
}

TEST(ReadReasonCode, TellsAMissingOneFromAnUnknownOne) {
  ByteReader nothing(Bytes{});
  EXPECT_EQ(read_reason_code(nothing, PacketType::Puback).error().reason, ReasonCode::MalformedPacket);
  const std::uint8_t byte = 0x01;
  ByteReader in({&byte, 1});
  EXPECT_EQ(read_reason_code(in, PacketType::Puback).error().reason, ReasonCode::ProtocolError);
}

}  // namespace
}  // namespace mqtt
