// AUTH: what the application may send, what the server may, and when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_client.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(OutgoingAuth, IsNotForAConnectWithoutAMethod_MQTT_4_12_0_7) {
  TestClient client;
  client.opens("a 5.0");
  client.sent();
  EXPECT_THAT(client.authenticates("continue-authentication {authentication_method=m}"), HasSubstr("in CONNECT"));
  client.gets("CONNACK success");
  EXPECT_THAT(client.authenticates("re-authenticate {authentication_method=m}"), HasSubstr("in CONNECT"));
  EXPECT_THAT(client.sent(), IsEmpty());
}

TEST(OutgoingAuth, ContinuesBeforeTheConnackAndMayBeginAgainAfterIt_MQTT_4_12_0_3) {
  TestClient client;
  client.opens("a 5.0 {authentication_method=m}");
  client.sent();
  for (const char* line : {"success", "re-authenticate"})
    EXPECT_THAT(client.authenticates(line), HasSubstr("continues")) << line;
  EXPECT_EQ(client.authenticates("continue-authentication"), "");
  client.gets("CONNACK success {authentication_method=m}");
  EXPECT_THAT(client.authenticates("success"), HasSubstr("continues"));
  EXPECT_EQ(client.authenticates("re-authenticate"), "");
  EXPECT_EQ(client.authenticates("continue-authentication"), "");
  EXPECT_THAT(client.sent(), ElementsAre("AUTH continue-authentication {authentication_method=m}",
                                         "AUTH re-authenticate {authentication_method=m}",
                                         "AUTH continue-authentication {authentication_method=m}"));
}

TEST(OutgoingAuth, HasTheMethodOfTheConnect_MQTT_4_12_0_5_MQTT_4_12_1_1) {
  TestClient client;
  client.connects("a 5.0 {authentication_method=m}", "{authentication_method=m}");
  EXPECT_THAT(client.authenticates("re-authenticate {authentication_method=other}"), HasSubstr("of the CONNECT"));
  EXPECT_EQ(client.authenticates("re-authenticate {authentication_method=m authentication_data=d}"), "");
  EXPECT_THAT(client.sent(), ElementsAre("AUTH re-authenticate {authentication_method=m authentication_data=d}"));
}

TEST(OutgoingAuth, FitsTheServer_MQTT_3_15_2_2_MQTT_3_15_2_3) {
  TestClient client;
  client.connects("a 5.0 {authentication_method=m}", "{authentication_method=m maximum_packet_size=30}");
  for (const char* properties :
       {"{reason_string='r'x100}", "{user_property=k:vvvvvvvvvvvvvvvvvvvvvvvvv}", "{reason_string=why}",
        "{reason_string=why user_property=k:vvvvvvvvvvvvvvvvvvvvvvvvv}"}) {
    EXPECT_EQ(client.authenticates("re-authenticate " + std::string(properties)), "");
    client.gets("AUTH success {authentication_method=m}");
  }
  EXPECT_THAT(client.sent(), ElementsAre("AUTH re-authenticate {authentication_method=m}",
                                         "AUTH re-authenticate {authentication_method=m}",
                                         "AUTH re-authenticate {authentication_method=m reason_string=why}",
                                         "AUTH re-authenticate {authentication_method=m reason_string=why}"));
  EXPECT_THAT(client.authenticates("re-authenticate {authentication_data='d'x100}"), HasSubstr("Maximum Packet Size"));
  EXPECT_THAT(client.sent(), IsEmpty());
}

TEST(IncomingAuth, IsAProtocolErrorWithoutAMethodInConnect_MQTT_4_12_0_6) {
  for (const bool is_connected : {false, true}) {
    TestClient client;
    client.opens("a 5.0");
    client.sent();
    if (is_connected) client.gets("CONNACK success");
    client.events();
    client.gets("AUTH continue-authentication {authentication_method=m}");
    EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error")));
    EXPECT_TRUE(client.wants_close());
  }
}

TEST(IncomingAuth, WithAnotherMethodIsAProtocolError_MQTT_4_12_0_5) {
  for (const char* packet : {"AUTH continue-authentication {authentication_method=other}",
                             "CONNACK success {authentication_method=other}"}) {
    TestClient client;
    client.opens("a 5.0 {authentication_method=m}");
    client.sent();
    client.gets(packet);
    EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error"))) << packet;
    EXPECT_FALSE(client.machine().connected());
  }
  TestClient client;
  client.opens("a 5.0");
  client.gets("CONNACK success {authentication_method=m}");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error"))) << "nobody named a method";
}

TEST(IncomingAuth, ContinuesOrEndsAnExchangeOfAConnectedClient_MQTT_4_12_0_2) {
  TestClient client;
  client.connects("a 5.0 {authentication_method=m}", "{authentication_method=m}");
  client.gets("AUTH continue-authentication {authentication_method=m}", "AUTH success {authentication_method=m}");
  EXPECT_THAT(client.events(), ElementsAre("auth continue-authentication {authentication_method=m}",
                                           "auth success {authentication_method=m}"));
  client.gets("AUTH re-authenticate {authentication_method=m}");
  EXPECT_THAT(client.events(), ElementsAre(StartsWith("closing protocol-error")));
  TestClient early;
  early.opens("a 5.0 {authentication_method=m}");
  early.gets("AUTH success {authentication_method=m}");
  EXPECT_THAT(early.events(), ElementsAre(StartsWith("closing protocol-error")));
}

TEST(Reauthentication, IsOneAtATime) {
  TestClient client;
  client.connects("a 5.0 persistent {authentication_method=m}", "{authentication_method=m}");
  EXPECT_EQ(client.authenticates("re-authenticate"), "");
  EXPECT_THAT(client.authenticates("re-authenticate"), HasSubstr("already"));
  client.gets("AUTH continue-authentication {authentication_method=m}");
  EXPECT_EQ(client.authenticates("continue-authentication"), "");
  client.gets("AUTH success {authentication_method=m}");
  EXPECT_EQ(client.authenticates("re-authenticate"), "");
  client.loses_transport();
  client.connects("a 5.0 persistent {authentication_method=m}", "{authentication_method=m}");
  EXPECT_EQ(client.authenticates("re-authenticate"), "") << "the other one ended with its connection";
}

TEST(Reauthentication, ThatFailsEndsTheConnection_MQTT_4_12_1_2) {
  TestClient client;
  client.connects("a 5.0 {authentication_method=m}", "{authentication_method=m}");
  EXPECT_EQ(client.authenticates("re-authenticate"), "");
  client.gets("DISCONNECT not-authorized");
  EXPECT_THAT(client.events(), ElementsAre("disconnect not-authorized", StartsWith("closing not-authorized")));
  EXPECT_TRUE(client.wants_close());
}

}  // namespace
}  // namespace mqtt::test
