// Bytes of one packet -> the frame that the decoders take, through the reader that the machines use.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "mqtt/codec/encode.h"
#include "mqtt/codec/frame_reader.h"
#include "support/bytes.h"

namespace mqtt::test {

// One packet, written as bytes() takes it, and its frame. The frame's views live as long as this does.
class WholePacket {
 public:
  explicit WholePacket(std::string_view written) : WholePacket(test::bytes(written)) {}
  explicit WholePacket(Bytes packet) : WholePacket(std::vector<std::uint8_t>(packet.begin(), packet.end())) {}
  explicit WholePacket(std::vector<std::uint8_t> packet) : bytes_(std::move(packet)) {
    FrameReader reader;
    reader.feed(bytes_);
    const auto next = reader.next();
    if (!next || !*next) {
      ADD_FAILURE() << "not a whole packet: " << hexadecimal(bytes_);
      return;
    }
    frame_ = **next;
    reader.keep_rest();
    EXPECT_EQ(reader.held(), 0U) << "more than one packet: " << hexadecimal(bytes_);
  }
  WholePacket(const WholePacket&) = delete;
  WholePacket& operator=(const WholePacket&) = delete;

  const Frame& frame() const { return frame_; }

 private:
  std::vector<std::uint8_t> bytes_;
  Frame frame_;
};

// What encode() appends, as hexadecimal(): for comparing with hexadecimal(bytes("...")).
template <typename... Arguments>
std::string encoded(const Arguments&... arguments) {
  ByteBuffer out;
  encode(arguments..., out);
  return hexadecimal(out.view());
}

inline std::string written(std::string_view bytes_as_written) {
  return hexadecimal(bytes(bytes_as_written));
}

}  // namespace mqtt::test
