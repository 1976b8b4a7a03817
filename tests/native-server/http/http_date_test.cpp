// The example of RFC 9110 section 5.6.7, both ways.
#include "http/http_date.h"

#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

TEST(HttpDate, IsWrittenInTheStandardsPreferredForm) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpDate, IsReadBack) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT+1"), std::nullopt);
  EXPECT_EQ(parse_http_date("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace wasmqtt
