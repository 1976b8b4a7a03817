// What the server sends: messages, acknowledgements, and what it must not send.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/memory_journal.h"
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

std::string named(ProtocolVersion version) {
  return version == V3_1 ? "a 3.1" : version == V3_1_1 ? "a 3.1.1" : "a 5.0";
}

class ReceivingIn : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, ReceivingIn, each_version(), in_version);

TEST_P(ReceivingIn, AcknowledgesByQoSAndTellsEachMessageOnce_MQTT_4_3) {
  TestClient client;
  client.connects(named(GetParam()));
  client.gets("PUBLISH t '0'", "PUBLISH t '1' qos1 id1 retain", "PUBLISH t '2' qos2 id1");
  EXPECT_THAT(client.events(), ElementsAre("message t '0'", "message t '1' qos1 id1 retain", "message t '2' qos2 id1"));
  EXPECT_THAT(client.sent(), ElementsAre("PUBACK id1", "PUBREC id1"));
  client.gets("PUBLISH t '2' qos2 id1 dup");
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_THAT(client.sent(), ElementsAre("PUBREC id1"));
  client.gets("PUBREL id1", "PUBREL id1");
  EXPECT_THAT(client.sent(), ElementsAre("PUBCOMP id1", GetParam() == V5_0 ? "PUBCOMP id1 packet-identifier-not-found"
                                                                           : "PUBCOMP id1"));
  client.gets("PUBLISH t '3' qos2 id1");
  EXPECT_THAT(client.events(), ElementsAre("message t '3' qos2 id1"));
}

