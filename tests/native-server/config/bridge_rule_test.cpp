// The words of a rule, and what is said about wrong ones.
#include "config/bridge_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

using testing::HasSubstr;

mqtt::BridgeRule rule_of(std::string_view text) {
  auto parsed = parse_bridge_rule(text);
  if (const auto* problem = std::get_if<std::string>(&parsed)) ADD_FAILURE() << *problem;
  return std::get<mqtt::BridgeRule>(std::move(parsed));
}

std::string problem_of(std::string_view text) {
  return std::get<std::string>(parse_bridge_rule(text));
}

TEST(BridgeRule, TakesWhatIsLeftOutAsItIs) {
  const mqtt::BridgeRule rule = rule_of("sensors/#");
  EXPECT_EQ(rule.topic_filter, "sensors/#");
  EXPECT_EQ(rule.direction, mqtt::BridgeDirection::Both);
  EXPECT_EQ(rule.maximum_qos, mqtt::QoS::ExactlyOnce);
  EXPECT_EQ(rule.local_prefix + rule.remote_prefix, "");
}

TEST(BridgeRule, HasDirectionQoSAndPrefixesInMosquittosOrder) {
  const mqtt::BridgeRule rule = rule_of("  +/state  in 1 hall/ site/7/ ");
  EXPECT_EQ(rule.topic_filter, "+/state");
  EXPECT_EQ(rule.direction, mqtt::BridgeDirection::In);
  EXPECT_EQ(rule.maximum_qos, mqtt::QoS::AtLeastOnce);
  EXPECT_EQ(rule.local_prefix, "hall/");
  EXPECT_EQ(rule.remote_prefix, "site/7/");
}

TEST(BridgeRule, TakesTwoQuotationMarksForAnEmptyPrefix) {
  const mqtt::BridgeRule rule = rule_of("# out 0 \"\" site/");
  EXPECT_EQ(rule.direction, mqtt::BridgeDirection::Out);
  EXPECT_EQ(rule.local_prefix, "");
  EXPECT_EQ(rule.remote_prefix, "site/");
}

TEST(BridgeRule, SaysWhatIsWrongAndWhatToWrite) {
  EXPECT_THAT(problem_of(" "), HasSubstr("names no topic filter; write it like 'sensors/# in 1'"));
  EXPECT_THAT(problem_of("a inwards"), HasSubstr("second word that is not in, out or both"));
  EXPECT_THAT(problem_of("a in 3"), HasSubstr("third word that is no QoS"));
  EXPECT_THAT(problem_of("a in 10"), HasSubstr("third word that is no QoS"));
  EXPECT_THAT(problem_of("a in 1 b/ c/ d"), HasSubstr("more than five words"));
  EXPECT_THAT(problem_of("a/#/b"), HasSubstr("is no rule: "));
  EXPECT_THAT(problem_of("a in 1 +/"), HasSubstr("is no rule: a prefix is"));
}

}  // namespace
}  // namespace wasmqtt
