// Which messages are one's own that come back.
#include "mqtt/bridge/echoes.h"

#include <gtest/gtest.h>

#include <string>

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{std::chrono::hours(1)};

TEST(Echoes, AreTakenOnceForEachThatWasPublished) {
  Echoes echoes;
  EXPECT_FALSE(echoes.take("a", as_bytes("x"), kNow));
  echoes.remember("a", as_bytes("x"), kNow);
  echoes.remember("a", as_bytes("x"), kNow);
  EXPECT_FALSE(echoes.take("a", as_bytes("y"), kNow));
  EXPECT_FALSE(echoes.take("b", as_bytes("x"), kNow));
  EXPECT_TRUE(echoes.take("a", as_bytes("x"), kNow));
  EXPECT_TRUE(echoes.take("a", as_bytes("x"), kNow));
  EXPECT_FALSE(echoes.take("a", as_bytes("x"), kNow));
}

TEST(Echoes, AreForgottenAfterAMinute) {
  Echoes echoes;
  echoes.remember("a", as_bytes("x"), kNow);
  echoes.remember("a", as_bytes("x"), kNow + 30s);
  EXPECT_TRUE(echoes.take("a", as_bytes("x"), kNow + 59s)) << "the older one";
  EXPECT_TRUE(echoes.take("a", as_bytes("x"), kNow + 89s));
  echoes.remember("a", as_bytes("x"), kNow + 100s);
  EXPECT_FALSE(echoes.take("a", as_bytes("x"), kNow + 160s));
}

TEST(Echoes, DoNotAgeWhileThereIsNoConnection) {
  Echoes echoes;
  echoes.remember("a", as_bytes("x"), kNow);
  echoes.pause(kNow + 10s);
  echoes.remember("b", as_bytes("x"), kNow + 1h);
  echoes.resume(kNow + 2h);
  EXPECT_TRUE(echoes.take("a", as_bytes("x"), kNow + 2h + 40s));
  EXPECT_TRUE(echoes.take("b", as_bytes("x"), kNow + 2h + 59s));
}

TEST(Echoes, AreForgottenFromTheOldestOnWhenThereAreTooMany) {
  Echoes echoes;
  for (std::size_t i = 0; i <= Echoes::kMostRemembered; ++i)
    echoes.remember("a", as_bytes(std::to_string(i)), kNow);
  EXPECT_FALSE(echoes.take("a", as_bytes("0"), kNow));
  EXPECT_TRUE(echoes.take("a", as_bytes("1"), kNow));
  EXPECT_TRUE(echoes.take("a", as_bytes(std::to_string(Echoes::kMostRemembered)), kNow));
}

}  // namespace
}  // namespace mqtt::test
