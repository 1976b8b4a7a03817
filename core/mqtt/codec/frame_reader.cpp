// Chunks to frames: views of the chunk where a packet lies whole inside it, else of the octets held over.
#include "mqtt/codec/frame_reader.h"

#include <algorithm>

#include "mqtt/codec/varint.h"

namespace mqtt {

// A fixed header as far as it is there; size 0 says that it is not complete.
struct FrameReader::Header {
  std::size_t size = 0;
  std::uint32_t remaining_length = 0;

  bool complete() const { return size != 0; }
  std::size_t packet_size() const { return size + remaining_length; }
  Frame frame(const std::uint8_t* packet) const {
    return {.type = static_cast<PacketType>(packet[0] >> 4),
            .flags = static_cast<std::uint8_t>(packet[0] & 0x0F),
            .body = Bytes(packet + size, remaining_length),
            .length_is_minimal = size == 1 + varint_size(remaining_length)};
  }
};

Result<FrameReader::Header> FrameReader::peek_header(Bytes octets) const {
  Header header;
  if (octets.empty()) return header;
  if (octets[0] < 0x10) return garbage("packet type 0 is reserved");
  std::uint32_t length = 0;
  const std::size_t end = std::min(octets.size(), 1 + kMaximumVarintOctets);
  for (std::size_t at = 1; at < end; ++at) {
    length |= (octets[at] & 0x7FU) << (7 * (at - 1));
    if ((octets[at] & 0x80) != 0) continue;
    header.size = at + 1;
    header.remaining_length = length;
    if (header.packet_size() > maximum_packet_size_) {
      return Error{Fault::LimitReached, ReasonCode::PacketTooLarge, "packet is larger than the maximum packet size"};
    }
    return header;
  }
  if (end == 1 + kMaximumVarintOctets) return garbage("Remaining Length has more than four octets");
  return header;
}

Result<std::optional<Frame>> FrameReader::next() {
  if (!held_.empty()) return next_from_held();
  const auto header = peek_header(input_);
  if (!header) return header.error();
  if (!header->complete() || input_.size() < header->packet_size()) return std::optional<Frame>();
  const std::uint8_t* packet = input_.data();
  input_ = input_.subspan(header->packet_size());
  return std::optional<Frame>(header->frame(packet));
}

Result<std::optional<Frame>> FrameReader::next_from_held() {
  if (held_begin_ == held_.size()) {
    held_.clear();
    held_begin_ = 0;
    return next();
  }
  auto header = peek_header(held_.view().subspan(held_begin_));
  while (header && !header->complete() && !input_.empty()) {
    append_to_held(1, 0);
    header = peek_header(held_.view());
  }
  if (!header) return header.error();
  if (!header->complete()) return std::optional<Frame>();
  const std::size_t packet_size = header->packet_size();
  if (held() < packet_size) append_to_held(std::min(packet_size - held(), input_.size()), packet_size);
  if (held() < packet_size) return std::optional<Frame>();
  const std::uint8_t* packet = held_.data() + held_begin_;
  held_begin_ += packet_size;
  return std::optional<Frame>(header->frame(packet));
}

// Moves `count` octets of the input behind the held ones. Capacity doubles as a packet comes in, but not beyond its
// size.
void FrameReader::append_to_held(std::size_t count, std::size_t packet_size) {
  if (held_begin_ > 0) {
    held_.erase_front(held_begin_);
    held_begin_ = 0;
  }
  const std::size_t needed = held_.size() + count;
  if (needed > held_.capacity() && needed <= packet_size) {
    held_.reserve(std::min(packet_size, 2 * needed));
  }
  held_.append(input_.first(count));
  input_ = input_.subspan(count);
}

SharedBytes FrameReader::share(Bytes part) {
  const bool is_last = held_begin_ == held_.size();
  if (!lies_inside(part, held_.view()) || !is_last || part.size() < held_.capacity() / 2)
    return SharedBytes::copy_of(part);
  held_begin_ = 0;
  return SharedBytes::adopt(std::move(held_), part);
}

void FrameReader::keep_rest() {
  if (held() == 0) {
    held_.release();
    held_begin_ = 0;
  }
  if (!input_.empty()) append_to_held(input_.size(), 0);
}

}  // namespace mqtt
