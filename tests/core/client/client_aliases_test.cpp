// An application's aliases: told once, then used alone; what may go out again says its topic.
#include "mqtt/client/client_aliases.h"

#include <gtest/gtest.h>

namespace mqtt {
namespace {

Publish aliased(std::string_view topic, std::uint16_t alias) {
  Publish publish{.topic = topic};
  publish.properties.topic_alias = alias;
  return publish;
}

TEST(ClientAliases, StandForATopicOnceTheServerWasToldIt) {
  ClientAliases aliases;
  aliases.granted(2, 0);
  Publish first = aliased("t", 1);
  ASSERT_TRUE(aliases.resolve(first, true, true));
  EXPECT_EQ(first.properties.topic_alias, 1);
  aliases.remember(1, "t", true);
  Publish next = aliased("", 1);
  ASSERT_TRUE(aliases.resolve(next, true, true));
  EXPECT_EQ(next.topic, "");
  EXPECT_EQ(next.properties.topic_alias, 1);
}

TEST(ClientAliases, GiveWayToTheTopicInWhatDoesNotGoOutAtOnce) {
  ClientAliases aliases;
  aliases.granted(2, 0);
  aliases.remember(1, "t", true);
  Publish kept = aliased("", 1);
  ASSERT_TRUE(aliases.resolve(kept, false, true));
  EXPECT_EQ(kept.topic, "t");
  EXPECT_FALSE(kept.properties.topic_alias);
}

TEST(ClientAliases, AreRefusedBeyondWhatTheServerTakesAndWithoutATopic) {
  ClientAliases aliases;
  aliases.granted(2, 0);
  for (const std::uint16_t alias : {std::uint16_t{0}, std::uint16_t{3}}) {
    Publish publish = aliased("t", alias);
    EXPECT_EQ(aliases.resolve(publish, true, true).error().reason, ReasonCode::TopicAliasInvalid) << alias;
  }
  Publish unknown = aliased("", 1);
  EXPECT_EQ(aliases.resolve(unknown, true, true).error().reason, ReasonCode::TopicNameInvalid);
}

TEST(ClientAliases, AreForgottenWithTheTransport) {
  ClientAliases aliases;
  aliases.granted(2, 0);
  aliases.remember(1, "t", true);
  aliases.clear();
  aliases.granted(2, 0);
  Publish publish = aliased("", 1);
  EXPECT_FALSE(aliases.resolve(publish, true, true));
}

}  // namespace
}  // namespace mqtt
