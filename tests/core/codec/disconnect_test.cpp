#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

using test::encoded;
using test::WholePacket;
using test::written;

TEST(DecodeDisconnect, SetsEveryField) {
  const WholePacket packet("E0 0B 9C 09 1C 0006 'a:1883'");
  const auto disconnect = decode_disconnect(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(disconnect);
  EXPECT_EQ(disconnect->reason, ReasonCode::UseAnotherServer);
  EXPECT_EQ(disconnect->properties.server_reference, "a:1883");
}

TEST(DecodeDisconnect, TakesEachShorterForm) {
  for (const auto& [bytes, reason] : {std::pair{"E0 00", ReasonCode::Success},
                                      {"E0 01 04", ReasonCode::DisconnectWithWillMessage},
                                      {"E0 02 8E 00", ReasonCode::SessionTakenOver}}) {
    const WholePacket packet{std::string_view(bytes)};
    const auto disconnect = decode_disconnect(packet.frame(), ProtocolVersion::V5_0);
    ASSERT_TRUE(disconnect) << bytes;
    EXPECT_EQ(disconnect->reason, reason) << bytes;
  }
}

TEST(EncodeDisconnect, TakesTheShortestForm) {
  Disconnect disconnect;
  EXPECT_EQ(encoded(disconnect, ProtocolVersion::V5_0), written("E0 00"));
  disconnect.reason = ReasonCode::SessionTakenOver;
  EXPECT_EQ(encoded(disconnect, ProtocolVersion::V3_1_1), written("E0 00"));
  EXPECT_EQ(encoded(disconnect, ProtocolVersion::V5_0), written("E0 01 8E"));
  disconnect.reason = ReasonCode::Success;
  disconnect.properties.session_expiry_interval = 0;
  EXPECT_EQ(encoded(disconnect, ProtocolVersion::V5_0), written("E0 07 00 05 11 00000000"));
}

}  // namespace
}  // namespace mqtt
