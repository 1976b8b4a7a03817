// Which texts are topic names.
#include "mqtt/topic/topic_name.h"

#include <gtest/gtest.h>

#include <string>

namespace mqtt {
namespace {

using namespace std::string_literals;

TEST(TopicName, HasAtLeastOneByte_MQTT_4_7_3_1) {
  EXPECT_FALSE(is_valid_topic_name(""));
  EXPECT_TRUE(is_valid_topic_name("a"));
  EXPECT_TRUE(is_valid_topic_name("/"));
}

TEST(TopicName, HoldsNoNullCharacter_MQTT_4_7_3_2) {
  EXPECT_FALSE(is_valid_topic_name("\0"s));
  EXPECT_FALSE(is_valid_topic_name("a/b\0c/defghijklmnop"s));
  EXPECT_FALSE(is_valid_topic_name("sensors/temperature\0"s));
}

TEST(TopicName, HasAtMost65535Bytes_MQTT_4_7_3_3) {
  EXPECT_TRUE(is_valid_topic_name(std::string(65535, 'a')));
  EXPECT_FALSE(is_valid_topic_name(std::string(65536, 'a')));
}

TEST(TopicName, HoldsNoWildcardAtAnyPosition_MQTT_4_7_1_1) {
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (const char wildcard : {'+', '#'}) {
        std::string name(length, 'a');
        EXPECT_TRUE(is_valid_topic_name(name));
        name[at] = wildcard;
        EXPECT_FALSE(is_valid_topic_name(name)) << name;
      }
    }
  }
}

TEST(TopicName, IsWellFormedUtf8_MQTT_1_5_4_1) {
  EXPECT_TRUE(is_valid_topic_name("Gebäude/Küche/温度/🌡"));
  EXPECT_FALSE(is_valid_topic_name("a/\xC3"));
  EXPECT_FALSE(is_valid_topic_name("a/\xED\xA0\x80"));  // U+D800
}

TEST(TopicName, MayHoldSpacesEmptyLevelsAndALeadingDollar) {
  for (const char* name :
       {"Accounts payable", "/finance", "finance/", "//", "$SYS/broker", "a b/ c", "ACCOUNTS", "$"}) {
    EXPECT_TRUE(is_valid_topic_name(name)) << name;
  }
}

}  // namespace
}  // namespace mqtt
