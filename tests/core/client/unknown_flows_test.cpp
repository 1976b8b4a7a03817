// Which packet identifiers are released before their first use, and that each is once.
#include "mqtt/client/unknown_flows.h"

#include <gtest/gtest.h>

namespace mqtt {
namespace {

TEST(UnknownFlows, AreThoseOfASessionThatIsThereAndNotKnownToBeOurs) {
  UnknownFlows none;
  none.connected(false, true);
  EXPECT_FALSE(none.begin_release(1));
  none.connected(true, true);
  EXPECT_FALSE(none.begin_release(1)) << "the session is ours from its beginning";
  UnknownFlows others;
  others.connected(true, true);
  EXPECT_TRUE(others.begin_release(1));
}

TEST(UnknownFlows, AreReleasedOnceThePubcompHasCome) {
  UnknownFlows flows;
  flows.connected(true, true);
  EXPECT_TRUE(flows.begin_release(1));
  flows.begin_transport();
  EXPECT_FALSE(flows.finish_release(1)) << "the PUBREL went with its transport";
  EXPECT_TRUE(flows.begin_release(1));
  EXPECT_TRUE(flows.finish_release(1));
  EXPECT_FALSE(flows.begin_release(1));
  flows.add(1);
  EXPECT_TRUE(flows.begin_release(1));
}

TEST(UnknownFlows, EndWithTheirSession) {
  UnknownFlows flows;
  flows.connected(true, true);
  flows.connected(false, true);
  EXPECT_FALSE(flows.begin_release(1));
}

}  // namespace
}  // namespace mqtt
