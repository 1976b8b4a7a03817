#include <gtest/gtest.h>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/frames.h"

namespace mqtt {
namespace {

using test::encoded;
using test::WholePacket;
using test::written;

constexpr ProtocolVersion kVersions[] = {ProtocolVersion::V3_1, ProtocolVersion::V3_1_1, ProtocolVersion::V5_0};

TEST(DecodePublish, SetsEveryField) {
  const WholePacket packet("3D 0E 0003 'a/b' 1234 03 23 0005 'hi!'");
  Publish publish;
  ASSERT_TRUE(decode_publish(packet.frame(), ProtocolVersion::V5_0, publish));
  EXPECT_EQ(publish.topic, "a/b");
  EXPECT_EQ(as_text(publish.payload), "hi!");
  EXPECT_EQ(publish.packet_identifier, 0x1234);
  EXPECT_EQ(publish.qos, QoS::ExactlyOnce);
  EXPECT_TRUE(publish.retain);
  EXPECT_TRUE(publish.dup);
  EXPECT_EQ(publish.properties.topic_alias, 5);
}

TEST(DecodePublish, LeavesNothingOfThePacketBefore) {
  const WholePacket rich(
      "3D 28 0003 'a/b' 1234 1D 01 01 02 00000001 03 0000 08 0001 'r' 09 0000 0B 01 23 0005 26 0001 'k' 0001 'v' "
      "'hi!'");
  const WholePacket plain_3("30 05 0003 'c/d'");
  const WholePacket plain_5("30 06 0003 'c/d' 00");
  for (const ProtocolVersion version : kVersions) {
    Publish publish;
    ASSERT_TRUE(decode_publish(rich.frame(), ProtocolVersion::V5_0, publish));
    ASSERT_TRUE(decode_publish(version == ProtocolVersion::V5_0 ? plain_5.frame() : plain_3.frame(), version, publish));
    EXPECT_EQ(publish.topic, "c/d");
    EXPECT_TRUE(publish.payload.empty());
    EXPECT_EQ(publish.packet_identifier, 0);
    EXPECT_EQ(publish.qos, QoS::AtMostOnce);
    EXPECT_FALSE(publish.retain);
    EXPECT_FALSE(publish.dup);
    EXPECT_EQ(encoded(publish, ProtocolVersion::V5_0), written("30 06 0003 'c/d' 00"));
  }
}

TEST(DecodePublish, HandsOutViewsOfTheFrame) {
  const WholePacket packet("30 08 0003 'a/b' 'hi!'");
  Publish publish;
  ASSERT_TRUE(decode_publish(packet.frame(), ProtocolVersion::V3_1_1, publish));
  EXPECT_EQ(reinterpret_cast<const std::uint8_t*>(publish.topic.data()), packet.frame().body.data() + 2);
  EXPECT_EQ(publish.payload.data(), packet.frame().body.data() + 5);
}

TEST(DecodePublish, TellsAWildcardFromIllFormedText) {
  Publish publish;
  const WholePacket wildcard("30 05 0003 'a/+'");
  EXPECT_STREQ(decode_publish(wildcard.frame(), ProtocolVersion::V3_1_1, publish).error().text,
               "PUBLISH: wildcard in the topic name");
  const WholePacket surrogate("30 05 0003 EDA080");
  EXPECT_STREQ(decode_publish(surrogate.frame(), ProtocolVersion::V3_1_1, publish).error().text,
               "PUBLISH: topic name is not well-formed UTF-8");
}

TEST(EncodePublish, WritesEachVersionInItsForm) {
  Publish publish;
  publish.topic = "a/b";
  publish.payload = as_bytes("hi!");
  publish.qos = QoS::AtLeastOnce;
  publish.packet_identifier = 0x0102;
  publish.retain = true;
  publish.properties.message_expiry_interval = 60;
  EXPECT_EQ(encoded(publish, ProtocolVersion::V3_1), written("33 0A 0003 'a/b' 0102 'hi!'"));
  EXPECT_EQ(encoded(publish, ProtocolVersion::V3_1_1), written("33 0A 0003 'a/b' 0102 'hi!'"));
  EXPECT_EQ(encoded(publish, ProtocolVersion::V5_0), written("33 10 0003 'a/b' 0102 05 02 0000003C 'hi!'"));
}

TEST(EncodePublish, LeavesThePacketIdentifierOutAtQos0) {
  Publish publish;
  publish.topic = "t";
  publish.packet_identifier = 7;
  EXPECT_EQ(encoded(publish, ProtocolVersion::V3_1_1), written("30 03 0001 't'"));
}

TEST(EncodePublishHead, SaysWhereThePacketIdentifierIsAndLeavesThePayloadOut) {
  const std::string payload(300, 'x');
  Publish publish;
  publish.topic = "a/b";
  publish.payload = as_bytes(payload);
  publish.packet_identifier = 0xABCD;
  for (const ProtocolVersion version : kVersions) {
    for (const QoS qos : {QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce}) {
      publish.qos = qos;
      ByteBuffer out;
      out.text("in front");
      const std::size_t begin = out.size();
      const std::size_t offset = encode_publish_head(publish, version, out);
      EXPECT_EQ(out.size() - begin + payload.size(), encoded_size(publish, version));
      if (qos == QoS::AtMostOnce) {
        EXPECT_EQ(offset, 0U);
      } else {
        EXPECT_EQ(out.data()[begin + offset], 0xAB);
        EXPECT_EQ(out.data()[begin + offset + 1], 0xCD);
      }
    }
  }
}

TEST(EncodePublish, ComesBackAtEverySizeOfTheRemainingLength) {
  for (const std::size_t size : {0U, 100U, 122U, 123U, 16'378U, 16'379U, 2'097'146U, 2'097'147U}) {
    const std::vector<std::uint8_t> payload(size, 0xA5);
    for (const ProtocolVersion version : kVersions) {
      Publish publish;
      publish.topic = "a/b";
      publish.payload = payload;
      ByteBuffer out;
      encode(publish, version, out);
      EXPECT_EQ(out.size(), encoded_size(publish, version));
      const WholePacket packet(out.view());
      Publish again;
      ASSERT_TRUE(decode_publish(packet.frame(), version, again)) << size;
      EXPECT_EQ(again.payload.size(), size);
      EXPECT_TRUE(packet.frame().length_is_minimal);
    }
  }
}

TEST(EncodePublish, ComesBackWithPropertiesLongerThan127Bytes) {
  const std::string text(200, 'x');
  Publish publish;
  publish.topic = "a/b";
  publish.payload = as_bytes("hi!");
  publish.properties.content_type = text;
  ByteBuffer out;
  encode(publish, ProtocolVersion::V5_0, out);
  EXPECT_EQ(out.size(), encoded_size(publish, ProtocolVersion::V5_0));
  const WholePacket packet(out.view());
  Publish again;
  ASSERT_TRUE(decode_publish(packet.frame(), ProtocolVersion::V5_0, again));
  EXPECT_EQ(again.properties.content_type, text);
  EXPECT_EQ(as_text(again.payload), "hi!");
}

}  // namespace
}  // namespace mqtt
