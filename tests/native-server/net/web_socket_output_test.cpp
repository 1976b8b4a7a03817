// Packets in any pieces, over a transport that takes what it likes -> whole frames that begin and end with packets.
#include "net/web_socket_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "net/tcp_link.h"
#include "support/test_server.h"

namespace wasmqtt {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kConnack("\x20\x02\x00\x00", 4);

// Takes as many bytes a write as it is told.
class PickyTransport final : public Link {
 public:
  std::size_t write(std::span<const Bytes> parts) override {
    ++writes;
    EXPECT_LE(parts.size(), kMaximumWriteParts + 2);
    std::size_t taken = 0;
    for (const Bytes part : parts) {
      const std::size_t count = std::min(part.size(), room - taken);
      wire += mqtt::as_text(part.first(count));
      taken += count;
    }
    return taken;
  }
  void start(LinkListener&) override {}
  void want_writable() override {}
  void pause() override {}
  void resume() override {}
  void close(CloseCode, std::string_view) override {}
  void abort() override {}
  void expire() override {}
  void limit_remaining_time() override {}
  std::string peer() const override { return "peer"; }
  bool is_web_socket() const override { return false; }

  std::size_t room = SIZE_MAX;  // of each write
  int writes = 0;
  std::string wire;
};

// The payloads of the whole frames in `wire`; what is behind them goes to `rest`.
std::vector<std::string> payloads(std::string_view wire, std::string* rest = nullptr) {
  std::vector<std::string> frames;
  while (wire.size() >= 2) {
    EXPECT_EQ(static_cast<std::uint8_t>(wire[0]), 0x82);
    std::size_t size = static_cast<std::uint8_t>(wire[1]);
    const std::size_t length_size = size < 126 ? 0 : size == 126 ? 2 : 8;
    if (wire.size() < 2 + length_size) break;
    if (length_size > 0) size = 0;
    for (std::size_t i = 0; i < length_size; ++i)
      size = size << 8 | static_cast<std::uint8_t>(wire[2 + i]);
    if (wire.size() < 2 + length_size + size) break;
    frames.emplace_back(wire.substr(2 + length_size, size));
    wire.remove_prefix(2 + length_size + size);
  }
  if (rest != nullptr) *rest = wire;
  return frames;
}

class Writer {
 public:
  explicit Writer(const mqtt::TransportFrameLimits& limits) : output_(limits) {}

  // As a link does it: answers how many bytes of `parts` were taken.
  std::size_t write(std::span<const Bytes> parts) {
    std::vector<Bytes> runs{output_.held()};
    runs.insert(runs.end(), parts.begin(), parts.end());
    mqtt::ByteRuns ahead(runs);
    const std::size_t all = ahead.size();
    const std::size_t held = output_.held().size();
    const bool goes_on = output_.send(transport, memory_, ahead);
    const std::size_t sent = all - ahead.size();
    output_.settle(sent, ahead, goes_on);
    return goes_on ? all - held : sent - std::min(sent, held);
  }
  std::size_t write(std::string_view bytes) {
    const Bytes part = mqtt::as_bytes(bytes);
    return write({&part, 1});
  }
  bool is_between_frames() const { return output_.is_between_frames(); }
  std::size_t held() const { return output_.held().size(); }

  PickyTransport transport;

