// Telling the servers that people dial by mistake from one that speaks MQTT.
#include "mqtt/client/first_bytes.h"

#include <algorithm>
#include <string_view>

#include "mqtt/packet/packet.h"

namespace mqtt {

namespace {

constexpr std::string_view kHttp = "HTTP/";
constexpr std::uint8_t kTlsAlert = 0x15;
constexpr std::uint8_t kTlsMajorVersion = 0x03;

constexpr Error kHttpServer = garbage(
    "an HTTP server answers there: if MQTT over WebSocket is meant, write ws:// or wss://, else the port of plain "
    "MQTT");
constexpr Error kTlsServer = garbage("a TLS server answers there: write mqtts://, or wss:// for MQTT over WebSocket");
constexpr Error kText = garbage("what answers there sends text: it is no MQTT server");
constexpr Error kReservedType = garbage("what answers there is no MQTT server: its first byte is of packet type 0");
constexpr Error kEcho = protocol_error(
    "what answers there is no MQTT server: its first packet is a CONNECT, as if the client's own came back");
constexpr Error kOtherPacket = protocol_error("the server's first packet is no CONNACK");  // [MQTT-3.2.0-1]

constexpr bool is_printable(std::uint8_t byte) {
  return byte >= 0x20 && byte < 0x7F;
}

}  // namespace

std::optional<Error> FirstBytes::look_at(Bytes bytes) {
  const std::size_t taken = std::min(bytes.size(), std::size(bytes_) - count_);
  std::copy_n(bytes.begin(), taken, bytes_ + count_);
  count_ += taken;
  if (taken == 0) return std::nullopt;
  const auto type = static_cast<PacketType>(bytes_[0] >> 4);
  if (type == PacketType::Connack || type == PacketType::Auth) return std::nullopt;
  const auto seen = as_text(Bytes(bytes_, count_));
  const bool is_whole = count_ == std::size(bytes_);
  if (seen == kHttp) return kHttpServer;
  if (kHttp.starts_with(seen)) return std::nullopt;
  // An old HTTP server answers what it does not understand by a page without headers.
  if (seen.starts_with('<')) return kHttpServer;
  if (bytes_[0] == kTlsAlert && count_ == 1) return std::nullopt;
  if (bytes_[0] == kTlsAlert && bytes_[1] == kTlsMajorVersion) return kTlsServer;
  // A line of text has more than one character.
  if (is_printable(bytes_[0]) && !is_whole) return std::nullopt;
  if (std::all_of(bytes_, bytes_ + count_, is_printable)) return kText;
  if (bytes_[0] < 0x10) return kReservedType;
  return type == PacketType::Connect ? kEcho : kOtherPacket;
}

}  // namespace mqtt
