// Which texts are topic filters, how shared subscriptions are taken apart, and which names a filter matches.
#include "mqtt/topic/topic_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace mqtt {
namespace {

using namespace std::string_literals;

bool is_valid(std::string_view text) {
  return parse_topic_filter(text).has_value();
}

TEST(TopicFilter, MayEndWithAMultiLevelWildcardAloneInItsLevel_MQTT_4_7_1_2) {
  for (const char* filter : {"#", "/#", "sport/#", "sport/tennis/#", "+/#", "$SYS/#", "//#"}) {
    EXPECT_TRUE(is_valid(filter)) << filter;
  }
  for (const char* filter : {"sport/tennis#", "sport/tennis/#/ranking", "#/", "##", "#/#", "#a", "a/#b", "+#", "#+"}) {
    EXPECT_FALSE(is_valid(filter)) << filter;
  }
}

TEST(TopicFilter, MayHoldSingleLevelWildcardsAloneInTheirLevels_MQTT_4_7_1_3) {
  for (const char* filter : {"+", "+/tennis/#", "sport/+/player1", "/+", "+/+", "+/", "a/+/", "$SYS/+"}) {
    EXPECT_TRUE(is_valid(filter)) << filter;
  }
  for (const char* filter : {"sport+", "+sport", "a/b+/c", "++", "a/++", "a/+b"}) {
    EXPECT_FALSE(is_valid(filter)) << filter;
  }
}

TEST(TopicFilter, HasOneTo65535Bytes_MQTT_4_7_3_1_and_3) {
  EXPECT_FALSE(is_valid(""));
  EXPECT_TRUE(is_valid(std::string(65535, 'a')));
  EXPECT_FALSE(is_valid(std::string(65536, 'a')));
}

TEST(TopicFilter, IsWellFormedUtf8WithoutNullCharacters_MQTT_4_7_3_2) {
  EXPECT_TRUE(is_valid("Gebäude/+/温度/#"));
  EXPECT_FALSE(is_valid("a/\0"s));
  EXPECT_FALSE(is_valid("a/\xFF"));
  EXPECT_FALSE(is_valid("$share/\xFF/a"));
}

TEST(TopicFilter, SaysWhetherItHasAWildcard) {
  EXPECT_FALSE(parse_topic_filter("a/b")->has_wildcard);
  EXPECT_TRUE(parse_topic_filter("a/+")->has_wildcard);
  EXPECT_TRUE(parse_topic_filter("+/a")->has_wildcard);
  EXPECT_TRUE(parse_topic_filter("#")->has_wildcard);
  EXPECT_TRUE(parse_topic_filter("$share/g/a/#")->has_wildcard);
  EXPECT_FALSE(parse_topic_filter("$share/g/a")->has_wildcard);
}

TEST(TopicFilter, OfAPlainSubscriptionHasNoShareName) {
  for (const char* filter : {"a/b", "share/g/a", "$share", "$shared/g/a", "$SHARE/g/a", "/$share/g/a", "$SYS/#"}) {
    const auto parsed = parse_topic_filter(filter);
    ASSERT_TRUE(parsed) << filter;
    EXPECT_EQ(parsed->share_name, "");
    EXPECT_EQ(parsed->filter, filter);
  }
}

TEST(TopicFilter, OfASharedSubscriptionIsTakenApart) {
  struct Case {
    const char* text;
    const char* share_name;
    const char* filter;
  };
  for (const Case& expected :
       {Case{"$share/consumer1/sport/tennis/+", "consumer1", "sport/tennis/+"},
        Case{"$share/consumer2//finance", "consumer2", "/finance"}, Case{"$share/g//", "g", "/"},
        Case{"$share/g/#", "g", "#"}, Case{"$share/ /a", " ", "a"}, Case{"$share/g/$share/h/a", "g", "$share/h/a"}}) {
    const auto parsed = parse_topic_filter(expected.text);
    ASSERT_TRUE(parsed) << expected.text;
    EXPECT_EQ(parsed->share_name, expected.share_name);
    EXPECT_EQ(parsed->filter, expected.filter);
  }
}

TEST(TopicFilter, OfASharedSubscriptionNeedsAShareName_MQTT_4_8_2_1) {
  EXPECT_FALSE(is_valid("$share/"));
  EXPECT_FALSE(is_valid("$share//a"));
  EXPECT_FALSE(is_valid("$share//"));
}

TEST(TopicFilter, OfASharedSubscriptionNeedsAFilterBehindAShareNameWithoutWildcards_MQTT_4_8_2_2) {
  for (const char* text : {"$share/g", "$share/g/", "$share/+/a", "$share/#/a", "$share/a+b/c", "$share/#",
                           "$share/g/a#", "$share/g/#/a"}) {
    EXPECT_FALSE(is_valid(text)) << text;
  }
}

TEST(TopicFilter, ThatIsInvalidIsReportedWithItsReasonCodeAndASentence) {
  const auto parsed = parse_topic_filter("a/#/b");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().reason, ReasonCode::TopicFilterInvalid);
  EXPECT_STREQ(parsed.error().text, "'#' is not the last level of a topic filter");
}

