// Chunks to frames: views of the chunk where a packet lies whole inside it, else of the bytes held over.
#include "mqtt/codec/frame_reader.h"

#include <algorithm>

#include "mqtt/codec/packet_size.h"

namespace mqtt {

namespace {

Frame frame_of(const PacketSize& size, const std::uint8_t* packet) {
  return {.type = static_cast<PacketType>(packet[0] >> 4),
          .flags = static_cast<std::uint8_t>(packet[0] & 0x0F),
          .body = Bytes(packet + size.fixed_header, size.remaining_length),
          .length_is_minimal = size.fixed_header == 1 + varint_size(size.remaining_length)};
}

}  // namespace

Result<PacketSize> FrameReader::peek(Bytes bytes) const {
  const auto size = peek_packet_size(bytes);
  if (size && size->total() > maximum_packet_size_)
    return Error{Fault::LimitReached, ReasonCode::PacketTooLarge, "packet is larger than the maximum packet size"};
  return size;
}

Result<std::optional<Frame>> FrameReader::next() {
  if (!held_.empty()) return next_from_held();
  const auto size = peek(input_);
  if (!size) return size.error();
  if (!size->is_known() || input_.size() < size->total()) return std::optional<Frame>();
  const std::uint8_t* packet = input_.data();
  input_ = input_.subspan(size->total());
  return std::optional<Frame>(frame_of(*size, packet));
}

Result<std::optional<Frame>> FrameReader::next_from_held() {
  if (held_begin_ == held_.size()) {
    held_.clear();
    held_begin_ = 0;
    return next();
  }
  auto size = peek(held_.view().subspan(held_begin_));
  while (size && !size->is_known() && !input_.empty()) {
    append_to_held(1, 0);
    size = peek(held_.view());
  }
  if (!size) return size.error();
  if (!size->is_known()) return std::optional<Frame>();
  const std::size_t packet_size = size->total();
  if (held() < packet_size) append_to_held(std::min(packet_size - held(), input_.size()), packet_size);
  if (held() < packet_size) return std::optional<Frame>();
  const std::uint8_t* packet = held_.data() + held_begin_;
  held_begin_ += packet_size;
  return std::optional<Frame>(frame_of(*size, packet));
}

// Moves `count` bytes of the input behind the held ones. Capacity doubles as a packet comes in, but not beyond its
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
