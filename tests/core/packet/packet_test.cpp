#include "mqtt/packet/packet.h"

#include <gtest/gtest.h>

namespace mqtt {
namespace {

TEST(PacketTypeName, IsWrittenAsInTheStandard) {
  constexpr std::string_view kNames[] = {"Reserved", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
                                         "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
                                         "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
  for (unsigned type = 0; type < std::size(kNames); ++type) {
    EXPECT_EQ(packet_type_name(static_cast<PacketType>(type)), kNames[type]);
  }
}

}  // namespace
}  // namespace mqtt
