// The packet identifiers of QoS 2 messages that were received and whose PUBREL has not come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "mqtt/packet/packet.h"

namespace mqtt {

// One bit for each identifier, in memory of 8 KiB that is there only while the set holds something.
class PacketIdentifierSet {
 public:
  std::size_t size() const { return size_; }
  bool contains(PacketIdentifier identifier) const {
    return words_ != nullptr && (words_[identifier / 64] >> (identifier % 64) & 1) != 0;
  }
  // True if it was new.
  bool insert(PacketIdentifier identifier);
  // True if it was there.
  bool erase(PacketIdentifier identifier);
  void clear();
  // Every identifier, in ascending order: visit(identifier), which must not change the set.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t identifier = 1; identifier <= 65'535 && size_ > 0; ++identifier) {
      if (contains(static_cast<PacketIdentifier>(identifier))) visit(static_cast<PacketIdentifier>(identifier));
    }
  }
  // Gives an empty set's memory back; erase() keeps it, since the next message is near while a connection lives.
  void release_memory();

 private:
  static constexpr std::size_t kWords = 65'536 / 64;
  std::unique_ptr<std::uint64_t[]> words_;
  std::size_t size_ = 0;
};

}  // namespace mqtt
