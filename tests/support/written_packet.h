// A line in the language of describe.h -> the packet it stands for, and its bytes.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/packet/packet.h"

namespace mqtt::test {

// Owns the texts that its packet views. A line that cannot be read ends the program: a test with a typing error must
// not pass.
class WrittenPacket {
 public:
  explicit WrittenPacket(std::string_view line, ProtocolVersion version = ProtocolVersion::V5_0);
  WrittenPacket(const WrittenPacket&) = delete;
  WrittenPacket& operator=(const WrittenPacket&) = delete;

  const Packet& packet() const { return packet_; }
  template <typename T>
  const T& as() const {
    return std::get<T>(packet_);
  }
  // In the form of `version`.
  std::vector<std::uint8_t> bytes() const;

 private:
  friend class PacketParser;

  ProtocolVersion version_;
  std::string line_;
  std::deque<std::string> texts_;  // that do not stand in the line as they are
  Packet packet_;
};

}  // namespace mqtt::test
