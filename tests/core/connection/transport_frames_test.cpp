// Packets in any pieces -> frames that begin and end with packets.
#include "mqtt/connection/transport_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "mqtt/codec/encode.h"

namespace mqtt {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Le;

constexpr TransportFrameLimits kOnePacket;

// A PUBLISH of so many bytes in all. Precondition: one that a PUBLISH can have.
std::string packet_of(std::size_t size) {
  for (std::size_t header = 2; header <= 5; ++header) {
    const std::string payload(size - header - 3, 'x');
    ByteBuffer out;
    encode(Publish{.topic = "t", .payload = as_bytes(payload)}, ProtocolVersion::V3_1_1, out);
    if (out.size() == size) return std::string(as_text(out.view()));
  }
  ADD_FAILURE() << "no PUBLISH has " << size << " bytes";
  return {};
}

// The sizes of the frames of a stream that is all there.
std::vector<std::size_t> frames_of(std::string_view stream, const TransportFrameLimits& limits) {
  const std::vector<Bytes> pieces{as_bytes(stream)};
  ByteRuns ahead(pieces);
  TransportFrames frames(limits);
  std::vector<std::size_t> sizes;
  while (!ahead.empty()) {
    sizes.push_back(frames.next(ahead));
    if (sizes.back() == 0) break;
    ahead.skip(sizes.back());
  }
  return sizes;
}

TEST(TransportFrames, HoldOnePacketEachUnlessToldOtherwise) {
  EXPECT_THAT(
      frames_of(packet_of(5) + packet_of(100) + packet_of(200) + packet_of(5'000'000) + packet_of(7), kOnePacket),
      ElementsAre(5, 100, 200, 5'000'000, 7));
}

TEST(TransportFrames, GatherPacketsUpToTheirLimit) {
  const TransportFrameLimits limits{.gathered = 100};
  EXPECT_THAT(frames_of(packet_of(50) + packet_of(50) + packet_of(10), limits), ElementsAre(100, 10));
  EXPECT_THAT(frames_of(packet_of(50) + packet_of(51) + packet_of(10), limits), ElementsAre(50, 61));
  EXPECT_THAT(frames_of(packet_of(10) + packet_of(300) + packet_of(10) + packet_of(10), limits),
              ElementsAre(10, 300, 20));
}

TEST(TransportFrames, HoldNothingBesideThePiecesOfAPacketThatIsSplit) {
  const TransportFrameLimits limits{.gathered = 100, .unsplit = 100};
  EXPECT_THAT(frames_of(packet_of(10) + packet_of(250) + packet_of(10) + packet_of(10), limits),
              ElementsAre(10, 100, 100, 50, 20));
  const TransportFrameLimits larger{.gathered = 100, .unsplit = 400};
  EXPECT_THAT(frames_of(packet_of(400) + packet_of(401) + packet_of(9), larger),
              ElementsAre(400, 100, 100, 100, 100, 1, 9));
}

TEST(TransportFrames, AreOneWhereTheLimitIsNone) {
  EXPECT_THAT(frames_of(packet_of(10) + packet_of(3'000'000) + packet_of(10), {.gathered = SIZE_MAX}),
              ElementsAre(3'000'020));
}

TEST(TransportFrames, TakeOnlyPacketsThatAreWholeIntoAFrameOfSeveral) {
  const std::string stream = packet_of(50) + packet_of(60) + packet_of(70).substr(0, 69);
  EXPECT_THAT(frames_of(stream, {.gathered = 1000}), ElementsAre(110, 70));
}

TEST(TransportFrames, SayTheSizeOfAPacketOfWhichOnlyTheFixedHeaderIsThere) {
  const std::string begin = packet_of(300).substr(0, 3);
  EXPECT_THAT(frames_of(begin, kOnePacket), ElementsAre(300));
  EXPECT_THAT(frames_of(begin.substr(0, 2), kOnePacket), ElementsAre(0)) << "its length is not known yet";
  EXPECT_THAT(frames_of(begin.substr(0, 1), kOnePacket), ElementsAre(0));
}

TEST(TransportFrames, CutASplitPacketAsItComes) {
  const std::string packet = packet_of(1000);
  TransportFrames frames({.gathered = 100, .unsplit = 500});
  std::vector<std::size_t> sizes;
  for (std::size_t at = 0; at < packet.size(); at += sizes.back()) {
    const std::vector<Bytes> pieces{as_bytes(packet).subspan(at, std::min<std::size_t>(30, packet.size() - at))};
    sizes.push_back(frames.next(ByteRuns(pieces)));
    ASSERT_GT(sizes.back(), 0U);
  }
  EXPECT_THAT(sizes, Each(Le(30U)));
  const std::string next = packet_of(10);
  const std::vector<Bytes> pieces{as_bytes(next)};
  EXPECT_EQ(frames.next(ByteRuns(pieces)), 10U);
}

TEST(TransportFrames, CarryWhatIsNoPacketAsItComes) {
  const std::string zeros(100, '\0');
  EXPECT_THAT(frames_of(zeros, kOnePacket), ElementsAre(100));
  EXPECT_THAT(frames_of(packet_of(10) + "\x30\xFF\xFF\xFF\xFF\x7F and more", kOnePacket), ElementsAre(10, 15));
  EXPECT_THAT(frames_of(packet_of(10) + packet_of(10) + zeros + packet_of(10), {.gathered = 1000}),
              ElementsAre(20, 110));
  EXPECT_THAT(frames_of(std::string(100'000, '\0'), kOnePacket), Each(Le(65'536U)));
}

TEST(TransportFrames, CarryAnythingAsItComesOnceGivenUp) {
  const std::string stream = packet_of(10) + packet_of(20);
  const std::vector<Bytes> pieces{as_bytes(stream)};
  TransportFrames frames(kOnePacket);
  frames.give_up();
  EXPECT_EQ(frames.next(ByteRuns(pieces)), 30U);
}

// The rules, told of any stream of packets in any pieces.
TEST(TransportFrames, BeginAndEndWithPacketsWhateverThePieces) {
  std::mt19937 random(20'261'127);
  for (int round = 0; round < 300; ++round) {
    std::string stream;
    std::vector<std::size_t> ends{0};
    for (std::size_t count = 1 + random() % 40; count > 0; --count) {
      stream += random() % 4 == 0 ? std::string("\xD0\x00", 2) : packet_of(140 + random() % 600);
      ends.push_back(stream.size());
    }
    std::vector<Bytes> pieces;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::min<std::size_t>(random() % 50, stream.size() - at);
      pieces.push_back(as_bytes(stream).subspan(at, size));
      at += size;
    }
    const std::size_t gathered = round % 3 == 0 ? 0 : 150 + random() % 1000;
    const TransportFrameLimits limits{.gathered = gathered,
                                      .unsplit = gathered == 0 ? SIZE_MAX : gathered + random() % 200};
    TransportFrames frames(limits);
    ByteRuns ahead(pieces);
    std::size_t at = 0;
    const auto packet_at = [&](std::size_t place) {
      return std::upper_bound(ends.begin(), ends.end(), place) - ends.begin();
    };
    while (!ahead.empty()) {
      const std::size_t size = frames.next(ahead);
      ASSERT_GT(size, 0U);
      ASSERT_LE(size, ahead.size());
      const bool begins = std::binary_search(ends.begin(), ends.end(), at);
      const bool ends_there = std::binary_search(ends.begin(), ends.end(), at + size);
      const auto packets = packet_at(at + size - 1) - packet_at(at) + 1;
      if (begins && ends_there) {
        ASSERT_TRUE(packets == 1 || size <= limits.gathered);
        ASSERT_TRUE(limits.gathered > 0 || packets == 1);
      } else {
        ASSERT_EQ(packets, 1) << "a piece of a packet has company";
        ASSERT_LE(size, limits.gathered);
      }
      ahead.skip(size);
      at += size;
    }
    ASSERT_EQ(at, stream.size());
  }
}

}  // namespace
}  // namespace mqtt
