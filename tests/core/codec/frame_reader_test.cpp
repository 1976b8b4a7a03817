#include "mqtt/codec/frame_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "mqtt/codec/varint.h"
#include "support/bytes.h"

namespace mqtt {
namespace {

using test::bytes;
using test::hexadecimal;

std::string describe(const Frame& frame) {
  return std::to_string(static_cast<int>(frame.type)) + "." + std::to_string(frame.flags) + " " +
         hexadecimal(frame.body);
}

// All frames that are ready, then keeps the rest.
std::vector<std::string> drain(FrameReader& reader) {
  std::vector<std::string> frames;
  while (true) {
    const auto next = reader.next();
    if (!next) {
      frames.push_back(next.error().text);
      return frames;
    }
    if (!*next) break;
    frames.push_back(describe(**next));
  }
  reader.keep_rest();
  return frames;
}

std::vector<std::string> feed(FrameReader& reader, std::string_view written) {
  const auto given = bytes(written);
  reader.feed(given);
  return drain(reader);
}

using Frames = std::vector<std::string>;

TEST(FrameReader, GivesTypeFlagsAndBody) {
  FrameReader reader;
  EXPECT_EQ(feed(reader, "3D 03 AABBCC"), Frames({"3.13 aabbcc"}));
  EXPECT_EQ(feed(reader, "C0 00"), Frames({"12.0 "}));
}

TEST(FrameReader, GivesSeveralPacketsOfOneChunkAsViewsOfIt) {
  const auto given = bytes("C000 3001AA D000");
  FrameReader reader;
  reader.feed(given);
  EXPECT_EQ(describe(**reader.next()), "12.0 ");
  const Frame second = **reader.next();
  EXPECT_EQ(second.body.data(), given.data() + 4);
  EXPECT_EQ(describe(**reader.next()), "13.0 ");
  EXPECT_FALSE(*reader.next());
  reader.keep_rest();
  EXPECT_EQ(reader.held(), 0U);
}

TEST(FrameReader, PutsAPacketTogetherThatComesByteByByte) {
  FrameReader reader;
  const auto given = bytes("30 03 AABBCC C000");
  Frames frames;
  for (const std::uint8_t byte : given) {
    reader.feed({&byte, 1});
    for (const std::string& frame : drain(reader))
      frames.push_back(frame);
  }
  EXPECT_EQ(frames, Frames({"3.0 aabbcc", "12.0 "}));
  EXPECT_EQ(reader.held(), 0U);
}

TEST(FrameReader, GoesOnWithWholePacketsBehindASplitOne) {
  FrameReader reader;
  EXPECT_EQ(feed(reader, "C000 30 03 AA"), Frames({"12.0 "}));
  EXPECT_EQ(reader.held(), 3U);
  EXPECT_EQ(feed(reader, "BBCC D000 30 80"), Frames({"3.0 aabbcc", "13.0 "}));
  EXPECT_EQ(reader.held(), 2U);
}

TEST(FrameReader, AnyCuttingOfARandomStreamGivesTheSameFrames) {
  std::mt19937 random(4711);
  std::vector<std::uint8_t> stream;
  Frames expected;
  for (int packet = 0; packet < 200; ++packet) {
    const auto first = static_cast<std::uint8_t>(0x10 + random() % 0xF0);
    std::vector<std::uint8_t> body(random() % 10 == 0 ? random() % 40'000 : random() % 200);
    for (std::uint8_t& byte : body)
      byte = static_cast<std::uint8_t>(random());
    stream.push_back(first);
    ByteBuffer length;
    append_varint(static_cast<std::uint32_t>(body.size()), length);
    stream.insert(stream.end(), length.view().begin(), length.view().end());
    stream.insert(stream.end(), body.begin(), body.end());
    expected.push_back(describe({static_cast<PacketType>(first >> 4), static_cast<std::uint8_t>(first & 0x0F), body}));
  }
  for (const std::size_t largest : {2U, 7U, 100U, 5'000U, 100'000U}) {
    FrameReader reader;
    Frames frames;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % largest, stream.size() - at);
      const std::vector<std::uint8_t> fed(stream.begin() + static_cast<std::ptrdiff_t>(at),
                                          stream.begin() + static_cast<std::ptrdiff_t>(at + size));
      at += size;
      reader.feed(fed);
      for (std::string& frame : drain(reader))
        frames.push_back(std::move(frame));
    }
    EXPECT_TRUE(frames == expected) << "in pieces of up to " << largest;
    EXPECT_EQ(reader.held(), 0U);
  }
}

TEST(FrameReader, MayBeLeftInTheMiddleOfAChunkAndGoOnLater) {
  FrameReader reader;
  {
    const auto given = bytes("C000 3001AA 3001BB 30");
    reader.feed(given);
    EXPECT_EQ(describe(**reader.next()), "12.0 ");
    reader.keep_rest();
  }
  EXPECT_EQ(reader.held(), 7U);
  EXPECT_EQ(describe(**reader.next()), "3.0 aa");
  const auto more = bytes("01CC D000");
  reader.feed(more);
  EXPECT_EQ(drain(reader), Frames({"3.0 bb", "3.0 cc", "13.0 "}));
  EXPECT_EQ(reader.held(), 0U);
}

TEST(FrameReader, SaysWhetherTheRemainingLengthIsMinimal) {
  for (const auto& [written, minimal] : {std::pair{"C0 00", true}, {"C0 8000", false}, {"C0 80808000", false}}) {
    const auto given = bytes(written);
    FrameReader reader;
    reader.feed(given);
    const auto next = reader.next();
    ASSERT_TRUE(next && *next) << written;
    EXPECT_EQ((*next)->length_is_minimal, minimal) << written;
  }
}

TEST(FrameReader, RefusesPacketTypeZeroAtItsFirstByte) {
  FrameReader reader;
  EXPECT_EQ(feed(reader, "05"), Frames({"packet type 0 is reserved"}));
}

TEST(FrameReader, RefusesARemainingLengthOfFiveBytesAsSoonAsItSeesIt) {
  for (const std::size_t piece : {1U, 5U}) {
    FrameReader reader;
    const auto given = bytes("30 80808080");
    for (std::size_t at = 0; at < given.size(); at += piece) {
      reader.feed(Bytes(given).subspan(at, piece));
      const auto next = reader.next();
      ASSERT_EQ(next.has_value(), at + piece < given.size());
      if (next) {
        reader.keep_rest();
      } else {
        EXPECT_EQ(next.error().reason, ReasonCode::MalformedPacket);
      }
    }
  }
}

TEST(FrameReader, RefusesAPacketAboveTheMaximumWhenItsLengthIsKnown) {
  FrameReader reader(10);
  EXPECT_EQ(feed(reader, "30 08 0102030405060708"), Frames({"3.0 0102030405060708"}));
  const auto given = bytes("30 09");
  reader.feed(given);
  const auto next = reader.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().fault, Fault::LimitReached);
  EXPECT_EQ(next.error().reason, ReasonCode::PacketTooLarge);
}

