#include "mqtt/codec/varint.h"

#include <gtest/gtest.h>

#include "support/bytes.h"

namespace mqtt {
namespace {

using test::bytes;
using test::hexadecimal;

std::optional<std::uint32_t> read(std::string_view written) {
  const auto given = bytes(written);
  ByteReader in(given);
  const auto value = read_varint(in);
  EXPECT_TRUE(value || in.remaining() == given.size()) << "consumed without a value";
  return value;
}

TEST(Varint, TakesOneToFourBytesAtTheBordersOfTheStandard) {
  const std::pair<std::uint32_t, const char*> kTable[] = {
      {0, "00"},          {127, "7f"},           {128, "8001"},           {16'383, "ff7f"},
      {16'384, "808001"}, {2'097'151, "ffff7f"}, {2'097'152, "80808001"}, {268'435'455, "ffffff7f"},
  };
  for (const auto& [value, expected] : kTable) {
    ByteBuffer out;
    append_varint(value, out);
    EXPECT_EQ(hexadecimal(out.view()), expected);
    EXPECT_EQ(varint_size(value), out.size());
    EXPECT_EQ(read(expected), value);
  }
}

TEST(Varint, RefusesMoreBytesThanTheValueNeeds_MQTT_1_5_5_1) {
  EXPECT_EQ(read("8000"), std::nullopt);
  EXPECT_EQ(read("ff00"), std::nullopt);
  EXPECT_EQ(read("80808000"), std::nullopt);
}

TEST(Varint, RefusesFiveBytes) {
  EXPECT_EQ(read("8080808001"), std::nullopt);
}

TEST(Varint, RefusesAnEndInsideTheNumber) {
  EXPECT_EQ(read(""), std::nullopt);
  EXPECT_EQ(read("80"), std::nullopt);
  EXPECT_EQ(read("ffffff"), std::nullopt);
}

TEST(Varint, LeavesWhatIsBehindIt) {
  const auto given = bytes("8001 55");
  ByteReader in(given);
  EXPECT_EQ(read_varint(in), 128U);
  EXPECT_EQ(in.u8(), 0x55);
}

}  // namespace
}  // namespace mqtt
