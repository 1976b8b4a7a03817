// One transport after the other: dialled, opened, timed, ended.
#include "mqtt/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/test_client.h"
#include "support/versions.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr ReconnectPolicy kSteady{.initial_delay = 1s, .maximum_delay = 30s, .factor = 2.0, .jitter = 0};

TEST(ClientConnection, BeginsWithTheConnectOfThisAttempt) {
  TestClient client;
  client.opens("a 5.0 keep_alive=60 user=joe password=secret will(w 'bye' qos1 retain) {receive_maximum=20}");
  EXPECT_THAT(client.sent(),
              ElementsAre("CONNECT a 5.0 keep_alive=60 user=joe password=secret will(w 'bye' qos1 retain) "
                          "{receive_maximum=20}"));
  EXPECT_FALSE(client.machine().connected());
  client.gets("CONNACK success {assigned_client_identifier=b}");
  EXPECT_TRUE(client.machine().connected());
  EXPECT_THAT(client.events(), ElementsAre("connack success {assigned_client_identifier=b}"));
  client.loses_transport();
  EXPECT_FALSE(client.machine().connected());
  client.opens("a 3.1.1 persistent");
  EXPECT_THAT(client.sent(), ElementsAre("CONNECT a 3.1.1 persistent"));
}

TEST(ClientConnection, WithAConnectThatCannotBeSentSendsNothing) {
  TestClient client;
  client.machine().start_attempt(client.now());
  Connect connect{.client_identifier = "a", .will = Will{.topic = "a/#"}};
  const auto opened = client.machine().transport_opened(connect, client.now());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().fault, Fault::CallerMisuse);
  EXPECT_TRUE(client.machine().output().empty());
}

TEST(ClientConnection, IsNotOpenedTwiceOrAfterItWasGivenUp) {
  TestClient client;
  const Connect connect{.client_identifier = "a"};
  EXPECT_FALSE(client.machine().transport_opened(connect, client.now()));
  client.machine().start_attempt(client.now());
  client.disconnects();
  EXPECT_TRUE(client.wants_close());
  EXPECT_FALSE(client.machine().transport_opened(connect, client.now()));
  EXPECT_THAT(client.sent(), IsEmpty());
}

class RefusedIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, RefusedIn, each_version(), in_version);

TEST_P(RefusedIn, TellsTheConnackAndAsksForTheClose) {
  for (const char* reason : {"unsupported-protocol-version", "client-identifier-not-valid", "server-unavailable",
                             "bad-user-name-or-password", "not-authorized"}) {
    TestClient client({.reconnect = kSteady});
    client.opens("a " + std::string(GetParam() == V3_1 ? "3.1" : GetParam() == V3_1_1 ? "3.1.1" : "5.0"));
    client.gets("CONNACK " + std::string(reason));
    EXPECT_THAT(client.events(), ElementsAre("connack " + std::string(reason),
                                             "closing " + std::string(reason) + ": the server refused the connection"));
    EXPECT_TRUE(client.wants_close());
    EXPECT_FALSE(client.machine().connected());
    client.loses_transport();
    client.advance(1s);
    EXPECT_THAT(client.events(), ElementsAre("redial"));
  }
}

TEST(ClientConnection, Of5_0UnderstandsARefusalInTheFormOf3_1_1) {
  TestClient client;
  client.opens("a 5.0");
  client.gets_bytes(bytes("20 02 00 01"));
  EXPECT_THAT(client.events(),
              ElementsAre("connack unsupported-protocol-version", StartsWith("closing unsupported-protocol-version")));
}

TEST(ClientConnection, WithoutAConnackIsGivenUpAfterItsTime) {
  TestClient client({.reconnect = kSteady, .connect_timeout = 10s});
  client.machine().start_attempt(client.now());
  client.advance(4s);
  const auto opened = client.machine().transport_opened({.client_identifier = "a"}, client.now());
  ASSERT_TRUE(opened);
  client.advance(6s - 1ms);
  EXPECT_THAT(client.events(), IsEmpty());
  client.advance(1ms);
  EXPECT_THAT(client.events(), ElementsAre("closing server-unavailable: connack timeout"));
  EXPECT_TRUE(client.wants_close());
  EXPECT_TRUE(client.machine().output().empty()) << "nobody takes it";
}