struct Example {
  const char* filter;
  const char* name;
  bool is_match;
};

// The examples of sections 4.7.1 to 4.7.3, and what lies around them.
constexpr Example kExamples[] = {
    {"sport/tennis/player1/#", "sport/tennis/player1", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
    {"sport/tennis/player1/#", "sport/tennis/player10", false},
    {"sport/tennis/player1/#", "sport/tennis", false},
    {"sport/#", "sport", true},
    {"sport/#", "sport/", true},
    {"sport/#", "sports", false},
    {"#", "sport/tennis/player1", true},
    {"#", "/", true},
    {"sport/tennis/+", "sport/tennis/player1", true},
    {"sport/tennis/+", "sport/tennis/player2", true},
    {"sport/tennis/+", "sport/tennis/player1/ranking", false},
    {"sport/tennis/+", "sport/tennis", false},
    {"sport/+", "sport", false},
    {"sport/+", "sport/", true},
    {"+/+", "/finance", true},
    {"/+", "/finance", true},
    {"+", "/finance", false},
    {"+", "finance", true},
    {"+/tennis/#", "sport/tennis", true},
    {"+/tennis/#", "sport/tennis/a/b", true},
    {"+/tennis/#", "sport/golf", false},
    {"sport/+/player1", "sport/tennis/player1", true},
    {"sport/+/player1", "sport/a/b/player1", false},
    {"#", "$SYS/monitor", false},
    {"+/monitor/Clients", "$SYS/monitor/Clients", false},
    {"+/#", "$SYS/monitor", false},
    {"+", "$SYS", false},
    {"$SYS/#", "$SYS/monitor/Clients", true},
    {"$SYS/#", "$SYS", true},
    {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
    {"$SYS/+", "$SYS/$x", true},
    {"a/#", "a/$b", true},
    {"a/+", "a/$b", true},
    {"ACCOUNTS", "Accounts", false},
    {"A\xCC\x8A", "\xC3\x85", false},  // one letter in two normal forms [MQTT-4.7.3-4]
    {"\xC3\x85", "\xC3\x85", true},
    {"\xEF\xBB\xBFx", "x", false},
    {"/finance", "finance", false},
    {"finance", "/finance", false},
    {"a/b", "a/b", true},
    {"a/b", "a/b/", false},
    {"a/b/", "a/b", false},
    {"a//b", "a//b", true},
    {"a/+/b", "a//b", true},
    {"a//b", "a/b", false},
    {"/#", "/", true},
    {"/#", "a", false},
    {"+/#", "a", true},
    {"+/+/#", "a", false},
    {"/", "/", true},
    {"+/", "/", true},
};

TEST(TopicFilter, MatchesNamesAsTheExamplesOfTheStandardSay) {
  for (const Example& example : kExamples) {
    EXPECT_EQ(matches(example.filter, example.name), example.is_match) << example.filter << " on " << example.name;
  }
}

TEST(TopicFilter, CoversWhatMatchesNoNameThatItDoesNot) {
  const struct {
    const char* filter;
    const char* narrower;
    bool is_covered;
  } examples[] = {
      {"a/#", "a/#", true},    {"a/#", "a/+", true},     {"a/#", "a", true},         {"a/#", "a/b/+/#", true},
      {"a/+", "a/+", true},    {"a/+", "a/b", true},     {"a/+", "a/#", false},      {"a/+", "a/b/c", false},
      {"a/+/#", "a/#", false}, {"a/b", "a/+", false},    {"a/b", "a/b", true},       {"a/b", "a/#", false},
      {"#", "+/a/#", true},    {"#", "#", true},         {"+", "#", false},          {"+/+", "+/b", true},
      {"#", "$SYS/#", false},  {"+/a", "$SYS/a", false}, {"$SYS/#", "$SYS/+", true}, {"a/#", "#", false},
      {"a/#", "+/b", false},   {"+/b", "+/b", true},     {"", "a", false},
  };
  for (const auto& [filter, narrower, is_covered] : examples)
    EXPECT_EQ(covers(filter, narrower), is_covered) << filter << " over " << narrower;
}

TEST(TopicFilter, BeginningWithAWildcardMatchesNoNameThatBeginsWithADollar_MQTT_4_7_2_1) {
  for (const char* filter : {"#", "+", "+/#", "+/a", "+/+"}) {
    for (const char* name : {"$SYS", "$SYS/a", "$", "$/a"})
      EXPECT_FALSE(matches(filter, name)) << filter << " on " << name;
  }
}

}  // namespace
}  // namespace mqtt
