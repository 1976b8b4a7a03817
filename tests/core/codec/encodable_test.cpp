#include <gtest/gtest.h>

#include <string>

#include "mqtt/codec/encode.h"

namespace mqtt {
namespace {

const std::string kLongest(65'535, 'x');
const std::string kTooLong(65'536, 'x');

Publish message(std::string_view topic) {
  Publish publish;
  publish.topic = topic;
  return publish;
}

void expect_misuse(const Result<void>& result, ReasonCode reason, std::string_view field) {
  ASSERT_FALSE(result) << field;
  EXPECT_EQ(result.error().fault, Fault::CallerMisuse);
  EXPECT_EQ(result.error().reason, reason);
  EXPECT_TRUE(std::string_view(result.error().text).starts_with(field)) << result.error().text;
}

TEST(CheckEncodable, LetsAPublishThroughThatMqttCanSay) {
  EXPECT_TRUE(check_encodable(message("a/b")));
  EXPECT_TRUE(check_encodable(message(kLongest)));
  Publish by_alias;
  by_alias.properties.topic_alias = 1;
  EXPECT_TRUE(check_encodable(by_alias));
}

TEST(CheckEncodable, NamesWhatIsWrongWithATopic) {
  expect_misuse(check_encodable(message("")), ReasonCode::TopicNameInvalid, "topic:");
  expect_misuse(check_encodable(message("a/+")), ReasonCode::TopicNameInvalid, "topic: wildcards");
  expect_misuse(check_encodable(message("#")), ReasonCode::TopicNameInvalid, "topic: wildcards");
  expect_misuse(check_encodable(message("\xFF")), ReasonCode::TopicNameInvalid, "topic: want well-formed");
  expect_misuse(check_encodable(message(std::string_view("a\0", 2))), ReasonCode::TopicNameInvalid,
                "topic: want well-formed");
  expect_misuse(check_encodable(message(kTooLong)), ReasonCode::TopicNameInvalid, "topic: want well-formed");
}

TEST(CheckEncodable, RefusesAPayloadBeyondTheRemainingLength) {
  Publish publish = message("t");
  // Never read: only its size counts.
  const std::uint8_t byte = 0;
  publish.payload = Bytes(&byte, 268'435'456);
  expect_misuse(check_encodable(publish), ReasonCode::PacketTooLarge, "packet:");
}

TEST(CheckEncodable, ChecksEveryProperty) {
  const auto check = [](auto set, std::string_view field) {
    Publish publish = message("t");
    set(publish.properties);
    expect_misuse(check_encodable(publish), ReasonCode::ProtocolError, field);
  };
  check([](Properties& p) { p.payload_format_indicator = 2; }, "payload format indicator:");
  check([](Properties& p) { p.content_type = "\xC3"; }, "content type:");
  check([](Properties& p) { p.content_type = kTooLong; }, "content type:");
  check([](Properties& p) { p.response_topic = "a/#"; }, "response topic:");
  check([](Properties& p) { p.response_topic = ""; }, "response topic:");
  check([](Properties& p) { p.correlation_data = as_bytes(kTooLong); }, "correlation data:");
  check([](Properties& p) { p.topic_alias = 0; }, "topic alias:");
  check([](Properties& p) { p.subscription_identifiers = {0}; }, "subscription identifier:");
  check([](Properties& p) { p.subscription_identifiers = {268'435'456}; }, "subscription identifier:");
  check([](Properties& p) { p.user_properties = {{"k", "\xFF"}}; }, "user property:");
  check([](Properties& p) { p.user_properties = {{kTooLong, ""}}; }, "user property:");
}

TEST(CheckEncodable, ChecksTheTextsOfAConnect) {
  Connect connect;
  EXPECT_TRUE(check_encodable(connect));
  connect.client_identifier = "\xED\xA0\x80";
  expect_misuse(check_encodable(connect), ReasonCode::ClientIdentifierNotValid, "client identifier:");
  connect.client_identifier = "id";
  connect.user_name = kTooLong;
  expect_misuse(check_encodable(connect), ReasonCode::BadUserNameOrPassword, "user name:");
  connect.user_name = "user";
  connect.password = as_bytes(kTooLong);
  expect_misuse(check_encodable(connect), ReasonCode::BadUserNameOrPassword, "password:");
  connect.password = as_bytes("\xFF is fine in a password");
  EXPECT_TRUE(check_encodable(connect));
}

TEST(CheckEncodable, APasswordNeedsAUserNameBefore5_0_MQTT_3_1_2_22) {
  Connect connect;
  connect.password = as_bytes("secret");
  expect_misuse(check_encodable(connect), ReasonCode::BadUserNameOrPassword, "password:");
  connect.version = ProtocolVersion::V5_0;
  EXPECT_TRUE(check_encodable(connect));
}

TEST(CheckEncodable, AnEmptyClientIdentifierNeedsACleanSessionBefore5_0_MQTT_3_1_3_7) {
  Connect connect;
  connect.clean_start = false;
  connect.version = ProtocolVersion::V3_1_1;
  expect_misuse(check_encodable(connect), ReasonCode::ClientIdentifierNotValid, "client identifier:");
  connect.clean_start = true;
  EXPECT_TRUE(check_encodable(connect));
  connect.clean_start = false;
  connect.version = ProtocolVersion::V5_0;
  EXPECT_TRUE(check_encodable(connect));
}

TEST(CheckEncodable, AuthenticationDataNeedsAMethod) {
  Connect connect;
  connect.version = ProtocolVersion::V5_0;
  connect.properties.authentication_data = as_bytes("data");
  expect_misuse(check_encodable(connect), ReasonCode::ProtocolError, "authentication data:");
  connect.properties.authentication_method = "method";
  EXPECT_TRUE(check_encodable(connect));
}

TEST(CheckEncodable, ChecksTheWill) {
  Connect connect;
  connect.will.emplace();
  expect_misuse(check_encodable(connect), ReasonCode::TopicNameInvalid, "will topic:");
  connect.will->topic = "a/+";
  expect_misuse(check_encodable(connect), ReasonCode::TopicNameInvalid, "will topic:");
  connect.will->topic = "a";
  connect.will->payload = as_bytes(kTooLong);
  expect_misuse(check_encodable(connect), ReasonCode::PacketTooLarge, "will payload:");
  connect.will->payload = as_bytes(kLongest);
  EXPECT_TRUE(check_encodable(connect));
}

TEST(CheckEncodable, SubscribeAndUnsubscribeNeedAFilterEach) {
  expect_misuse(check_encodable(Subscribe{}), ReasonCode::TopicFilterInvalid, "subscribe:");
  expect_misuse(check_encodable(Unsubscribe{}), ReasonCode::TopicFilterInvalid, "unsubscribe:");
  Subscribe subscribe;
  subscribe.entries = {{"a/#", {}}, {"", {}}};
  expect_misuse(check_encodable(subscribe), ReasonCode::TopicFilterInvalid, "topic filter:");
  subscribe.entries.pop_back();
  EXPECT_TRUE(check_encodable(subscribe));
  Unsubscribe unsubscribe;
  unsubscribe.topic_filters = {kTooLong};
  expect_misuse(check_encodable(unsubscribe), ReasonCode::TopicFilterInvalid, "topic filter:");
  unsubscribe.topic_filters = {kLongest};
  EXPECT_TRUE(check_encodable(unsubscribe));
}

TEST(CheckEncodable, RefusesNoLocalOnASharedSubscription_MQTT_3_8_3_4) {
  Subscribe subscribe;
  subscribe.entries = {{"$share/g/a", {.no_local = true}}};
  expect_misuse(check_encodable(subscribe), ReasonCode::ProtocolError, "subscribe: No Local");
  subscribe.entries = {{"$share/g/a", {}}, {"a", {.no_local = true}}};
  EXPECT_TRUE(check_encodable(subscribe));
}

}  // namespace
}  // namespace mqtt
