// Which client identifiers the broker takes, and that a session belongs to exactly one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mqtt/codec/encode.h"
#include "support/bytes.h"
#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class IdentifiersIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, IdentifiersIn, each_version(), in_version);

TEST_P(IdentifiersIn, OfOneTo23LettersAndDigitsAreTaken_MQTT_3_1_3_5) {
  const std::string allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  TestBroker broker;
  for (std::size_t length = 1; length <= 23; ++length) {
    for (std::size_t begin = 0; begin + length <= allowed.size(); begin += length) {
      Peer peer(broker, GetParam());
      peer.sends("CONNECT " + allowed.substr(begin, length));
      EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK success"))) << allowed.substr(begin, length);
    }
  }
}

// 3.1 allows at most 23 characters, the later versions leave more to the server.
TEST_P(IdentifiersIn, MayBeLongerAndOfAnyCharacters) {
  TestBroker broker;
  for (const std::string& identifier :
       {std::string(24, 'a'), std::string(65'535, 'a'), std::string("Küche/+/#$"), std::string("\xEF\xBB\xBF")}) {
    Peer peer(broker, GetParam());
    Connect connect{.version = GetParam(), .client_identifier = identifier};
    ByteBuffer bytes;
    encode(connect, bytes);
    peer.sends_bytes(bytes.view());
    EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK success"))) << identifier.size();
  }
}

TEST_P(IdentifiersIn, ThatDifferInOneByteNameDifferentSessions_MQTT_3_1_3_2) {
  TestBroker broker;
  const std::string properties = GetParam() == V5_0 ? " {session_expiry_interval=100}" : "";
  {
    Peer(broker, GetParam()).connects("device persistent" + properties);
  }
  for (const char* other : {"Device", "devicE", "device1", "devic", "evice"}) {
    Peer peer(broker, GetParam());
    peer.sends("CONNECT " + std::string(other) + " persistent" + properties);
    EXPECT_THAT(peer.received(), ElementsAre(Not(HasSubstr("session-present")))) << other;
  }
  EXPECT_EQ(broker.statistics().sessions, 6U);
}

TEST_P(IdentifiersIn, OfTheHostsOwnClientsAreForNobodyElse) {
  TestBroker broker;
  const ConnectionId own = broker.machine().open(broker.now(), Origin::Host);
  ByteBuffer connect;
  encode(Connect{.version = GetParam(), .client_identifier = "$bridge", .will = {}, .user_name = {}, .password = {}},
         connect);
  broker.machine().receive(own, connect.view(), broker.now());
  EXPECT_FALSE(broker.machine().should_close(own));
  for (const char* name : {"$bridge", "$bridge/2"}) {
    Peer other(broker, GetParam());
    other.sends("CONNECT " + std::string(name));
    EXPECT_THAT(other.received(), ElementsAre(StartsWith("CONNACK client-identifier-not-valid"))) << name;
    EXPECT_TRUE(other.is_closed());
  }
  EXPECT_EQ(broker.statistics().connections, 1U);
}

// --- whether the client's session was there

class SessionPresentIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, SessionPresentIn, each_version(), in_version);

TEST_P(SessionPresentIn, IsNotSaidAfterACleanStart_MQTT_3_2_2_2) {
  TestBroker broker;
  {
    Peer(broker, GetParam())
        .connects("a persistent" + std::string(GetParam() == V5_0 ? " {session_expiry_interval=100}" : ""));
  }
  EXPECT_EQ(broker.statistics().sessions, 1U);
  Peer again(broker, GetParam());
  again.sends("CONNECT a");
  const auto received = again.received();
  EXPECT_THAT(received, ElementsAre(StartsWith("CONNACK success")));
  EXPECT_THAT(received, ElementsAre(Not(HasSubstr("session-present"))));
}

TEST(SessionPresent, IsNotSaidWithARefusal_MQTT_3_2_2_6) {
  TestBroker broker;
  {
    Peer(broker).connects("a persistent {session_expiry_interval=100}");
  }
  Peer again(broker);
  again.sends("CONNECT a persistent {authentication_method=unknown}");
  const auto received = again.received();
  EXPECT_THAT(received, ElementsAre(StartsWith("CONNACK bad-authentication-method")));
  EXPECT_THAT(received, ElementsAre(Not(HasSubstr("session-present"))));
  EXPECT_TRUE(again.is_closed());
}

}  // namespace
}  // namespace mqtt::test
