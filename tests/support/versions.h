// Tests that hold for several protocol versions.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "mqtt/packet/packet.h"

namespace mqtt::test {

inline constexpr auto V3_1 = ProtocolVersion::V3_1;
inline constexpr auto V3_1_1 = ProtocolVersion::V3_1_1;
inline constexpr auto V5_0 = ProtocolVersion::V5_0;

// TEST_P over GetParam(); instantiate with each_version() and in_version().
using EachVersion = ::testing::TestWithParam<ProtocolVersion>;

inline auto each_version() {
  return ::testing::Values(V3_1, V3_1_1, V5_0);
}
inline std::string in_version(const ::testing::TestParamInfo<ProtocolVersion>& info) {
  return info.param == V3_1 ? "In3_1" : info.param == V3_1_1 ? "In3_1_1" : "In5_0";
}

}  // namespace mqtt::test
