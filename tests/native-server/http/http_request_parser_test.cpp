// Requests in any slicing, and those that are refused.
#include "http/http_request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

using Status = HttpRequestParser::Status;

constexpr std::string_view kRequest = "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n";

Status feed(HttpRequestParser& parser, std::string_view bytes, std::size_t* consumed = nullptr) {
  std::size_t count = 0;
  const Status status = parser.feed(mqtt::as_bytes(bytes), count);
  if (consumed != nullptr) *consumed = count;
  return status;
}

TEST(HttpRequestParser, ReadsARequest) {
  HttpRequestParser parser;
  ASSERT_EQ(feed(parser, kRequest), Status::Complete);
  EXPECT_EQ(parser.request().method, "GET");
  EXPECT_EQ(parser.request().target, "/a?b=c");
  EXPECT_EQ(parser.request().field("accept"), "text/html");
  EXPECT_TRUE(parser.request().keep_alive);
  EXPECT_FALSE(parser.request().upgrade);
}

TEST(HttpRequestParser, ReadsARequestThatComesByteByByte) {
  HttpRequestParser parser;
  for (const char c : kRequest.substr(0, kRequest.size() - 1))
    ASSERT_EQ(feed(parser, {&c, 1}), Status::NeedMore);
  EXPECT_TRUE(parser.is_inside_request());
  ASSERT_EQ(feed(parser, "\n"), Status::Complete);
  EXPECT_EQ(parser.request().field("Host"), "localhost");
  EXPECT_EQ(parser.request().field("Accept"), "text/html");
}

TEST(HttpRequestParser, LeavesAPipelinedRequestForTheNextCall) {
  HttpRequestParser parser;
  const std::string two = std::string(kRequest) + "HEAD /second HTTP/1.0\r\n\r\n";
  std::size_t consumed = 0;
  ASSERT_EQ(feed(parser, two, &consumed), Status::Complete);
  EXPECT_EQ(consumed, kRequest.size());
  parser.next_request();
  ASSERT_EQ(feed(parser, std::string_view(two).substr(consumed)), Status::Complete);
  EXPECT_EQ(parser.request().method, "HEAD");
  EXPECT_EQ(parser.request().target, "/second");
  EXPECT_FALSE(parser.request().keep_alive);
}

TEST(HttpRequestParser, ReadsPastABody) {
  HttpRequestParser parser;
  const std::string_view request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET";
  std::size_t consumed = 0;
  ASSERT_EQ(feed(parser, request, &consumed), Status::Complete);
  EXPECT_EQ(request.substr(consumed), "GET");
}

TEST(HttpRequestParser, StopsBehindTheHeadersOfAnUpgrade) {
  HttpRequestParser parser;
  const std::string_view request =
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x82\x80";
  std::size_t consumed = 0;
  ASSERT_EQ(feed(parser, request, &consumed), Status::Complete);
  EXPECT_TRUE(parser.request().upgrade);
  EXPECT_EQ(request.substr(consumed), "\x82\x80");
}

// [RFC9110 5.5, 5.6.1, 5.6.3]
TEST(HttpRequestParser, TakesWhiteSpaceAroundAValueOrNoneForTheSame) {
  for (const std::string before : {"", " ", "\t", "  \t "}) {
    for (const std::string after : {"", " ", "\t", " \t  "}) {
      const auto line = [&](const char* name, const char* value) {
        return name + (":" + before) + value + after + "\r\n";
      };
      const std::string request = "POST / HTTP/1.1\r\n" + line("Host", "h") + line("connection", "x, close") +
                                  line("Content-Length", "3") + line("Empty", "") + line("X-Two", "a b") + "\r\nabcGET";
      for (const std::size_t piece : {request.size(), std::size_t{1}}) {
        HttpRequestParser parser;
        Status status = Status::NeedMore;
        std::size_t at = 0;
        while (status == Status::NeedMore && at < request.size()) {
          std::size_t consumed = 0;
          status = feed(parser, std::string_view(request).substr(at, piece), &consumed);
          at += consumed;
        }
        ASSERT_EQ(status, Status::Complete) << request;
        EXPECT_EQ(request.substr(at), "GET");
        EXPECT_EQ(parser.request().field("Host"), "h");
        EXPECT_EQ(parser.request().field("Empty"), "");
        EXPECT_EQ(parser.request().field("x-two"), "a b");
        EXPECT_FALSE(parser.request().keep_alive);
      }
    }
  }
}

TEST(HttpRequestParser, FindsTheUpgradeInAnyFormOfTheConnectionField) {
  for (const std::string fields :
       {"Connection:Upgrade\r\nUpgrade:websocket\r\n", "CONNECTION: uPGRADE  \r\nupgrade: WebSocket\t\r\n",
        "Connection:\tUpgrade\t\r\nUpgrade:\twebsocket\t\r\n",
        "Connection: keep-alive,Upgrade\r\nUpgrade: websocket\r\n",
        "Connection: keep-alive \t,\t Upgrade\r\nUpgrade: websocket\r\n",
        "Connection:,, Upgrade ,\r\nUpgrade: websocket\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n",
        "Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"}) {
    HttpRequestParser parser;
    const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n\x82\x80";
    std::size_t consumed = 0;
    ASSERT_EQ(feed(parser, request, &consumed), Status::Complete) << fields;
    EXPECT_TRUE(parser.request().upgrade) << fields;
    EXPECT_TRUE(parser.request().keep_alive) << fields;
    EXPECT_EQ(request.substr(consumed), "\x82\x80") << fields;
  }
}

TEST(HttpRequestParser, ReadsChunksThatAreNamedWithWhiteSpaceAroundThem) {
  HttpRequestParser parser;
  const std::string request =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\tchunked\t\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET";
  std::size_t consumed = 0;
  ASSERT_EQ(feed(parser, request, &consumed), Status::Complete);
  EXPECT_EQ(request.substr(consumed), "GET");
}

struct Refused {
  const char* name;
  std::string request;
  int status;
};
class RefusedRequests : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRequests, GetAStatusAndASentence) {
  HttpRequestParser parser;
  ASSERT_EQ(feed(parser, GetParam().request), Status::Failed);
  const HttpResponse problem = parser.problem();
  EXPECT_EQ(problem.status, GetParam().status);
  EXPECT_THAT(problem.body, testing::EndsWith(".\n"));
}

INSTANTIATE_TEST_SUITE_P(
    HttpRequestParser, RefusedRequests,
    testing::Values(
        Refused{"Garbage", "\x16\x03\x01 hello\r\n\r\n", 400}, Refused{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Refused{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Refused{"NewerVersion", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        Refused{"LongTarget", "GET /" + std::string(10'000, 'a') + " HTTP/1.1\r\n", 414},
        Refused{"LargeFields", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
        Refused{"LargeBody", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n" + std::string(70'000, 'a'),
                413},
        Refused{"LengthAndChunks",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Refused{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        Refused{"TabBeforeColon", "GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", 400}),
    [](const auto& test) { return test.param.name; });

TEST(HttpRequestParser, SurvivesEveryMutationOfARequest) {
  for (std::size_t at = 0; at < kRequest.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string mutated(kRequest);
      mutated[at] = static_cast<char>(byte);
      HttpRequestParser parser;
      std::size_t consumed = 0;
      const Status status = feed(parser, mutated, &consumed);
      ASSERT_LE(consumed, mutated.size());
      if (status == Status::Failed) {
        ASSERT_GE(parser.problem().status, 400);
      }
    }
  }
}

}  // namespace
}  // namespace wasmqtt