TEST(ClientConnection, ThatIsNotOpenedIsGivenUpAfterItsTime) {
  TestClient client({.connect_timeout = 10s});
  client.machine().start_attempt(client.now());
  client.advance(10s);
  EXPECT_THAT(client.events(), ElementsAre("closing server-unavailable: connack timeout"));
  EXPECT_TRUE(client.wants_close());
}

// --- reconnection

TEST(Reconnection, IsDueAfterPausesThatGrowUntilAConnectionLasts) {
  TestClient client({.reconnect = kSteady});
  client.connects("a");
  for (const Duration pause : {1s, 2s, 4s}) {
    client.loses_transport();
    client.advance(pause - 1ms);
    EXPECT_THAT(client.events(), IsEmpty());
    client.advance(1ms);
    EXPECT_THAT(client.events(), ElementsAre("redial"));
    EXPECT_EQ(client.machine().next_deadline(), kNever);
    client.machine().start_attempt(client.now());
  }
  client.loses_transport();
  client.advance(8s);
  client.connects("a");
  client.loses_transport();
  client.advance(16s - 1ms);
  EXPECT_THAT(client.events(), IsEmpty()) << "a CONNACK alone begins nothing anew";
  client.advance(1ms);
  EXPECT_THAT(client.events(), ElementsAre("redial"));
  client.connects("a keep_alive=0");
  client.advance(16s);
  client.loses_transport();
  client.advance(1s);
  EXPECT_THAT(client.events(), ElementsAre("redial"));
}

TEST(Reconnection, WaitsLongerForAServerThatAsksForPatience) {
  for (const char* reason : {"session-taken-over", "message-rate-too-high", "quota-exceeded", "administrative-action",
                             "connection-rate-exceeded"}) {
    TestClient client({.reconnect = kSteady});
    client.connects("a keep_alive=0");
    client.advance(1h);
    client.gets("DISCONNECT " + std::string(reason));
    client.loses_transport();
    client.events();
    client.advance(8s - 1ms);
    EXPECT_THAT(client.events(), IsEmpty()) << reason;
    client.advance(1ms);
    EXPECT_THAT(client.events(), ElementsAre("redial")) << reason;
  }
  for (const char* reason : {"quota-exceeded", "connection-rate-exceeded"}) {
    TestClient client({.reconnect = kSteady});
    client.opens("a");
    client.gets("CONNACK " + std::string(reason));
    client.loses_transport();
    EXPECT_EQ(client.machine().next_deadline(), client.now() + 8s) << reason;
  }
}

// --- an attempt that the host begins anew

TEST(Reconnect, EndsAConnectionInOrderAndIsDueAtOnceWhateverThePolicy) {
  for (const bool enabled : {true, false}) {
    TestClient client({.reconnect = {.enabled = enabled, .initial_delay = 10s}});
    client.connects("a");
    EXPECT_EQ(client.publishes("t 'x' qos1", 1), "");
    EXPECT_EQ(client.subscribes("t qos0", 2), "");
    client.sent();
    client.machine().reconnect(client.now());
    client.advance(0s);
    EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT"));
    EXPECT_TRUE(client.wants_close());
    EXPECT_FALSE(client.machine().should_close_at_once());
    EXPECT_THAT(client.events(), ElementsAre("closing success"));
    client.loses_transport();
    client.advance(0s);
    EXPECT_THAT(client.events(), ElementsAre("failed 2: Connection closed", "redial"));
    client.connects("a");
    client.advance(0s);
  }
}

TEST(Reconnect, GivesUpAnAttemptWithoutWaitingForItsEnd) {
  TestClient dialing({.reconnect = kSteady}), waiting({.reconnect = kSteady});
  dialing.machine().start_attempt(dialing.now());
  waiting.opens("a");
  for (TestClient* client : {&dialing, &waiting}) {
    client->machine().reconnect(client->now());
    EXPECT_TRUE(client->machine().should_close_at_once());
    client->loses_transport();
    client->advance(0s);
    EXPECT_THAT(client->events(), ElementsAre("closing success", "redial"));
  }
}

TEST(Reconnect, CutsAPauseShortAndBeginsAnEndedClientAgain) {
  TestClient pausing({.reconnect = kSteady}), ended({.reconnect = kSteady}), stopped({.reconnect = kSteady});
  pausing.connects("a");
  pausing.loses_transport();
  ended.connects("a");
  ended.disconnects();
  ended.loses_transport();
  ended.events();
  stopped.connects("a");
  stopped.machine().reconnect(stopped.now());
  stopped.machine().stop_reconnecting();
  stopped.loses_transport();
  stopped.events();
  stopped.advance(1h);
  EXPECT_THAT(stopped.events(), IsEmpty()) << "the later word counts";
  for (TestClient* client : {&pausing, &ended, &stopped}) {
    client->machine().reconnect(client->now());
    client->advance(0s);
    EXPECT_THAT(client->events(), ElementsAre("redial"));
    client->connects("a");
  }
}

