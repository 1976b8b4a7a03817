// CONNECT: who is let in, with which session, and how others are told no.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(Connect, IsAnsweredInItsVersion) {
  TestBroker broker;
  Peer old(broker, V3_1), usual(broker, V3_1_1), recent(broker, V5_0);
  old.sends("CONNECT a");
  usual.sends("CONNECT b");
  recent.sends("CONNECT c");
  EXPECT_THAT(old.received(), ElementsAre("CONNACK success"));
  EXPECT_THAT(usual.received(), ElementsAre("CONNACK success"));
  EXPECT_THAT(recent.received(), ElementsAre("CONNACK success {receive_maximum=1024 topic_alias_maximum=32}"));
  EXPECT_EQ(broker.statistics().connections, 3U);
}

TEST(Connect, IsAnsweredWithTheLimitsThatTheHostSet) {
  TestBroker broker({.maximum_packet_size = 5'000,
                     .receive_maximum = 65'535,
                     .topic_alias_maximum = 0,
                     .maximum_session_expiry_interval = 100});
  Peer peer(broker);
  peer.sends("CONNECT a {session_expiry_interval=101}");
  EXPECT_THAT(peer.received(), ElementsAre("CONNACK success {session_expiry_interval=100 maximum_packet_size=5000}"));
}

TEST(Connect, ComesFirstOrTheConnectionIsClosed_MQTT_3_1_0_1) {
  for (const char* line : {"PINGREQ", "PUBLISH a 'x'", "SUBSCRIBE id1 a", "DISCONNECT", "AUTH", "CONNACK success"}) {
    TestBroker broker;
    Peer peer(broker);
    peer.sends(line);
    EXPECT_TRUE(peer.is_closed()) << line;
    EXPECT_THAT(peer.received(), IsEmpty()) << line;
  }
}

TEST(Connect, ASecondTimeEndsTheConnection_MQTT_3_1_0_2) {
  TestBroker broker;
  Peer usual(broker, V3_1_1), recent(broker, V5_0);
  usual.connects("a");
  recent.connects("b");
  usual.sends("CONNECT a");
  recent.sends("CONNECT b");
  EXPECT_TRUE(usual.is_closed());
  EXPECT_TRUE(recent.is_closed());
  EXPECT_THAT(usual.received(), IsEmpty());
  EXPECT_THAT(recent.received(), ElementsAre(StartsWith("DISCONNECT protocol-error")));
}

TEST(Connect, ThatIsMalformedIsAnsweredIn5_0AndClosedBefore) {
  TestBroker broker;
  Peer usual(broker, V3_1_1), recent(broker, V5_0);
  usual.sends_bytes(bytes("10 0D 0004'MQTT' 04 03 003C 0001'a'"));  // the reserved connect flag
  recent.sends_bytes(bytes("10 0E 0004'MQTT' 05 03 003C 00 0001'a'"));
  EXPECT_TRUE(usual.is_closed());
  EXPECT_THAT(usual.received(), IsEmpty());
  EXPECT_TRUE(recent.is_closed());
  EXPECT_THAT(recent.received(), ElementsAre(StartsWith("CONNACK malformed-packet")));
}

TEST(Connect, OfALaterVersionThan5_0IsRefusedInTheFormOf5_0_MQTT_3_1_2_2) {
  TestBroker broker;
  Peer peer(broker, V5_0);
  peer.sends_bytes(bytes("10 0E 0004'MQTT' 06 02 003C 00 0001'a'"));
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK unsupported-protocol-version")));
  EXPECT_TRUE(peer.is_closed());
}

TEST(Connect, OfAnEarlierVersionThan3_1IsRefusedInTheFormOf3_1_1_MQTT_3_1_2_2) {
  for (const char* connect : {"10 0D 0004'MQTT' 03 02 003C 0001'a'", "10 0D 0004'MQTT' 00 02 003C 0001'a'",
                              "10 0F 0006'MQIsdp' 04 02 003C 0001'a'", "10 0F 0006'MQIsdp' 02 02 003C 0001'a'"}) {
    TestBroker broker;
    Peer peer(broker, V3_1_1);
    peer.sends_bytes(bytes(connect));
    EXPECT_THAT(peer.received(), ElementsAre("CONNACK unsupported-protocol-version")) << connect;
    EXPECT_TRUE(peer.is_closed()) << connect;
  }
}

