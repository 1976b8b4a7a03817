#include "mqtt/codec/properties.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "mqtt/codec/encode.h"
#include "mqtt/codec/varint.h"
#include "support/bytes.h"

namespace mqtt {
namespace {

using test::bytes;
using test::hexadecimal;

constexpr PropertyOwner kOwners[] = {PropertyOwner::Connect,    PropertyOwner::Connack,     PropertyOwner::Publish,
                                     PropertyOwner::Will,       PropertyOwner::Puback,      PropertyOwner::Pubrec,
                                     PropertyOwner::Pubrel,     PropertyOwner::Pubcomp,     PropertyOwner::Subscribe,
                                     PropertyOwner::Suback,     PropertyOwner::Unsubscribe, PropertyOwner::Unsuback,
                                     PropertyOwner::Disconnect, PropertyOwner::Auth};

// One property of each kind, with a legal value.
const std::map<int, const char*> kSamples = {
    {0x01, "01 01"},
    {0x02, "02 00000001"},
    {0x03, "03 0001 'a'"},
    {0x08, "08 0001 'a'"},
    {0x09, "09 0001 FF"},
    {0x0B, "0B 8001"},
    {0x11, "11 00000001"},
    {0x12, "12 0001 'a'"},
    {0x13, "13 0001"},
    {0x15, "15 0001 'a'"},
    {0x16, "16 0001 FF"},
    {0x17, "17 01"},
    {0x18, "18 00000001"},
    {0x19, "19 01"},
    {0x1A, "1A 0001 'a'"},
    {0x1C, "1C 0001 'a'"},
    {0x1F, "1F 0001 'a'"},
    {0x21, "21 0001"},
    {0x22, "22 0001"},
    {0x23, "23 0001"},
    {0x24, "24 01"},
    {0x25, "25 01"},
    {0x26, "26 0001 'k' 0001 'v'"},
    {0x27, "27 00000001"},
    {0x28, "28 01"},
    {0x29, "29 01"},
    {0x2A, "2A 01"},
};

std::set<int> properties_of(PropertyOwner owner) {
  std::set<int> allowed;
  for (const auto& [id, sample] : kSamples) {
    Properties properties;
    const auto block = bytes(sample);
    const auto decoded = decode_properties(block, owner, properties);
    if (decoded) {
      allowed.insert(id);
    } else {
      EXPECT_EQ(decoded.error().reason, ReasonCode::MalformedPacket);  // [MQTT5 2.2.2.2]
    }
  }
  return allowed;
}

// Written from the sections of the packets, not from section 2.2.2.2 that the table follows.
TEST(Properties, AreThoseOfEachPacketsOwnSection) {
  const std::set<int> acknowledgement = {0x1F, 0x26};
  const std::map<PropertyOwner, std::set<int>> expected = {
      {PropertyOwner::Connect, {0x11, 0x21, 0x27, 0x22, 0x19, 0x17, 0x26, 0x15, 0x16}},
      {PropertyOwner::Will, {0x18, 0x01, 0x02, 0x03, 0x08, 0x09, 0x26}},
      {PropertyOwner::Connack,
       {0x11, 0x21, 0x24, 0x25, 0x27, 0x12, 0x22, 0x1F, 0x26, 0x28, 0x29, 0x2A, 0x13, 0x1A, 0x1C, 0x15, 0x16}},
      {PropertyOwner::Publish, {0x01, 0x02, 0x23, 0x08, 0x09, 0x26, 0x0B, 0x03}},
      {PropertyOwner::Puback, acknowledgement},
      {PropertyOwner::Pubrec, acknowledgement},
      {PropertyOwner::Pubrel, acknowledgement},
      {PropertyOwner::Pubcomp, acknowledgement},
      {PropertyOwner::Subscribe, {0x0B, 0x26}},
      {PropertyOwner::Suback, acknowledgement},
      {PropertyOwner::Unsubscribe, {0x26}},
      {PropertyOwner::Unsuback, acknowledgement},
      {PropertyOwner::Disconnect, {0x11, 0x1F, 0x26, 0x1C}},
      {PropertyOwner::Auth, {0x15, 0x16, 0x1F, 0x26}},
  };
  for (const PropertyOwner owner : kOwners)
    EXPECT_EQ(properties_of(owner), expected.at(owner)) << "owner " << static_cast<int>(owner);
}

TEST(Properties, EachComesBackAsItWent) {
  for (const auto& [id, sample] : kSamples) {
    const auto block = bytes(sample);
    for (const PropertyOwner owner : kOwners) {
      Properties properties;
      if (!decode_properties(block, owner, properties)) continue;
      ByteBuffer out;
      encode_properties(properties, out);
      EXPECT_EQ(hexadecimal(out.view()), hexadecimal(block));
      EXPECT_EQ(properties_size(properties, owner), block.size());
    }
  }
}

TEST(PropertyCursor, HandsOutWhatMakesTheSameWhenItIsPutOneByOne) {
  for (const PropertyOwner owner : kOwners) {
    std::vector<std::uint8_t> block;
    for (const int id : properties_of(owner)) {
      const auto sample = bytes(kSamples.at(id));
      block.insert(block.end(), sample.begin(), sample.end());
    }
    Properties properties;
    ASSERT_TRUE(decode_properties(block, owner, properties));
    Properties put;
    std::set<int> seen;
    for (PropertyCursor cursor(properties, owner); cursor.next();) {
      EXPECT_EQ(cursor->type, property_type(cursor->id));
      put_property(*cursor, put);
      seen.insert(static_cast<int>(cursor->id));
    }
    EXPECT_EQ(seen, properties_of(owner));
    ByteBuffer out;
    encode_properties(put, out);
    EXPECT_EQ(hexadecimal(out.view()), hexadecimal(block));
  }
}

TEST(PropertyCursor, HandsOutEachValueOfAList) {
  Properties properties;
  properties.subscription_identifiers = {1, 268'435'455};
  properties.user_properties = {{"a", "1"}, {"a", "2"}};
  PropertyCursor cursor(properties);
  for (const std::uint32_t identifier : properties.subscription_identifiers) {
    ASSERT_TRUE(cursor.next());
    EXPECT_EQ(cursor->number, identifier);
  }
  for (const UserProperty& pair : properties.user_properties) {
    ASSERT_TRUE(cursor.next());
    EXPECT_EQ(as_text(cursor->bytes), pair.name);
    EXPECT_EQ(as_text(cursor->second), pair.value);
  }
  EXPECT_FALSE(cursor.next());
  EXPECT_FALSE(cursor.next());
}

TEST(Properties, AreReadIntoTheirFields) {
  const auto block = bytes(
      "01 01 02 00000002 03 0001 'c' 08 0001 'r' 09 0002 CAFE 0B 01 0B 8001 23 0007 26 0001 'a' 0001 '1' 26 0001 'a' "
      "0001 '2'");
  Properties properties;
  ASSERT_TRUE(decode_properties(block, PropertyOwner::Publish, properties));
  EXPECT_EQ(properties.payload_format_indicator, 1);
  EXPECT_EQ(properties.message_expiry_interval, 2U);
  EXPECT_EQ(properties.content_type, "c");
  EXPECT_EQ(properties.response_topic, "r");
  EXPECT_EQ(hexadecimal(*properties.correlation_data), "cafe");
  EXPECT_EQ(properties.subscription_identifiers, std::vector<std::uint32_t>({1, 128}));
  EXPECT_EQ(properties.topic_alias, 7);
  EXPECT_EQ(properties.user_properties, std::vector<UserProperty>({{"a", "1"}, {"a", "2"}}));

  const auto connack = bytes(
      "11 00000001 12 0001 'i' 13 0002 15 0001 'm' 16 0001 'd' 1A 0001 'n' 1C 0001 's' 1F 0001 'w' 21 0003 22 0004 24 "
      "00 25 01 27 00000005 28 00 29 01 2A 00");
  ASSERT_TRUE(decode_properties(connack, PropertyOwner::Connack, properties));
  EXPECT_EQ(properties.session_expiry_interval, 1U);
  EXPECT_EQ(properties.assigned_client_identifier, "i");
  EXPECT_EQ(properties.server_keep_alive, 2);
  EXPECT_EQ(properties.authentication_method, "m");
  EXPECT_EQ(as_text(*properties.authentication_data), "d");
  EXPECT_EQ(properties.response_information, "n");
  EXPECT_EQ(properties.server_reference, "s");
  EXPECT_EQ(properties.reason_string, "w");
  EXPECT_EQ(properties.receive_maximum, 3);
  EXPECT_EQ(properties.topic_alias_maximum, 4);
  EXPECT_EQ(properties.maximum_qos, 0);
  EXPECT_EQ(properties.retain_available, 1);
  EXPECT_EQ(properties.maximum_packet_size, 5U);
  EXPECT_EQ(properties.wildcard_subscription_available, 0);
  EXPECT_EQ(properties.subscription_identifiers_available, 1);
  EXPECT_EQ(properties.shared_subscription_available, 0);
  EXPECT_EQ(properties.topic_alias, std::nullopt) << "left over from the block before";
  EXPECT_TRUE(properties.user_properties.empty()) << "left over from the block before";

  const auto connect = bytes("17 00 19 01");
  ASSERT_TRUE(decode_properties(connect, PropertyOwner::Connect, properties));
  EXPECT_EQ(properties.request_problem_information, 0);
  EXPECT_EQ(properties.request_response_information, 1);
  const auto will = bytes("18 00000009");
  ASSERT_TRUE(decode_properties(will, PropertyOwner::Will, properties));
  EXPECT_EQ(properties.will_delay_interval, 9U);
}

TEST(Properties, EachButTwoIsRefusedWhenItComesTwice) {
  for (const auto& [id, sample] : kSamples) {
    const auto block = bytes(std::string(sample) + " " + sample);
    for (const PropertyOwner owner : kOwners) {
      if (!properties_of(owner).contains(id)) continue;
      Properties properties;
      const auto decoded = decode_properties(block, owner, properties);
      const bool repeatable = id == 0x26 || (id == 0x0B && owner == PropertyOwner::Publish);
      ASSERT_EQ(decoded.has_value(), repeatable) << sample;
      EXPECT_TRUE(decoded || decoded.error().reason == ReasonCode::ProtocolError) << sample;
    }
  }
}

TEST(Properties, EachIsRefusedWhenItIsCutShort) {
  for (const auto& [id, sample] : kSamples) {
    const auto whole = bytes(sample);
    for (const PropertyOwner owner : kOwners) {
      if (!properties_of(owner).contains(id)) continue;
      for (std::size_t size = 1; size < whole.size(); ++size) {
        const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        Properties properties;
        const auto decoded = decode_properties(cut, owner, properties);
        ASSERT_FALSE(decoded) << sample;
        EXPECT_EQ(decoded.error().reason, ReasonCode::MalformedPacket);
      }
    }
  }
}

TEST(WriteProperties, LeavesOutWhatTheOwnerDoesNotHave) {
  Properties properties;
  properties.topic_alias = 1;
  properties.reason_string = "why";
  ByteBuffer out;
  write_properties(properties, PropertyOwner::Puback, out);
  EXPECT_EQ(hexadecimal(out.view()), hexadecimal(bytes("06 1F 0003 'why'")));
}

TEST(WriteProperties, SaysALengthOfSeveralBytes) {
  const std::string text(200, 'x');
  Properties properties;
  properties.content_type = text;
  ByteBuffer out;
  write_properties(properties, PropertyOwner::Publish, out);
  ByteReader in(out.view());
  EXPECT_EQ(read_varint(in), 203U);
  EXPECT_EQ(in.remaining(), 203U);
}

TEST(PublishProperties, AreFoundAndRemovedOneByOne) {
  for (const auto& [id, sample] : kSamples) {
    if (!properties_of(PropertyOwner::Publish).contains(id)) continue;
    const auto block = bytes(sample);
    Properties properties;
    EXPECT_FALSE(has_publish_properties(properties));
    ASSERT_TRUE(decode_properties(block, PropertyOwner::Publish, properties));
    EXPECT_TRUE(has_publish_properties(properties)) << sample;
    clear_publish_properties(properties);
    EXPECT_FALSE(has_publish_properties(properties)) << sample;
    EXPECT_EQ(properties_size(properties, PropertyOwner::Publish), 0U) << sample;
  }
}

}  // namespace
}  // namespace mqtt