TEST_P(ReceivingIn, SlicingMakesNoDifference) {
  std::vector<std::uint8_t> stream;
  for (const char* line : {"CONNACK success", "PUBLISH t '0'", "PUBLISH t 'x'x300 qos1 id1",
                           "PUBLISH t 'y'x9000 qos2 id2", "PUBREL id2", "PUBACK id7", "PUBREC id7"}) {
    const auto packet = WrittenPacket(line, GetParam()).bytes();
    stream.insert(stream.end(), packet.begin(), packet.end());
  }
  std::vector<std::string> expected_events, expected_sent;
  for (const std::size_t slice :
       {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{50}, std::size_t{1'000}}) {
    TestClient client;
    client.slice_input(slice);
    client.opens(named(GetParam()));
    client.gets_bytes(stream);
    const auto events = client.events();
    const auto sent = client.sent();
    if (slice == 0) {
      expected_events = events;
      expected_sent = sent;
      EXPECT_EQ(events.size(), 4U);
      EXPECT_EQ(sent.size(), 5U);
    }
    EXPECT_EQ(events, expected_events) << slice;
    EXPECT_EQ(sent, expected_sent) << slice;
  }
}

TEST_P(ReceivingIn, RemembersQoS2AcrossTransports_MQTT_4_3_3) {
  TestClient client;
  client.connects(named(GetParam()) + " persistent");
  client.gets("PUBLISH t '2' qos2 id1");
  client.loses_transport();
  client.connects(named(GetParam()) + " persistent", "session-present");
  client.gets("PUBLISH t '2' qos2 id1 dup", "PUBREL id1");
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_THAT(client.sent(), ElementsAre("PUBREC id1", "PUBCOMP id1"));
}

TEST_P(ReceivingIn, ForgetsQoS2WithTheSession) {
  if (GetParam() == V3_1) return;  // which cannot say that the session is gone
  TestClient client;
  client.connects(named(GetParam()) + " persistent");
  client.gets("PUBLISH t '2' qos2 id1");
  client.loses_transport();
  client.connects(named(GetParam()) + " persistent");
  client.gets("PUBLISH t 'another' qos2 id1");
  EXPECT_THAT(client.events(), ElementsAre("message t 'another' qos2 id1"));
}

TEST(Receiving, GivesTheMessageWithItsProperties) {
  TestClient client;
  client.connects("a");
  constexpr const char* kMessage =
      "t 'x' qos1 id1 {payload_format_indicator=1 message_expiry_interval=30 content_type=text response_topic=r "
      "correlation_data=c subscription_identifier=1 subscription_identifier=2 user_property=k:v}";
  client.gets("PUBLISH " + std::string(kMessage));
  EXPECT_THAT(client.events(), ElementsAre("message " + std::string(kMessage)));
}

// --- limits that our CONNECT sets

TEST(Receiving, ResolvesAliasesWithinOurMaximum_MQTT_3_1_2_26) {
  TestClient client;
  client.connects("a {topic_alias_maximum=2}");
  client.gets("PUBLISH first '1' {topic_alias=1}", "PUBLISH second '2' {topic_alias=2}",
              "PUBLISH '' '3' {topic_alias=1}", "PUBLISH '' '4' {topic_alias=2}");
  EXPECT_THAT(client.events(), ElementsAre("message first '1' {topic_alias=1}", "message second '2' {topic_alias=2}",
                                           "message first '3' {topic_alias=1}", "message second '4' {topic_alias=2}"));
  client.gets("PUBLISH t 'x' {topic_alias=3}");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing topic-alias-invalid")));
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT topic-alias-invalid"));
}

TEST(Receiving, ForgetsAliasesWithTheTransport) {
  TestClient client;
  client.connects("a persistent {topic_alias_maximum=2}");
  client.gets("PUBLISH first '1' {topic_alias=1}");
  client.loses_transport();
  client.connects("a persistent {topic_alias_maximum=2}", "session-present");
  client.gets("PUBLISH '' '3' {topic_alias=1}");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error")));
}

TEST(Receiving, RefusesMoreQoS2ThanOurReceiveMaximum_MQTT_3_3_4_9) {
  TestClient client;
  client.connects("a {receive_maximum=2}");
  client.gets("PUBLISH t '1' qos2 id1", "PUBLISH t '2' qos2 id2", "PUBLISH t '3' qos1 id3", "PUBREL id1",
              "PUBLISH t '4' qos2 id4");
  EXPECT_TRUE(client.machine().connected());
  client.sent();
  client.gets("PUBLISH t '5' qos2 id5");
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT receive-maximum-exceeded"));
  EXPECT_TRUE(client.wants_close());
}

TEST(Receiving, CountsOurReceiveMaximumFromTheBeginOfEachTransport) {
  TestClient client;
  client.connects("a persistent {receive_maximum=2}");
  client.gets("PUBLISH t '1' qos2 id1", "PUBLISH t '2' qos2 id2");
  client.loses_transport();
  client.connects("a persistent {receive_maximum=2}", "session-present");
  client.gets("PUBREL id1", "PUBLISH t '3' qos2 id3", "PUBLISH t '4' qos2 id4", "PUBREL id2");
  EXPECT_TRUE(client.machine().connected());
}

TEST(Receiving, RefusesLargerPacketsThanWeTake) {
  TestClient client;
  client.connects("a {maximum_packet_size=100}");
  client.gets("PUBLISH t 'x'x94");
  EXPECT_TRUE(client.machine().connected());
  client.gets("PUBLISH t 'x'x95");
  EXPECT_THAT(client.sent(), ElementsAre("DISCONNECT packet-too-large"));
}

// --- what breaks the protocol

TEST(Violation, OfTheServerEndsTheConnectionAndIsToldTo5_0) {
  for (const char* packet : {"C0 00", "82 06 0001 0001't' 00", "10 00", "20 03 00 00 00", "00 00", "30 06 0003'a/#' 00",
                             "36 05 0001't' 0001", "E0 01 FF", "D0 01 00", "40 01 00"}) {
    TestClient recent, usual;
    recent.connects("a 5.0");
    recent.gets_bytes(bytes(packet));
    EXPECT_THAT(recent.events(), ElementsAre(StartsWith("closing "))) << packet;
    EXPECT_THAT(recent.sent(), ElementsAre(StartsWith("DISCONNECT "))) << packet;
    EXPECT_TRUE(recent.wants_close());
    usual.connects("a 3.1.1");
    usual.gets_bytes(bytes(packet));
    EXPECT_THAT(usual.events(), ElementsAre(StartsWith("closing "))) << packet;
    EXPECT_THAT(usual.sent(), IsEmpty()) << packet;
  }
}

TEST(Violation, BeforeTheConnackIsNotAnswered) {
  for (const char* packet : {"30 04 0001't' 00", "D0 00", "E0 00", "20 02 02 00", "00"}) {
    TestClient client;
    client.opens("a 5.0");
    client.sent();
    client.gets_bytes(bytes(packet));
    EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing "))) << packet;
    EXPECT_THAT(client.sent(), IsEmpty()) << packet;
  }
}

TEST(Violation, IsADisconnectOrAuthBefore5_0) {
  for (const char* packet : {"E0 00", "F0 00"}) {
    TestClient client;
    client.connects("a 3.1.1");
    client.gets_bytes(bytes(packet));
    EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error"))) << packet;
  }
}

TEST(Violation, IsASessionThatWeAskedToDrop_MQTT_3_2_2_4) {
  TestClient client;
  client.opens("a");
  client.gets("CONNACK success session-present");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error")));
  EXPECT_FALSE(client.machine().connected());
}

TEST(Violation, IsTheLastThatIsListenedTo) {
  TestClient client;
  client.connects("a");
  client.gets_bytes(bytes("00 30 05 0001't' 00 'x'"));
  client.gets("PUBLISH t 'x'");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing ")));
}

TEST(Violation, IsAnAcknowledgementOfTheWrongKind) {
  for (const auto& [publish, response] :
       std::initializer_list<std::pair<const char*, const char*>>{{"t 'x' qos1", "PUBREC id1"},
                                                                  {"t 'x' qos1", "PUBCOMP id1"},
                                                                  {"t 'x' qos2", "PUBACK id1"},
                                                                  {"t 'x' qos2", "PUBCOMP id1"}}) {
    TestClient client;
    client.connects("a");
    client.publishes(publish, 1);
    client.gets(response);
    EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error"))) << publish << response;
  }
}

class WithoutQoS2In : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, WithoutQoS2In, ::testing::Values(V3_1, V3_1_1), in_version);

TEST_P(WithoutQoS2In, APubackForAMessageOfQoS2IsItsAcknowledgementAndToldOncePerConnection) {
  MemoryJournal journal;
  TestClient client({}, &journal);
  ASSERT_TRUE(journal.restore_into(client.machine()));
  const std::string connect = named(GetParam()) + " persistent";
  client.connects(connect);
  client.publishes("t '1' qos2", 1);
  client.publishes("t '2' qos2", 2);
  client.publishes("t '3' qos2", 3);
  client.gets("PUBACK id1", "PUBACK id2");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("warning qos-not-supported: the server has no QoS 2"),
                                           "published 1 id1", "published 2 id2"));
  EXPECT_TRUE(client.machine().connected());
  EXPECT_EQ(client.machine().in_flight(), 1U);
  EXPECT_EQ(journal.count('1'), 1U);
  client.loses_transport();
  client.opens(connect);
  client.gets("CONNACK success" + std::string(GetParam() == V3_1 ? "" : " session-present"), "PUBACK id3");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("connack"), StartsWith("warning "), "published 3 id3"));
  EXPECT_EQ(journal.count('1'), 0U);
}

