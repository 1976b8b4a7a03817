// DISCONNECT from a client, and AUTH, for which nobody asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class DisconnectOf : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, DisconnectOf, each_version(), in_version);

TEST_P(DisconnectOf, AClientClosesItsConnectionAndTakesTheWillBack_MQTT_3_14_4_3) {
  TestBroker broker;
  Peer watcher(broker), peer(broker, GetParam());
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a will(w 'bye')");
  peer.sends("DISCONNECT");
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(peer.received(), IsEmpty());
  broker.advance(1h);
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST(Disconnect, WithAnyOtherReasonPublishesTheWill_MQTT_3_1_2_8) {
  for (const char* line : {"DISCONNECT disconnect-with-will-message", "DISCONNECT unspecified-error"}) {
    TestBroker broker;
    Peer watcher(broker), peer(broker);
    watcher.connects("watcher");
    watcher.subscribes("w");
    peer.connects("a will(w 'bye')");
    peer.sends(line);
    EXPECT_TRUE(peer.is_closed());
    EXPECT_THAT(peer.received(), IsEmpty()) << "no DISCONNECT answers a DISCONNECT";
    EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'")) << line;
  }
}

TEST(Disconnect, ThatIsMalformedIsAnErrorAndPublishesTheWill) {
  TestBroker broker;
  Peer watcher(broker), peer(broker, V3_1_1);
  watcher.connects("watcher");
  watcher.subscribes("w");
  peer.connects("a will(w 'bye')");
  peer.sends_bytes(bytes("E1 00"));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'"));
}

TEST(Disconnect, SetsTheSessionExpiryInterval) {
  TestBroker broker;
  Peer longer(broker), shorter(broker);
  longer.connects("longer persistent {session_expiry_interval=10}");
  shorter.connects("shorter persistent {session_expiry_interval=10}");
  longer.sends("DISCONNECT {session_expiry_interval=20}");
  shorter.sends("DISCONNECT {session_expiry_interval=0}");
  EXPECT_EQ(broker.statistics().sessions, 1U);
  broker.advance(20s - 1ms);
  EXPECT_EQ(broker.statistics().sessions, 1U);
  broker.advance(1ms);
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

TEST(Disconnect, CannotBringASessionToLifeThatWasToEnd) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("DISCONNECT {session_expiry_interval=20}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT protocol-error")));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

TEST(Disconnect, MayRepeatThatTheSessionEnds) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("DISCONNECT {session_expiry_interval=0}");
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_TRUE(peer.is_closed());
}

TEST(Disconnect, OfTheHostHasAReasonThatDisconnectHas_MQTT_3_14_2_1) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  broker.machine().disconnect(peer.id(), {.reason = ReasonCode::BadUserNameOrPassword}, broker.now());
  broker.advance(0s);
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT unspecified-error")));
  EXPECT_TRUE(peer.is_closed());
}

TEST(Disconnect, IsTheLastThatIsListenedTo) {
  TestBroker broker;
  Peer watcher(broker), peer(broker);
  watcher.connects("watcher");
  watcher.subscribes("t");
  peer.connects("a");
  std::vector<std::uint8_t> stream = bytes("E0 00 30 04 0001't' 00");
  peer.sends_bytes(stream);
  EXPECT_THAT(watcher.received(), IsEmpty());
}

TEST(Auth, WithoutAMethodIsAProtocolError_MQTT_4_12_0_6) {
  TestBroker broker;
  Peer peer(broker);
  peer.connects("a");
  peer.sends("AUTH continue-authentication {authentication_method=SCRAM}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT protocol-error")));
  EXPECT_TRUE(peer.is_closed());
}

TEST(Auth, DoesNotExistBefore5_0) {
  TestBroker broker;
  Peer peer(broker, V3_1_1);
  peer.connects("a");
  peer.sends_bytes(bytes("F0 00"));
  EXPECT_TRUE(peer.is_closed());
}

}  // namespace
}  // namespace mqtt::test