TEST(ClientConnection, ThatTheHostForgetsLeavesNothingToTheNextAttempt) {
  TestClient client({.reconnect = kSteady, .connect_timeout = 10s});
  client.connects("a keep_alive=10");
  client.advance(10s);
  EXPECT_EQ(client.subscribes("t qos0", 1), "");
  client.machine().start_attempt(client.now());
  EXPECT_THAT(client.events(), ElementsAre("failed 1: Connection closed"));
  EXPECT_TRUE(client.machine().output().empty());
  EXPECT_FALSE(client.wants_close());
  EXPECT_EQ(client.machine().next_deadline(), client.now() + 10s);
  for (int attempt = 0; attempt < 3; ++attempt) {
    client.advance(10s);
    EXPECT_TRUE(client.machine().should_close_at_once());
    EXPECT_THAT(client.events(), ElementsAre("closing server-unavailable: connack timeout"));
    client.machine().start_attempt(client.now());
  }
}

TEST(Reconnection, IsNotWantedWhenItIsOffOrStopped) {
  TestClient off({.reconnect = {.enabled = false}}), stopped({.reconnect = kSteady});
  off.connects("a");
  off.loses_transport();
  EXPECT_EQ(off.machine().next_deadline(), kNever);
  stopped.connects("a");
  stopped.loses_transport();
  stopped.machine().stop_reconnecting();
  EXPECT_EQ(stopped.machine().next_deadline(), kNever);
  stopped.advance(1h);
  EXPECT_THAT(stopped.events(), IsEmpty());
  // Until the host begins again.
  stopped.connects("a");
  stopped.loses_transport();
  stopped.advance(1s);
  EXPECT_THAT(stopped.events(), ElementsAre("redial"));
}

TEST(Reconnection, IsArmedOnceHoweverOftenTheTransportIsToldClosed) {
  TestClient client({.reconnect = kSteady});
  client.connects("a");
  client.loses_transport();
  client.loses_transport();
  client.advance(1s);
  EXPECT_THAT(client.events(), ElementsAre("redial"));
  client.loses_transport();
  client.advance(1h);
  EXPECT_THAT(client.events(), IsEmpty());
}

// --- the orderly end

class DisconnectingIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, DisconnectingIn, each_version(), in_version);

TEST_P(DisconnectingIn, SaysSoBehindWhatIsInTheOutputAndDoesNotComeBack) {
  TestClient client({.reconnect = kSteady});
  client.connects("a " + std::string(GetParam() == V3_1 ? "3.1" : GetParam() == V3_1_1 ? "3.1.1" : "5.0"));
  EXPECT_EQ(client.publishes("t 'x'"), "");
  client.disconnects();
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'x'", "DISCONNECT"));
  EXPECT_THAT(client.events(), ElementsAre("closing success"));
  EXPECT_TRUE(client.wants_close());
  client.loses_transport();
  client.advance(1h);
  EXPECT_THAT(client.events(), IsEmpty());
}

TEST(Disconnecting, MayGiveAReason) {
  TestClient client;
  client.connects("a {session_expiry_interval=9}");
  client.disconnects("disconnect-with-will-message {session_expiry_interval=5 reason_string=why}");
  EXPECT_THAT(client.sent(),
              ElementsAre("DISCONNECT disconnect-with-will-message {session_expiry_interval=5 reason_string=why}"));
}

TEST(Disconnecting, CannotKeepASessionThatWasToEndWithItsConnection) {
  TestClient client;
  client.connects("a");
  client.disconnects("success {session_expiry_interval=5}");
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT"));
}

TEST(Disconnecting, BeforeTheConnackSendsNothing) {
  TestClient client;
  client.opens("a");
  client.sent();
  client.disconnects();
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_THAT(client.events(), ElementsAre("closing success"));
  client.gets("CONNACK success");
  EXPECT_THAT(client.events(), IsEmpty()) << "it is not listened to any more";
}