TEST_P(WithoutQoS2In, APubackBehindThePubrecIsStillAViolation) {
  TestClient client;
  client.connects(named(GetParam()));
  client.publishes("t '1' qos2", 1);
  client.gets("PUBREC id1", "PUBACK id1");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error")));
}

TEST(Violation, IsAPublishAcknowledgementForASubscribe) {
  for (const char* response : {"PUBACK id1", "PUBREC id1", "PUBCOMP id1"}) {
    TestClient client;
    client.connects("a");
    client.subscribes("t", 1);
    client.gets(response);
    EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error"))) << response;
    client.loses_transport();
    EXPECT_THAT(client.events(), ElementsAre("failed 1: Connection closed"));
  }
}

TEST(Violation, IsASubackWithTheWrongNumberOfCodes) {
  TestClient client;
  client.connects("a");
  client.subscribes("t, u", 1);
  client.gets("SUBACK id1 [0]");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("failed 1: a SUBACK"), StartsWith("closing protocol-error")));
  client.loses_transport();
  EXPECT_THAT(client.events(), IsEmpty());
}

TEST(Violation, IsAnUnsubackWithTheWrongNumberOfCodes) {
  TestClient client;
  client.connects("a");
  client.unsubscribes("t, u", 1);
  client.gets("UNSUBACK id1 [success]");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("failed 1: an UNSUBACK"), StartsWith("closing protocol-error")));
}

