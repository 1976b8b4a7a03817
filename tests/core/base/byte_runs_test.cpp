// Any pieces read like the whole.
#include "mqtt/base/byte_runs.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace mqtt {
namespace {

TEST(ByteRuns, OfNothingAreEmpty) {
  const std::array<Bytes, 2> nothing{};
  for (const ByteRuns& runs : {ByteRuns({}), ByteRuns(nothing)}) {
    EXPECT_TRUE(runs.empty());
    EXPECT_EQ(runs.size(), 0U);
    EXPECT_TRUE(runs.front().empty());
  }
}

TEST(ByteRuns, ReadLikeTheWholeWhereverTheyAreCut) {
  const std::string whole = "0123456789";
  for (std::size_t first = 0; first <= whole.size(); ++first) {
    for (std::size_t second = first; second <= whole.size(); ++second) {
      const Bytes bytes = as_bytes(whole);
      const std::array<Bytes, 4> pieces{bytes.first(first), bytes.subspan(first, second - first), Bytes(),
                                        bytes.subspan(second)};
      for (std::size_t skipped = 0; skipped <= whole.size(); ++skipped) {
        ByteRuns runs(pieces);
        runs.skip(skipped / 2);
        runs.skip(skipped - skipped / 2);
        ASSERT_EQ(runs.size(), whole.size() - skipped);
        ASSERT_EQ(runs.front().empty(), runs.empty());
        std::array<std::uint8_t, 4> next{};
        const std::size_t count = runs.peek(next);
        ASSERT_EQ(as_text(Bytes(next).first(count)), whole.substr(skipped, 4));
        ASSERT_EQ(runs.size(), whole.size() - skipped) << "peek() goes on";
      }
    }
  }
}

TEST(ByteRuns, EndAtTheirEndHoweverMuchIsSkipped) {
  const std::array<Bytes, 1> pieces{as_bytes("abc")};
  ByteRuns runs(pieces);
  runs.skip(100);
  EXPECT_TRUE(runs.empty());
}

}  // namespace
}  // namespace mqtt
