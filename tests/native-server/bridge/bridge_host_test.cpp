// Two whole servers with a bridge between them, and a bridge whose broker is the test.
#include "bridge/bridge_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/test_server.h"
#include "support/web_socket_client.h"

namespace wasmqtt {
namespace {

using namespace test;
using testing::StartsWith;

ServerOptions bridged_to(std::uint16_t port) {
  ServerOptions options;
  options.bridge = BridgeTarget{.upstream = {"127.0.0.1", port}, .options = {}};
  options.bridge->options.client_identifier = "bridge";
  options.bridge->options.reconnect = {.initial_delay = std::chrono::milliseconds(10), .jitter = 0};
  return options;
}

// Connected, and subscribed to one filter.
TestSocket subscriber_of(std::uint16_t port, std::string_view name, std::string_view topic_filter) {
  TestSocket socket(port);
  socket.send(connect_packet(name) + subscribe_packet(topic_filter));
  socket.receive(4 + 5);
  return socket;
}

class TwoServers : public testing::Test {
 protected:
  TwoServers() { local_.log().wait_for("bridge: connected to the broker at mqtt://127.0.0.1:"); }

  TestServer remote_;
  TestServer local_{bridged_to(remote_.mqtt_port())};
};

TEST_F(TwoServers, ExchangeMessages) {
  TestSocket there = subscriber_of(remote_.mqtt_port(), "there", "up");
  WebSocketClient here(local_.http_port());
  here.send_binary(connect_packet("here") + subscribe_packet("down"));
  here.receive_binary(4 + 5);
  here.send_binary(publish_packet("up", "1"));
  EXPECT_EQ(there.receive(publish_packet("up", "1").size()), publish_packet("up", "1"));
  there.send(publish_packet("down", "2"));
  EXPECT_EQ(here.receive_binary(publish_packet("down", "2").size()), publish_packet("down", "2"));
}

TEST_F(TwoServers, ExchangeMessagesThatAreLargerThanEveryBuffer) {
  TestSocket there = subscriber_of(remote_.mqtt_port(), "there", "up");
  TestSocket here = subscriber_of(local_.mqtt_port(), "here", "down");
  const std::string up = publish_packet("up", std::string(9'000'000, 'u'));
  const std::string down = publish_packet("down", std::string(9'000'000, 'd'));
  here.send(up);
  there.send(down);
  EXPECT_TRUE(there.receive(up.size()) == up);
  EXPECT_TRUE(here.receive(down.size()) == down);
}

TEST_F(TwoServers, DoNotMissAClientThatIsThereFromTheBeginning) {
  TestSocket there = subscriber_of(remote_.mqtt_port(), "there", "first");
  TestServer another([&] {
    ServerOptions options = bridged_to(remote_.mqtt_port());
    options.bridge->options.client_identifier = "another";
    return options;
  }());
  TestSocket here(another.mqtt_port());
  const std::string at_qos_1 = std::string("\x32\x0A\x00\x05", 4) + "first" + std::string("\x00\x01", 2) + "x";
  here.send(connect_packet("here") + at_qos_1);
  EXPECT_EQ(there.receive(publish_packet("first", "x").size()), publish_packet("first", "x"));
}

TEST(ABridgedServer, DialsAgainAndAgainUntilTheBrokerIsThere) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()));
  for (int attempt = 0; attempt < 3; ++attempt)
    EXPECT_THAT(broker.accept().receive(10), StartsWith("\x10")) << "a CONNECT";
  EXPECT_NE(
      server.log().wait_for("bridge: the broker at mqtt://127.0.0.1:" + std::to_string(broker.port()) + " is gone: "),
      "");
}

TEST(ABridgedServer, SaysThatTheBrokerCannotBeReachedAndServesItsClients) {
  const auto closed_port = [] { return TestListener().port(); }();
  TestServer server(bridged_to(closed_port));
  EXPECT_NE(server.log().wait_for("bridge: no connection to the broker at mqtt://127.0.0.1:" +
                                  std::to_string(closed_port) + ": Connection refused"),
            "");
  EXPECT_TRUE(Bystander(server.mqtt_port()).is_served());
}

TEST(ABridgedServer, SaysHowManyMessagesWentNowhere) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()));
  TestSocket client = subscriber_of(server.mqtt_port(), "client", "a");
  client.send(publish_packet("a", "1"));
  client.receive(publish_packet("a", "1").size());
  // It is told of with the next connection.
  const std::string line = "bridge: 1 message of QoS 0 or refused was not passed on to the broker at";
  for (int dials = 0; dials < 10 && server.log().count(line) == 0; ++dials)
    broker.accept().reset();
  EXPECT_NE(server.log().wait_for(line), "");
}

TEST(ABridgedServer, SaysWhyTheBrokerRefusesIt) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()));
  TestSocket connection = broker.accept();
  connection.receive(10);
  connection.send(std::string("\x20\x03\x00\x87\x00", 5));
  EXPECT_NE(server.log().wait_for("the server refused the connection (Not authorized)"), "");
}

