// Table 2-1 of the standard, and the moment at which each packet is legal.
#include "mqtt/connection/rules.h"

#include <gtest/gtest.h>

#include <set>

namespace mqtt::test {
namespace {

std::set<PacketType> legal(Role receiver, bool connected, ProtocolVersion version) {
  std::set<PacketType> types;
  for (int type = 1; type <= 15; ++type) {
    if (is_legal(static_cast<PacketType>(type), receiver, connected, version))
      types.insert(static_cast<PacketType>(type));
  }
  return types;
}

using enum PacketType;
constexpr auto V3_1_1 = ProtocolVersion::V3_1_1;
constexpr auto V5_0 = ProtocolVersion::V5_0;

TEST(Rules, LetAConnectComeFirstAndOnce_MQTT_3_1_0_1_MQTT_3_1_0_2) {
  EXPECT_EQ(legal(Role::Server, false, V3_1_1), (std::set{Connect}));
  EXPECT_EQ(legal(Role::Server, true, V3_1_1),
            (std::set{Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Unsubscribe, Pingreq, Disconnect}));
}

TEST(Rules, LetTheServerSendNothingBeforeItsConnack) {
  EXPECT_EQ(legal(Role::Client, false, V3_1_1), (std::set{Connack}));
  EXPECT_EQ(legal(Role::Client, false, V5_0), (std::set{Connack, Auth}));
}

TEST(Rules, KnowDisconnectFromTheServerAndAuthIn5_0Only) {
  const std::set common{Publish, Puback, Pubrec, Pubrel, Pubcomp, Suback, Unsuback, Pingresp};
  EXPECT_EQ(legal(Role::Client, true, V3_1_1), common);
  std::set recent = common;
  recent.insert({Disconnect, Auth});
  EXPECT_EQ(legal(Role::Client, true, V5_0), recent);
  EXPECT_TRUE(is_legal(Auth, Role::Server, true, V5_0));
  EXPECT_FALSE(is_legal(Auth, Role::Server, true, V3_1_1));
}

}  // namespace
}  // namespace mqtt::test
