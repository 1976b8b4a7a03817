// What is not MQTT closes its own connection, with one line in the log, and nobody else notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/test_server.h"

namespace wasmqtt {
namespace {

using namespace test;

struct BadInput {
  const char* name;
  std::string bytes;
  std::string answer;  // before the connection is closed
  const char* reason;  // in the log
};
class BadInputs : public testing::TestWithParam<BadInput> {};

TEST_P(BadInputs, CloseTheirOwnConnectionWithOneLineInTheLog) {
  ServerOptions options;
  options.broker.maximum_packet_size = 1000;
  TestServer server(options);
  Bystander bystander(server.mqtt_port());
  TestSocket socket(server.mqtt_port());
  const std::string peer = "127.0.0.1:" + std::to_string(socket.local_port());
  socket.send(GetParam().bytes);
  EXPECT_EQ(socket.receive_until_closed(), GetParam().answer);
  EXPECT_THAT(server.log().wait_for("warning " + peer), testing::HasSubstr(GetParam().reason));
  EXPECT_EQ(server.log().count("warning " + peer), 1u);
  EXPECT_TRUE(bystander.is_served());
}

const std::string kAccepted("\x20\x02\x00\x00", 4);

INSTANTIATE_TEST_SUITE_P(
    MqttPort, BadInputs,
    testing::Values(BadInput{"Garbage", std::string("\x00\xff\x13\x37", 4), "", "closed: "},
                    BadInput{"PublishBeforeConnect", publish_packet("a", "b"), "", "the first packet is not a CONNECT"},
                    BadInput{"EndlessLength", "\x10\xff\xff\xff\xff\x7f", "", "closed: "},
                    BadInput{"SecondConnect", connect_packet("twice") + connect_packet("twice"), kAccepted, "closed: "},
                    BadInput{"SecondConnectBeforeMuchElse",
                             connect_packet("much") + connect_packet("much") + std::string(4000, '\xC0'), kAccepted,
                             "closed: "},
                    BadInput{"ReservedFlags", connect_packet("flags") + std::string("\x83\x05\x00\x01\x00\x00\x00", 7),
                             kAccepted, "closed: "},
                    BadInput{"Oversized", connect_packet("big") + publish_packet("a", std::string(2000, 'x')),
                             kAccepted, "Packet too large"},
                    BadInput{"TlsHandshake", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), "",
                             "a TLS handshake on a port without TLS"}),
    [](const auto& test) { return test.param.name; });

TEST(MqttPort, TellsAnHttpClientWhereHttpIs) {
  TestServer server;
  Bystander bystander(server.mqtt_port());
  TestSocket socket(server.mqtt_port());
  socket.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = socket.receive_until_closed();
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, testing::HasSubstr("use port " + std::to_string(server.http_port())));
  EXPECT_NE(
      server.log().wait_for("an HTTP request on the MQTT port; the HTTP port is " + std::to_string(server.http_port())),
      "");
  EXPECT_EQ(server.log().count("an HTTP request"), 1u);
  EXPECT_TRUE(bystander.is_served());
}

TEST(MqttPort, ForgetsAClientThatLeavesInTheMiddleOfAPacket) {
  TestServer server;
  Bystander bystander(server.mqtt_port());
  {
    TestSocket socket(server.mqtt_port());
    socket.send(connect_packet("half") + publish_packet("a", "truncated").substr(0, 6));
    socket.receive(4);
  }
  EXPECT_THAT(server.log().wait_for("client 'half' closed"), testing::HasSubstr("the peer closed the connection"));
  EXPECT_TRUE(bystander.is_served());
}

TEST(MqttPort, ForgetsAClientThatResetsItsConnection) {
  TestServer server;
  Bystander bystander(server.mqtt_port());
  TestSocket socket(server.mqtt_port());
  socket.send(connect_packet("resetter"));
  socket.receive(4);
  socket.reset();
  EXPECT_THAT(server.log().wait_for("client 'resetter' closed"), testing::HasSubstr("the connection was lost"));
  EXPECT_TRUE(bystander.is_served());
}

TEST(MqttPort, GivesUpOnAConnectionThatSaysNothing) {
  ServerOptions options;
  options.broker.connect_timeout = std::chrono::milliseconds(50);
  TestServer server(options);
  EXPECT_EQ(TestSocket(server.mqtt_port()).receive_until_closed(), "");
  EXPECT_NE(server.log().wait_for("no CONNECT came in time"), "");
}

TEST(MqttPort, WritesAClientIdentifierIntoTheLogWithoutItsControlCharacters) {
  TestServer server;
  TestSocket socket(server.mqtt_port());
  socket.send(connect_packet("a\nb\x1b[2J"));
  EXPECT_EQ(socket.receive(4), kAccepted);
  EXPECT_NE(server.log().wait_for("client 'a\\x0Ab\\x1B[2J' connected"), "");
}

TEST(MqttPort, SurvivesAnyGarbage) {
  TestServer server;
  Bystander bystander(server.mqtt_port());
  std::mt19937 random(1883);
  for (int round = 0; round < 300; ++round) {
    std::string bytes = round % 3 == 0 ? "" : connect_packet("fuzz") + subscribe_packet("#");
    if (round % 3 == 2) bytes[random() % bytes.size()] = static_cast<char>(random());
    for (std::size_t i = random() % 200; i > 0; --i)
      bytes.push_back(static_cast<char>(random()));
    TestSocket socket(server.mqtt_port());
    socket.send(bytes);
    socket.shut_down_sending();
    socket.receive_until_closed();
  }
  EXPECT_TRUE(bystander.is_served());
}

}  // namespace
}  // namespace wasmqtt
