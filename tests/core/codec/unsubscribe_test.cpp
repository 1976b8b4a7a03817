#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

using test::encoded;
using test::WholePacket;
using test::written;

TEST(DecodeUnsubscribe, SetsEveryField) {
  const WholePacket packet("A2 12 1234 07 26 0001 'k' 0001 'v' 0003 'a/#' 0001 'b'");
  const auto unsubscribe = decode_unsubscribe(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(unsubscribe);
  EXPECT_EQ(unsubscribe->packet_identifier, 0x1234);
  EXPECT_EQ(unsubscribe->properties.user_properties, std::vector<UserProperty>({{"k", "v"}}));
  EXPECT_EQ(unsubscribe->topic_filters, std::vector<std::string_view>({"a/#", "b"}));
}

TEST(EncodeUnsubscribe, WritesEachVersionInItsForm) {
  Unsubscribe unsubscribe;
  unsubscribe.packet_identifier = 1;
  unsubscribe.topic_filters = {"a", "b"};
  EXPECT_EQ(encoded(unsubscribe, ProtocolVersion::V3_1_1), written("A2 08 0001 0001 'a' 0001 'b'"));
  EXPECT_EQ(encoded(unsubscribe, ProtocolVersion::V5_0), written("A2 09 0001 00 0001 'a' 0001 'b'"));
}

TEST(DecodeUnsuback, HasReasonsIn5_0Only) {
  const WholePacket with("B0 05 1234 00 00 11");
  const auto unsuback = decode_unsuback(with.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(unsuback);
  EXPECT_EQ(unsuback->reasons, std::vector<ReasonCode>({ReasonCode::Success, ReasonCode::NoSubscriptionExisted}));
  const WholePacket without("B0 02 1234");
  const auto old = decode_unsuback(without.frame(), ProtocolVersion::V3_1_1);
  ASSERT_TRUE(old);
  EXPECT_EQ(old->packet_identifier, 0x1234);
  EXPECT_TRUE(old->reasons.empty());
}

TEST(EncodeUnsuback, WritesEachVersionInItsForm) {
  Unsuback unsuback;
  unsuback.packet_identifier = 1;
  unsuback.reasons = {ReasonCode::Success, ReasonCode::NoSubscriptionExisted};
  EXPECT_EQ(encoded(unsuback, ProtocolVersion::V3_1), written("B0 02 0001"));
  EXPECT_EQ(encoded(unsuback, ProtocolVersion::V5_0), written("B0 05 0001 00 00 11"));
}

}  // namespace
}  // namespace mqtt
