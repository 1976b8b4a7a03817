// One MQTT connection to the broker under load: a non-blocking socket, bytes out of a buffer, whole packets in.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "load_options.h"
#include "mqtt/base/bytes.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/packet/packet.h"
#include "websocket_framing.h"

namespace wasmqtt::load {

class Peer {
 public:
  // Opens the socket, upgrades it where asked, and waits for a CONNACK of success. Throws std::runtime_error with a
  // sentence.
  Peer(const Options& options, const std::string& client_identifier);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer(const Peer&) = delete;

  // Waits for the SUBACK.
  void subscribe(const std::string& filter, std::uint8_t qos);

  int socket() const { return socket_; }
  mqtt::ProtocolVersion version() const { return version_; }
  // MQTT bytes for the broker; flush() sends them.
  mqtt::ByteBuffer& out() { return out_; }
  // Bytes that the socket has not taken.
  std::size_t unsent() const { return wire_.size() - wire_sent_ + out_.size(); }
  // Writes what the socket takes; true when nothing is left.
  bool flush();
  // Waits until nothing is left.
  void flush_all();

  // Reads once, into the caller's buffer, and calls handle(frame) for each whole packet. False when nothing was there.
  // Throws when the broker closed the connection.
  template <typename Handle>
  bool receive(std::span<std::uint8_t> buffer, Handle&& handle) {
    const std::size_t count = read_some(buffer);
    if (count == 0) return false;
    const mqtt::Bytes bytes{buffer.data(), count};
    if (!websocket_) {
      take(bytes, handle);
    } else {
      unwrapper_.feed(bytes, [&](mqtt::Bytes part) { take(part, handle); });
    }
    return count == buffer.size();
  }

 private:
  template <typename Handle>
  void take(mqtt::Bytes bytes, Handle&& handle) {
    reader_.feed(bytes);
    while (true) {
      const auto frame = reader_.next();
      if (!frame) throw std::runtime_error(std::string("the broker sent a malformed packet: ") + frame.error().text);
      if (!*frame) break;
      handle(**frame);
    }
    reader_.keep_rest();
  }
  std::size_t read_some(std::span<std::uint8_t> buffer);
  void upgrade(const std::string& host);
  void await(mqtt::PacketType type);

  int socket_ = -1;
  bool websocket_;
  mqtt::ProtocolVersion version_;
  mqtt::ByteBuffer out_;
  mqtt::ByteBuffer wire_;  // out_ as it goes over the wire
  std::size_t wire_sent_ = 0;
  FrameUnwrapper unwrapper_;
  mqtt::FrameReader reader_{mqtt::kMaximumPacketSize};
};

}  // namespace wasmqtt::load
