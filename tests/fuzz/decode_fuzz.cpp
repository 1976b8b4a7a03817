// Any octets, in any slicing, to frames and packets: each is refused or encodes to octets that decode and encode to
// themselves.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace {

using namespace mqtt;

// The shortest form of a packet is stable: decoding and encoding it changes nothing.
void check_round_trip(const Packet& packet, ProtocolVersion version) {
  ByteBuffer first;
  encode(packet, version, first);
  FrameReader reader;
  reader.feed(first.view());
  const auto frame = reader.next();
  if (!frame || !*frame) std::abort();
  const auto again = decode_packet(**frame, version);
  if (!again) std::abort();
  ByteBuffer second;
  encode(*again, version, second);
  if (!std::ranges::equal(first.view(), second.view())) std::abort();
}

}  // namespace

// The first octet chooses version and slicing, the others are the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto version = static_cast<ProtocolVersion>(3 + data[0] % 3);
  const std::size_t largest_piece = 1 + data[0] / 3;
  Bytes stream(data + 1, size - 1);
  FrameReader reader(1U << 20);
  while (!stream.empty()) {
    // Memory of its own, so that a read behind its end is seen.
    const Bytes piece = stream.first(std::min(largest_piece, stream.size()));
    const std::vector<std::uint8_t> fed(piece.begin(), piece.end());
    stream = stream.subspan(piece.size());
    reader.feed(fed);
    while (true) {
      const auto frame = reader.next();
      if (!frame) return 0;
      if (!*frame) break;
      const auto packet = decode_packet(**frame, version);
      if (packet) check_round_trip(*packet, version);
    }
    reader.keep_rest();
  }
  return 0;
}
