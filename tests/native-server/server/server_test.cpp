// Ports, and the end.
#include "server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "support/test_server.h"
#include "support/web_socket_client.h"

namespace wasmqtt {
namespace {

using namespace test;

TEST(Server, PicksFreePortsAndNamesThemInTheLog) {
  TestServer server;
  EXPECT_NE(server.mqtt_port(), 0);
  EXPECT_NE(server.http_port(), 0);
  EXPECT_NE(server.log().wait_for("listening for MQTT on 127.0.0.1:" + std::to_string(server.mqtt_port())), "");
  EXPECT_NE(server.log().wait_for("listening for HTTP and MQTT over WebSocket on 127.0.0.1:" +
                                  std::to_string(server.http_port())),
            "");
}

TEST(Server, NamesThePortThatIsTakenAndTheFlagThatChoosesAnother) {
  TestListener taken;
  TestLog log;
  Reactor reactor(log.logger());
  ServerOptions options;
  options.mqtt_port = 0;
  options.http_port = taken.port();
  try {
    Server server(reactor, options);
    FAIL() << "it started";
  } catch (const StartError& error) {
    EXPECT_EQ(std::string(error.what()),
              "port " + std::to_string(taken.port()) +
                  " on 127.0.0.1 is taken by another program; choose another with --http-port N (0 picks a "
                  "free one)");
  }
}

TEST(Server, ListensOnSeveralAddresses) {
  TestLog log;
  ServerOptions options;
  options.bind = {asio::ip::make_address("127.0.0.1"), asio::ip::make_address("127.0.0.2")};
  TestServer server(options);
  EXPECT_EQ(server.log().count("listening for MQTT on 127.0.0."), 2u);
}

TEST(Server, TellsItsClientsThatItShutsDown) {
  TestServer server({}, std::chrono::milliseconds(200));  // for those that stay
  TestSocket modern(server.mqtt_port());
  modern.send(connect_5_packet("modern"));
  const std::string head = modern.receive(2);
  modern.receive(static_cast<std::uint8_t>(head[1]));
  TestSocket old(server.mqtt_port());
  old.send(connect_packet("old"));
  old.receive(4);
  WebSocketClient web(server.http_port());
  web.send_binary(connect_packet("web"));
  web.receive_binary(4);

  auto stopping = std::async(std::launch::async, [&] { server.stop(); });
  const std::string farewell = modern.receive_until_closed();
  EXPECT_EQ(farewell[0], '\xE0');
  EXPECT_EQ(farewell[2], '\x8B');  // Server shutting down
  EXPECT_EQ(old.receive_until_closed(), "");
  EXPECT_EQ(web.receive().close_code(), 1001);
  stopping.get();
}

TEST(Server, StopsThoughItsClientsStay) {
  TestServer server({}, std::chrono::milliseconds(50));
  TestSocket idle(server.mqtt_port());
  TestSocket connected(server.mqtt_port());
  connected.send(connect_packet("stays"));
  connected.receive(4);
  TestSocket http(server.http_port());
  WebSocketClient web(server.http_port());
  server.stop();
}

TEST(Server, PublishesTheWillOfAClientThatVanishes) {
  TestServer server;
  TestSocket subscriber(server.mqtt_port());
  subscriber.send(connect_packet("watcher") + subscribe_packet("will"));
  subscriber.receive(4 + 5);
  {
    TestSocket mortal(server.mqtt_port());
    mortal.send(std::string("\x10\x19\x00\x04MQTT\x04\x06\x00\x00\x00\x01m\x00\x04will\x00\x04gone", 27));
    mortal.receive(4);
  }
  EXPECT_EQ(subscriber.receive(publish_packet("will", "gone").size()), publish_packet("will", "gone"));
}

}  // namespace
}  // namespace wasmqtt