 private:
  WebSocketOutput output_;
  std::array<std::uint8_t, 4096> memory_{};
};

TEST(WebSocketOutput, SendsManyPacketsInFramesOfTheirOwnByOneWrite) {
  Writer writer(kOnePacketFrames);
  std::string packets = kConnack;
  std::vector<std::string> expected{kConnack};
  for (int i = 0; i < 100; ++i) {
    expected.push_back(publish_packet("a", "message " + std::to_string(i)));
    packets += expected.back();
  }
  EXPECT_EQ(writer.write(packets), packets.size());
  EXPECT_EQ(payloads(writer.transport.wire), expected);
  EXPECT_EQ(writer.transport.writes, 1);
}

TEST(WebSocketOutput, SendsLargePayloadsWithoutCopyingThem) {
  Writer writer(kPackedFrames);
  const std::string payload(100'000, 'x');
  const std::string message = publish_packet("a", payload);
  const std::string head = message.substr(0, message.size() - payload.size());
  const std::array<Bytes, 5> parts{mqtt::as_bytes(kConnack), mqtt::as_bytes(head), mqtt::as_bytes(payload),
                                   mqtt::as_bytes(head), mqtt::as_bytes(payload)};
  EXPECT_EQ(writer.write(parts), kConnack.size() + 2 * message.size());
  EXPECT_THAT(payloads(writer.transport.wire), ElementsAre(kConnack + message + message));
  EXPECT_EQ(writer.transport.writes, 1);
}

TEST(WebSocketOutput, WaitsForThePacketsThatItIsGivenPieceByPiece) {
  for (const auto& limits : {kOnePacketFrames, kPackedFrames}) {
    Writer writer(limits);
    const std::string packets = kConnack + publish_packet("a", std::string(300, 'x'));
    for (const char& byte : packets)
      EXPECT_EQ(writer.write({&byte, 1}), 1U);
    EXPECT_THAT(payloads(writer.transport.wire), ElementsAre(kConnack, packets.substr(4)));
    EXPECT_EQ(writer.held(), 0U);
  }
}

TEST(WebSocketOutput, KeepsThePacketThatIsNotWholeOutOfAFrameOfOthers) {
  Writer writer(kPackedFrames);
  const std::string message = publish_packet("a", "message");
  const std::string packets = kConnack + message + message.substr(0, 3);
  EXPECT_EQ(writer.write(packets), packets.size());
  EXPECT_THAT(payloads(writer.transport.wire), ElementsAre(kConnack + message));
  EXPECT_TRUE(writer.is_between_frames());
  EXPECT_EQ(writer.write(message.substr(3) + message), message.size() - 3 + message.size());
  EXPECT_THAT(payloads(writer.transport.wire), ElementsAre(kConnack + message, message + message));
}

TEST(WebSocketOutput, PassesALargePacketOnAsItComesInOneFrame) {
  Writer writer(kOnePacketFrames);
  const std::string large = publish_packet("a", std::string(1'000'000, 'x'));
  writer.write(kConnack);
  writer.write(large.substr(0, 1000));
  EXPECT_FALSE(writer.is_between_frames()) << "waits for a large packet";
  EXPECT_GE(writer.transport.wire.size(), 1000U);
  writer.write(large.substr(1000));
  EXPECT_TRUE(writer.is_between_frames());
  EXPECT_EQ(payloads(writer.transport.wire).at(1), large);
}

TEST(WebSocketOutput, PassesWhatIsNoMqttOnAsItComes) {
  for (const auto& limits : {kOnePacketFrames, kPackedFrames}) {
    Writer writer(limits);
    writer.write("one");
    writer.write("two");
    EXPECT_THAT(payloads(writer.transport.wire), ElementsAre("one", "two"));
    Writer later(limits);
    later.write(kConnack + std::string("\0no packet", 10));
    later.write("no packet");
    std::string all;
    for (const std::string& payload : payloads(later.transport.wire))
      all += payload;
    EXPECT_EQ(all, kConnack + std::string("\0no packetno packet", 19));
  }
}

struct Rules {
  const char* name;
  mqtt::TransportFrameLimits limits;
};
class AnyTransport : public testing::TestWithParam<Rules> {};

// Pieces, parts, and what the transport takes are random; what arrives must not depend on any of them.
TEST_P(AnyTransport, GetsWholeFramesOfWholePackets) {
  std::mt19937 random(20'261'127);
  for (int round = 0; round < 300; ++round) {
    std::string stream = kConnack;
    std::vector<std::size_t> ends{0, stream.size()};
    for (std::size_t count = random() % 30; count > 0; --count) {
      const std::size_t largest = random() % 8 == 0 ? 10'000 : 200;
      stream += publish_packet("a", std::string(random() % largest, static_cast<char>('a' + count)));
      ends.push_back(stream.size());
    }
    Writer writer(GetParam().limits);
    std::size_t at = 0;
    while (at < stream.size()) {
      writer.transport.room = random() % 3 == 0 ? SIZE_MAX : random() % 700;
      std::vector<Bytes> parts;
      std::size_t end = at;
      for (std::size_t count = random() % 5; count > 0 && end < stream.size(); --count) {
        const std::size_t size = std::min<std::size_t>(random() % 3000, stream.size() - end);
        parts.push_back(mqtt::as_bytes(stream).subspan(end, size));
        end += size;
      }
      const std::size_t taken = writer.write(parts);
      ASSERT_LE(taken, end - at);
      at += taken;
    }
    writer.transport.room = SIZE_MAX;
    writer.write(std::string_view());
    std::string rest;
    std::string received;
    for (const std::string& payload : payloads(writer.transport.wire, &rest)) {
      const std::size_t begin = received.size();
      received += payload;
      const bool is_aligned = std::binary_search(ends.begin(), ends.end(), begin) &&
                              std::binary_search(ends.begin(), ends.end(), received.size());
      const auto packets = std::lower_bound(ends.begin(), ends.end(), received.size()) -
                           (std::upper_bound(ends.begin(), ends.end(), begin) - 1);
      ASSERT_TRUE(is_aligned || packets == 1);
      if (packets == 1) continue;
      ASSERT_LE(payload.size(), GetParam().limits.gathered);
    }
    ASSERT_EQ(rest, "");
    ASSERT_TRUE(received == stream);
    ASSERT_EQ(writer.held(), 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(WebSocketOutput, AnyTransport,
                         testing::Values(Rules{"OnePacket", kOnePacketFrames}, Rules{"Packed", kPackedFrames},
                                         Rules{"SmallFrames", {.gathered = 500, .unsplit = 1500}}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace wasmqtt