TEST(Answer, ToNothingIsPassedOver) {
  TestClient client;
  client.connects("a");
  client.publishes("t 'x' qos1", 1);
  client.sent();
  client.gets("SUBACK id9 [0]", "UNSUBACK id9 [success]", "PUBACK id9", "PUBCOMP id9", "SUBACK id1 [0]", "PINGRESP");
  EXPECT_THAT(client.events(), IsEmpty());
  client.gets("PUBREC id9");
  EXPECT_THAT(client.sent(), ElementsAre("PUBREL id9 packet-identifier-not-found"));
  EXPECT_TRUE(client.machine().connected());
}

// --- what the listener may trace

class Tracer : public ClientListener {
 public:
  void on_packet_received(const TracedPacket& packet) override { note("<", packet); }
  void on_packet_sent(const TracedPacket& packet) override { note(">", packet); }
  bool wants_trace() const override { return true; }
  std::vector<std::string> notes;

 private:
  void note(const std::string& direction, const TracedPacket& packet) {
    std::string note =
        direction + " " + std::string(packet_type_name(packet.type)) + " " + std::to_string(packet.bytes);
    if (packet.identifier != 0) note += " id" + std::to_string(packet.identifier);
    if (packet.publish != nullptr) {
      note += " '" + std::string(packet.publish->topic) + "' of " + std::to_string(packet.publish->payload.size());
    }
    notes.push_back(note);
  }
};

class Trace : public testing::Test {
 protected:
  void connect(ProtocolVersion version, const std::string& connack) {
    client.start_attempt(now);
    Connect connect{.version = version, .client_identifier = "a"};
    if (version == ProtocolVersion::V5_0) connect.properties.topic_alias_maximum = 1;
    ASSERT_TRUE(client.transport_opened(connect, now));
    client.receive(bytes(connack), now);
    tracer.notes.clear();
  }

  const Instant now{1h};
  Tracer tracer;
  Client client{{.maximum_automatic_topic_aliases = 1}, tracer};
};

TEST_F(Trace, NamesEveryPacketBothWays) {
  client.start_attempt(now);
  ASSERT_TRUE(client.transport_opened({.client_identifier = "a"}, now));
  client.receive(bytes("20 02 00 00"), now);
  ASSERT_TRUE(client.publish({.topic = "t", .payload = {}, .qos = QoS::AtLeastOnce}, 1, now));
  client.receive(bytes("40 02 0001 32 05 0001't' 0009"), now);
  client.disconnect({}, now);
  EXPECT_THAT(tracer.notes, ElementsAre("> CONNECT 15", "< CONNACK 4", "> PUBLISH 7 id1 't' of 0", "< PUBACK 4 id1",
                                        "< PUBLISH 7 id9 't' of 0", "> PUBACK 4 id9", "> DISCONNECT 2"));
}

TEST_F(Trace, CountsAPayloadThatIsSentFromWhereItLies) {
  connect(ProtocolVersion::V3_1_1, "20 02 00 00");
  const std::vector<std::uint8_t> large(100'000);
  ASSERT_TRUE(client.publish({.topic = "t", .payload = large, .qos = QoS::AtLeastOnce}, 1, now));
  EXPECT_THAT(tracer.notes, ElementsAre("> PUBLISH 100009 id1 't' of 100000"));
  EXPECT_EQ(client.output().size(), 15U + 100'009U);
}

TEST_F(Trace, SaysOfAPublishWhatItSays) {
  connect(ProtocolVersion::V5_0, "20 06 00 00 03 22 0001");
  ASSERT_TRUE(client.publish({.topic = "topic", .payload = {}}, 1, now));
  ASSERT_TRUE(client.publish({.topic = "topic", .payload = {}}, 1, now));
  client.receive(bytes("30 07 0001'r' 03 23 0001 30 06 0000 03 23 0001"), now);
  EXPECT_THAT(tracer.notes, ElementsAre("> PUBLISH 13 'topic' of 0", "> PUBLISH 8 '' of 0", "< PUBLISH 9 'r' of 0",
                                        "< PUBLISH 8 '' of 0"));
}

TEST_F(Trace, NamesAPublishThatCannotBeRead) {
  connect(ProtocolVersion::V3_1_1, "20 02 00 00");
  client.receive(bytes("30 03 0001'#'"), now);
  EXPECT_THAT(tracer.notes, Contains("< PUBLISH 5"));
}

}  // namespace
}  // namespace mqtt::test
