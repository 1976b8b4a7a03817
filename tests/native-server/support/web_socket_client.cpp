// Frames are written and read by hand here, so that the server's are not judged by its own code.
#include "support/web_socket_client.h"

#include <stdexcept>

namespace wasmqtt::test {
namespace {

constexpr std::string_view kMask = "\x37\xfa\x21\x3d";

std::string big_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    text.push_back(static_cast<char>(value >> shift));
  return text;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes)
    value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

}  // namespace

std::string frame(std::uint8_t opcode, std::string_view payload, FrameOptions options) {
  std::string bytes(1, static_cast<char>((options.final ? 0x80 : 0) | (options.reserved_bits << 4) | opcode));
  const int mask_bit = options.masked ? 0x80 : 0;
  if (payload.size() < 126) {
    bytes += static_cast<char>(mask_bit | static_cast<int>(payload.size()));
  } else if (payload.size() < 65536) {
    bytes += static_cast<char>(mask_bit | 126);
    bytes += big_endian(payload.size(), 2);
  } else {
    bytes += static_cast<char>(mask_bit | 127);
    bytes += big_endian(payload.size(), 8);
  }
  if (!options.masked) return bytes.append(payload);
  bytes += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return bytes;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  return big_endian(code, 2).append(reason);
}

std::uint16_t ReceivedFrame::close_code() const {
  return payload.size() < 2 ? std::uint16_t{0} : static_cast<std::uint16_t>(from_big_endian(payload.substr(0, 2)));
}

std::string upgrade_request(std::string_view fields) {
  return std::string(
             "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
      .append(fields)
      .append("\r\n");
}

WebSocketClient::WebSocketClient(std::uint16_t http_port, int receive_buffer)
    : WebSocketClient(http_port, "Sec-WebSocket-Protocol: mqtt\r\n", receive_buffer) {}

WebSocketClient::WebSocketClient(std::uint16_t http_port, std::string_view fields, int receive_buffer)
    : socket_(http_port, receive_buffer) {
  socket_.send(upgrade_request(fields));
  const std::string answer = socket_.receive_until("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 101 ")) throw std::runtime_error("the handshake was refused: " + answer);
}

ReceivedFrame WebSocketClient::receive() {
  const std::string head = socket_.receive(2);
  ReceivedFrame received;
  received.final = (head[0] & 0x80) != 0;
  received.opcode = static_cast<std::uint8_t>(head[0] & 0x0F);
  received.masked = (head[1] & 0x80) != 0;
  std::uint64_t size = static_cast<std::uint8_t>(head[1] & 0x7F);
  if (size == 126) size = from_big_endian(socket_.receive(2));
  if (size == 127) size = from_big_endian(socket_.receive(8));
  received.payload = socket_.receive(size);
  return received;
}

std::string WebSocketClient::receive_binary(std::size_t count) {
  while (binary_.size() < count) {
    const ReceivedFrame received = receive();
    if (received.opcode != Binary) throw std::runtime_error("a frame of opcode " + std::to_string(received.opcode));
    binary_ += received.payload;
  }
  const std::string taken = binary_.substr(0, count);
  binary_.erase(0, count);
  return taken;
}

}  // namespace wasmqtt::test
