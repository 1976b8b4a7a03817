// Every packet of tests/vectors through decoder and encoder, whole, split, cut short and disturbed.
#include "support/vectors.h"

#include <gtest/gtest.h>

#include <random>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/bytes.h"

namespace mqtt::test {
namespace {

std::string outcome_of(const Result<Packet>& packet, ProtocolVersion version) {
  if (!packet) return "error " + std::string(reason_code_name(packet.error().reason));
  ByteBuffer out;
  encode(*packet, version, out);
  return hexadecimal(out.view());
}

std::string expected_outcome(const Vector& vector) {
  return vector.error ? "error " + std::string(reason_code_name(*vector.error)) : hexadecimal(vector.encoded);
}

// The reader's and the decoder's verdict on a stream that comes in pieces of at most `piece` bytes, each in memory of
// its own.
std::string outcome_of_stream(Bytes stream, std::size_t piece, ProtocolVersion version) {
  FrameReader reader;
  while (!stream.empty()) {
    const std::size_t size = std::min(piece, stream.size());
    const std::vector<std::uint8_t> fed(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    stream = stream.subspan(size);
    reader.feed(fed);
    const auto next = reader.next();
    if (!next) return outcome_of(next.error(), version);
    if (*next) return stream.empty() ? outcome_of(decode_packet(**next, version), version) : "bytes left";
    reader.keep_rest();
  }
  return "incomplete";
}

TEST(Vectors, AreThereForEveryPacketType) {
  std::array<int, 16> accepted{};
  for (const Vector& vector : all_vectors()) {
    if (!vector.error) ++accepted[vector.bytes[0] >> 4];
  }
  EXPECT_EQ(accepted[0], 0);
  for (std::size_t type = 1; type < accepted.size(); ++type)
    EXPECT_GT(accepted[type], 0) << "packet type " << type;
}

TEST(Vectors, GiveTheirOutcomeWhenFedWhole) {
  for (const Vector& vector : all_vectors()) {
    EXPECT_EQ(outcome_of_stream(vector.bytes, vector.bytes.size(), vector.version), expected_outcome(vector))
        << vector.name;
  }
}

TEST(Vectors, GiveTheSameOutcomeWhenFedByteByByte) {
  for (const Vector& vector : all_vectors()) {
    EXPECT_EQ(outcome_of_stream(vector.bytes, 1, vector.version), expected_outcome(vector)) << vector.name;
  }
}

TEST(Vectors, GiveTheSameOutcomeWhenSplitAtAnyByte) {
  for (const Vector& vector : all_vectors()) {
    for (std::size_t piece = 2; piece < vector.bytes.size(); ++piece) {
      EXPECT_EQ(outcome_of_stream(vector.bytes, piece, vector.version), expected_outcome(vector))
          << vector.name << ", in pieces of " << piece;
    }
  }
}

TEST(Vectors, EncodedShortFormsDecodeToThemselves) {
  for (const Vector& vector : all_vectors()) {
    if (vector.error) continue;
    EXPECT_EQ(outcome_of_stream(vector.encoded, vector.encoded.size(), vector.version), hexadecimal(vector.encoded))
        << vector.name;
  }
}

// Where an end that comes early leaves another well-formed packet: a shorter payload or list, a reason code left out,
// and in 3.1 credentials left out.
bool may_end_early(PacketType type, ProtocolVersion version) {
  switch (type) {
    case PacketType::Connect:
      return version == ProtocolVersion::V3_1;
    case PacketType::Connack:
    case PacketType::Pingreq:
    case PacketType::Pingresp:
      return false;
    default:
      return true;
  }
}

// A frame whose body is memory of its own, so that AddressSanitizer sees a read behind its end.
Result<Packet> decode_body(PacketType type, std::uint8_t flags, Bytes body, ProtocolVersion version) {
  const std::vector<std::uint8_t> own(body.begin(), body.end());
  auto packet = decode_packet({.type = type, .flags = flags, .body = own}, version);
  if (!packet) return packet;
  // The views of `own` end here; what the packet says must encode and decode again to the same bytes.
  ByteBuffer first;
  encode(*packet, version, first);
  FrameReader reader;
  reader.feed(first.view());
  const auto again = reader.next();
  if (!again || !*again) return garbage("the encoded packet is no whole frame");
  const auto second = decode_packet(**again, version);
  if (!second) return second.error();
  EXPECT_EQ(outcome_of(second, version), hexadecimal(first.view()));
  return Packet(Pingreq{});
}

TEST(Vectors, CutShortAnywhereAreRefusedOrStillWellFormed) {
  for (const Vector& vector : all_vectors()) {
    if (vector.error) continue;
    FrameReader reader;
    reader.feed(vector.bytes);
    const Frame frame = **reader.next();
    for (std::size_t size = 0; size < frame.body.size(); ++size) {
      const auto packet = decode_body(frame.type, frame.flags, frame.body.first(size), vector.version);
      EXPECT_TRUE(!packet || may_end_early(frame.type, vector.version)) << vector.name << ", cut to " << size;
    }
  }
}

TEST(Vectors, WithOneByteChangedAreRefusedOrStillWellFormed) {
  for (const Vector& vector : all_vectors()) {
    if (vector.error) continue;
    FrameReader reader;
    reader.feed(vector.bytes);
    const Frame frame = **reader.next();
    std::vector<std::uint8_t> body(frame.body.begin(), frame.body.end());
    for (std::uint8_t& byte : body) {
      const std::uint8_t original = byte;
      for (const int changed : {0x00, 0x01, 0x7F, 0x80, 0xFF, original ^ 0x01, original ^ 0x80, original + 1}) {
        byte = static_cast<std::uint8_t>(changed);
        const auto packet = decode_body(frame.type, frame.flags, body, vector.version);
        EXPECT_TRUE(packet || is_failure(packet.error().reason)) << vector.name;
      }
      byte = original;
    }
  }
}

TEST(Garbage, AsABodyIsRefusedOrWellFormed) {
  std::mt19937 random(20240229);
  std::vector<std::uint8_t> body;
  for (int round = 0; round < 200'000; ++round) {
    body.resize(random() % 48);
    // Small numbers are lengths, flags and identifiers more often than chance has them.
    for (std::uint8_t& byte : body)
      byte = static_cast<std::uint8_t>(random() % 2 == 0 ? random() % 8 : random());
    const auto type = static_cast<PacketType>(1 + random() % 15);
    const auto flags = static_cast<std::uint8_t>(random() % 4 == 0 ? random() % 16 : (random() % 2) * 2);
    const auto version = static_cast<ProtocolVersion>(3 + random() % 3);
    const auto packet = decode_body(type, flags, body, version);
    if (!packet) {
      ASSERT_TRUE(is_failure(packet.error().reason));
      ASSERT_STRNE(packet.error().text, "");
    }
  }
}

TEST(Garbage, AsAStreamEndsInAnErrorOrWaitsForMore) {
  std::mt19937 random(19991231);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::uint8_t> stream(random() % 600);
    for (std::uint8_t& byte : stream)
      byte = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 0x40);
    FrameReader reader(1U << 16);
    std::size_t delivered = 0;
    bool good = true;
    for (std::size_t at = 0; at < stream.size() && good;) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 50, stream.size() - at);
      const std::vector<std::uint8_t> fed(stream.begin() + static_cast<std::ptrdiff_t>(at),
                                          stream.begin() + static_cast<std::ptrdiff_t>(at + size));
      at += size;
      reader.feed(fed);
      while (true) {
        const auto next = reader.next();
        good = next.has_value();
        if (!good || !*next) break;
        delivered += 2 + (*next)->body.size();
        (void)decode_packet(**next, ProtocolVersion::V5_0);
      }
      if (good) reader.keep_rest();
    }
    EXPECT_LE(delivered + (good ? reader.held() : 0), stream.size());
  }
}

}  // namespace
}  // namespace mqtt::test
