#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

using test::encoded;
using test::WholePacket;
using test::written;

TEST(DecodeAuth, SetsEveryField) {
  const WholePacket packet("F0 0B 18 09 15 0001 'm' 16 0002 CAFE");
  const auto auth = decode_auth(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->reason, ReasonCode::ContinueAuthentication);
  EXPECT_EQ(auth->properties.authentication_method, "m");
  EXPECT_EQ(test::hexadecimal(*auth->properties.authentication_data), "cafe");
}

TEST(DecodeAuth, IsReservedBefore5_0) {
  const WholePacket packet("F0 00");
  EXPECT_TRUE(decode_auth(packet.frame(), ProtocolVersion::V5_0));
  EXPECT_FALSE(decode_auth(packet.frame(), ProtocolVersion::V3_1_1));
  EXPECT_FALSE(decode_auth(packet.frame(), ProtocolVersion::V3_1));
}

TEST(EncodeAuth, LeavesOutSuccessWithoutProperties) {
  Auth auth;
  EXPECT_EQ(encoded(auth), written("F0 00"));
  auth.properties.authentication_method = "m";
  EXPECT_EQ(encoded(auth), written("F0 06 00 04 15 0001 'm'"));
  auth.reason = ReasonCode::ReAuthenticate;
  EXPECT_EQ(encoded(auth), written("F0 06 19 04 15 0001 'm'"));
}

}  // namespace
}  // namespace mqtt
