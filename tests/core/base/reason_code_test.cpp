#include "mqtt/base/reason_code.h"

#include <gtest/gtest.h>

#include <set>

namespace mqtt {
namespace {

TEST(ReasonCodeName, IsThatOfTheStandard) {
  EXPECT_EQ(reason_code_name(ReasonCode::Success), "Success");
  EXPECT_EQ(reason_code_name(ReasonCode::SessionTakenOver), "Session taken over");
  EXPECT_EQ(reason_code_name(ReasonCode::WildcardSubscriptionsNotSupported), "Wildcard Subscriptions not supported");
  EXPECT_EQ(reason_code_name(static_cast<ReasonCode>(0x03)), "Unknown reason code");
}

TEST(ReasonCodeName, IsAnotherForEachOfThe43Codes) {
  std::set<std::string_view> names;
  for (int code = 0; code < 256; ++code)
    names.insert(reason_code_name(static_cast<ReasonCode>(code)));
  names.erase("Unknown reason code");
  EXPECT_EQ(names.size(), 43U);
}

TEST(IsFailure, BeginsAt0x80) {
  EXPECT_FALSE(is_failure(ReasonCode::ReAuthenticate));
  EXPECT_FALSE(is_failure(static_cast<ReasonCode>(0x7F)));
  EXPECT_TRUE(is_failure(ReasonCode::UnspecifiedError));
}

}  // namespace
}  // namespace mqtt
