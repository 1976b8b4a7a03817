// The client's half of RFC 6455, as far as a load generator needs it: binary frames out, frames of any kind in.
#pragma once

#include <cstdint>
#include <string>

#include "mqtt/base/bytes.h"

namespace wasmqtt::load {

// The opening handshake; its answer ends with an empty line.
std::string upgrade_request(const std::string& host);

// Appends one binary frame under a masking key of zero, which leaves the bytes as they are.
void append_binary_frame(mqtt::Bytes payload, mqtt::ByteBuffer& out);

// Frames in any slicing -> the bytes inside the data frames. Control frames are passed over.
class FrameUnwrapper {
 public:
  // Calls take(Bytes) for each run of data bytes.
  template <typename Take>
  void feed(mqtt::Bytes bytes, Take&& take) {
    while (!bytes.empty()) {
      if (left_ == 0) {
        if (!read_header(bytes)) return;
        continue;
      }
      const std::size_t count = bytes.size() < left_ ? bytes.size() : static_cast<std::size_t>(left_);
      if (is_data_) take(bytes.first(count));
      bytes = bytes.subspan(count);
      left_ -= count;
    }
  }

 private:
  // Takes header bytes off the front; true when the header is whole.
  bool read_header(mqtt::Bytes& bytes);

  std::uint8_t header_[10] = {};
  std::size_t header_bytes_ = 0;
  std::uint64_t left_ = 0;  // payload bytes of the running frame
  bool is_data_ = false;
};

}  // namespace wasmqtt::load
