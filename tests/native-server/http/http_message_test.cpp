// Fields of a request and the lists in them.
#include "http/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

TEST(HttpRequest, FindsFieldsWhateverTheirCaseAndJoinsRepeatedOnes) {
  HttpRequest request;
  request.fields = {{"sec-websocket-protocol", "a"}, {"Host", "h"}, {"Sec-WebSocket-Protocol", "mqtt"}};
  EXPECT_EQ(request.field("SEC-WEBSOCKET-PROTOCOL"), "a, mqtt");
  EXPECT_EQ(request.count("host"), 1u);
  EXPECT_EQ(request.field("Upgrade"), std::nullopt);
}

TEST(ListElements, AreTrimmedAndEmptyOnesLeftOut) {
  EXPECT_THAT(list_elements(" mqtt ,, mqttv3.1\t,"), testing::ElementsAre("mqtt", "mqttv3.1"));
  EXPECT_TRUE(list_elements("").empty());
}

}  // namespace
}  // namespace wasmqtt
