#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

using test::encoded;
using test::WholePacket;
using test::written;

TEST(DecodeConnect, SetsEveryField) {
  const WholePacket packet(
      "10 31 0004 'MQTT' 05 EE 003C 05 11 0000000A 0002 'id' 05 18 00000007 0003 'w/t' 0004 'gone' 0004 'user' 0004 "
      "'pass'");
  const auto connect = decode_connect(packet.frame());
  ASSERT_TRUE(connect) << connect.error().text;
  EXPECT_EQ(connect->version, ProtocolVersion::V5_0);
  EXPECT_TRUE(connect->clean_start);
  EXPECT_EQ(connect->keep_alive, 60);
  EXPECT_EQ(connect->client_identifier, "id");
  EXPECT_EQ(connect->properties.session_expiry_interval, 10U);
  EXPECT_FALSE(connect->is_bridge);
  ASSERT_TRUE(connect->will);
  EXPECT_EQ(connect->will->topic, "w/t");
  EXPECT_EQ(as_text(connect->will->payload), "gone");
  EXPECT_EQ(connect->will->qos, QoS::AtLeastOnce);
  EXPECT_TRUE(connect->will->retain);
  EXPECT_EQ(connect->will->properties.will_delay_interval, 7U);
  EXPECT_EQ(connect->user_name, "user");
  EXPECT_EQ(as_text(*connect->password), "pass");
}

TEST(DecodeConnect, LeavesOutWhatIsNotThere) {
  const WholePacket packet("10 0D 0004 'MQTT' 04 00 0000 0001 'a'");
  const auto connect = decode_connect(packet.frame());
  ASSERT_TRUE(connect);
  EXPECT_EQ(connect->version, ProtocolVersion::V3_1_1);
  EXPECT_FALSE(connect->clean_start);
  EXPECT_EQ(connect->keep_alive, 0);
  EXPECT_FALSE(connect->will);
  EXPECT_FALSE(connect->user_name);
  EXPECT_FALSE(connect->password);
}

TEST(DecodeConnect, SeesTheBridgeBit) {
  const WholePacket packet("10 0F 0006 'MQIsdp' 83 02 0000 0001 'a'");
  const auto connect = decode_connect(packet.frame());
  ASSERT_TRUE(connect);
  EXPECT_EQ(connect->version, ProtocolVersion::V3_1);
  EXPECT_TRUE(connect->is_bridge);
}

TEST(DecodeConnect, AnUnknownVersionIsNotGarbage) {
  const WholePacket packet("10 0D 0004 'MQTT' 09 02 0000 0001 'a'");
  const auto connect = decode_connect(packet.frame());
  ASSERT_FALSE(connect);
  EXPECT_EQ(connect.error().fault, Fault::PeerBrokeProtocol);
  EXPECT_EQ(connect.error().reason, ReasonCode::UnsupportedProtocolVersion);
}

TEST(EncodeConnect, WritesEachVersionInItsForm) {
  Connect connect;
  connect.client_identifier = "id";
  connect.keep_alive = 10;
  connect.properties.receive_maximum = 20;
  connect.will.emplace();
  connect.will->topic = "w";
  connect.will->payload = as_bytes("gone");
  connect.will->qos = QoS::ExactlyOnce;
  connect.will->properties.will_delay_interval = 1;
  connect.version = ProtocolVersion::V3_1;
  EXPECT_EQ(encoded(connect), written("10 19 0006 'MQIsdp' 03 16 000A 0002 'id' 0001 'w' 0004 'gone'"));
  connect.version = ProtocolVersion::V3_1_1;
  EXPECT_EQ(encoded(connect), written("10 17 0004 'MQTT' 04 16 000A 0002 'id' 0001 'w' 0004 'gone'"));
  connect.version = ProtocolVersion::V5_0;
  EXPECT_EQ(encoded(connect),
            written("10 21 0004 'MQTT' 05 16 000A 03 21 0014 0002 'id' 05 18 00000001 0001 'w' 0004 'gone'"));
}

TEST(DecodeConnack, TurnsReturnCodesIntoReasons) {
  constexpr ReasonCode kReasons[] = {
      ReasonCode::Success,           ReasonCode::UnsupportedProtocolVersion, ReasonCode::ClientIdentifierNotValid,
      ReasonCode::ServerUnavailable, ReasonCode::BadUserNameOrPassword,      ReasonCode::NotAuthorized};
  for (std::uint8_t code = 0; code < std::size(kReasons); ++code) {
    const WholePacket packet(std::vector<std::uint8_t>{0x20, 0x02, 0x00, code});
    EXPECT_EQ(decode_connack(packet.frame(), ProtocolVersion::V3_1_1)->reason, kReasons[code]);
    EXPECT_EQ(decode_connack(packet.frame(), ProtocolVersion::V3_1)->reason, kReasons[code]);
  }
}

TEST(DecodeConnack, SetsEveryField) {
  const WholePacket packet("20 06 01 00 03 21 0014");
  const auto connack = decode_connack(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(connack);
  EXPECT_TRUE(connack->session_present);
  EXPECT_EQ(connack->reason, ReasonCode::Success);
  EXPECT_EQ(connack->properties.receive_maximum, 20);
}

TEST(DecodeConnack, UnderstandsAServerOf3_1_1ThatRefuses5_0) {
  const WholePacket packet("20 02 00 01");
  const auto connack = decode_connack(packet.frame(), ProtocolVersion::V5_0);
  ASSERT_TRUE(connack);
  EXPECT_EQ(connack->reason, ReasonCode::UnsupportedProtocolVersion);
}

TEST(EncodeConnack, FindsTheNearestReturnCodeBefore5_0) {
  const std::pair<ReasonCode, const char*> kTable[] = {
      {ReasonCode::Success, "20 02 00 00"},
      {ReasonCode::UnsupportedProtocolVersion, "20 02 00 01"},
      {ReasonCode::ClientIdentifierNotValid, "20 02 00 02"},
      {ReasonCode::ServerUnavailable, "20 02 00 03"},
      {ReasonCode::ServerBusy, "20 02 00 03"},
      {ReasonCode::UnspecifiedError, "20 02 00 03"},
      {ReasonCode::BadUserNameOrPassword, "20 02 00 04"},
      {ReasonCode::NotAuthorized, "20 02 00 05"},
      {ReasonCode::Banned, "20 02 00 05"},
  };
  for (const auto& [reason, bytes] : kTable) {
    Connack connack;
    connack.reason = reason;
    EXPECT_EQ(encoded(connack, ProtocolVersion::V3_1_1), written(bytes)) << reason_code_name(reason);
  }
}

TEST(EncodeConnack, SaysSessionPresentWhereTheVersionHasIt) {
  Connack connack;
  connack.session_present = true;
  EXPECT_EQ(encoded(connack, ProtocolVersion::V3_1), written("20 02 00 00"));
  EXPECT_EQ(encoded(connack, ProtocolVersion::V3_1_1), written("20 02 01 00"));
  EXPECT_EQ(encoded(connack, ProtocolVersion::V5_0), written("20 03 01 00 00"));
}

}  // namespace
}  // namespace mqtt