TEST(FrameReader, TakesAnotherMaximumFromTheNextPacketOn) {
  FrameReader reader;
  EXPECT_EQ(feed(reader, "30 03 010203"), Frames({"3.0 010203"}));
  reader.set_maximum_packet_size(4);
  EXPECT_EQ(feed(reader, "30 02 0102"), Frames({"3.0 0102"}));
  EXPECT_EQ(feed(reader, "30 03"), Frames({"packet is larger than the maximum packet size"}));
}

TEST(FrameReader, PutsALargePacketTogetherThatComesInChunks) {
  constexpr std::size_t kBody = 20'000'000;
  constexpr std::size_t kChunk = 64 * 1024;
  std::vector<std::uint8_t> packet = bytes("30 80DAC409");
  packet.resize(packet.size() + kBody, 0x55);
  FrameReader reader;
  std::size_t frames = 0;
  for (std::size_t at = 0; at < packet.size(); at += kChunk) {
    reader.feed(Bytes(packet).subspan(at, std::min(kChunk, packet.size() - at)));
    const auto next = reader.next();
    ASSERT_TRUE(next);
    if (*next) {
      ++frames;
      EXPECT_EQ((*next)->body.size(), kBody);
      EXPECT_EQ((*next)->body.back(), 0x55);
    }
    reader.keep_rest();
  }
  EXPECT_EQ(frames, 1U);
  EXPECT_EQ(reader.held(), 0U);
}

// A PUBLISH whose body is so many bytes of one value, 128 to 16,383 of them.
std::vector<std::uint8_t> packet_of(std::uint8_t value, std::size_t body) {
  std::vector<std::uint8_t> packet{0x30, static_cast<std::uint8_t>(body % 128 + 128),
                                   static_cast<std::uint8_t>(body / 128)};
  packet.resize(packet.size() + body, value);
  return packet;
}

Bytes next_body(FrameReader& reader) {
  const auto frame = reader.next();
  return frame && *frame ? (*frame)->body : Bytes{};
}

TEST(FrameReader, SharesWithoutACopyWhatItPutTogether) {
  const std::vector<std::uint8_t> packet = packet_of(0x55, 1000);
  FrameReader reader;
  reader.feed(Bytes(packet).first(600));
  EXPECT_TRUE(next_body(reader).empty());
  reader.keep_rest();
  reader.feed(Bytes(packet).subspan(600));
  const Bytes payload = next_body(reader).subspan(10);
  const SharedBytes shared = reader.share(payload);
  EXPECT_EQ(shared.view().data(), payload.data());
  reader.keep_rest();
  EXPECT_EQ(feed(reader, "40 02 0102"), Frames({"4.0 0102"})) << "it goes on with memory of its own";
  EXPECT_EQ(shared.size(), 990U);
  EXPECT_EQ(shared.view().back(), 0x55);
}

TEST(FrameReader, SharesACopyOfWhatLiesInTheChunk) {
  const std::vector<std::uint8_t> packet = packet_of(0x55, 1000);
  FrameReader reader;
  reader.feed(packet);
  const Bytes payload = next_body(reader);
  EXPECT_NE(reader.share(payload).view().data(), payload.data());
}

TEST(FrameReader, SharesACopyOfWhatMoreIsHeldBehind) {
  std::vector<std::uint8_t> packets = packet_of(0x55, 1000);
  const std::vector<std::uint8_t> second = packet_of(0x66, 1000);
  packets.insert(packets.end(), second.begin(), second.end());
  FrameReader reader;
  reader.feed(packets);
  reader.keep_rest();
  const Bytes payload = next_body(reader);
  const SharedBytes shared = reader.share(payload);
  EXPECT_NE(shared.view().data(), payload.data());
  EXPECT_EQ(next_body(reader).front(), 0x66);
  EXPECT_EQ(shared.view().back(), 0x55);
}

TEST(FrameReader, SharesACopyOfASmallPartOfAPacket) {
  const std::vector<std::uint8_t> packet = packet_of(0x55, 1000);
  FrameReader reader;
  reader.feed(packet);
  reader.keep_rest();
  const Bytes part = next_body(reader).first(400);
  EXPECT_NE(reader.share(part).view().data(), part.data());
}

}  // namespace
}  // namespace mqtt
