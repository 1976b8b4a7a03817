// What a CONNACK does not say is granted; what it takes away is not sent.
#include "mqtt/client/server_grants.h"

#include <gtest/gtest.h>

namespace mqtt {
namespace {

TEST(ServerGrants, AreAllThatThereIsWhenTheConnackIsSilent) {
  const auto granted = ServerGrants::of({});
  EXPECT_EQ(granted.receive_maximum, 65'535);
  EXPECT_EQ(granted.topic_alias_maximum, 0);
  EXPECT_TRUE(granted.check(Publish{.topic = "t", .qos = QoS::ExactlyOnce, .retain = true}, ProtocolVersion::V5_0));
  EXPECT_TRUE(granted.check(Subscribe{.entries = {{"$share/g/#", {}}}}));
}

TEST(ServerGrants, RefuseWhatTheServerDoesNotTake) {
  ServerGrants granted;
  granted.maximum_qos = QoS::AtLeastOnce;
  granted.retains = false;
  granted.maximum_packet_size = 10;
  const auto reason = [&](const Publish& publish) {
    const auto checked = granted.check(publish, ProtocolVersion::V5_0);
    return checked ? ReasonCode::Success : checked.error().reason;
  };
  EXPECT_EQ(reason({.topic = "t", .qos = QoS::ExactlyOnce}), ReasonCode::QoSNotSupported);
  EXPECT_EQ(reason({.topic = "t", .retain = true}), ReasonCode::RetainNotSupported);
  EXPECT_EQ(reason({.topic = "a/long/topic"}), ReasonCode::PacketTooLarge);
  EXPECT_EQ(reason({.topic = "t"}), ReasonCode::Success);
}

TEST(ServerGrants, RefuseFiltersThatTheServerDoesNotHave) {
  ServerGrants granted;
  granted.has_wildcards = granted.has_shares = granted.has_subscription_identifiers = false;
  EXPECT_EQ(granted.check(Subscribe{.entries = {{"a", {}}, {"a/+", {}}}}).error().reason,
            ReasonCode::WildcardSubscriptionsNotSupported);
  EXPECT_EQ(granted.check(Subscribe{.entries = {{"$share/g/a", {}}}}).error().reason,
            ReasonCode::SharedSubscriptionsNotSupported);
  Subscribe identified{.entries = {{"a", {}}}};
  EXPECT_TRUE(granted.check(identified));
  identified.properties.subscription_identifiers = {1};
  EXPECT_EQ(granted.check(identified).error().reason, ReasonCode::SubscriptionIdentifiersNotSupported);
}

}  // namespace
}  // namespace mqtt
