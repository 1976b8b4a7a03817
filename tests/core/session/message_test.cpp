// What is kept of a PUBLISH, and what comes out again.
#include "mqtt/session/message.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "support/describe.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

// The packet's own memory is gone when the message is read.
Message kept(std::string_view line) {
  const WrittenPacket packet("PUBLISH " + std::string(line));
  return Message::keep(packet.as<Publish>(), kStart);
}

std::string described(const Message& message, Instant now = kStart) {
  Publish publish;
  message.to_publish(publish, now);
  return describe(publish);
}

TEST(Message, IsGivenBackAsItWas) {
  for (const char* line :
       {"t", "t 'x'", "a/b 'payload' qos1", "t 'x' qos2 retain", "t 'x' {content_type=text}", "t retain",
        "t 'x' qos1 {payload_format_indicator=1 message_expiry_interval=30 content_type=text response_topic=r "
        "correlation_data=c user_property=k:v user_property=k:w}",
        "t 'x'x8191", "t 'x'x8192", "t 'x'x100000 qos1 {user_property=k:v}"}) {
    EXPECT_EQ(described(kept(line)), "PUBLISH " + std::string(line));
  }
}

TEST(Message, LeavesOutWhatBelongsToOneConnection) {
  EXPECT_EQ(described(kept("t 'x' qos1 id7 dup {topic_alias=3 subscription_identifier=4}")), "PUBLISH t 'x' qos1");
}

TEST(Message, OverwritesEveryFieldOfWhatItIsReadInto) {
  const WrittenPacket packet(
      "PUBLISH other 'y' qos2 retain {content_type=text message_expiry_interval=4 topic_alias=3 "
      "subscription_identifier=1 "
      "user_property=a:b}");
  Publish publish = packet.as<Publish>();
  const Message message = kept("t 'x'");
  message.to_publish(publish, kStart);
  EXPECT_EQ(describe(publish), "PUBLISH t 'x'");
}

TEST(Message, HasWhatIsLeftOfItsExpiryInterval_MQTT_3_3_2_6) {
  const Message message = kept("t 'x' {message_expiry_interval=10}");
  EXPECT_EQ(described(message, kStart + 3s), "PUBLISH t 'x' {message_expiry_interval=7}");
  EXPECT_EQ(described(message, kStart + 3500ms), "PUBLISH t 'x' {message_expiry_interval=7}");
  EXPECT_FALSE(message.expired(kStart + 10s - 1ms));
  EXPECT_TRUE(message.expired(kStart + 10s));
  EXPECT_EQ(described(message, kStart + 11s), "PUBLISH t 'x' {message_expiry_interval=0}");
}

TEST(Message, WithoutAnIntervalOrWithTheLargestDoesNotExpireSoon) {
  EXPECT_FALSE(kept("t 'x'").expired(kStart + std::chrono::hours(24 * 365 * 1000)));
  EXPECT_FALSE(kept("t 'x' {message_expiry_interval=4294967295}").expired(kStart + std::chrono::hours(24 * 365 * 100)));
}

TEST(Message, SharesALargePayloadAndNoSmallOne) {
  EXPECT_FALSE(kept("t 'x'x8191").shared_payload());
  EXPECT_TRUE(kept("t 'x'x8192").shared_payload());
  const SharedBytes payload = SharedBytes::copy_of(as_bytes(std::string_view("small")));
  const Message message = Message::keep({.topic = "t", .payload = payload.view()}, kStart, payload);
  EXPECT_EQ(message.payload().data(), payload.view().data());
  EXPECT_EQ(described(message), "PUBLISH t 'small'");
}

TEST(Message, IsOneBlockWithAnyNumberOfOwners) {
  Message first = kept("t 'x'");
  const Message second = first;
  EXPECT_EQ(first.payload().data(), second.payload().data());
  first = kept("t 'y'");
  EXPECT_EQ(described(second), "PUBLISH t 'x'");
  Message third = std::move(first);
  EXPECT_FALSE(first);  // NOLINT: a moved-from handle is empty
  EXPECT_EQ(described(third), "PUBLISH t 'y'");
  third = *&third;
  EXPECT_EQ(described(third), "PUBLISH t 'y'");
  third = {};
  EXPECT_FALSE(third);
}

TEST(Message, CountsItsMemory) {
  EXPECT_GE(kept("topic 'x'x100").memory_bytes(), 105U);
  EXPECT_GE(kept("topic 'x'x100000").memory_bytes(), 100'005U);
}

}  // namespace
}  // namespace mqtt::test
