#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

using test::encoded;
using test::WholePacket;
using test::written;

TEST(DecodePublishResponse, SetsEveryField) {
  const WholePacket packet("50 0A 1234 90 06 1F 0003 'why'");
  PublishResponse pubrec;
  ASSERT_TRUE(decode_publish_response(packet.frame(), ProtocolVersion::V5_0, pubrec));
  EXPECT_EQ(pubrec.type, PacketType::Pubrec);
  EXPECT_EQ(pubrec.packet_identifier, 0x1234);
  EXPECT_EQ(pubrec.reason, ReasonCode::TopicNameInvalid);
  EXPECT_EQ(pubrec.properties.reason_string, "why");
}

TEST(DecodePublishResponse, TakesALeftOutReasonAsSuccess) {
  const WholePacket packet("62 02 1234");
  PublishResponse pubrel;
  ASSERT_TRUE(decode_publish_response(packet.frame(), ProtocolVersion::V5_0, pubrel));
  EXPECT_EQ(pubrel.type, PacketType::Pubrel);
  EXPECT_EQ(pubrel.reason, ReasonCode::Success);
}

TEST(DecodePublishResponse, ForgetsWhatThePacketBeforeHad) {
  const WholePacket first("50 11 1234 90 0D 1F 0003 'why' 26 0001 'a' 0001 'b'");
  const WholePacket second("40 02 1235");
  PublishResponse response;
  ASSERT_TRUE(decode_publish_response(first.frame(), ProtocolVersion::V5_0, response));
  EXPECT_EQ(response.properties.user_properties.size(), 1U);
  ASSERT_TRUE(decode_publish_response(second.frame(), ProtocolVersion::V5_0, response));
  EXPECT_EQ(response.reason, ReasonCode::Success);
  EXPECT_FALSE(response.properties.reason_string);
  EXPECT_TRUE(response.properties.user_properties.empty());
}

TEST(EncodePublishResponse, TakesTheShortestForm) {
  PublishResponse puback;
  puback.packet_identifier = 0x1234;
  EXPECT_EQ(encoded(puback, ProtocolVersion::V5_0), written("40 02 1234"));
  puback.reason = ReasonCode::NoMatchingSubscribers;
  EXPECT_EQ(encoded(puback, ProtocolVersion::V5_0), written("40 03 1234 10"));
  puback.properties.reason_string = "x";
  EXPECT_EQ(encoded(puback, ProtocolVersion::V5_0), written("40 08 1234 10 04 1F 0001 'x'"));
  puback.reason = ReasonCode::Success;
  EXPECT_EQ(encoded(puback, ProtocolVersion::V5_0), written("40 08 1234 00 04 1F 0001 'x'"));
}

TEST(EncodePublishResponse, LeavesTheReasonOutBefore5_0) {
  for (const auto& [type, bytes] : {std::pair{PacketType::Puback, "40 02 0001"},
                                    {PacketType::Pubrec, "50 02 0001"},
                                    {PacketType::Pubrel, "62 02 0001"},
                                    {PacketType::Pubcomp, "70 02 0001"}}) {
    PublishResponse response;
    response.type = type;
    response.packet_identifier = 1;
    response.reason = ReasonCode::NotAuthorized;
    response.properties.reason_string = "x";
    EXPECT_EQ(encoded(response, ProtocolVersion::V3_1), written(bytes));
    EXPECT_EQ(encoded(response, ProtocolVersion::V3_1_1), written(bytes));
  }
}

}  // namespace
}  // namespace mqtt
