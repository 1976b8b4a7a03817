// The examples of RFC 4648 section 10.
#include "net/base64.h"

#include <gtest/gtest.h>

#include "mqtt/base/bytes.h"

namespace wasmqtt {
namespace {

TEST(Base64, HasTheTextsOfTheStandardsExamples) {
  const auto encoded = [](std::string_view text) { return base64_encoded(mqtt::as_bytes(text)); };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xFB\xFF"), "+/8=");
}

TEST(Base64, KnowsHowManyBytesATextStandsFor) {
  EXPECT_TRUE(is_base64_of("dGhlIHNhbXBsZSBub25jZQ==", 16));
  EXPECT_FALSE(is_base64_of("dGhlIHNhbXBsZSBub25jZQ==", 15));
  EXPECT_FALSE(is_base64_of("dGhlIHNhbXBsZSBub25jZ!==", 16));
  EXPECT_FALSE(is_base64_of("dGhlIHNhbXBsZSBub25jZQAA", 16));
  EXPECT_FALSE(is_base64_of("dGhlIHNhbXBsZSBub25jZQ", 16));
  EXPECT_FALSE(is_base64_of("", 16));
}

}  // namespace
}  // namespace wasmqtt
