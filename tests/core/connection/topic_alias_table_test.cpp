// Which topics get an alias, and which lose theirs.
#include "mqtt/connection/topic_alias_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mqtt::test {
namespace {

TopicAliasTable table_of(std::uint16_t maximum) {
  TopicAliasTable table;
  table.reset(maximum);
  return table;
}

TEST(TopicAliasTable, OfMaximum0NamesNothing) {
  TopicAliasTable table = table_of(0);
  EXPECT_EQ(table.use("topic").alias, 0);
  EXPECT_EQ(table.use("topic").alias, 0);
}

TEST(TopicAliasTable, TellsAnAliasOnceAndUsesItThen) {
  TopicAliasTable table = table_of(2);
  const auto first = table.use("topic/a");
  EXPECT_EQ(first.alias, 1);
  EXPECT_FALSE(first.is_known);
  const auto other = table.use("topic/b");
  EXPECT_EQ(other.alias, 2);
  EXPECT_FALSE(other.is_known);
  const auto again = table.use("topic/a");
  EXPECT_EQ(again.alias, 1);
  EXPECT_TRUE(again.is_known);
}

TEST(TopicAliasTable, LeavesTopicsThatAreShorterThanTheirAlias) {
  TopicAliasTable table = table_of(2);
  EXPECT_EQ(table.use("a/b").alias, 0);
  EXPECT_EQ(table.use("a/b").alias, 0);
}

TEST(TopicAliasTable, KeepsTheBusyTopicsWhenManyComeOnce) {
  TopicAliasTable table = table_of(4);
  int told = 0;
  int known = 0;
  for (int round = 0; round < 1000; ++round) {
    const auto busy = table.use("busy/topic");
    (busy.is_known ? known : told) += 1;
    const auto rare = table.use("rare/" + std::to_string(round));
    EXPECT_FALSE(rare.is_known);
    EXPECT_LE(rare.alias, 4);
  }
  EXPECT_EQ(told, 1);
  EXPECT_EQ(known, 999);
}

TEST(TopicAliasTable, GivesTheAliasOfATopicThatIsOverToAnother) {
  TopicAliasTable table = table_of(1);
  table.use("topic/old");
  table.use("topic/old");
  EXPECT_EQ(table.use("topic/new").alias, 0) << "the old one has credit left";
  const auto taken = table.use("topic/new");
  EXPECT_EQ(taken.alias, 1);
  EXPECT_FALSE(taken.is_known);
  EXPECT_TRUE(table.use("topic/new").is_known);
  EXPECT_FALSE(table.use("topic/old").is_known);
}

TEST(TopicAliasTable, ForgetsEverythingWhenItIsReset) {
  TopicAliasTable table = table_of(3);
  table.use("topic");
  table.reset(3);
  EXPECT_FALSE(table.use("topic").is_known);
}

}  // namespace
}  // namespace mqtt::test
