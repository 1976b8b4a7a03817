// Frame headers, written and read.
#include "websocket_framing.h"

namespace wasmqtt::load {

namespace {

constexpr std::uint8_t kFinalBinary = 0x82;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kOpcode = 0x0F;
constexpr std::uint8_t kFirstControlOpcode = 8;

}  // namespace

// Offers `binary`, too: websockify knows no other subprotocol, and no space in the list. It measures what a browser
// gets, and so calls itself one.
std::string upgrade_request(const std::string& host) {
  return "GET /mqtt HTTP/1.1\r\nHost: " + host +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bXF0dC1sb2FkLXRlc3Qtaw==\r\n"
         "Origin: http://localhost\r\nUser-Agent: Mozilla/5.0 (wasmqtt-load)\r\n"
         "Sec-WebSocket-Protocol: mqtt,binary\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

void append_binary_frame(mqtt::Bytes payload, mqtt::ByteBuffer& out) {
  out.u8(kFinalBinary);
  if (payload.size() < 126) {
    out.u8(static_cast<std::uint8_t>(kMasked | payload.size()));
  } else if (payload.size() < 65'536) {
    out.u8(kMasked | 126);
    out.u16(static_cast<std::uint16_t>(payload.size()));
  } else {
    out.u8(kMasked | 127);
    out.u32(0);
    out.u32(static_cast<std::uint32_t>(payload.size()));
  }
  out.u32(0);  // the masking key
  out.append(payload);
}

bool FrameUnwrapper::read_header(mqtt::Bytes& bytes) {
  while (true) {
    if (header_bytes_ >= 2) {
      const std::uint8_t length = header_[1] & 0x7F;
      const std::size_t wanted = length < 126 ? 2 : length == 126 ? 4 : 10;
      if (header_bytes_ == wanted) {
        left_ = length < 126 ? length : 0;
        for (std::size_t i = 2; i < wanted; ++i)
          left_ = left_ << 8 | header_[i];
        is_data_ = (header_[0] & kOpcode) < kFirstControlOpcode;
        header_bytes_ = 0;
        return true;
      }
    }
    if (bytes.empty()) return false;
    header_[header_bytes_++] = bytes.front();
    bytes = bytes.subspan(1);
  }
}

}  // namespace wasmqtt::load
