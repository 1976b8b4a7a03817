// A server in relay mode between a WebSocket client and an upstream, both played by the test.
#include "relay/relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <future>
#include <optional>
#include <random>

#include "support/test_server.h"
#include "support/web_socket_client.h"

namespace wasmqtt {
namespace {

using namespace test;

std::string random_bytes(std::size_t count) {
  std::mt19937 random(7);
  std::string bytes(count, '\0');
  for (char& c : bytes)
    c = static_cast<char>(random());
  return bytes;
}

ServerOptions relay_to(std::uint16_t port) {
  ServerOptions options;
  options.upstream = Upstream{"127.0.0.1", port};
  options.mqtt_port.reset();
  return options;
}

class RelayToATest : public testing::Test {
 protected:
  // Sends until nothing moves any more, whatever the server does meanwhile; answers how much went out.
  template <typename Send>
  std::size_t send_until_stuck(std::string_view bytes, Send&& send_some) {
    std::size_t sent = 0;
    int idle_rounds = 0;
    while (sent < bytes.size() && idle_rounds < 200) {
      const std::size_t count = send_some(bytes.substr(sent));
      sent += count;
      idle_rounds = count > 0 ? 0 : idle_rounds + 1;
      // A full turn of the server's reactor.
      server_.on_reactor([](Reactor&) {});
    }
    return sent;
  }