TEST(Disconnecting, InAPauseEndsThePause) {
  TestClient client({.reconnect = kSteady});
  client.connects("a");
  client.loses_transport();
  client.disconnects();
  EXPECT_FALSE(client.wants_close());
  client.advance(1h);
  EXPECT_THAT(client.events(), IsEmpty());
}

TEST(Disconnecting, IsOnlyOnce) {
  TestClient client;
  client.connects("a");
  client.disconnects();
  client.disconnects();
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT"));
  EXPECT_THAT(client.events(), ElementsAre("closing success"));
}

TEST(Disconnecting, ByTheServerIsToldAndReconnected) {
  TestClient client({.reconnect = kSteady});
  client.connects("a");
  client.gets("DISCONNECT server-shutting-down {reason_string=later}");
  EXPECT_THAT(client.events(), ElementsAre("disconnect server-shutting-down {reason_string=later}",
                                           "closing server-shutting-down: the server disconnected"));
  EXPECT_THAT(client.sent(), IsEmpty());
  EXPECT_TRUE(client.wants_close());
  client.loses_transport();
  client.advance(1s);
  EXPECT_THAT(client.events(), ElementsAre("redial"));
}

// --- keep alive

TEST(ClientKeepAlive, PingsWhenNothingWasSentForThreeQuartersOfIt_MQTT_3_1_2_20) {
  for (const int seconds : {1, 2, 10, 65'535}) {
    TestClient client;
    client.connects("a keep_alive=" + std::to_string(seconds));
    const Duration interval = 750ms * seconds;
    client.advance(interval - 1ms);
    EXPECT_THAT(client.sent(), IsEmpty());
    client.advance(1ms);
    EXPECT_THAT(client.sent(), ElementsAre("PINGREQ"));
    client.gets("PINGRESP");
    client.advance(interval);
    EXPECT_THAT(client.sent(), ElementsAre("PINGREQ"));
    EXPECT_THAT(client.events(), IsEmpty());
  }
}

TEST(ClientKeepAlive, IsServedByOtherPacketsOfBothSides) {
  TestClient client;
  client.connects("a keep_alive=10");
  for (int i = 0; i < 5; ++i) {
    client.advance(7s);
    EXPECT_EQ(client.publishes("t 'x'"), "");
    client.gets("PUBLISH t 'x'");
  }
  EXPECT_THAT(client.sent(), ::testing::Each("PUBLISH t 'x'"));
}

TEST(ClientKeepAlive, PingsAServerThatIsSilentWhileTheClientIsNot) {
  TestClient client;
  client.connects("a keep_alive=10");
  client.advance(5s);
  EXPECT_EQ(client.publishes("t 'x'"), "");
  client.advance(2500ms);
  EXPECT_THAT(client.sent(), ElementsAre("PUBLISH t 'x'", "PINGREQ"));
}

TEST(ClientKeepAlive, ClosesWhenThePingIsNotAnsweredInHalfTheInterval) {
  TestClient client({.reconnect = kSteady});
  client.connects("a 5.0 keep_alive=10");
  client.advance(12'500ms - 1ms);
  EXPECT_THAT(client.sent(), ElementsAre("PINGREQ"));
  EXPECT_THAT(client.events(), IsEmpty());
  client.advance(1ms);
  EXPECT_THAT(client.events(), ElementsAre("closing keep-alive-timeout: Keepalive timeout"));
  EXPECT_TRUE(client.wants_close());
  EXPECT_THAT(client.sent(), IsEmpty()) << "there is nobody to say it to";
  client.loses_transport();
  client.advance(1s);
  EXPECT_THAT(client.events(), ElementsAre("redial"));
}

TEST(ClientKeepAlive, DoesNotTakeWhatGoesOutBehindThePingForASignOfLife) {
  TestClient client;
  client.connects("a keep_alive=10");
  for (int i = 0; i < 49; ++i) {
    client.advance(250ms);
    EXPECT_FALSE(client.wants_close()) << i;
    client.publishes("t 'x'");
  }
  EXPECT_THAT(client.sent(), Contains("PINGREQ"));
  client.advance(250ms);
  EXPECT_TRUE(client.wants_close());
}

TEST(ClientKeepAlive, WaitsForThePingrespBehindALongMessageAndGoesOnPinging) {
  TestClient client;
  client.connects("a keep_alive=10");
  const auto publish = WrittenPacket("PUBLISH t 'x'x1000").bytes();
  for (Bytes rest = publish; !rest.empty(); rest = rest.subspan(std::min<std::size_t>(200, rest.size()))) {
    client.advance(4s);
    client.gets_bytes(rest.first(std::min<std::size_t>(200, rest.size())));
  }
  EXPECT_THAT(client.events(), ElementsAre("message t 'x'x1000"));
  EXPECT_THAT(client.sent(), ElementsAre("PINGREQ", "PINGREQ", "PINGREQ"));
  client.gets("PINGRESP", "PINGRESP", "PINGRESP");
  client.advance(7500ms - 1s);
  EXPECT_TRUE(client.machine().connected());
}

TEST(ClientKeepAlive, DoesNotWaitForATransportThatTakesNothing) {
  TestClient client;
  client.connects("a keep_alive=10");
  client.advance(7500ms);
  // Written and never taken: what a dead connection does.
  const WrittenPacket packet("PUBLISH t 'x'");
  ASSERT_TRUE(client.machine().publish(packet.as<Publish>(), kNoToken, client.now()));
  EXPECT_FALSE(client.machine().output().empty());
  client.machine().advance(client.now() + 5s);
  EXPECT_TRUE(client.wants_close());
  EXPECT_TRUE(client.machine().output().empty());
}

TEST(ClientKeepAlive, OfTheServerCountsInsteadOfTheClients_MQTT_3_2_2_21) {
  TestClient client, off;
  client.connects("a keep_alive=60", "{server_keep_alive=4}");
  client.advance(3s - 1ms);
  EXPECT_THAT(client.sent(), IsEmpty());
  client.advance(1ms);
  EXPECT_THAT(client.sent(), ElementsAre("PINGREQ"));
  off.connects("a keep_alive=5", "{server_keep_alive=0}");
  off.advance(1h);
  EXPECT_THAT(off.sent(), IsEmpty());
}

TEST(ClientKeepAlive, OfZeroIsOff) {
  TestClient client;
  client.connects("a keep_alive=0");
  EXPECT_EQ(client.machine().next_deadline(), kNever);
  client.advance(24h);
  EXPECT_THAT(client.sent(), IsEmpty());
}

TEST(Probe, PingsNowAndOnce) {
  TestClient client;
  client.connects("a keep_alive=0");
  client.machine().probe(client.now());
  client.machine().probe(client.now());
  client.advance(0s);
  EXPECT_THAT(client.sent(), ElementsAre("PINGREQ"));
  client.gets("PINGRESP");
  client.advance(1h);
  EXPECT_THAT(client.events(), IsEmpty());
  client.machine().probe(client.now());
  client.advance(10s);
  EXPECT_THAT(client.events(), ElementsAre("closing keep-alive-timeout: Keepalive timeout"));
}

TEST(Probe, WithoutAConnectionIsNothing) {
  TestClient client;
  client.machine().probe(client.now());
  client.opens("a");
  client.sent();
  client.machine().probe(client.now());
  client.advance(0s);
  EXPECT_THAT(client.sent(), IsEmpty());
}

// --- authentication

TEST(ClientAuthentication, GoesBackAndForthBeforeTheConnackAndAfter) {
  TestClient client;
  client.opens("a 5.0 {authentication_method=m authentication_data=1}");
  client.sent();
  client.gets("AUTH continue-authentication {authentication_method=m authentication_data=2}");
  EXPECT_THAT(client.events(),
              ElementsAre("auth continue-authentication {authentication_method=m authentication_data=2}"));
  const WrittenPacket answer("AUTH continue-authentication {authentication_method=m authentication_data=3}");
  ASSERT_TRUE(client.machine().authenticate(answer.as<Auth>(), client.now()));
  client.gets("CONNACK success {authentication_method=m}");
  EXPECT_THAT(client.sent(),
              ElementsAre("AUTH continue-authentication {authentication_method=m authentication_data=3}"));
  const WrittenPacket again("AUTH re-authenticate {authentication_method=m}");
  ASSERT_TRUE(client.machine().authenticate(again.as<Auth>(), client.now()));
  client.advance(0s);
  EXPECT_THAT(client.sent(), ElementsAre("AUTH re-authenticate {authentication_method=m}"));
}

TEST(ClientAuthentication, NeedsAConnectionOf5_0) {
  TestClient usual, closed;
  usual.connects("a 3.1.1");
  EXPECT_FALSE(usual.machine().authenticate({}, usual.now()));
  closed.connects("a 5.0");
  closed.loses_transport();
  EXPECT_FALSE(closed.machine().authenticate({}, closed.now()));
}

}  // namespace
}  // namespace mqtt::test
