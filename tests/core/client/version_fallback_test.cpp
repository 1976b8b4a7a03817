// A client that speaks 5.0 and 3.1.1, before servers that speak one of them.
#include "mqtt/client/version_fallback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/bytes.h"
#include "support/test_client.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr ClientOptions kBoth{.reconnect = {.initial_delay = 10s, .jitter = 0}, .falls_back_to_3_1_1 = true};

// The next attempt is made at once.
void falls_back(TestClient& client) {
  client.loses_transport();
  EXPECT_TRUE(client.machine().falls_back());
  EXPECT_EQ(client.machine().next_deadline(), client.now());
  client.advance(0s);
  EXPECT_THAT(client.events(), ElementsAre("redial"));
}

// It does not come before the pause.
void pauses(TestClient& client) {
  client.loses_transport();
  EXPECT_FALSE(client.machine().falls_back());
  EXPECT_GE(client.machine().next_deadline(), client.now() + 10s);
}

TEST(VersionFallback, SpeaksOlderToAServerThatRefuses5_0AndRemembersIt) {
  for (const char* refusal :
       {"20 02 00 01", "20 02 00 05", "20 02 00 00", "20 02 01 00", "20 02 00 84", "20 03 00 84 00"}) {
    TestClient client(kBoth);
    client.opens(
        "a persistent keep_alive=5 user=joe password=secret will(w 'bye' qos1 {will_delay_interval=5}) "
        "{session_expiry_interval=60 maximum_packet_size=20 topic_alias_maximum=5}");
    client.sent();
    client.gets_bytes(bytes(refusal));
    EXPECT_THAT(client.events(), ElementsAre("closing success")) << "nothing is wrong yet";
    EXPECT_TRUE(client.wants_close());
    falls_back(client);
    for (int attempt = 0; attempt < 2; ++attempt) {
      client.opens("a persistent keep_alive=5 {session_expiry_interval=60 maximum_packet_size=20}");
      EXPECT_EQ(client.machine().version(), ProtocolVersion::V3_1_1);
      client.loses_transport();
      client.sent();
    }
  }
}

TEST(VersionFallback, LeavesOutWhatOnly5_0Has) {
  TestClient client(kBoth);
  client.opens("a");
  client.sent();
  client.loses_transport();
  client.machine().start_attempt(client.now());
  const std::string password = "secret";
  Connect connect{.version = ProtocolVersion::V5_0, .client_identifier = "a", .password = as_bytes(password)};
  connect.properties.maximum_packet_size = 20;
  connect.will = Will{.topic = "w"};
  connect.will->properties.will_delay_interval = 5;
  ASSERT_TRUE(client.machine().transport_opened(connect, client.now()));
  Bytes elements[1];
  ASSERT_EQ(client.machine().output().gather(elements), 1U);
  EXPECT_EQ(hexadecimal(elements[0]),
            hexadecimal(bytes("10 1C 0004 'MQTT' 04 C6 0000 0001 'a' 0001 'w' 0000 0000 0006 'secret'")))
      << "and has an empty user name beside the password";
}

TEST(VersionFallback, TriesOlderOnceWhenTheServerClosesWithoutAnAnswer) {
  TestClient client(kBoth);
  client.opens("a");
  falls_back(client);
  client.opens("a");
  EXPECT_EQ(client.machine().version(), ProtocolVersion::V3_1_1);
  pauses(client);
  client.opens("a");
  EXPECT_EQ(client.machine().version(), ProtocolVersion::V5_0) << "that it closes says nothing about its versions";
  falls_back(client);
  client.opens("a");
  client.gets_bytes(bytes("20 02 00 00"));
  EXPECT_TRUE(client.machine().connected());
  pauses(client);
  client.opens("a");
  EXPECT_EQ(client.machine().version(), ProtocolVersion::V3_1_1) << "it was answered";
}

TEST(VersionFallback, GoesBackTo5_0WhenTheOlderAttemptFailsInAnyWay) {
  for (const bool is_opened : {true, false}) {
    TestClient client(kBoth);
    client.opens("a");
    falls_back(client);
    if (is_opened)
      client.opens("a");
    else
      client.machine().start_attempt(client.now());
    client.advance(1min);
    EXPECT_THAT(client.events(), ElementsAre("closing server-unavailable: connack timeout"));
    pauses(client);
    client.opens("a");
    EXPECT_EQ(client.machine().version(), ProtocolVersion::V5_0);
  }
}

TEST(VersionFallback, IsNotNeededByAServerThatHasSpoken5_0) {
  TestClient client(kBoth);
  client.connects("a");
  EXPECT_EQ(client.machine().version(), ProtocolVersion::V5_0);
  pauses(client);
  client.opens("a");
  pauses(client);
  client.opens("a");
  EXPECT_EQ(client.machine().version(), ProtocolVersion::V5_0);
  client.gets_bytes(bytes("20 02 00 01"));
  client.events();
  falls_back(client);
}

TEST(VersionFallback, IsNoFallbackWhenTheTransportNeverOpenedOrTheServerIsSilentOrSaidSomething) {
  TestClient closed(kBoth), silent(kBoth), talking(kBoth), refusing(kBoth);
  closed.machine().start_attempt(closed.now());
  pauses(closed);
  silent.opens("a");
  silent.advance(1min);
  pauses(silent);
  talking.opens("a");
  talking.gets_bytes(bytes("20"));
  pauses(talking);
  refusing.opens("a");
  refusing.gets_bytes(bytes("20 03 00 87 00"));
  EXPECT_THAT(refusing.events(), ElementsAre("connack not-authorized", StartsWith("closing not-authorized")));
  pauses(refusing);
}

TEST(VersionFallback, HappensWithoutReconnectionTooButNotOnceStopped) {
  ClientOptions options = kBoth;
  options.reconnect.enabled = false;
  TestClient client(options), stopped(options);
  client.opens("a");
  falls_back(client);
  for (const bool is_refused : {true, false}) {
    stopped.opens("a");
    stopped.machine().stop_reconnecting();
    if (is_refused) stopped.gets_bytes(bytes("20 02 00 01"));
    stopped.loses_transport();
    stopped.events();
    stopped.advance(1h);
    EXPECT_THAT(stopped.events(), IsEmpty());
    EXPECT_FALSE(stopped.machine().falls_back());
  }
}

TEST(VersionFallback, IsNotForOthers) {
  TestClient client, older(kBoth);
  client.opens("a 5.0");
  client.gets_bytes(bytes("20 02 00 01"));
  EXPECT_THAT(client.events(), ElementsAre("connack unsupported-protocol-version", StartsWith("closing unsupported")));
  older.opens("a 3.1.1");
  older.gets_bytes(bytes("20 02 00 01"));
  EXPECT_THAT(older.events(), ElementsAre("connack unsupported-protocol-version", StartsWith("closing unsupported")));
  pauses(older);
}

}  // namespace
}  // namespace mqtt::test