// The protocol level of the CONNECT, whose length takes one byte.
char level_of(TestSocket& connection) {
  return connection.receive(9)[8];
}

TEST(ABridgedServer, TriesOneFormOfMqttAfterTheOtherAndStaysWithWhatWorks) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()));
  {
    TestSocket connection = broker.accept();
    EXPECT_EQ(level_of(connection), '\x05');
    connection.send(std::string("\x20\x02\x00\x01", 4));
    connection.receive_until_closed();
  }
  {
    TestSocket connection = broker.accept();
    EXPECT_EQ(level_of(connection), '\x84');
  }  // closed without an answer
  for (int dials = 0; dials < 2; ++dials) {
    TestSocket connection = broker.accept();
    EXPECT_EQ(level_of(connection), '\x04');
    connection.send(std::string("\x20\x02\x00\x00", 4));
    connection.receive_until("#");
  }
  const std::string name = "the broker at mqtt://127.0.0.1:" + std::to_string(broker.port());
  EXPECT_NE(
      server.log().wait_for("bridge: " + name + " does not take MQTT 5.0; trying MQTT 3.1.1 with the sign of a bridge"),
      "");
  EXPECT_NE(server.log().wait_for("bridge: " + name +
                                  " does not take MQTT 3.1.1 with the sign of a bridge; trying MQTT 3.1.1"),
            "");
  EXPECT_NE(server.log().wait_for("bridge: connected to " + name + ", MQTT 3.1.1"), "");
}

TEST(ABridgedServer, SaysThatItGaveUpAMessageThatTheBrokerDoesNotGetOver) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()));
  TestSocket client = subscriber_of(server.mqtt_port(), "client", "b");
  client.send(std::string("\x32\x07\x00\x03to", 6) + std::string("o\x00\x01", 3));
  for (int dials = 0; dials < 3; ++dials) {
    TestSocket connection = broker.accept();
    connection.receive(2);
    connection.send(std::string("\x20\x03\x00\x00\x00", 5) + std::string("\x90\x04\x00\x01\x00\x02", 6));
    connection.receive_until("\x03too");
  }  // closed in the place of a PUBACK
  EXPECT_NE(server.log().wait_for("bridge: gave up a message on 'too': 3 connections to the broker at"), "");
}

TEST(ABridgedServer, DoesNotCountTheBridgeAmongItsClients) {
  TestListener broker;
  ServerOptions options = bridged_to(broker.port());
  options.broker.maximum_connections = 1;
  TestServer server(options);
  EXPECT_TRUE(Bystander(server.mqtt_port()).is_served());
}

TEST(ABridgedServer, StopsWhileItsBrokerDoesNotAnswer) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()), std::chrono::milliseconds(50));
  TestSocket connection = broker.accept();
  server.stop();
  EXPECT_NE(server.log().wait_for("bridging to"), "");
}

TEST(ABridgedServer, WaitsForABrokerThatReadsSlowlyAndGoesOn) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()));
  TestSocket connection = broker.accept();
  connection.send(std::string("\x20\x03\x00\x00\x00", 5) + std::string("\x90\x04\x00\x01\x00\x02", 6));
  server.log().wait_for("bridge: connected");
  // More than the kernel holds between the two, and less than the server drops messages for.
  constexpr int kMessages = 120;
  TestSocket publisher(server.mqtt_port());
  publisher.send(connect_packet("publisher"));
  publisher.receive(4);
  std::string sent;
  for (int i = 0; i < kMessages; ++i)
    sent += publish_packet("a", std::to_string(i) + std::string(100'000, 'x'));
  publisher.send(sent + std::string("\xC0\x00", 2));
  EXPECT_EQ(publisher.receive(2), std::string("\xD0\x00", 2)) << "the server has read all of it";
  publisher.send(publish_packet("a", "the last"));
  connection.receive_until("the last");
}

TEST(ABridgedServer, DoesNotStartWithABridgeToItself) {
  const std::uint16_t port = TestListener().port();
  TestLog log;
  Reactor reactor(log.logger());
  for (const char* host : {"localhost", "127.0.0.1"}) {
    ServerOptions options = bridged_to(port);
    options.bridge->upstream.host = host;
    options.mqtt_port = port;
    options.http_port = 0;
    try {
      Server server(reactor, options);
      FAIL() << "it started";
    } catch (const StartError& error) {
      EXPECT_THAT(error.what(), StartsWith("--bridge: mqtt://" + std::string(host) + ":" + std::to_string(port) +
                                           " is this server itself; "));
    }
  }
}

TEST(ABridgedServer, SaysGoodbyeToItsBroker) {
  TestListener broker;
  TestServer server(bridged_to(broker.port()), std::chrono::milliseconds(50));
  TestSocket connection = broker.accept();
  connection.receive(2);
  connection.send(std::string("\x20\x03\x00\x00\x00", 5));
  server.log().wait_for("bridge: connected");
  server.stop();
  EXPECT_THAT(connection.receive_until_closed(), testing::EndsWith(std::string("\xE0\x00", 2)));
}

}  // namespace
}  // namespace wasmqtt