TEST(Connect, OfAnotherProtocolIsClosedWithoutAnAnswer_MQTT_3_1_2_1) {
  for (const char* connect : {"10 0D 0004'MQTX' 04 02 003C 0001'a'", "'GET / HTTP/1.1'", "00", "10 00", "F0 00"}) {
    TestBroker broker;
    Peer peer(broker, V3_1_1);
    peer.sends_bytes(bytes(connect));
    EXPECT_THAT(peer.received(), IsEmpty()) << connect;
    EXPECT_TRUE(peer.is_closed()) << connect;
  }
}

TEST(Connect, WithAnAuthenticationMethodIsRefused) {
  TestBroker broker;
  Peer peer(broker);
  peer.sends("CONNECT a {authentication_method=SCRAM}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK bad-authentication-method")));
  EXPECT_TRUE(peer.is_closed());
}

TEST(Connect, OfMoreThanAMebibyteIsNotWaitedFor) {
  TestBroker broker;
  Peer peer(broker);
  peer.sends_bytes(bytes("10 FF FF 7F"));
  EXPECT_TRUE(peer.is_closed());
  Peer later(broker);
  later.connects("a");
  later.sends("PUBLISH t 'x'x2000000");
  EXPECT_FALSE(later.is_closed()) << "the limit is the CONNECT's alone";
  EXPECT_EQ(broker.statistics().publishes_received, 1U);
}

TEST(Connect, ThatIsRefusedHasNoReasonStringTooLongForIt_MQTT_3_2_2_19) {
  TestBroker broker;
  Peer peer(broker);
  peer.sends("CONNECT a {authentication_method=x maximum_packet_size=20}");
  EXPECT_THAT(peer.received(), ElementsAre("CONNACK bad-authentication-method"));
}

TEST(Connect, TooSmallForItsOwnConnackIsClosed_MQTT_3_1_2_24) {
  TestBroker broker;
  Peer peer(broker);
  peer.sends("CONNECT a {maximum_packet_size=10}");
  EXPECT_THAT(peer.received(), IsEmpty());
  EXPECT_TRUE(peer.is_closed());
  EXPECT_EQ(broker.statistics().connections, 0U);
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

// --- client identifiers

TEST(ClientIdentifier, ThatIsEmptyIsRefusedBy3_1) {
  TestBroker broker;
  Peer peer(broker, V3_1);
  peer.sends("CONNECT ''");
  EXPECT_THAT(peer.received(), ElementsAre("CONNACK client-identifier-not-valid"));
  EXPECT_TRUE(peer.is_closed());
}

TEST(ClientIdentifier, ThatIsEmptyGoesWithCleanSessionOnlyIn3_1_1_MQTT_3_1_3_8) {
  TestBroker broker;
  Peer persistent(broker, V3_1_1), clean(broker, V3_1_1);
  persistent.sends("CONNECT '' persistent");
  EXPECT_THAT(persistent.received(), ElementsAre("CONNACK client-identifier-not-valid"));
  EXPECT_TRUE(persistent.is_closed());
  clean.connects("''");
  EXPECT_FALSE(clean.is_closed());
}

TEST(ClientIdentifier, ThatIsEmptyIsAssignedIn5_0_MQTT_3_1_3_7_MQTT_3_2_2_16) {
  TestBroker broker({.random_seed = 7});
  Peer first(broker), second(broker);
  first.sends("CONNECT '' persistent {session_expiry_interval=60}");
  second.sends("CONNECT ''");
  const std::string connack = first.received().at(0);
  const std::string other = second.received().at(0);
  const auto assigned = [](const std::string& line) {
    const std::size_t begin = line.find("assigned_client_identifier=") + 27;
    return line.substr(begin, line.find(' ', begin) - begin);
  };
  EXPECT_THAT(assigned(connack), StartsWith("auto-"));
  EXPECT_NE(assigned(connack), assigned(other));
  // The client may come back under it.
  first.is_lost();
  Peer again(broker);
  again.sends("CONNECT " + assigned(connack) + " persistent");
  EXPECT_THAT(again.received(), ElementsAre(StartsWith("CONNACK success session-present")));
}

TEST(ClientIdentifier, AssignedDependsOnTheSeed) {
  std::vector<std::string> connacks;
  for (const std::uint64_t seed : {1U, 2U, 2U}) {
    TestBroker broker({.random_seed = seed});
    Peer peer(broker);
    peer.sends("CONNECT ''");
    connacks.push_back(peer.received().at(0));
  }
  EXPECT_NE(connacks[0], connacks[1]);
  EXPECT_EQ(connacks[1], connacks[2]);
}

// --- sessions

class SessionOf : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, SessionOf, each_version(), in_version);

std::string persistent(ProtocolVersion version, const std::string& name) {
  return name + " persistent" + (version == V5_0 ? " {session_expiry_interval=100}" : "");
}

