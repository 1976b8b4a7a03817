// Bytes in any slicing -> whole packets: fixed header and body, still undecoded.
#pragma once

#include <cstdint>
#include <optional>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/base/shared_bytes.h"
#include "mqtt/codec/packet_size.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// The largest Remaining Length that its one to four bytes can say. [MQTT5 1.5.5]
inline constexpr std::uint32_t kMaximumRemainingLength = 268'435'455;
// The largest packet: first byte, four bytes of Remaining Length, body.
inline constexpr std::uint32_t kMaximumPacketSize = kMaximumRemainingLength + 5;

struct Frame {
  PacketType type = PacketType::Connect;
  std::uint8_t flags = 0;  // the lower four bits of the first byte
  Bytes body;              // Remaining Length bytes
  // The Remaining Length took no more bytes than it needs. 5.0 wants that [MQTT-1.5.5-1], the versions before do not
  // say; which of them it is only the decoders know, so they check.
  bool length_is_minimal = true;
};

// Frames that lie whole inside what was fed are views of it; only a packet split over feeds is copied. Use:
//   reader.feed(bytes);
//   while (true) { auto frame = reader.next(); if (!frame || !*frame) break; handle(**frame); }
//   reader.keep_rest();
// A frame stays valid until the following call of next(), feed() or keep_rest(), and while the fed bytes do. The loop
// may stop early: keep_rest() then keeps whole packets too, and next() goes on with them, before or after another
// feed(). After an error the stream is lost: feed nothing more.
class FrameReader {
 public:
  // Packets of more bytes than this, fixed header included, are refused as soon as their length is known.
  explicit FrameReader(std::uint32_t maximum_packet_size = kMaximumPacketSize)
      : maximum_packet_size_(maximum_packet_size) {}

  void set_maximum_packet_size(std::uint32_t bytes) { maximum_packet_size_ = bytes; }

  // Precondition: keep_rest() followed the last feed(). `bytes` must live until keep_rest().
  void feed(Bytes bytes) { input_ = bytes; }

  // The next whole packet; nullopt when more bytes are needed; an Error of MalformedPacket (packet type 0, a Remaining
  // Length of five bytes) or PacketTooLarge. The first byte's flags are checked by the decoders, not here.
  Result<std::optional<Frame>> next();

  // A part of the frame that was handed out last, to outlive it. It is not copied if the frame was put together here
  // and is hardly larger; the frame then lives as long as what was shared.
  SharedBytes share(Bytes part);

  // Copies the bytes that were fed and not handed out, so that the fed view may go. Memory for a packet grows with the
  // bytes that really came, never at once to the length that it announces; it is given back when nothing is held.
  void keep_rest();

  // Bytes held for packets that were not handed out.
  std::size_t held() const { return held_.size() - held_begin_; }

 private:
  Result<PacketSize> peek(Bytes bytes) const;
  Result<std::optional<Frame>> next_from_held();
  void append_to_held(std::size_t count, std::size_t packet_size);

  std::uint32_t maximum_packet_size_;
  Bytes input_;                 // what is left of the bytes that were fed
  ByteBuffer held_;             // bytes of earlier feeds, in front of input_
  std::size_t held_begin_ = 0;  // those of held_ that were handed out; they go with the next call
};

}  // namespace mqtt
