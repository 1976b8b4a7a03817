#include "mqtt/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace mqtt {
namespace {

TEST(Result, HoldsAValue) {
  Result<std::string> result = std::string("value");
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "value");
  result->push_back('!');
  EXPECT_EQ(*result, "value!");
}

TEST(Result, HoldsAnErrorInItsPlace) {
  const Result<int> result = protocol_error("said twice");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::PeerBrokeProtocol);
  EXPECT_EQ(result.error().reason, ReasonCode::ProtocolError);
  EXPECT_STREQ(result.error().text, "said twice");
}

TEST(Result, HandsAMoveOnlyValueOut) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> value = std::move(*result);
  EXPECT_EQ(*value, 7);
}

TEST(Result, OfNothingSucceedsByDefault) {
  const Result<void> good;
  EXPECT_TRUE(good);
  const Result<void> bad = garbage("cut short");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().fault, Fault::PeerSentGarbage);
  EXPECT_EQ(bad.error().reason, ReasonCode::MalformedPacket);
}

}  // namespace
}  // namespace mqtt
