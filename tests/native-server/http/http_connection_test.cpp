// HTTP over real sockets: order, keep-alive, back-pressure and the end of a connection.
#include "http/http_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_folder.h"
#include "support/test_server.h"

namespace wasmqtt {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::StartsWith;

struct Answer {
  std::string head;
  std::string body;
};

Answer receive_answer(TestSocket& socket, bool has_body = true) {
  Answer answer;
  answer.head = socket.receive_until("\r\n\r\n");
  const auto at = answer.head.find("Content-Length: ");
  if (has_body && at != std::string::npos) answer.body = socket.receive(std::stoul(answer.head.substr(at + 16)));
  return answer;
}

class Http : public testing::Test {
 protected:
  Http() {
    folder_.write("index.html", "<h1>hi</h1>");
    folder_.write("app.js", "1");
    for (char& c : big_)
      c = static_cast<char>(&c - big_.data());
    folder_.write("big.bin", big_);
    ServerOptions options;
    options.serve = folder_.path();
    server_.emplace(options);
  }

  TestSocket connect(int receive_buffer = 0) const { return TestSocket(server_->http_port(), receive_buffer); }

  std::string big_ = std::string(20 * 1024 * 1024 + 7, '\0');
  TemporaryFolder folder_;
  std::optional<TestServer> server_;
};

TEST_F(Http, AnswersSeveralRequestsOnOneConnection) {
  TestSocket socket = connect();
  for (int i = 0; i < 3; ++i) {
    socket.send("GET /app.js HTTP/1.1\r\nHost: h\r\n\r\n");
    const Answer answer = receive_answer(socket);
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer.head, HasSubstr("\r\nDate: "));
    EXPECT_EQ(answer.body, "1");
  }
}

TEST_F(Http, AnswersPipelinedRequestsInTheirOrder) {
  TestSocket socket = connect();
  socket.send(
      "GET /app.js HTTP/1.1\r\nHost: h\r\n\r\nGET /big.bin HTTP/1.1\r\nHost: h\r\n\r\nGET /nothing HTTP/1.1\r\nHost: "
      "h\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(receive_answer(socket).body, "1");
  EXPECT_TRUE(receive_answer(socket).body == big_);
  EXPECT_THAT(receive_answer(socket).head, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_EQ(receive_answer(socket).body, "<h1>hi</h1>");
}

TEST_F(Http, AnswersARequestThatComesInPieces) {
  TestSocket socket = connect();
  for (const char& c : std::string_view("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
    socket.send({&c, 1});
  EXPECT_EQ(receive_answer(socket).body, "<h1>hi</h1>");
}

TEST_F(Http, AnswersHeadWithTheHeadAlone) {
  TestSocket socket = connect();
  socket.send(
      "HEAD /big.bin HTTP/1.1\r\nHost: h\r\n\r\nHEAD /nothing HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: "
      "h\r\n\r\n");
  EXPECT_THAT(receive_answer(socket, false).head, HasSubstr("Content-Length: " + std::to_string(big_.size())));
  EXPECT_THAT(receive_answer(socket, false).head, StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(receive_answer(socket).body, "<h1>hi</h1>");
}

TEST_F(Http, AnswersNotModifiedWithoutABody) {
  TestSocket socket = connect();
  socket.send("GET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: *\r\n\r\nGET /app.js HTTP/1.1\r\nHost: h\r\n\r\n");
  const Answer answer = receive_answer(socket);
  EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(answer.head, testing::Not(HasSubstr("Content-Length")));
  EXPECT_EQ(receive_answer(socket).body, "1");
}

TEST_F(Http, ClosesWhenAskedTo) {
  TestSocket socket = connect();
  socket.send("GET /app.js HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = socket.receive_until_closed();
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(all, testing::EndsWith("\r\n\r\n1"));
}

TEST_F(Http, ClosesAfterAnHttp10RequestUnlessAskedToStay) {
  TestSocket leaving = connect();
  leaving.send("GET /app.js HTTP/1.0\r\n\r\n");
  EXPECT_THAT(leaving.receive_until_closed(), testing::EndsWith("\r\n\r\n1"));
  TestSocket staying = connect();
  staying.send("GET /app.js HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(receive_answer(staying).head, HasSubstr("Connection: keep-alive\r\n"));
  staying.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(receive_answer(staying).body, "<h1>hi</h1>");
}

TEST_F(Http, AnswersAClientThatHasFinishedSending) {
  TestSocket socket = connect();
  socket.send("GET /big.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  socket.shut_down_sending();
  EXPECT_TRUE(receive_answer(socket).body == big_);
  EXPECT_EQ(socket.receive_until_closed(), "");
}

TEST_F(Http, RefusesGarbageWithASentenceAndCloses) {
  TestSocket socket = connect();
  socket.send("\x01\x02\x03 what?\r\n\r\n");
  const std::string all = socket.receive_until_closed();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(all, HasSubstr("This is not a valid HTTP request"));
  EXPECT_NE(server_->log().wait_for("HTTP request refused with 400"), "");
}

TEST_F(Http, TurnsAwayMqttWithoutWebSocketAsAnHttpServer) {
  TestSocket socket = connect();
  socket.send(connect_packet("lost"));
  const std::string all = socket.receive_until_closed();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(all, HasSubstr("not for plain MQTT"));
  EXPECT_NE(server_->log().wait_for("MQTT without WebSocket on the HTTP port"), "");
}

TEST_F(Http, SendsABigFileToASlowReaderWhileOthersAreServed) {
  TestSocket slow = connect(kSmallReceiveBuffer);
  slow.send("GET /big.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  TestSocket other = connect();
  other.send("GET /app.js HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(receive_answer(other).body, "1");
  EXPECT_TRUE(Bystander(server_->mqtt_port()).is_served());
  EXPECT_TRUE(receive_answer(slow).body == big_);
}

TEST_F(Http, OutlivesAClientThatLeavesInTheMiddleOfAFile) {
  {
    TestSocket socket = connect(kSmallReceiveBuffer);
    socket.send("GET /big.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    socket.receive(100);
    socket.reset();
  }
  TestSocket other = connect();
  other.send("GET /app.js HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(receive_answer(other).body, "1");
}

TEST_F(Http, EscapesTheTargetInTheLog) {
  TestSocket socket = connect();
  socket.send("GET /\x1b[2J HTTP/1.1\r\nHost: h\r\n\r\n");
  receive_answer(socket);
  EXPECT_EQ(server_->log().count("\x1b"), 0u);
}

}  // namespace
}  // namespace wasmqtt
