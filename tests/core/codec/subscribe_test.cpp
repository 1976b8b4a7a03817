#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

using test::encoded;
using test::WholePacket;
using test::written;

TEST(DecodeSubscribe, SetsEveryField) {
  const WholePacket packet("82 0F 1234 02 0B 07 0003 'a/#' 2D 0001 'b' 10");
  const auto subscribe = decode_subscribe(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(subscribe) << subscribe.error().text;
  EXPECT_EQ(subscribe->packet_identifier, 0x1234);
  EXPECT_EQ(subscribe->properties.subscription_identifiers, std::vector<std::uint32_t>({7}));
  ASSERT_EQ(subscribe->entries.size(), 2U);
  EXPECT_EQ(subscribe->entries[0].topic_filter, "a/#");
  EXPECT_EQ(subscribe->entries[0].options,
            (SubscriptionOptions{QoS::AtLeastOnce, true, true, RetainHandling::DoNotSend}));
  EXPECT_EQ(subscribe->entries[1].topic_filter, "b");
  EXPECT_EQ(subscribe->entries[1].options,
            (SubscriptionOptions{QoS::AtMostOnce, false, false, RetainHandling::SendIfNew}));
}

TEST(DecodeSubscribe, TakesTheRequestedQosBefore5_0) {
  const WholePacket packet("82 08 0001 0003 'a/b' 02");
  for (const ProtocolVersion version : {ProtocolVersion::V3_1, ProtocolVersion::V3_1_1}) {
    const auto subscribe = decode_subscribe(packet.frame(), version);
    ASSERT_TRUE(subscribe);
    EXPECT_EQ(subscribe->entries[0].options, SubscriptionOptions{.maximum_qos = QoS::ExactlyOnce});
  }
}

TEST(EncodeSubscribe, WritesEachVersionInItsForm) {
  Subscribe subscribe;
  subscribe.packet_identifier = 1;
  subscribe.properties.subscription_identifiers = {300};
  subscribe.entries = {{"a", {QoS::ExactlyOnce, true, true, RetainHandling::SendIfNew}}, {"b", {}}};
  EXPECT_EQ(encoded(subscribe, ProtocolVersion::V3_1_1), written("82 0A 0001 0001 'a' 02 0001 'b' 00"));
  EXPECT_EQ(encoded(subscribe, ProtocolVersion::V5_0), written("82 0E 0001 03 0B AC02 0001 'a' 1E 0001 'b' 00"));
}

TEST(EncodeSubscribe, ComesBackWithMoreFiltersThanOneByteOfLengthHolds) {
  const std::string filter(100, 'f');
  Subscribe subscribe;
  subscribe.packet_identifier = 1;
  subscribe.entries.assign(300, {filter, {}});
  ByteBuffer out;
  encode(subscribe, ProtocolVersion::V5_0, out);
  const WholePacket packet(out.view());
  const auto again = decode_subscribe(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->entries.size(), 300U);
  EXPECT_EQ(again->entries.back().topic_filter, filter);
}

TEST(DecodeSuback, SetsEveryField) {
  const WholePacket packet("90 0C 1234 06 1F 0003 'why' 01 87 02");
  const auto suback = decode_suback(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(suback);
  EXPECT_EQ(suback->packet_identifier, 0x1234);
  EXPECT_EQ(suback->properties.reason_string, "why");
  EXPECT_EQ(suback->reasons,
            std::vector<ReasonCode>({ReasonCode::GrantedQoS1, ReasonCode::NotAuthorized, ReasonCode::GrantedQoS2}));
}

TEST(EncodeSuback, SaysEveryFailureAs0x80Before5_0) {
  Suback suback;
  suback.packet_identifier = 1;
  suback.reasons = {ReasonCode::Success, ReasonCode::GrantedQoS2, ReasonCode::TopicFilterInvalid};
  EXPECT_EQ(encoded(suback, ProtocolVersion::V3_1_1), written("90 05 0001 00 02 80"));
  EXPECT_EQ(encoded(suback, ProtocolVersion::V5_0), written("90 06 0001 00 00 02 8F"));
}

}  // namespace
}  // namespace mqtt
