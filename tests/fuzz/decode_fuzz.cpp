// Any bytes as a stream of each version -> the same packets in any slicing, each of which is refused or encodes to
// bytes that decode to it and encode to themselves.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/support/demand.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "support/describe.h"

namespace mqtt::fuzz {
namespace {

constexpr std::uint32_t kMaximumSize = 1U << 20;

void check_round_trip(const Packet& packet, const std::string& description, ProtocolVersion version) {
  ByteBuffer shortest;
  encode(packet, version, shortest);
  FrameReader reader;
  reader.feed(shortest.view());
  const auto frame = reader.next();
  demand(frame && *frame, "an encoded packet is a frame");
  const auto again = decode_packet(**frame, version);
  demand(again.has_value(), "an encoded packet decodes");
  demand(test::describe(*again) == description, "decode(encode(p)) is p");
  ByteBuffer twice;
  encode(*again, version, twice);
  demand(std::ranges::equal(shortest.view(), twice.view()), "encode(decode(b)) is canonical");
}

// A line for each packet, and for the error that ends the stream.
std::vector<std::string> read(Bytes stream, ProtocolVersion version, std::size_t piece_size) {
  std::vector<std::string> lines;
  FrameReader reader(kMaximumSize);
  while (!stream.empty()) {
    // Memory of its own, so that a read behind its end is seen.
    const Bytes piece = stream.first(std::min(piece_size, stream.size()));
    const std::vector<std::uint8_t> fed(piece.begin(), piece.end());
    stream = stream.subspan(piece.size());
    reader.feed(fed);
    while (true) {
      const auto frame = reader.next();
      if (!frame) {
        lines.emplace_back(frame.error().text);
        return lines;
      }
      if (!*frame) break;
      const auto packet = decode_packet(**frame, version);
      lines.push_back(packet ? test::describe(*packet) : packet.error().text);
      if (packet) check_round_trip(*packet, lines.back(), version);
    }
    reader.keep_rest();
  }
  return lines;
}

}  // namespace
}  // namespace mqtt::fuzz

// The first byte chooses the slicing, the others are the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mqtt;
  if (size == 0) return 0;
  const Bytes stream(data + 1, size - 1);
  for (const auto version : {ProtocolVersion::V3_1, ProtocolVersion::V3_1_1, ProtocolVersion::V5_0}) {
    const bool is_same = fuzz::read(stream, version, stream.size()) == fuzz::read(stream, version, 1U + data[0] % 16);
    fuzz::demand(is_same, "any slicing gives the same packets");
  }
  return 0;
}
