// Walks from fixed header to fixed header.
#include "mqtt/connection/transport_frames.h"

#include <algorithm>
#include <array>

#include "mqtt/codec/packet_size.h"

namespace mqtt {
namespace {

// Of a stream without packets.
constexpr std::size_t kLeastOfGarbage = 64 * 1024;

Result<PacketSize> packet_size(const ByteRuns& ahead) {
  if (ahead.front().size() >= kMaximumFixedHeader) return peek_packet_size(ahead.front());
  std::array<std::uint8_t, kMaximumFixedHeader> begin;
  return peek_packet_size(Bytes(begin).first(ahead.peek(begin)));
}

}  // namespace

std::size_t TransportFrames::next(ByteRuns ahead) {
  if (split_rest_ > 0) return take_piece(ahead.size());
  std::size_t frame = 0;
  while (!ahead.empty() && !is_lost_) {
    const auto packet = packet_size(ahead);
    is_lost_ = !packet;
    if (is_lost_ || !packet->is_known()) break;
    const std::size_t size = packet->total();
    if (frame == 0 && size > limits_.unsplit) {
      split_rest_ = size;
      return take_piece(ahead.size());
    }
    if (frame > 0 && (frame + size > limits_.gathered || size > ahead.size())) break;
    frame += size;
    if (frame >= limits_.gathered) break;
    ahead.skip(size);
  }
  if (frame > 0 || !is_lost_) return frame;
  return std::min(ahead.size(), std::max(limits_.gathered, kLeastOfGarbage));
}

std::size_t TransportFrames::take_piece(std::size_t available) {
  const std::size_t piece = std::min({split_rest_, limits_.gathered, available});
  split_rest_ -= piece;
  return piece;
}

}  // namespace mqtt
