// The client's half of RFC 6455, as far as a load generator needs it: binary frames out, frames of any kind in.
#pragma once

#include <cstdint>
#include <string>

#include "mqtt/base/bytes.h"

namespace wasmqtt::load {

// The opening handshake; its answer ends with an empty line.
std::string upgrade_request(const std::string& host);

// Appends one binary frame under a masking key of zero, which leaves the octets as they are.
void append_binary_frame(mqtt::Bytes payload, mqtt::ByteBuffer& out);

// Frames in any slicing -> the octets inside the data frames. Control frames are passed over.
class FrameUnwrapper {
 public:
  // Calls take(Bytes) for each run of data octets.
  template <typename Take>
  void feed(mqtt::Bytes octets, Take&& take) {
    while (!octets.empty()) {
      if (left_ == 0) {
        if (!read_header(octets)) return;
        continue;
      }
      const std::size_t count = octets.size() < left_ ? octets.size() : static_cast<std::size_t>(left_);
      if (is_data_) take(octets.first(count));
      octets = octets.subspan(count);
      left_ -= count;
    }
  }

 private:
  // Takes header octets off the front; true when the header is whole.
  bool read_header(mqtt::Bytes& octets);

  std::uint8_t header_[10] = {};
  std::size_t header_octets_ = 0;
  std::uint64_t left_ = 0;  // payload octets of the running frame
  bool is_data_ = false;
};

}  // namespace wasmqtt::load
