// Rules -> what is subscribed to on each side, and names on one side -> names on the other.
#include "mqtt/bridge/topic_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> filters(const std::vector<BridgeRule>& rules, BridgeSide from) {
  std::vector<std::string> found;
  TopicMap map(rules, from);
  for (const BridgeRoute& route : map.routes())
    found.push_back(route.topic_filter);
  return found;
}

std::string crossing(const TopicMap& map, std::string_view topic, const std::vector<std::uint32_t>& identifiers = {}) {
  std::string memory;
  const BridgeRoute* route = map.find(topic, identifiers);
  return route == nullptr ? "nothing" : std::string(TopicMap::rename(*route, topic, memory));
}

TEST(TopicMap, HasTheRulesOfEachDirection) {
  const std::vector<BridgeRule> rules{{.topic_filter = "in/#", .direction = BridgeDirection::In},
                                      {.topic_filter = "out/#", .direction = BridgeDirection::Out},
                                      {.topic_filter = "both/#", .direction = BridgeDirection::Both}};
  EXPECT_THAT(filters(rules, BridgeSide::Remote), ElementsAre("in/#", "both/#"));
  EXPECT_THAT(filters(rules, BridgeSide::Local), ElementsAre("out/#", "both/#"));
}

TEST(TopicMap, ReplacesThePrefixOfOneSideByTheOthers) {
  const std::vector<BridgeRule> rules{{.topic_filter = "+/state", .local_prefix = "hall/", .remote_prefix = "site/7/"}};
  EXPECT_THAT(filters(rules, BridgeSide::Remote), ElementsAre("site/7/+/state"));
  EXPECT_THAT(filters(rules, BridgeSide::Local), ElementsAre("hall/+/state"));
  EXPECT_EQ(crossing(TopicMap(rules, BridgeSide::Remote), "site/7/lamp/state"), "hall/lamp/state");
  EXPECT_EQ(crossing(TopicMap(rules, BridgeSide::Local), "hall/lamp/state"), "site/7/lamp/state");
  EXPECT_EQ(crossing(TopicMap(rules, BridgeSide::Local), "hall/lamp/colour"), "nothing");
}

TEST(TopicMap, TakesTheFirstRuleThatATopicMatches) {
  const std::vector<BridgeRule> rules{{.topic_filter = "a/+", .local_prefix = "first/"},
                                      {.topic_filter = "#", .local_prefix = "second/"}};
  const TopicMap map(rules, BridgeSide::Remote);
  EXPECT_EQ(crossing(map, "a/b"), "first/a/b");
  EXPECT_EQ(crossing(map, "a/b/c"), "second/a/b/c");
}

TEST(TopicMap, TakesOneOfSeveralCopiesThatABrokerMade) {
  const std::vector<BridgeRule> rules{{.topic_filter = "a/+"}, {.topic_filter = "#"}};
  const TopicMap map(rules, BridgeSide::Remote);
  EXPECT_EQ(crossing(map, "a/b", {1}), "a/b");
  EXPECT_EQ(crossing(map, "a/b", {2}), "nothing");
  EXPECT_EQ(crossing(map, "a/b", {2, 1}), "a/b") << "one copy for both";
  EXPECT_EQ(crossing(map, "b", {2}), "b");
}

TEST(TopicMap, PassesOverARuleThatTheBrokerRefused) {
  TopicMap map(std::vector<BridgeRule>{{.topic_filter = "a/+"}, {.topic_filter = "#"}}, BridgeSide::Remote);
  map.routes().front().is_refused = true;
  EXPECT_EQ(crossing(map, "a/b", {2}), "a/b");
}

TEST(TopicMap, LeavesTheServersOwnTopicsToARuleThatNamesThem) {
  EXPECT_EQ(crossing(TopicMap(std::vector<BridgeRule>{{}}, BridgeSide::Remote), "$SYS/broker/uptime"), "nothing");
  const std::vector<BridgeRule> rules{{.topic_filter = "$SYS/#", .local_prefix = "elsewhere/"}};
  EXPECT_EQ(crossing(TopicMap(rules, BridgeSide::Remote), "$SYS/broker/uptime"), "elsewhere/$SYS/broker/uptime");
}

TEST(BridgeRule, IsCheckedWithItsPrefixes) {
  const auto problem = [](const BridgeRule& rule) {
    const auto checked = check(rule);
    return checked ? std::string("none") : std::string(checked.error().text);
  };
  EXPECT_EQ(problem({}), "none");
  EXPECT_EQ(problem({.topic_filter = "+/x", .local_prefix = "a/", .remote_prefix = "b/c/"}), "none");
  EXPECT_THAT(problem({.topic_filter = "a/#/b"}), HasSubstr("#"));
  EXPECT_THAT(problem({.topic_filter = "$share/group/a"}), HasSubstr("shared subscription"));
  EXPECT_THAT(problem({.topic_filter = "group/a", .remote_prefix = "$share/"}), HasSubstr("no topic filter"));
  EXPECT_THAT(problem({.topic_filter = "a", .local_prefix = "+/"}), HasSubstr("a prefix is"));
  EXPECT_THAT(problem({.topic_filter = "a", .remote_prefix = "#"}), HasSubstr("a prefix is"));
  EXPECT_THAT(problem({.topic_filter = "+/x", .remote_prefix = "b"}), HasSubstr("'/' at the prefix's end"));
}

}  // namespace
}  // namespace mqtt::test
