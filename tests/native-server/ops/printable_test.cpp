// What a peer's text may and may not do to a line of the log.
#include "ops/printable.h"

#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

TEST(Printable, LeavesPlainTextAlone) {
  EXPECT_EQ(printable("sensor-7 (roof)"), "sensor-7 (roof)");
}

TEST(Printable, EscapesWhatWouldEndTheLineOrMoveTheCursor) {
  EXPECT_EQ(printable("a\nb\x1b[2J\\"), "a\\x0Ab\\x1B[2J\\\\");
  EXPECT_EQ(printable("caf\xC3\xA9"), "caf\\xC3\\xA9");
}

TEST(Printable, CutsLongTexts) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace wasmqtt
