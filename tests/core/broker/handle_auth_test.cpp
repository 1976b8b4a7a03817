// The host's decisions: who may connect, by which exchange of AUTH packets, and what a client may publish and read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "support/describe.h"
#include "support/test_broker.h"
#include "support/versions.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::uint8_t> data(std::string_view text) {
  return {text.begin(), text.end()};
}

// Answers what the test put down for it, in order; nothing put down means "later".
class Authority : public BrokerAuthority {
 public:
  std::optional<Verdict> on_connect(ConnectionId, const Connect& connect) override {
    asked.push_back(describe(connect));
    return next();
  }
  std::optional<Verdict> on_auth(ConnectionId, const Auth& auth) override {
    asked.push_back(describe(auth));
    return next();
  }
  Permission may_subscribe(ConnectionId, std::string_view client, const SubscribeEntry& entry) override {
    return {entry.topic_filter.starts_with(client) ? ReasonCode::Success : ReasonCode::NotAuthorized};
  }
  Permission may_publish(ConnectionId, std::string_view client, const Publish& publish) override {
    return {publish.topic.starts_with(client) ? ReasonCode::Success : ReasonCode::NotAuthorized};
  }
  bool decides_publishes() const override { return true; }

  std::deque<Verdict> verdicts;
  std::vector<std::string> asked;

 private:
  std::optional<Verdict> next() {
    if (verdicts.empty()) return std::nullopt;
    const Verdict verdict = verdicts.front();
    verdicts.pop_front();
    return verdict;
  }
};

class Decided : public testing::Test {
 protected:
  Authority authority;
  TestBroker broker{{}, nullptr, &authority};
};

TEST_F(Decided, AConnectIsAcceptedWhenTheHostSaysSo) {
  authority.verdicts = {Verdict{}};
  Peer peer(broker);
  peer.sends("CONNECT a user=u password=p");
  EXPECT_THAT(authority.asked, ElementsAre("CONNECT a 5.0 user=u password=p"));
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK success")));
}

TEST_F(Decided, ARefusalIsToldInTheClientsVersion) {
  const Verdict refusal{.reason = ReasonCode::BadUserNameOrPassword, .reason_string = "who are you?"};
  authority.verdicts = {refusal, refusal, refusal};
  Peer recent(broker, V5_0), usual(broker, V3_1_1), quiet(broker, V5_0);
  recent.sends("CONNECT a");
  usual.sends("CONNECT b");
  quiet.sends("CONNECT c {request_problem_information=0}");
  EXPECT_THAT(recent.received(), ElementsAre("CONNACK bad-user-name-or-password {reason_string='who are you?'}"));
  EXPECT_THAT(usual.received(), ElementsAre("CONNACK bad-user-name-or-password"));
  EXPECT_THAT(quiet.received(), ElementsAre("CONNACK bad-user-name-or-password"));
  for (Peer* peer : {&recent, &usual, &quiet})
    EXPECT_TRUE(peer->is_closed());
  EXPECT_EQ(broker.statistics().connections, 0U);
}

TEST_F(Decided, AClientCanBeSentToAnotherServer_MQTT5_4_13) {
  authority.verdicts = {{.reason = ReasonCode::UseAnotherServer, .server_reference = "other:1883"}, Verdict{}};
  Peer refused(broker), moved(broker);
  refused.sends("CONNECT a");
  EXPECT_THAT(refused.received(), ElementsAre(HasSubstr("server_reference=other:1883")));
  moved.connects("b");
  broker.disconnects(moved, "server-moved {server_reference=elsewhere:1}");
  EXPECT_THAT(moved.received(), ElementsAre(HasSubstr("server_reference=elsewhere:1")));
  EXPECT_TRUE(moved.is_closed());
}

TEST_F(Decided, InputIsHeldUntilTheHostHasDecided) {
  Peer peer(broker, V3_1_1);
  peer.sends("CONNECT a", "SUBSCRIBE id1 a/t", "PUBLISH a/t 'x'", "PINGREQ");
  EXPECT_THAT(peer.received(), IsEmpty());
  Peer other(broker);
  authority.verdicts = {Verdict{}};
  other.connects("other");
  broker.decides(peer, {});
  EXPECT_THAT(peer.received(), ElementsAre("CONNACK success", "SUBACK id1 [0]", "PUBLISH a/t 'x'", "PINGRESP"));
}

