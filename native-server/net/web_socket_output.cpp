// Puts small packets and the headers of their frames together in one piece of memory; large payloads are written from
// where they lie.
#include "net/web_socket_output.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>

#include "mqtt/packet/packet.h"
#include "net/link.h"
#include "net/tcp_link.h"

namespace wasmqtt {
namespace {

using mqtt::ByteRuns;
using mqtt::Bytes;

constexpr std::uint8_t kFinalFrame = 0x80;

// A packet of at most so many bytes is awaited to its end before its frame begins. A larger one, which a relay gets in
// many pieces, is passed on as it comes, in a frame of its size: till its end no Pong and no Close frame can leave.
constexpr std::size_t kLargestAwaitedPacket = 64 * 1024;

// Up to so many bytes a copy is cheaper than another part of a gathered write.
constexpr std::size_t kLargestCopy = 2 * 1024;

// Parts of one write.
class Batch {
 public:
  explicit Batch(std::span<std::uint8_t> memory) : memory_(memory) {}

  // Takes what it can of the front of `bytes`, which must lie where they are until the write; answers how many.
  std::size_t add(Bytes bytes) {
    if (bytes.size() > kLargestCopy) return add_view(bytes);
    return add_copy(bytes.first(std::min(bytes.size(), memory_.size() - used_)));
  }

  std::span<const Bytes> parts() const { return std::span(parts_).first(count_); }
  std::size_t size() const { return size_; }

 private:
  std::size_t add_view(Bytes bytes) {
    if (count_ == parts_.size()) return 0;
    parts_[count_++] = bytes;
    size_ += bytes.size();
    return bytes.size();
  }

  std::size_t add_copy(Bytes bytes) {
    if (bytes.empty()) return 0;
    std::uint8_t* const at = memory_.data() + used_;
    const bool goes_on = count_ > 0 && parts_[count_ - 1].data() + parts_[count_ - 1].size() == at;
    if (!goes_on && count_ == parts_.size()) return 0;
    std::memcpy(at, bytes.data(), bytes.size());
    used_ += bytes.size();
    size_ += bytes.size();
    if (goes_on) {
      parts_[count_ - 1] = {parts_[count_ - 1].data(), parts_[count_ - 1].size() + bytes.size()};
    } else {
      parts_[count_++] = {at, bytes.size()};
    }
    return bytes.size();
  }

  std::span<std::uint8_t> memory_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  std::array<Bytes, kMaximumWriteParts + 2> parts_;
  std::size_t count_ = 0;
};

}  // namespace

bool WebSocketOutput::send(Link& transport, std::span<std::uint8_t> memory, ByteRuns& ahead) {
  return write(transport, memory, ahead, Until::Nothing);
}

bool WebSocketOutput::finish_frame(Link& transport, std::span<std::uint8_t> memory, ByteRuns& ahead) {
  return write(transport, memory, ahead, Until::FrameEnd);
}

// The frames are put together for all that the transport may take; if it takes less, the same walk finds out where it
// stopped.
bool WebSocketOutput::write(Link& transport, std::span<std::uint8_t> memory, ByteRuns& ahead, Until until) {
  recognise_stream(ahead);
  while (true) {
    Batch batch(memory);
    Place place = place_;
    ByteRuns rest = ahead;
    walk(place, rest, SIZE_MAX, until, [&](Bytes bytes) { return batch.add(bytes); });
    if (batch.size() == 0) return true;
    const std::size_t written = transport.write(batch.parts());
    if (written < batch.size()) {
      walk(place_, ahead, written, until, [](Bytes bytes) { return bytes.size(); });
      return false;
    }
    place_ = place;
    ahead = rest;
  }
}

// Hands `most` bytes of the frames at `place` to `emit`, which answers how many it took; less than it got ends the
// walk.
template <typename Emit>
void WebSocketOutput::walk(Place& place, ByteRuns& ahead, std::size_t most, Until until, Emit&& emit) {
  while (most > 0) {
    const bool is_header = place.header_begin < place.header_end;
    if (!is_header && place.frame_rest == 0) {
      if (until == Until::FrameEnd || !begin_frame(place, ahead)) return;
      continue;
    }
    Bytes bytes = is_header ? Bytes(place.header).first(place.header_end).subspan(place.header_begin)
                            : ahead.front().first(std::min(ahead.front().size(), place.frame_rest));
    bytes = bytes.first(std::min(bytes.size(), most));
    const std::size_t taken = emit(bytes);
    most -= taken;
    if (is_header) {
      place.header_begin = static_cast<std::uint8_t>(place.header_begin + taken);
    } else {
      place.frame_rest -= taken;
      ahead.skip(taken);
    }
    if (taken < bytes.size() || bytes.empty()) return;
  }
}

// False when the next packet is waited for.
bool WebSocketOutput::begin_frame(Place& place, const ByteRuns& ahead) {
  mqtt::TransportFrames frames = place.frames;
  const std::size_t size = frames.next(ahead);
  if (size == 0 || (size > ahead.size() && size <= kLargestAwaitedPacket)) return false;
  place.frames = frames;
  place.frame_rest = size;
  place.header_begin = 0;
  place.header[0] = kFinalFrame | WSLAY_BINARY_FRAME;
  if (size < 126) {
    place.header[1] = static_cast<std::uint8_t>(size);
    place.header_end = 2;
  } else if (size < 65536) {
    place.header[1] = 126;
    place.header_end = 4;
  } else {
    place.header[1] = 127;
    place.header_end = 10;
  }
  std::size_t rest = size;
  for (std::size_t i = place.header_end; i > 2; --i, rest >>= 8)
    place.header[i - 1] = static_cast<std::uint8_t>(rest);
  return true;
}

// A server of MQTT begins with CONNACK or AUTH; what an upstream says that is none is passed on as it comes.
void WebSocketOutput::recognise_stream(const ByteRuns& ahead) {
  if (has_begun_ || ahead.empty()) return;
  has_begun_ = true;
  const auto type = static_cast<mqtt::PacketType>(ahead.front()[0] >> 4);
  if (type != mqtt::PacketType::Connack && type != mqtt::PacketType::Auth) place_.frames.give_up();
}

void WebSocketOutput::settle(std::size_t sent, ByteRuns rest, bool is_waited_for) {
  held_.erase_front(std::min(sent, held_.size()));
  rest.skip(held_.size());
  if (is_waited_for) {
    for (; !rest.empty(); rest.skip(rest.front().size()))
      held_.append(rest.front());
  }
  if (held_.empty()) held_.release();
}

}  // namespace wasmqtt
