// What a packet does without when the other end takes only small ones.
#include "mqtt/connection/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Both take as many bytes as their texts have.
std::size_t size_of(const Properties& properties) {
  std::size_t size = properties.reason_string.value_or("").size();
  for (const UserProperty& property : properties.user_properties)
    size += property.name.size() + property.value.size();
  return size;
}

struct Fitted {
  bool fits = false;
  Properties properties;
};

Fitted fitted(std::string_view reason_string, std::vector<UserProperty> user_properties, std::size_t room) {
  Fitted result;
  result.properties.reason_string = reason_string;
  result.properties.user_properties = std::move(user_properties);
  result.properties.server_keep_alive = 5;
  result.fits = fit_explanation(result.properties, [&] { return size_of(result.properties) <= room; });
  return result;
}

TEST(Explanation, IsLeftAloneWhereThereIsRoom) {
  const Fitted whole = fitted("four", {{"a", "b"}, {"a", "c"}}, 8);
  EXPECT_TRUE(whole.fits);
  EXPECT_EQ(whole.properties.reason_string, "four");
  EXPECT_THAT(whole.properties.user_properties, ElementsAre(UserProperty{"a", "b"}, UserProperty{"a", "c"}));
}

TEST(Explanation, IsAReasonStringAloneWhereThereIsRoomForOne) {
  const Fitted reason = fitted("four", {{"a", "b"}}, 5);
  EXPECT_TRUE(reason.fits);
  EXPECT_EQ(reason.properties.reason_string, "four");
  EXPECT_THAT(reason.properties.user_properties, IsEmpty());
}

TEST(Explanation, IsUserPropertiesAloneWhereAReasonStringHasNoRoom) {
  const Fitted user = fitted("a long one", {{"a", "b"}}, 3);
  EXPECT_TRUE(user.fits);
  EXPECT_EQ(user.properties.reason_string, std::nullopt);
  EXPECT_THAT(user.properties.user_properties, ElementsAre(UserProperty{"a", "b"}));
}

TEST(Explanation, IsLeftOutWhereThereIsNoRoomAndNothingElseIs) {
  const Fitted nothing = fitted("four", {{"a", "b"}}, 1);
  EXPECT_TRUE(nothing.fits);
  EXPECT_EQ(nothing.properties.reason_string, std::nullopt);
  EXPECT_THAT(nothing.properties.user_properties, IsEmpty());
  EXPECT_EQ(nothing.properties.server_keep_alive, 5);
}

TEST(Explanation, IsNotTriedAgainWhereThereIsNone) {
  Properties properties;
  int tries = 0;
  EXPECT_FALSE(fit_explanation(properties, [&] { return ++tries > 1; }));
  EXPECT_EQ(tries, 1);
}

}  // namespace
}  // namespace mqtt::test
