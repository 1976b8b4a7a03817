// How a broker's connection paces its reading and writing.
#include "server/broker_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_server.h"
#include "support/web_socket_client.h"

namespace wasmqtt {
namespace {

using namespace test;

TEST(BrokerConnection, CarriesMessagesBetweenTcpAndWebSocket) {
  TestServer server;
  WebSocketClient web(server.http_port());
  web.send_binary(connect_packet("web") + subscribe_packet("to/web"));
  web.receive_binary(4 + 5);
  TestSocket device(server.mqtt_port());
  device.send(connect_packet("device") + subscribe_packet("to/device"));
  device.receive(4 + 5);
  device.send(publish_packet("to/web", "21.5"));
  EXPECT_EQ(web.receive_binary(publish_packet("to/web", "21.5").size()), publish_packet("to/web", "21.5"));
  web.send_binary(publish_packet("to/device", "on"));
  EXPECT_EQ(device.receive(publish_packet("to/device", "on").size()), publish_packet("to/device", "on"));
}

TEST(BrokerConnection, DeliversALargeMessageToASlowReader) {
  TestServer server;
  TestSocket subscriber(server.mqtt_port(), kSmallReceiveBuffer);
  subscriber.send(connect_packet("slow") + subscribe_packet("a"));
  subscriber.receive(4 + 5);
  TestSocket publisher(server.mqtt_port());
  const std::string message = publish_packet("a", std::string(12'000'000, 'x'));
  publisher.send(connect_packet("pub") + message);
  EXPECT_TRUE(subscriber.receive(message.size()) == message);
}

TEST(BrokerConnection, StopsReadingAClientThatDoesNotReadItsAnswers) {
  ServerOptions options;
  options.broker.maximum_output_bytes = 64 * 1024;
  TestServer server(options);
  Bystander bystander(server.mqtt_port());
  TestSocket socket(server.mqtt_port(), kSmallReceiveBuffer);
  socket.send(connect_packet("deaf"));
  socket.receive(4);
  std::string pings;
  for (int i = 0; i < 100'000; ++i)
    pings += std::string("\xC0\x00", 2);
  std::size_t sent = 0;
  for (int idle_rounds = 0; idle_rounds < 200;) {
    const std::size_t count = socket.send_some(pings);
    sent += count;
    idle_rounds = count > 0 ? 0 : idle_rounds + 1;
    server.on_reactor([](Reactor&) {});
    ASSERT_LT(sent, 256u * 1024 * 1024) << "the server goes on reading";
  }
  EXPECT_TRUE(bystander.is_served());
  // Once it reads, every PINGREQ of which the server has got both bytes is answered, and the connection works as
  // before.
  if (sent % 2 == 1) socket.send(std::string(1, '\0'));
  for (std::size_t left = (sent + 1) / 2 * 2; left > 0;)
    left -= socket.receive_some(left).size();
  socket.send(std::string("\xC0\x00", 2));
  EXPECT_EQ(socket.receive(2), std::string("\xD0\x00", 2));
}

TEST(BrokerConnection, GoesOnReadingAPublisherThatWaitedForASubscriber) {
  ServerOptions options;
  options.broker.maximum_in_flight = 1;
  TestServer server(options);
  TestSocket subscriber(server.mqtt_port());  // acknowledges nothing
  subscriber.send(connect_packet("stuck") + std::string("\x82\x06\x00\x01\x00\x01t\x01", 8));
  subscriber.receive(4 + 5);
  TestSocket publisher(server.mqtt_port());
  constexpr int kMessages = 1100;
  std::string messages;
  for (int i = 0; i < kMessages; ++i)
    messages += std::string("\x32\x05\x00\x01t\x00\x01", 7);
  publisher.send(connect_packet("pub") + messages + std::string("\xC0\x00", 2));
  const std::string answers = publisher.receive(4 + kMessages * 4 + 2);
  EXPECT_THAT(answers, testing::EndsWith(std::string("\x40\x02\x00\x01\xD0\x00", 6)));
}

TEST(BrokerConnection, DoesNotWaitForEverForAClientThatMustGoAndDoesNotRead) {
  TestServer server({}, std::chrono::milliseconds(50));
  TestSocket subscriber(server.mqtt_port(), kSmallReceiveBuffer);
  subscriber.send(connect_packet("stuck") + subscribe_packet("a"));
  subscriber.receive(4 + 5);
  TestSocket publisher(server.mqtt_port());
  publisher.send(connect_packet("pub"));
  publisher.receive(4);
  publisher.send(publish_packet("a", std::string(12'000'000, 'x')) + std::string("\xC0\x00", 2));
  publisher.receive(2);
  // A second client of the same name takes its place.
  TestSocket successor(server.mqtt_port());
  successor.send(connect_packet("stuck"));
  successor.receive(4);
  server.stop();  // would not come back otherwise
  EXPECT_EQ(server.log().count("(Session taken over)"), 1u);
}

}  // namespace
}  // namespace wasmqtt
