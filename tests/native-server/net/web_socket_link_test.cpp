// A whole server's WebSocket, driven frame by frame.
#include "net/web_socket_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

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

// [RFC9110 5.5]
TEST_F(WebSocket, AnswersAHandshakeWithoutBlanksBehindColonsOrWithWhiteSpaceAtTheEndsOfLines) {
  for (const std::string before : {"", " ", "\t"}) {
    for (const std::string after : {"", "  ", "\t", " \t"}) {
      const auto line = [&](const char* name, const char* value) {
        return name + (":" + before) + value + after + "\r\n";
      };
      TestSocket socket(server_.http_port());
      socket.send("GET /mqtt HTTP/1.1\r\n" + line("Host", "localhost") + line("Upgrade", "websocket") +
                  line("Connection", "Upgrade") + line("Sec-WebSocket-Version", "13") +
                  line("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") + line("Sec-WebSocket-Protocol", "mqtt") +
                  "\r\n");
      const std::string answer = socket.receive_until("\r\n\r\n");
      EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
      EXPECT_THAT(answer, testing::HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
      EXPECT_THAT(answer, testing::HasSubstr("Sec-WebSocket-Protocol: mqtt\r\n"));
    }
  }
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
  for (const char& byte : packets)
    client.send_binary({&byte, 1});
  EXPECT_EQ(client.receive_binary(4 + 5 + 10), kConnack + kSuback + publish_packet("a", "hello"));
}

std::vector<std::string> numbered_messages(int count) {
  std::vector<std::string> messages;
  for (int i = 0; i < count; ++i)
    messages.push_back(publish_packet("a", "message " + std::to_string(i)));
  return messages;
}

std::string joined(const std::vector<std::string>& packets) {
  std::string all;
  for (const std::string& packet : packets)
    all += packet;
  return all;
}

TEST_F(WebSocket, SendsWhatIsReadyAsOneUnmaskedBinaryFrame) {
  WebSocketClient client(server_.http_port(), kBrowser);
  const std::string messages = joined(numbered_messages(100));
  client.send_binary(connect_packet("one") + subscribe_packet("a") + messages);
  const ReceivedFrame received = client.receive();
  EXPECT_EQ(received.opcode, Binary);
  EXPECT_TRUE(received.final);
  EXPECT_FALSE(received.masked);
  EXPECT_EQ(received.payload, kConnack + kSuback + messages);
}

struct Reader {
  const char* name;
  std::string fields;
  PackFrames pack_frames = PackFrames::Known;
};
class OnePacketReaders : public testing::TestWithParam<Reader> {};
class SeveralPacketReaders : public testing::TestWithParam<Reader> {};

ServerOptions with(PackFrames pack_frames) {
  ServerOptions options;
  options.pack_frames = pack_frames;
  return options;
}

TEST_P(OnePacketReaders, GetEachPacketInAFrameOfItsOwn) {
  TestServer server(with(GetParam().pack_frames));
  WebSocketClient client(server.http_port(), GetParam().fields);
  std::vector<std::string> packets = numbered_messages(100);
  packets.push_back(publish_packet("a", std::string(3 * 1024 * 1024, 'x')));
  packets.push_back(publish_packet("a", std::string(20'000, 'y')));
  packets.push_back(publish_packet("a", std::string(6 * 1024 * 1024, 'z')));
  packets.push_back(publish_packet("a", "the last"));
  client.send_binary(connect_packet("one") + subscribe_packet("a") + joined(packets));
  packets.insert(packets.begin(), {kConnack, kSuback});
  for (const std::string& packet : packets) {
    const ReceivedFrame received = client.receive();
    EXPECT_EQ(received.opcode, Binary);
    EXPECT_TRUE(received.final);
    ASSERT_TRUE(received.payload == packet) << received.payload.size() << " bytes instead of " << packet.size();
  }
}

TEST_P(SeveralPacketReaders, GetPacketsTogetherThatAreReady) {
  TestServer server(with(GetParam().pack_frames));
  WebSocketClient client(server.http_port(), GetParam().fields);
  const std::string messages = joined(numbered_messages(20));
  client.send_binary(connect_packet("many") + subscribe_packet("a") + messages);
  EXPECT_EQ(client.receive().payload, kConnack + kSuback + messages);
}

const std::string kMqtt = "Sec-WebSocket-Protocol: mqtt\r\n";
const std::string kOrigin = "Origin: http://localhost:8080\r\n";
const std::string kMozilla = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n";
const std::string kFetched = "Sec-Fetch-Mode: websocket\r\nSec-Fetch-Site: same-site\r\n";

INSTANTIATE_TEST_SUITE_P(
    WebSocket, OnePacketReaders,
    testing::Values(Reader{"Unknown", kMqtt}, Reader{"ProgramWithAnOrigin", kOrigin + kMqtt},
                    Reader{"ProgramThatCallsItselfABrowser", kMozilla + kMqtt},
                    Reader{"FetchedWithoutOrigin", kFetched + kMqtt},
                    Reader{"OtherProgram", "User-Agent: wasmqttish/1\r\n" + kMqtt},
                    Reader{"BrowserOf3_1", std::string(kOldClient)}, Reader{"NoSubprotocol", kOrigin + kMozilla},
                    Reader{"OwnClientOf3_1", "User-Agent: wasmqtt/0.1.0\r\nSec-WebSocket-Protocol: mqttv3.1\r\n"},
                    Reader{"Of3_1ThoughAlwaysIsAsked", std::string(kOldClient), PackFrames::Always},
                    Reader{"BrowserThoughNeverIsAsked", std::string(kBrowser), PackFrames::Never}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    WebSocket, SeveralPacketReaders,
    testing::Values(Reader{"Chromium", std::string(kBrowser)}, Reader{"Firefox", kFetched + kOrigin + kMqtt},
                    Reader{"OwnClient", "User-Agent: wasmqtt/0.1.0\r\n" + kMqtt},
                    Reader{"OfBothSubprotocols", kOrigin + kMozilla + "Sec-WebSocket-Protocol: mqttv3.1, mqtt\r\n"},
                    Reader{"UnknownWhereAlwaysIsAsked", kMqtt, PackFrames::Always},
                    Reader{"NoSubprotocolWhereAlwaysIsAsked", "", PackFrames::Always}),
    [](const auto& test) { return test.param.name; });

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

TEST_F(WebSocket, HandsOnTheBytesBeforeACloseFrame) {
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
  std::string bytes;
  std::uint16_t code;
};
class Violations : public WebSocket, public testing::WithParamInterface<Violation> {};

TEST_P(Violations, CloseTheConnectionWithACodeAndAReasonWhileOthersAreServed) {
  Bystander bystander(server_.mqtt_port());
  WebSocketClient client(server_.http_port());
  client.send_binary(connect_packet("violator"));
  EXPECT_EQ(client.receive_binary(4), kConnack);
  client.send(GetParam().bytes);
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

TEST_F(WebSocket, SplitsAPacketForABrowserOnlyAboveFourMebibytes) {
  WebSocketClient client(server_.http_port(), kBrowser);
  client.send_binary(connect_packet("large") + subscribe_packet("a"));
  EXPECT_EQ(client.receive_binary(9), kConnack + kSuback);
  const std::string whole = publish_packet("a", std::string(4 * 1024 * 1024 - 100, 'x'));
  const std::string split = publish_packet("a", std::string(9 * 1024 * 1024 + 500, 'y'));
  const std::string small = publish_packet("a", "small");
  client.send_binary(whole);
  EXPECT_TRUE(client.receive().payload == whole);
  client.send_binary(split + small);
  std::string received;
  while (received.size() < split.size()) {
    const ReceivedFrame part = client.receive();
    EXPECT_TRUE(part.final);
    EXPECT_LE(part.payload.size(), 1024U * 1024U);
    received += part.payload;
  }
  EXPECT_TRUE(received == split);
  EXPECT_EQ(client.receive().payload, small);
}

TEST_F(WebSocket, IsClosedWithCode1009ByAFrameThatAnnouncesATebibyte) {
  const std::string announced("\x82\xFF\x00\x00\x01\x00\x00\x00\x00\x00mask", 14);
  WebSocketClient connected(server_.http_port());
  connected.send_binary(connect_packet("greedy"));
  EXPECT_EQ(connected.receive_binary(4), kConnack);
  WebSocketClient new_one(server_.http_port());
  for (WebSocketClient* client : {&connected, &new_one}) {
    client->send(announced);
    const ReceivedFrame close = client->receive();
    EXPECT_EQ(close.opcode, Close);
    EXPECT_EQ(close.close_code(), 1009);
    EXPECT_NE(close.close_reason(), "");
  }
}

TEST_F(WebSocket, TakesAFrameOfManyPacketsThatTogetherAreLargerThanTheLargestPacket) {
  ServerOptions options;
  options.broker.maximum_packet_size = 1000;
  TestServer server(options);
  WebSocketClient client(server.http_port());
  std::string packets = connect_packet("many");
  for (int i = 0; i < 10'000; ++i)
    packets += std::string("\xC0\x00", 2);
  packets += publish_packet("a", std::string(900, 'x'));
  client.send_binary(packets + subscribe_packet("a"));
  std::string answers;
  while (answers.size() < 4 + 2 * 10'000 + 5)
    answers += client.receive().payload;
  EXPECT_TRUE(answers.ends_with(kSuback));
}

class SlowReaders : public WebSocket, public testing::WithParamInterface<Reader> {};

TEST_P(SlowReaders, GetFramesThatBeginAndEndWithPackets) {
  constexpr int kMessages = 4000;
  WebSocketClient client(server_.http_port(), GetParam().fields, kSmallReceiveBuffer);
  client.send_binary(connect_packet("slow") + subscribe_packet("a"));
  EXPECT_EQ(client.receive_binary(9), kConnack + kSuback);
  TestSocket publisher(server_.mqtt_port());
  publisher.send(connect_packet("pub"));
  publisher.receive(4);
  std::string expected;
  std::vector<std::size_t> ends;
  for (int i = 0; i < kMessages; ++i) {
    expected += publish_packet("a", std::to_string(i) + std::string(i % 100 == 0 ? 10'000 : 1000, 'x'));
    ends.push_back(expected.size());
  }
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
      ASSERT_TRUE(std::binary_search(ends.begin(), ends.end(), received.size())) << "a frame ends inside a packet";
    }
  }
  EXPECT_TRUE(received == expected);
  EXPECT_TRUE(got_pong);
}

INSTANTIATE_TEST_SUITE_P(WebSocket, SlowReaders,
                         testing::Values(Reader{"Browser", std::string(kBrowser)}, Reader{"Unknown", kMqtt}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace wasmqtt
