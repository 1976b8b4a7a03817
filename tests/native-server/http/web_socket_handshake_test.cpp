// The opening handshake of RFC 6455 section 4.2, statement by statement.
#include "http/web_socket_handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

HttpRequest handshake() {
  HttpRequest request;
  request.method = "GET";
  request.target = "/mqtt";
  request.upgrade = true;
  request.fields = {{"Host", "localhost"},           {"Upgrade", "websocket"},
                    {"Connection", "Upgrade"},       {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                    {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Protocol", "mqtt"}};
  return request;
}

HttpRequest handshake_with(std::string_view name, std::string_view value) {
  HttpRequest request = handshake();
  for (HttpField& field : request.fields) {
    if (field.name == name) field.value = value;
  }
  return request;
}

HttpRequest handshake_without(std::string_view name) {
  HttpRequest request = handshake();
  std::erase_if(request.fields, [&](const HttpField& field) { return field.name == name; });
  return request;
}

std::string field_of(const HttpResponse& response, std::string_view name) {
  for (const HttpField& field : response.fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return "(none)";
}

TEST(WebSocketHandshake, IsCompletedAsInTheStandardsExample) {
  ASSERT_TRUE(wants_web_socket(handshake()));
  const HttpResponse response = answer_web_socket_handshake(handshake());
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(field_of(response, "Upgrade"), "websocket");
  EXPECT_EQ(field_of(response, "Connection"), "Upgrade");
  EXPECT_EQ(field_of(response, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(field_of(response, "Sec-WebSocket-Protocol"), "mqtt");
  EXPECT_EQ(field_of(response, "Sec-WebSocket-Extensions"), "(none)");
}

TEST(WebSocketHandshake, ChoosesMqttBeforeTheSubprotocolOf3_1_MQTT_6_0_0_4) {
  const auto chosen = [](std::string_view offered) {
    return field_of(answer_web_socket_handshake(handshake_with("Sec-WebSocket-Protocol", offered)),
                    "Sec-WebSocket-Protocol");
  };
  EXPECT_EQ(chosen("chat, mqttv3.1, mqtt"), "mqtt");
  EXPECT_EQ(chosen("chat, mqttv3.1"), "mqttv3.1");
  EXPECT_EQ(chosen("mqtt,mqttv3.1"), "mqtt");
}

TEST(WebSocketHandshake, RefusesSubprotocolsThatDoNotCarryMqtt) {
  const HttpResponse response = answer_web_socket_handshake(handshake_with("Sec-WebSocket-Protocol", "chat, MQTT"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, testing::HasSubstr("offer \"mqtt\""));
}

TEST(WebSocketHandshake, AcceptsAClientThatOffersNoSubprotocolWithoutNamingOne) {
  const HttpResponse response = answer_web_socket_handshake(handshake_without("Sec-WebSocket-Protocol"));
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(field_of(response, "Sec-WebSocket-Protocol"), "(none)");
}

TEST(WebSocketHandshake, NamesTheVersionThatItSpeaksToAClientOfAnother) {
  const HttpResponse response = answer_web_socket_handshake(handshake_with("Sec-WebSocket-Version", "8"));
  EXPECT_EQ(response.status, 426);
  EXPECT_EQ(field_of(response, "Sec-WebSocket-Version"), "13");
}

TEST(WebSocketHandshake, NeedsAVersionAndAKeyOfSixteenBytes) {
  EXPECT_EQ(answer_web_socket_handshake(handshake_without("Sec-WebSocket-Version")).status, 400);
  EXPECT_EQ(answer_web_socket_handshake(handshake_without("Sec-WebSocket-Key")).status, 400);
  EXPECT_EQ(answer_web_socket_handshake(handshake_with("Sec-WebSocket-Key", "c2hvcnQ=")).status, 400);
  EXPECT_EQ(answer_web_socket_handshake(handshake_with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZ*==")).status, 400);
}

TEST(WebSocketHandshake, NeedsGetAndHttp11) {
  HttpRequest post = handshake();
  post.method = "POST";
  EXPECT_EQ(answer_web_socket_handshake(post).status, 400);
  HttpRequest old = handshake();
  old.is_http_1_1 = false;
  EXPECT_EQ(answer_web_socket_handshake(old).status, 400);
}

TEST(WebSocketHandshake, BlamesAProxyThatDropsTheConnectionField) {
  HttpRequest request = handshake_without("Connection");
  request.upgrade = false;
  ASSERT_TRUE(wants_web_socket(request));
  EXPECT_THAT(answer_web_socket_handshake(request).body, testing::HasSubstr("proxy"));
}

TEST(WebSocketHandshake, LeavesOtherUpgradesAlone) {
  EXPECT_FALSE(wants_web_socket(handshake_with("Upgrade", "h2c")));
  EXPECT_TRUE(wants_web_socket(handshake_with("Upgrade", "h2c, WebSocket")));
}

FrameReading reading_of(std::string_view subprotocols, std::vector<HttpField> more) {
  HttpRequest request = handshake_with("Sec-WebSocket-Protocol", subprotocols);
  request.fields.insert(request.fields.end(), more.begin(), more.end());
  return frame_reading_of(request, answer_web_socket_handshake(request));
}

TEST(WebSocketHandshake, TellsBrowsersAndItsOwnClientFromOthers) {
  const HttpField origin{"origin", "null"};
  const HttpField mozilla{"user-agent", "Mozilla/5.0 (Macintosh)"};
  const HttpField fetched{"sec-fetch-site", "cross-site"};
  const HttpField own{"User-Agent", "wasmqtt/0.1.0"};
  EXPECT_EQ(reading_of("mqtt", {origin, mozilla}), FrameReading::SeveralPackets);
  EXPECT_EQ(reading_of("mqtt", {origin, fetched}), FrameReading::SeveralPackets);
  EXPECT_EQ(reading_of("mqtt", {own}), FrameReading::SeveralPackets);
  EXPECT_EQ(reading_of("mqtt", {}), FrameReading::Unknown);
  EXPECT_EQ(reading_of("mqtt", {origin}), FrameReading::Unknown);
  EXPECT_EQ(reading_of("mqtt", {mozilla, fetched}), FrameReading::Unknown);
  for (const auto& fields : std::vector<std::vector<HttpField>>{{}, {own}, {origin, mozilla, fetched}})
    EXPECT_EQ(reading_of("mqttv3.1", fields), FrameReading::OnePacket);
  HttpRequest silent = handshake_without("Sec-WebSocket-Protocol");
  silent.fields.push_back(own);
  EXPECT_EQ(frame_reading_of(silent, answer_web_socket_handshake(silent)), FrameReading::Unknown);
}

}  // namespace
}  // namespace wasmqtt
