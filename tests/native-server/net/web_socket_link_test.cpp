// A whole server's WebSocket, driven frame by frame.
#include "net/web_socket_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_server.h"
#include "support/web_socket_client.h"

namespace wasmqtt {
namespace {

using namespace test;

const std::string kConnack("\x20\x02\x00\x00", 4);
const std::string kSuback("\x90\x03\x00\x01\x00", 5);

class WebSocket : public testing::Test {
 protected:
  TestServer server_;
};

TEST_F(WebSocket, AnswersTheHandshakeAtAnyPath) {
  TestSocket socket(server_.http_port());
  socket.send(upgrade_request());
  const std::string answer = socket.receive_until("\r\n\r\n");
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(answer, testing::HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(answer, testing::HasSubstr("Sec-WebSocket-Protocol: mqtt\r\n"));
  EXPECT_THAT(answer, testing::Not(testing::HasSubstr("Content-Length")));
}

TEST_F(WebSocket, RefusesAHandshakeAndClosesTheConnection) {
  TestSocket socket(server_.http_port());
  socket.send(upgrade_request("Sec-WebSocket-Protocol: chat\r\n"));
  EXPECT_THAT(socket.receive_until_closed(), testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(WebSocket, TakesFramesThatCameTogetherWithTheHandshake) {
  TestSocket socket(server_.http_port());
  socket.send(upgrade_request() + frame(Binary, connect_packet("early")));
  socket.receive_until("\r\n\r\n");
  EXPECT_EQ(socket.receive(6), "\x82\x04" + kConnack);
}

TEST_F(WebSocket, CarriesPacketsThatAreNotAlignedWithFrames_MQTT_6_0_0_2) {
  WebSocketClient client(server_.http_port());
  const std::string packets = connect_packet("split") + subscribe_packet("a") + publish_packet("a", "hello");
  for (const char& octet : packets)
    client.send_binary({&octet, 1});
  EXPECT_EQ(client.receive_binary(4 + 5 + 10), kConnack + kSuback + publish_packet("a", "hello"));
}

TEST_F(WebSocket, SendsWhatIsReadyAsOneUnmaskedBinaryFrame) {
  WebSocketClient client(server_.http_port());
  std::string messages;
  for (int i = 0; i < 100; ++i)
    messages += publish_packet("a", "message " + std::to_string(i));
  client.send_binary(connect_packet("one") + subscribe_packet("a") + messages);
  const ReceivedFrame received = client.receive();
  EXPECT_EQ(received.opcode, Binary);
  EXPECT_TRUE(received.final);
  EXPECT_FALSE(received.masked);
  EXPECT_EQ(received.payload, kConnack + kSuback + messages);
}

TEST_F(WebSocket, AnswersAPingBetweenTheFragmentsOfAMessage) {
  WebSocketClient client(server_.http_port());
  const std::string connect = connect_packet("pinger");
  client.send(frame(Binary, connect.substr(0, 5), {.final = false}) + frame(Ping, "are you there?"));
  const ReceivedFrame pong = client.receive();
  EXPECT_EQ(pong.opcode, Pong);
  EXPECT_EQ(pong.payload, "are you there?");
  client.send(frame(Continuation, connect.substr(5)));
  EXPECT_EQ(client.receive_binary(4), kConnack);
}

TEST_F(WebSocket, AnswersEachOfSeveralPings) {
  WebSocketClient client(server_.http_port());
  std::string pings;
  for (int i = 0; i < 10; ++i)
    pings += frame(Ping, std::to_string(i));
  client.send(pings);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(client.receive().payload, std::to_string(i));
}

TEST_F(WebSocket, IgnoresPongsThatNobodyAskedFor) {
  WebSocketClient client(server_.http_port());
  client.send(frame(Pong, "unasked") + frame(Binary, connect_packet("ponger")));
  EXPECT_EQ(client.receive_binary(4), kConnack);
}

TEST_F(WebSocket, EchoesTheCodeOfACloseFrameAndEndsTheConnection) {
  WebSocketClient client(server_.http_port());
  client.send(frame(Close, close_payload(3210, "bye")));
  const ReceivedFrame answer = client.receive();
  EXPECT_EQ(answer.opcode, Close);
  EXPECT_EQ(answer.close_code(), 3210);
  EXPECT_EQ(client.socket().receive_until_closed(), "");
}

TEST_F(WebSocket, AnswersACloseFrameWithoutACodeInKind) {
  WebSocketClient client(server_.http_port());
  client.send(frame(Close, ""));
  EXPECT_EQ(client.receive().payload, "");
  EXPECT_EQ(client.socket().receive_until_closed(), "");
}

TEST_F(WebSocket, HandsOnTheOctetsBeforeACloseFrame) {
  Bystander watcher(server_.mqtt_port());
  TestSocket subscriber(server_.mqtt_port());
  subscriber.send(connect_packet("sub") + subscribe_packet("last"));
  subscriber.receive(4 + 5);
  WebSocketClient client(server_.http_port());
  client.send(frame(Binary, connect_packet("pub") + publish_packet("last", "words")) +
              frame(Close, close_payload(1000)));
  EXPECT_EQ(subscriber.receive(publish_packet("last", "words").size()), publish_packet("last", "words"));
}

struct Violation {
  const char* name;
  std::string octets;
  std::uint16_t code;
};
class Violations : public WebSocket, public testing::WithParamInterface<Violation> {};

TEST_P(Violations, CloseTheConnectionWithACodeAndAReasonWhileOthersAreServed) {
  Bystander bystander(server_.mqtt_port());
  WebSocketClient client(server_.http_port());
  client.send_binary(connect_packet("violator"));
  EXPECT_EQ(client.receive_binary(4), kConnack);
  client.send(GetParam().octets);
  const ReceivedFrame close = client.receive();
  EXPECT_EQ(close.opcode, Close);
  EXPECT_EQ(close.close_code(), GetParam().code);
  EXPECT_NE(close.close_reason(), "");
  client.socket().shut_down_sending();
  EXPECT_EQ(client.socket().receive_until_closed(), "");
  EXPECT_NE(server_.log().wait_for("client 'violator' closed: "), "");
  EXPECT_EQ(server_.log().count("violator' closed"), 1u);
  EXPECT_TRUE(bystander.is_served());
}

INSTANTIATE_TEST_SUITE_P(WebSocket, Violations,
                         testing::Values(Violation{"TextFrame", frame(Text, "hello"), 1003},
                                         Violation{"Unmasked", frame(Binary, "x", {.masked = false}), 1002},
                                         Violation{"ReservedBit", frame(Binary, "x", {.reserved_bits = 4}), 1002},
                                         Violation{"UnknownOpcode", frame(5, "x"), 1002},
                                         Violation{"BadCloseCode", frame(Close, close_payload(1005)), 1002},
                                         Violation{"BadCloseReason", frame(Close, close_payload(1000, "\xFF")), 1007},
                                         Violation{"MalformedMqtt", frame(Binary, std::string("\x00\x00", 2)), 1002}),
                         [](const auto& test) { return test.param.name; });

TEST_F(WebSocket, IsClosedWithCode1009ByAPacketThatIsTooLarge) {
  ServerOptions options;
  options.broker.maximum_packet_size = 1000;
  TestServer server(options);
  WebSocketClient client(server.http_port());
  client.send_binary(connect_packet("big") + publish_packet("a", std::string(2000, 'x')));
  EXPECT_EQ(client.receive_binary(4), kConnack);
  EXPECT_EQ(client.receive().close_code(), 1009);
}

TEST_F(WebSocket, IsClosedWithCode1000AfterAnMqttDisconnect) {
  WebSocketClient client(server_.http_port());
  client.send_binary(connect_packet("polite") + std::string("\xE0\x00", 2));
  EXPECT_EQ(client.receive_binary(4), kConnack);
  EXPECT_EQ(client.receive().close_code(), 1000);
  client.send(frame(Close, close_payload(1000)));
  EXPECT_EQ(client.socket().receive_until_closed(), "");
}

TEST_F(WebSocket, GivesUpOnAPeerThatDoesNotAnswerItsCloseFrame) {
  TestServer impatient({}, std::chrono::milliseconds(50));
  WebSocketClient client(impatient.http_port());
  client.send_binary(connect_packet("deaf") + std::string("\xE0\x00", 2));
  EXPECT_EQ(client.receive_binary(4), kConnack);
  EXPECT_EQ(client.receive().opcode, Close);
  EXPECT_EQ(client.socket().receive_until_closed(), "");
}

TEST_F(WebSocket, EndsWithoutACloseFrameAndIsLogged) {
  {
    WebSocketClient client(server_.http_port());
    client.send_binary(connect_packet("vanishing"));
    EXPECT_EQ(client.receive_binary(4), kConnack);
  }
  EXPECT_NE(server_.log().wait_for("client 'vanishing' closed: the peer closed the connection without a Close frame"),
            "");
}

TEST_F(WebSocket, CutsALargeMessageIntoFramesOfAMebibyte) {
  WebSocketClient client(server_.http_port());
  const std::string message = publish_packet("a", std::string(3 * 1024 * 1024, 'x'));
  client.send_binary(connect_packet("large") + subscribe_packet("a"));
  EXPECT_EQ(client.receive_binary(9), kConnack + kSuback);
  client.send_binary(message);
  std::string received;
  while (received.size() < message.size()) {
    const ReceivedFrame part = client.receive();
    EXPECT_LE(part.payload.size(), kMaximumFramePayload);
    received += part.payload;
  }
  EXPECT_EQ(received, message);
}

TEST_F(WebSocket, KeepsFramesWholeForAReaderThatIsSlow) {
  constexpr int kMessages = 4000;
  WebSocketClient client(server_.http_port(), kSmallReceiveBuffer);
  client.send_binary(connect_packet("slow") + subscribe_packet("a"));
  EXPECT_EQ(client.receive_binary(9), kConnack + kSuback);
  TestSocket publisher(server_.mqtt_port());
  publisher.send(connect_packet("pub"));
  publisher.receive(4);
  std::string expected;
  for (int i = 0; i < kMessages; ++i)
    expected += publish_packet("a", std::to_string(i) + std::string(1000, 'x'));
  publisher.send(expected);
  client.send(frame(Ping, "between"));
  std::string received;
  bool got_pong = false;
  while (received.size() < expected.size()) {
    const ReceivedFrame part = client.receive();
    if (part.opcode == Pong) {
      got_pong = part.payload == "between";
    } else {
      ASSERT_EQ(part.opcode, Binary);
      received += part.payload;
    }
  }
  EXPECT_TRUE(received == expected);
  EXPECT_TRUE(got_pong);
}

}  // namespace
}  // namespace wasmqtt
