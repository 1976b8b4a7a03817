// The one copy that a subscriber gets: its QoS and its RETAIN flag.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;

class OverlapIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, OverlapIn, each_version(), in_version);

TEST_P(OverlapIn, GetsTheHighestQoSOnce_MQTT_3_3_5_1) {
  for (const char* filters : {"a/b, a/+ qos2, # qos1", "# qos2, a/b", "a/# qos1, +/b qos2, a/b qos1"}) {
    TestBroker broker;
    Peer peer(broker, GetParam());
    peer.connects("a");
    peer.subscribes(filters);
    ASSERT_TRUE(broker.publishes("a/b 'x' qos2"));
    EXPECT_THAT(peer.received(), ElementsAre("PUBLISH a/b 'x' qos2 id1")) << filters;
  }
}

TEST(RetainFlag, IsAsPublishedForWhoAsksForItAndElseOff_MQTT_3_3_1_12_MQTT_3_3_1_13) {
  TestBroker broker;
  Peer as_published(broker), plain(broker);
  as_published.connects("a");
  as_published.subscribes("t retain_as_published");
  plain.connects("b");
  plain.subscribes("t");
  ASSERT_TRUE(broker.publishes("t '1' retain"));
  ASSERT_TRUE(broker.publishes("t '2'"));
  EXPECT_THAT(as_published.received(), ElementsAre("PUBLISH t '1' retain", "PUBLISH t '2'"));
  EXPECT_THAT(plain.received(), ElementsAre("PUBLISH t '1'", "PUBLISH t '2'"));
}

}  // namespace
}  // namespace mqtt::test
