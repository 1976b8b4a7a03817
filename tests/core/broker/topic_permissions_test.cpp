// What a client may publish and subscribe to, by the filters that the host gave it.
#include "mqtt/broker/topic_permissions.h"

#include <gtest/gtest.h>

namespace mqtt {
namespace {

TEST(TopicPermissions, AllowEverythingUnlessTheyNameSomething) {
  const TopicPermissions everything;
  EXPECT_TRUE(everything.may_publish("a/b"));
  EXPECT_TRUE(everything.may_subscribe("#"));
  const TopicPermissions nothing{.publish = std::vector<std::string>{}, .subscribe = std::vector<std::string>{}};
  EXPECT_FALSE(nothing.may_publish("a/b"));
  EXPECT_FALSE(nothing.may_subscribe("a/b"));
}

TEST(TopicPermissions, AllowToPublishWhatOneOfTheirFiltersMatches) {
  const TopicPermissions permissions{.publish = std::vector<std::string>{"own/#", "+/public"}};
  for (const char* topic : {"own", "own/a/b", "other/public"})
    EXPECT_TRUE(permissions.may_publish(topic)) << topic;
  for (const char* topic : {"other", "other/a", "$own/public"})
    EXPECT_FALSE(permissions.may_publish(topic)) << topic;
  EXPECT_TRUE(permissions.may_subscribe("other")) << "which they do not speak of";
}

TEST(TopicPermissions, AllowToSubscribeToNothingWiderThanOneOfTheirFilters) {
  const TopicPermissions permissions{.subscribe = std::vector<std::string>{"own/#", "+/public"}};
  for (const char* filter : {"own/#", "own/+/b", "+/public", "a/public", "$share/group/own/#"})
    EXPECT_TRUE(permissions.may_subscribe(filter)) << filter;
  for (const char* filter : {"#", "+/#", "+/+", "other", "$share/group/#", "$SYS/public"})
    EXPECT_FALSE(permissions.may_subscribe(filter)) << filter;
}

}  // namespace
}  // namespace mqtt
