// Frames in any slicing, those that RFC 6455 allows and those that it forbids.
#include "net/web_socket_decoder.h"

#include <gtest/gtest.h>

#include <random>

#include "support/web_socket_client.h"

namespace wasmqtt {
namespace {

using Event = WebSocketDecoder::Event;
using test::frame;

// What came of some bytes: payload as it is, control frames and the end in angle brackets.
class Transcript {
 public:
  // Answers false once the stream is over.
  bool feed(std::string_view bytes) {
    decoder_.feed(mqtt::as_bytes(bytes));
    while (true) {
      switch (decoder_.next()) {
        case Event::NeedMore:
          return true;
        case Event::Payload:
          text_ += mqtt::as_text(decoder_.data());
          break;
        case Event::Ping:
          text_ += "<ping " + std::string(mqtt::as_text(decoder_.data())) + ">";
          break;
        case Event::Pong:
          text_ += "<pong>";
          break;
        case Event::Close:
          text_ += "<close " + code() + " " + std::string(mqtt::as_text(decoder_.data())) + ">";
          return false;
        case Event::Failure:
          text_ += "<failure " + code() + ">";
          return false;
      }
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string code() const { return std::to_string(static_cast<int>(decoder_.close_code())); }

  WebSocketDecoder decoder_;
  std::string text_;
};

std::string decoded(std::string_view bytes) {
  Transcript transcript;
  transcript.feed(bytes);
  return transcript.text();
}

std::string decoded_byte_by_byte(std::string_view bytes) {
  Transcript transcript;
  for (const char& c : bytes) {
    if (!transcript.feed({&c, 1})) break;
  }
  return transcript.text();
}

struct Stream {
  const char* name;
  std::string bytes;
  std::string transcript;
};
class Streams : public testing::TestWithParam<Stream> {};

TEST_P(Streams, DecodeAsOneAndByteByByte) {
  EXPECT_EQ(decoded(GetParam().bytes), GetParam().transcript);
  EXPECT_EQ(decoded_byte_by_byte(GetParam().bytes), GetParam().transcript);
}

std::string with_length_bytes(std::string_view head) {
  return std::string(head) + std::string(16, 'x');
}

std::vector<Stream> streams() {
  using namespace test;
  const std::string ok = frame(Binary, "ok");
  const std::string first = frame(Binary, "fir", {.final = false});
  const std::string middle = frame(Continuation, "st", {.final = false});
  const std::string last = frame(Continuation, "!");
  return {
      {"SingleMessage", ok, "ok"},
      {"EmptyMessage", frame(Binary, "") + ok, "ok"},
      {"SeveralMessages", ok + ok + ok, "okokok"},
      {"LongestShortLength", frame(Binary, std::string(125, 'a')), std::string(125, 'a')},
      {"ShortestTwoByteLength", frame(Binary, std::string(126, 'a')), std::string(126, 'a')},
      {"LongestTwoByteLength", frame(Binary, std::string(65535, 'a')), std::string(65535, 'a')},
      {"ShortestEightByteLength", frame(Binary, std::string(65536, 'a')), std::string(65536, 'a')},
      {"FragmentedMessage", first + middle + last + ok, "first!ok"},
      {"EmptyFragments", frame(Binary, "", {.final = false}) + frame(Continuation, "") + ok, "ok"},
      {"ControlFramesBetweenFragments", first + frame(Ping, "a") + middle + frame(Pong, "") + last,
       "fir<ping a>st<pong>!"},
      {"LongestPing", frame(Ping, std::string(125, 'p')), "<ping " + std::string(125, 'p') + ">"},
      {"CloseWithoutCode", frame(Close, ""), "<close 1005 >"},
      {"CloseWithCodeAndReason", frame(Close, close_payload(1000, "done")), "<close 1000 done>"},
      {"CloseWithApplicationCode", frame(Close, close_payload(4999)), "<close 4999 >"},
      {"CloseWithANulInItsReason", frame(Close, close_payload(1000, std::string("a\0b", 3))),
       "<close 1000 " + std::string("a\0b", 3) + ">"},

      {"TextFrame", frame(Text, "hello"), "<failure 1003>"},
      {"EmptyTextFrame", frame(Text, ""), "<failure 1003>"},
      {"TextInsideAFragmentedMessage", first + frame(Text, "x"), "fir<failure 1002>"},
      {"Unmasked", frame(Binary, "ok", {.masked = false}), "<failure 1002>"},
      {"UnmaskedEmpty", frame(Binary, "", {.masked = false}), "<failure 1002>"},
      {"UnmaskedPing", frame(Ping, "", {.masked = false}), "<failure 1002>"},
      {"ReservedBit1", frame(Binary, "ok", {.reserved_bits = 4}), "<failure 1002>"},
      {"ReservedBit2", frame(Binary, "ok", {.reserved_bits = 2}), "<failure 1002>"},
      {"ReservedBit3", frame(Ping, "", {.reserved_bits = 1}), "<failure 1002>"},
      {"ReservedDataOpcode", frame(3, "x"), "<failure 1002>"},
      {"ReservedControlOpcode", frame(0xB, "x"), "<failure 1002>"},
      {"ContinuationOfNothing", frame(Continuation, "x"), "<failure 1002>"},
      {"ContinuationAfterTheEnd", first + last + last, "fir!<failure 1002>"},
      {"NewMessageInsideAnother", first + ok, "fir<failure 1002>"},
      {"FragmentedPing", frame(Ping, "a", {.final = false}), "<failure 1002>"},
      {"OversizedPing", frame(Ping, std::string(126, 'p')), "<failure 1002>"},
      {"OversizedClose", frame(Close, close_payload(1000, std::string(124, 'r'))), "<failure 1002>"},
      {"LengthInMoreBytesThanItNeeds", with_length_bytes(std::string("\x82\xFE\x00\x05", 4)), "<failure 1002>"},
      {"LengthInEightBytesThatFitsInTwo", with_length_bytes(std::string("\x82\xFF\0\0\0\0\0\0\xFF\xFF", 10)),
       "<failure 1002>"},
      {"LengthWithItsHighestBit", with_length_bytes(std::string("\x82\xFF\x80\0\0\0\0\0\0\0", 10)), "<failure 1002>"},
      {"CloseWithHalfACode", frame(Close, "\x03"), "<failure 1002>"},
      {"CloseWithCode0", frame(Close, close_payload(0)), "<failure 1002>"},
      {"CloseWithCode999", frame(Close, close_payload(999)), "<failure 1002>"},
      {"CloseWithCode1004", frame(Close, close_payload(1004)), "<failure 1002>"},
      {"CloseWithCode1005", frame(Close, close_payload(1005)), "<failure 1002>"},
      {"CloseWithCode1006", frame(Close, close_payload(1006)), "<failure 1002>"},
      {"CloseWithCode1015", frame(Close, close_payload(1015)), "<failure 1002>"},
      {"CloseWithCode2999", frame(Close, close_payload(2999)), "<failure 1002>"},
      {"CloseWithCode5000", frame(Close, close_payload(5000)), "<failure 1002>"},
      {"CloseWithAReasonThatIsNotUtf8", frame(Close, close_payload(1000, "\xFF\xFE")), "<failure 1007>"},
  };
}

// A header without the payload that it announces: first byte, length, mask.
std::string header(int first, std::uint64_t length, bool masked = true) {
  std::string bytes{static_cast<char>(first), static_cast<char>((masked ? 0x80 : 0) | 127)};
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(length >> shift));
  return bytes + (masked ? "mask" : "");
}

std::vector<Stream> refused_headers() {
  using namespace test;
  constexpr std::uint64_t kGibibyte = 1024 * 1024 * 1024;
  constexpr std::uint64_t kLargest = maximum_message_size(mqtt::kMaximumPacketSize);
  const std::string first = frame(Binary, "fir", {.final = false});
  return {
      {"Tebibyte", header(0x82, 1024 * kGibibyte), "<failure 1009>"},
      {"TebibyteBehindAMessage", frame(Binary, "ok") + header(0x82, 1024 * kGibibyte), "ok<failure 1009>"},
      {"ByteTooMany", header(0x82, kLargest + 1), "<failure 1009>"},
      {"LargestLengthOfAll", header(0x82, ~std::uint64_t{0} >> 1), "<failure 1009>"},
      {"FirstFragmentOfATebibyte", header(0x02, 1024 * kGibibyte), "<failure 1009>"},
      {"ContinuationOfATebibyte", first + header(0x80, 1024 * kGibibyte), "fir<failure 1009>"},
      {"FragmentsThatAreTooMuchTogether", first + header(0x00, kLargest - 2), "fir<failure 1009>"},
      {"UnmaskedTebibyte", header(0x82, 1024 * kGibibyte, false), "<failure 1002>"},
      {"PingOfATebibyte", header(0x89, 1024 * kGibibyte), "<failure 1002>"},
      {"CloseOf126Bytes", std::string("\x88\xFE\x00\x7E", 4), "<failure 1002>"},
      {"TextOfATebibyte", header(0x81, 1024 * kGibibyte), "<failure 1003>"},
      {"UnmaskedHeaderAlone", std::string("\x82\x05", 2), "<failure 1002>"},
      {"ReservedBitInAHeaderAlone", std::string("\xC2\x85", 2), "<failure 1002>"},
      {"FragmentedPingHeaderAlone", std::string("\x09\x85", 2), "<failure 1002>"},
  };
}

INSTANTIATE_TEST_SUITE_P(RefusedHeaders, Streams, testing::ValuesIn(refused_headers()),
                         [](const auto& test) { return test.param.name; });

TEST(WebSocketDecoder, TakesAHeaderThatAnnouncesTheLargestMessage) {
  constexpr std::uint64_t kLargest = maximum_message_size(mqtt::kMaximumPacketSize);
  EXPECT_GT(kLargest, mqtt::kMaximumPacketSize);
  EXPECT_EQ(decoded(header(0x82, kLargest)), "");
  EXPECT_EQ(decoded(frame(test::Binary, "fir", {.final = false}) + header(0x80, kLargest - 3)), "fir");
}

TEST(WebSocketDecoder, CountsTheFragmentsOfEachMessageAnewAndNoControlFrames) {
  using namespace test;
  WebSocketDecoder decoder(10);
  std::string bytes;
  for (int i = 0; i < 100; ++i)
    bytes += frame(Binary, "12345", {.final = false}) + frame(Ping, "pingpingping") + frame(Continuation, "67890");
  decoder.feed(mqtt::as_bytes(bytes));
  Event event = Event::Payload;
  while (event == Event::Payload || event == Event::Ping)
    event = decoder.next();
  EXPECT_EQ(event, Event::NeedMore);
}

INSTANTIATE_TEST_SUITE_P(WebSocketDecoder, Streams, testing::ValuesIn(streams()),
                         [](const auto& test) { return test.param.name; });

TEST(WebSocketDecoder, AnswersOneOfItsEventsToAnyGarbage) {
  std::mt19937 random(20'260'801);
  for (int round = 0; round < 20'000; ++round) {
    std::string garbage(random() % 64, '\0');
    for (char& c : garbage)
      c = static_cast<char>(random());
    // Most first bytes are refused at once; these get further.
    if (!garbage.empty() && round % 2 == 0) garbage[0] = static_cast<char>(0x82);
    if (garbage.size() > 1 && round % 4 == 0) garbage[1] = static_cast<char>(garbage[1] | 0x80);
    EXPECT_EQ(decoded(garbage), decoded_byte_by_byte(garbage));
  }
}

}  // namespace
}  // namespace wasmqtt