TEST_F(Decided, ALateAnswerToAConnectionThatIsGoneIsIgnored) {
  Peer peer(broker);
  peer.sends("CONNECT a");
  broker.advance(10s);  // the time it has to connect
  EXPECT_TRUE(peer.is_closed());
  broker.decides(peer, {});
  Peer decided(broker);
  authority.verdicts = {Verdict{}};
  decided.connects("b");
  broker.decides(decided, {.reason = ReasonCode::NotAuthorized});
  EXPECT_FALSE(decided.is_closed());
}

TEST_F(Decided, ALateAnswerToAConnectionThatIsBeingClosedIsIgnored) {
  for (const Verdict& late : {Verdict{}, Verdict{.reason = ReasonCode::NotAuthorized}}) {
    Broker& machine = broker.machine();
    const ConnectionId id = machine.open(broker.now());
    machine.receive(id, WrittenPacket("CONNECT a", V3_1_1).bytes(), broker.now());
    machine.advance(broker.now() + 10s);
    ASSERT_TRUE(machine.should_close(id));
    machine.decide(id, late, broker.now() + 10s);
    EXPECT_TRUE(machine.output(id).empty());
    machine.closed(id, broker.now() + 10s);
  }
}

TEST_F(Decided, AClientThatSendsOnAndOnBeforeTheDecisionIsClosed) {
  Peer peer(broker, V3_1_1);
  peer.sends("CONNECT a");
  for (int i = 0; i < 100 && !peer.is_closed(); ++i)
    peer.sends("PUBLISH a 'x'x20000");
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(Decided, AnExchangeOfAuthPacketsComesBeforeTheConnack_MQTT_4_12) {
  authority.verdicts = {{.reason = ReasonCode::ContinueAuthentication, .authentication_data = data("who?")},
                        {.reason = ReasonCode::ContinueAuthentication, .authentication_data = data("really?")},
                        {.authentication_data = data("welcome")}};
  Peer peer(broker);
  peer.sends("CONNECT a {authentication_method=SCRAM authentication_data=hello}");
  EXPECT_THAT(peer.received(),
              ElementsAre("AUTH continue-authentication {authentication_method=SCRAM authentication_data=who?}"));
  peer.sends("AUTH continue-authentication {authentication_method=SCRAM authentication_data=me}");
  EXPECT_THAT(peer.received(),
              ElementsAre("AUTH continue-authentication {authentication_method=SCRAM authentication_data=really?}"));
  EXPECT_EQ(broker.statistics().connections, 0U);
  peer.sends("AUTH continue-authentication {authentication_method=SCRAM authentication_data=yes}");
  EXPECT_THAT(peer.received(),
              ElementsAre(testing::AllOf(StartsWith("CONNACK success"), HasSubstr("authentication_method=SCRAM"),
                                         HasSubstr("authentication_data=welcome"))));
  EXPECT_EQ(broker.statistics().connections, 1U);
}

TEST_F(Decided, AnExchangeCanFail_MQTT_4_12_0_1) {
  authority.verdicts = {{.reason = ReasonCode::ContinueAuthentication}, {.reason = ReasonCode::NotAuthorized}};
  Peer peer(broker);
  peer.sends("CONNECT a {authentication_method=M}");
  peer.sends("AUTH continue-authentication {authentication_method=M}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("AUTH"), StartsWith("CONNACK not-authorized")));
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(Decided, NothingElseComesBetweenConnectAndConnack_MQTT_3_1_2_30) {
  for (const char* line : {"PUBLISH a 'x'", "CONNECT a {authentication_method=M}", "PINGREQ", "SUBSCRIBE id1 a",
                           "AUTH continue-authentication {authentication_method=other}",
                           "AUTH re-authenticate {authentication_method=M}"}) {
    authority.verdicts = {{.reason = ReasonCode::ContinueAuthentication}, Verdict{}};
    Peer peer(broker);
    peer.sends("CONNECT a {authentication_method=M}");
    peer.received();
    peer.sends(line);
    EXPECT_TRUE(peer.is_closed()) << line;
  }
  authority.verdicts = {{.reason = ReasonCode::ContinueAuthentication}};
  Peer peer(broker);
  peer.sends("CONNECT a {authentication_method=M}");
  peer.sends("DISCONNECT {session_expiry_interval=5}");
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(Decided, AClientCanAuthenticateAgain_MQTT_4_12_1) {
  authority.verdicts = {Verdict{},
                        {.reason = ReasonCode::ContinueAuthentication, .authentication_data = data("again?")},
                        {.authentication_data = data("fine")},
                        {.reason = ReasonCode::NotAuthorized}};
  Peer peer(broker);
  peer.connects("a {authentication_method=M}");
  peer.sends("AUTH re-authenticate {authentication_method=M authentication_data=hi}");
  peer.sends("PINGREQ");
  peer.sends("AUTH continue-authentication {authentication_method=M}");
  EXPECT_THAT(peer.received(),
              ElementsAre("AUTH continue-authentication {authentication_method=M authentication_data=again?}",
                          "PINGRESP", "AUTH {authentication_method=M authentication_data=fine}"));
  peer.sends("AUTH re-authenticate {authentication_method=M}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT not-authorized")));
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(Decided, AuthenticatingAgainByAnotherMethodEndsTheConnection_MQTT_4_12_1_1) {
  authority.verdicts = {Verdict{}};
  Peer peer(broker);
  peer.connects("a {authentication_method=M}");
  peer.sends("AUTH re-authenticate {authentication_method=N}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT protocol-error")));
}

TEST_F(Decided, AuthWithoutAMethodInConnectEndsTheConnection_MQTT_4_12_0_6) {
  authority.verdicts = {Verdict{}};
  Peer peer(broker);
  peer.connects("a");
  peer.sends("AUTH re-authenticate {authentication_method=M}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("DISCONNECT protocol-error")));
}

TEST_F(Decided, SubscriptionsAreAnsweredOneByOne) {
  authority.verdicts = {Verdict{}, Verdict{}};
  Peer recent(broker), usual(broker, V3_1_1);
  recent.connects("a");
  usual.connects("b");
  recent.sends("SUBSCRIBE id1 a/x qos1, b/x");
  usual.sends("SUBSCRIBE id1 a/x, b/x qos1");
  EXPECT_THAT(recent.received(), ElementsAre(StartsWith("SUBACK id1 [1 not-authorized]")));
  EXPECT_THAT(usual.received(), ElementsAre("SUBACK id1 [unspecified-error 1]"));
}

TEST_F(Decided, ARefusedPublishIsAcknowledgedAsSuch) {
  authority.verdicts = {Verdict{}, Verdict{}, Verdict{}};
  Peer recent(broker), usual(broker, V3_1_1), reader(broker);
  reader.connects("x");
  reader.subscribes("x/#");
  recent.connects("a");
  usual.connects("b");
  recent.sends("PUBLISH x 'x'", "PUBLISH x 'x' qos1 id1", "PUBLISH x 'x' qos2 id2", "PUBLISH a 'x' qos1 id3");
  EXPECT_THAT(recent.received(),
              ElementsAre(StartsWith("PUBACK id1 not-authorized"), StartsWith("PUBREC id2 not-authorized"),
                          StartsWith("PUBACK id3 no-matching-subscribers")));
  usual.sends("PUBLISH x 'x' qos1 id1", "PUBLISH x 'x' qos2 id2", "PUBREL id2");
  EXPECT_THAT(usual.received(), ElementsAre("PUBACK id1", "PUBREC id2", "PUBCOMP id2"));
  EXPECT_THAT(reader.received(), IsEmpty());
  EXPECT_EQ(broker.statistics().publishes_dropped, 5U);
}

TEST_F(Decided, AWillThatMayNotBePublishedRefusesTheConnect) {
  authority.verdicts = {Verdict{}, Verdict{}};
  Peer refused(broker), welcome(broker);
  refused.sends("CONNECT a will(b/gone 'x')");
  EXPECT_THAT(refused.received(), ElementsAre(StartsWith("CONNACK not-authorized")));
  welcome.sends("CONNECT a will(a/gone 'x')");
  EXPECT_THAT(welcome.received(), ElementsAre(StartsWith("CONNACK success")));
}

TEST(Authentication, ByAMethodIsUnknownToABrokerWithoutAnAuthority) {
  TestBroker broker;
  Peer peer(broker);
  peer.sends("CONNECT a {authentication_method=SCRAM}");
  EXPECT_THAT(peer.received(), ElementsAre(StartsWith("CONNACK bad-authentication-method")));
}

}  // namespace
}  // namespace mqtt::test
