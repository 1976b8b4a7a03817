// Addresses of upstream brokers, right and wrong.
#include "config/upstream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

std::string read_back(std::string_view text) {
  const auto parsed = parse_upstream(text);
  const auto* upstream = std::get_if<Upstream>(&parsed);
  return upstream == nullptr ? std::get<std::string>(parsed) : upstream->text();
}

TEST(Upstream, HasThePortOfMqttUnlessAnotherIsNamed) {
  EXPECT_EQ(read_back("mqtt://localhost"), "mqtt://localhost:1883");
  EXPECT_EQ(read_back("mqtt://localhost:2883"), "mqtt://localhost:2883");
  EXPECT_EQ(read_back("mqtt://localhost:2883/"), "mqtt://localhost:2883");
}

TEST(Upstream, TakesAnIpv6AddressInBrackets) {
  const auto parsed = parse_upstream("mqtt://[::1]:2883");
  EXPECT_EQ(std::get<Upstream>(parsed).host, "::1");
  EXPECT_EQ(read_back("mqtt://[::1]:2883"), "mqtt://[::1]:2883");
}

struct WrongUpstream {
  const char* text;
  const char* complaint;
};
class WrongUpstreams : public testing::TestWithParam<WrongUpstream> {};

TEST_P(WrongUpstreams, AreRefusedWithASentence) {
  const auto parsed = parse_upstream(GetParam().text);
  ASSERT_TRUE(std::holds_alternative<std::string>(parsed));
  EXPECT_THAT(std::get<std::string>(parsed), testing::HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(Upstream, WrongUpstreams,
                         testing::Values(WrongUpstream{"localhost", "does not begin with mqtt://"},
                                         WrongUpstream{"ws://localhost", "does not begin with mqtt://"},
                                         WrongUpstream{"mqtt://", "names no host"},
                                         WrongUpstream{"mqtt://:1883", "names no host"},
                                         WrongUpstream{"mqtt://a:b", "not a number from 1 to 65535"},
                                         WrongUpstream{"mqtt://a:", "not a number from 1 to 65535"},
                                         WrongUpstream{"mqtt://a:0", "not a number from 1 to 65535"},
                                         WrongUpstream{"mqtt://a:65536", "not a number from 1 to 65535"},
                                         WrongUpstream{"mqtt://[::1", "without its ']'"},
                                         WrongUpstream{"mqtt://[::1]x", "something other than a port"},
                                         WrongUpstream{"mqtt://user@host", "more than a host and a port"},
                                         WrongUpstream{"mqtt://host/path", "more than a host and a port"}));

}  // namespace
}  // namespace wasmqtt