  TestListener upstream_;
  TestServer server_{relay_to(upstream_.port())};
};

TEST_F(RelayToATest, DoesNotOpenThePortForMqttOverTcp) {
  EXPECT_EQ(server_.mqtt_port(), 0);
}

TEST_F(RelayToATest, GivesEveryClientAConnectionOfItsOwn) {
  WebSocketClient first(server_.http_port());
  TestSocket first_upstream = upstream_.accept();
  WebSocketClient second(server_.http_port());
  TestSocket second_upstream = upstream_.accept();
  first.send_binary("one");
  second.send_binary("two");
  EXPECT_EQ(first_upstream.receive(3), "one");
  EXPECT_EQ(second_upstream.receive(3), "two");
  second_upstream.send("2");
  first_upstream.send("1");
  EXPECT_EQ(first.receive_binary(1), "1");
  EXPECT_EQ(second.receive_binary(1), "2");
}

TEST_F(RelayToATest, PassesBytesThatAreNoMqttUnchangedBothWays) {
  const std::string bytes = random_bytes(3'000'000);
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  auto echo = std::async(std::launch::async, [&] {
    std::size_t seen = 0;
    while (seen < bytes.size()) {
      const std::string some = upstream.receive_some();
      if (some.empty()) return;
      seen += some.size();
      upstream.send(some);
    }
  });
  auto sender = std::async(std::launch::async, [&] {
    std::mt19937 random(11);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min<std::size_t>(random() % 100'000, bytes.size() - at);
      client.send_binary(std::string_view(bytes).substr(at, size));
      at += size;
    }
  });
  EXPECT_TRUE(client.receive_binary(bytes.size()) == bytes);
  sender.get();
  echo.get();
}

TEST_F(RelayToATest, SendsWhatIsReadyAsOneFrame) {
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  // Both pieces are in the kernel before the server looks.
  server_.on_reactor([&](Reactor&) {
    upstream.send("a first piece, ");
    upstream.send("and a second");
  });
  EXPECT_EQ(client.receive().payload, "a first piece, and a second");
}

const std::string kConnack("\x20\x02\x00\x00", 4);

TEST_F(RelayToATest, SendsAnUnknownClientEachPacketInAFrameOfItsOwn) {
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  std::vector<std::string> packets{kConnack};
  std::string stream = kConnack;
  for (const std::size_t size : {10u, 200u, 70'000u, 5u, 3'000'000u, 20'000u, 6'000'000u, 1u}) {
    packets.push_back(publish_packet("a", std::string(size, 'x')));
    stream += packets.back();
  }
  auto sender = std::async(std::launch::async, [&] {
    for (std::size_t at = 0; at < stream.size(); at += 999'999)
      upstream.send(std::string_view(stream).substr(at, 999'999));
  });
  for (const std::string& packet : packets)
    ASSERT_TRUE(client.receive().payload == packet);
  sender.get();
}

TEST_F(RelayToATest, SendsABrowserWholePacketsTogether) {
  WebSocketClient client(server_.http_port(), kBrowser);
  TestSocket upstream = upstream_.accept();
  const std::string message = publish_packet("a", "message");
  server_.on_reactor([&](Reactor&) { upstream.send(kConnack + message + message + message.substr(0, 5)); });
  EXPECT_EQ(client.receive().payload, kConnack + message + message);
  server_.on_reactor([&](Reactor&) { upstream.send(message.substr(5) + message + message.substr(0, 1)); });
  EXPECT_EQ(client.receive().payload, message + message);
  upstream.send(message.substr(1));
  EXPECT_EQ(client.receive().payload, message);
}

TEST_F(RelayToATest, WaitsForTheRestOfAPacketWhateverItsPieces) {
  WebSocketClient client(server_.http_port(), kBrowser);
  TestSocket upstream = upstream_.accept();
  const std::string packets = kConnack + publish_packet("a", std::string(200, 'x'));
  for (const char& byte : packets) {
    upstream.send({&byte, 1});
    server_.on_reactor([](Reactor&) {});
  }
  EXPECT_EQ(client.receive().payload, kConnack);
  EXPECT_EQ(client.receive().payload, packets.substr(4));
}

TEST_F(RelayToATest, AnswersAPingWhileTheRestOfAPacketIsWaitedFor) {
  WebSocketClient client(server_.http_port(), kBrowser);
  TestSocket upstream = upstream_.accept();
  const std::string message = publish_packet("a", std::string(60'000, 'x'));
  upstream.send(kConnack + message.substr(0, 30'000));
  EXPECT_EQ(client.receive().payload, kConnack);
  client.send(frame(Ping, "there?"));
  EXPECT_EQ(client.receive().opcode, Pong);
  upstream.send(message.substr(30'000));
  EXPECT_TRUE(client.receive().payload == message);
}

TEST_F(RelayToATest, SaysThatTheUpstreamIsGoneThoughItLeftInsideAPacket) {
  WebSocketClient client(server_.http_port());
  {
    TestSocket upstream = upstream_.accept();
    upstream.send(kConnack + publish_packet("a", "whole") + publish_packet("a", "cut").substr(0, 4));
  }
  EXPECT_EQ(client.receive().payload, kConnack);
  EXPECT_EQ(client.receive().payload, publish_packet("a", "whole"));
  EXPECT_EQ(client.receive().close_code(), 1001);
}

TEST_F(RelayToATest, PassesOnAsItComesWhatIsNoPacketBehindPackets) {
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  const std::string garbage = std::string(1, '\0') + random_bytes(200'000);
  auto sender = std::async(std::launch::async, [&] { upstream.send(kConnack + garbage); });
  EXPECT_EQ(client.receive().payload, kConnack);
  EXPECT_TRUE(client.receive_binary(garbage.size()) == garbage);
  sender.get();
}

TEST_F(RelayToATest, ClosesWithCode1009OnAFrameThatAnnouncesATebibyte) {
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  client.send(std::string("\x82\xFF\x00\x00\x01\x00\x00\x00\x00\x00mask", 14));
  EXPECT_EQ(client.receive().close_code(), 1009);
  EXPECT_EQ(upstream.receive_until_closed(), "");
}

TEST_F(RelayToATest, KeepsBytesThatCameBeforeTheUpstreamWasReached) {
  TestSocket socket(server_.http_port());
  socket.send(upgrade_request() + frame(Binary, "early"));
  EXPECT_EQ(upstream_.accept().receive(5), "early");
}

// More than the kernel's buffers and one read's bytes can hold.
constexpr std::size_t kMoreThanFits = 64 * 1024 * 1024;

TEST_F(RelayToATest, StopsReadingTheUpstreamWhileTheClientDoesNotRead) {
  const std::string bytes = random_bytes(kMoreThanFits);
  WebSocketClient client(server_.http_port(), kSmallReceiveBuffer);
  TestSocket upstream = upstream_.accept();
  const std::size_t sent = send_until_stuck(bytes, [&](std::string_view rest) { return upstream.send_some(rest); });
  EXPECT_LT(sent, kMoreThanFits / 2);
  auto sender = std::async(std::launch::async, [&] { upstream.send(std::string_view(bytes).substr(sent)); });
  EXPECT_TRUE(client.receive_binary(bytes.size()) == bytes);
  sender.get();
}

TEST_F(RelayToATest, StopsReadingTheClientWhileTheUpstreamDoesNotRead) {
  const std::string bytes = random_bytes(kMoreThanFits);
  std::string frames;
  for (std::size_t at = 0; at < bytes.size(); at += 65536)
    frames += frame(Binary, std::string_view(bytes).substr(at, 65536));
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  const std::size_t sent =
      send_until_stuck(frames, [&](std::string_view rest) { return client.socket().send_some(rest); });
  EXPECT_LT(sent, kMoreThanFits / 2);
  auto sender = std::async(std::launch::async, [&] { client.send(std::string_view(frames).substr(sent)); });
  EXPECT_TRUE(upstream.receive(bytes.size()) == bytes);
  sender.get();
}

TEST_F(RelayToATest, ServesOthersWhileAClientDoesNotRead) {
  const std::string bytes = random_bytes(kMoreThanFits);
  WebSocketClient slow(server_.http_port(), kSmallReceiveBuffer);
  TestSocket slow_upstream = upstream_.accept();
  send_until_stuck(bytes, [&](std::string_view rest) { return slow_upstream.send_some(rest); });
  WebSocketClient other(server_.http_port());
  TestSocket other_upstream = upstream_.accept();
  other.send_binary("hello");
  EXPECT_EQ(other_upstream.receive(5), "hello");
}

TEST_F(RelayToATest, ClosesTheWebSocketAfterTheLastBytesOfAnUpstreamThatLeaves) {
  WebSocketClient client(server_.http_port());
  {
    TestSocket upstream = upstream_.accept();
    upstream.send("last words");
  }
  EXPECT_EQ(client.receive_binary(10), "last words");
  const ReceivedFrame close = client.receive();
  EXPECT_EQ(close.close_code(), 1001);
  EXPECT_THAT(close.close_reason(), testing::HasSubstr("the broker at mqtt://127.0.0.1:"));
}

TEST_F(RelayToATest, ClosesTheWebSocketWithAnErrorWhenTheUpstreamIsLost) {
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  client.send_binary("x");
  EXPECT_EQ(upstream.receive(1), "x");
  upstream.reset();
  const ReceivedFrame close = client.receive();
  EXPECT_EQ(close.close_code(), 1011);
  EXPECT_THAT(close.close_reason(), testing::HasSubstr("the connection was lost"));
}

TEST_F(RelayToATest, EndsTheUpstreamConnectionBehindTheLastBytesOfAClient) {
  const std::string bytes = random_bytes(1'000'000);
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  client.send(frame(Binary, bytes) + frame(Close, close_payload(1000)));
  EXPECT_EQ(client.receive().close_code(), 1000);
  EXPECT_TRUE(upstream.receive_until_closed() == bytes);
}

TEST_F(RelayToATest, ClosesWithCode1003OnATextFrameAndLetsTheUpstreamGo) {
  WebSocketClient client(server_.http_port());
  TestSocket upstream = upstream_.accept();
  client.send(frame(Text, "hello"));
  EXPECT_EQ(client.receive().close_code(), 1003);
  EXPECT_EQ(upstream.receive_until_closed(), "");
}

TEST_F(RelayToATest, SaysThatItGoesWhenItShutsDown) {
  WebSocketClient client(server_.http_port());
  std::optional<TestSocket> upstream = upstream_.accept();
  auto stopping = std::async(std::launch::async, [&] { server_.stop(); });
  EXPECT_EQ(client.receive().close_code(), 1001);
  EXPECT_EQ(upstream->receive_until_closed(), "");
  upstream.reset();
  client.send(frame(Close, close_payload(1001)));
  EXPECT_EQ(client.socket().receive_until_closed(), "");
}

TEST(Relay, TellsThePageWhenTheUpstreamRefuses) {
  std::uint16_t closed_port = 0;
  {
    closed_port = TestListener().port();
  }
  TestServer server(relay_to(closed_port));
  WebSocketClient client(server.http_port());
  const ReceivedFrame close = client.receive();
  EXPECT_EQ(close.close_code(), 1011);
  EXPECT_THAT(close.close_reason(), testing::HasSubstr("no connection to the broker at mqtt://127.0.0.1:"));
  EXPECT_THAT(close.close_reason(), testing::HasSubstr("Connection refused"));
  EXPECT_NE(server.log().wait_for("Connection refused"), "");
}

TEST(Relay, TellsThePageWhenTheUpstreamHasNoAddress) {
  ServerOptions options = relay_to(1);
  options.upstream->host = "no-such-host.invalid";
  TestServer server(options);
  WebSocketClient client(server.http_port());
  const ReceivedFrame close = client.receive();
  EXPECT_EQ(close.close_code(), 1011);
  EXPECT_THAT(close.close_reason(), testing::HasSubstr("no-such-host.invalid"));
}

TEST(Relay, TakesClientsOverTcpWhereThePortWasAskedFor) {
  TestListener listener;
  ServerOptions options = relay_to(listener.port());
  options.mqtt_port = 0;
  TestServer server(options);
  TestSocket client(server.mqtt_port());
  TestSocket upstream = listener.accept();
  client.send("there");
  EXPECT_EQ(upstream.receive(5), "there");
  upstream.send("back");
  EXPECT_EQ(client.receive(4), "back");
}

}  // namespace
}  // namespace wasmqtt