TEST_P(SessionOf, APersistentClientIsThereWhenItComesBack_MQTT_3_1_2_4) {
  TestBroker broker;
  {
    Peer peer(broker, GetParam());
    peer.connects(persistent(GetParam(), "a"));
    peer.subscribes("t qos1");
  }
  EXPECT_EQ(broker.statistics().sessions, 1U);
  EXPECT_EQ(broker.statistics().connections, 0U);
  ASSERT_TRUE(broker.publishes("t 'x' qos1"));
  Peer again(broker, GetParam());
  again.sends("CONNECT " + persistent(GetParam(), "a"));
  // 3.1 has no session present flag.
  const std::string connack = GetParam() == V3_1 ? "CONNACK success" : "CONNACK success session-present";
  EXPECT_THAT(again.received(), ElementsAre(StartsWith(connack), "PUBLISH t 'x' qos1 id1"));
}

TEST_P(SessionOf, ACleanClientEndsWithItsConnection_MQTT_3_1_2_6) {
  TestBroker broker;
  {
    Peer peer(broker, GetParam());
    peer.connects("a");
    peer.subscribes("t qos1");
    EXPECT_EQ(broker.statistics().subscriptions, 1U);
  }
  EXPECT_EQ(broker.statistics().sessions, 0U);
  EXPECT_EQ(broker.statistics().subscriptions, 0U);
}

TEST_P(SessionOf, APersistentClientIsDroppedWhenItComesBackClean_MQTT_3_1_2_4) {
  TestBroker broker;
  {
    Peer peer(broker, GetParam());
    peer.connects(persistent(GetParam(), "a"));
    peer.subscribes("t qos1");
  }
  ASSERT_TRUE(broker.publishes("t 'x' qos1"));
  Peer again(broker, GetParam());
  again.connects("a");
  ASSERT_TRUE(broker.publishes("t 'y' qos1"));
  EXPECT_THAT(again.received(), IsEmpty());
}

TEST(Session, OfCleanStartFalseIsNotPresentTheFirstTime_MQTT_3_2_2_3) {
  TestBroker broker;
  Peer peer(broker, V3_1_1);
  peer.sends("CONNECT a persistent");
  EXPECT_THAT(peer.received(), ElementsAre("CONNACK success"));
}

TEST(Session, ExpiresAfterItsIntervalAndNotBefore) {
  TestBroker broker;
  for (const auto& [away, connack] : std::initializer_list<std::pair<Duration, const char*>>{
           {100s - 1ms, "CONNACK success session-present"}, {100s, "CONNACK success {"}}) {
    Peer(broker).connects("a persistent {session_expiry_interval=100}");
    broker.advance(away);
    Peer again(broker);
    again.sends("CONNECT a persistent {session_expiry_interval=100}");
    EXPECT_THAT(again.received(), ElementsAre(StartsWith(connack)));
    again.sends("DISCONNECT");
    broker.advance(200s);
    EXPECT_EQ(broker.statistics().sessions, 0U);
  }
}

TEST(Session, WhoseTimeHasComeIsNotResumedEvenIfNobodyCalledAdvance) {
  Broker broker{BrokerOptions{}};
  const auto connect = bytes("10 13 0004'MQTT' 05 00 0000 05 11 0000000A 0001'a'");
  const ConnectionId first = broker.open(Instant(0s));
  broker.receive(first, connect, Instant(0s));
  broker.closed(first, Instant(0s));
  const ConnectionId second = broker.open(Instant(10s));
  broker.receive(second, connect, Instant(10s));
  Bytes output;
  ASSERT_EQ(broker.output(second).gather({&output, 1}), 1U);
  EXPECT_EQ(output[2], 0) << "session present";
}

TEST(Session, NeverExpiresWithTheLargestInterval) {
  TestBroker broker;
  Peer(broker).connects("a persistent {session_expiry_interval=4294967295}");
  broker.advance(24h * 365 * 200);
  EXPECT_EQ(broker.statistics().sessions, 1U);
}

TEST(Session, OfAnOlderClientExpiresAfterTheHostsMaximum) {
  TestBroker broker({.maximum_session_expiry_interval = 10});
  Peer(broker, V3_1_1).connects("a persistent");
  broker.advance(10s - 1ms);
  EXPECT_EQ(broker.statistics().sessions, 1U);
  broker.advance(1ms);
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

TEST(Session, OutlivesItsIntervalWhileItsClientIsThere) {
  TestBroker broker;
  {
    Peer(broker).connects("a persistent {session_expiry_interval=10}");
  }
  broker.advance(5s);
  Peer peer(broker);
  peer.connects("a persistent {session_expiry_interval=10}");
  broker.advance(1h);
  EXPECT_EQ(broker.statistics().sessions, 1U);
  peer.is_lost();
  broker.advance(10s);
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

TEST(Session, ThatComesAndGoesKeepsNothingForDeadlinesThatPassed) {
  // Far-off deadlines of connections and sessions that are gone are swept out; only their effect can be seen here.
  TestBroker broker;
  for (int i = 0; i < 2'000; ++i)
    Peer(broker).connects("a persistent keep_alive=60000 {session_expiry_interval=1000000}");
  EXPECT_EQ(broker.statistics().sessions, 1U);
  broker.advance(1'000'000s - 1ms);
  EXPECT_EQ(broker.statistics().sessions, 1U);
  broker.advance(1ms);
  EXPECT_EQ(broker.statistics().sessions, 0U);
}

// --- takeover

TEST(Takeover, TellsTheOldConnectionAndKeepsTheSession_MQTT_3_1_4_3) {
  TestBroker broker;
  Peer old(broker), recent(broker);
  old.connects("a persistent {session_expiry_interval=100}");
  old.subscribes("t qos1");
  recent.sends("CONNECT a persistent {session_expiry_interval=100}");
  EXPECT_THAT(old.received(), ElementsAre(StartsWith("DISCONNECT session-taken-over")));
  EXPECT_TRUE(old.is_closed());
  EXPECT_THAT(recent.received(), ElementsAre(StartsWith("CONNACK success session-present")));
  ASSERT_TRUE(broker.publishes("t 'x'"));
  EXPECT_THAT(recent.received(), ElementsAre("PUBLISH t 'x'"));
  EXPECT_EQ(broker.statistics().connections, 1U);
}

TEST(Takeover, WithCleanStartDropsTheSession) {
  TestBroker broker;
  Peer old(broker), recent(broker);
  old.connects("a persistent {session_expiry_interval=100}");
  old.subscribes("t qos1");
  recent.connects("a");
  EXPECT_TRUE(old.is_closed());
  EXPECT_EQ(broker.statistics().subscriptions, 0U);
  EXPECT_EQ(broker.statistics().sessions, 1U);
}

TEST(Takeover, OfASessionThatEndsWithItsConnectionBeginsANewOne) {
  TestBroker broker;
  Peer old(broker, V3_1_1), recent(broker, V3_1_1);
  old.connects("a");
  recent.sends("CONNECT a persistent");
  EXPECT_TRUE(old.is_closed());
  EXPECT_THAT(old.received(), IsEmpty()) << "3.1.1 has no DISCONNECT from the server";
  EXPECT_THAT(recent.received(), ElementsAre("CONNACK success"));
}

struct TakeoverOfAWill {
  const char* old_client;
  const char* new_client;
  bool published;
};

TEST(Takeover, PublishesTheWillUnlessItsDelayOutlastsTheHandover) {
  const TakeoverOfAWill cases[] = {
      // No delay: at the close of the old connection, whatever the new one asks for.
      {"a persistent will(w 'bye') {session_expiry_interval=100}", "a persistent", true},
      {"a persistent will(w 'bye') {session_expiry_interval=100}", "a", true},
      // Delayed: not if the session goes on, at once if it ends.
      {"a persistent will(w 'bye' {will_delay_interval=10}) {session_expiry_interval=100}", "a persistent", false},
      {"a persistent will(w 'bye' {will_delay_interval=10}) {session_expiry_interval=100}", "a", true},
      {"a will(w 'bye' {will_delay_interval=10})", "a persistent", true},
  };
  for (const TakeoverOfAWill& takeover : cases) {
    TestBroker broker;
    Peer watcher(broker), old(broker), recent(broker);
    watcher.connects("watcher");
    watcher.subscribes("w");
    old.connects(takeover.old_client);
    recent.connects(takeover.new_client);
    if (takeover.published) {
      EXPECT_THAT(watcher.received(), ElementsAre("PUBLISH w 'bye'")) << takeover.old_client << takeover.new_client;
    }
    broker.advance(1h);
    EXPECT_THAT(watcher.received(), IsEmpty()) << takeover.old_client << takeover.new_client;
  }
}

TEST(Takeover, DeliversTheOldConnectionsWillToTheClientItself) {
  TestBroker broker;
  Peer old(broker), recent(broker);
  old.connects("a persistent will(w 'bye' qos1) {session_expiry_interval=100}");
  old.subscribes("w qos1");
  recent.connects("a persistent");
  EXPECT_THAT(recent.received(), ElementsAre("PUBLISH w 'bye' qos1 id1"));
}

}  // namespace
}  // namespace mqtt::test
