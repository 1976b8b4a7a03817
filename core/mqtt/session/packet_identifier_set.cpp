// Packet identifiers as a bit set.
#include "mqtt/session/packet_identifier_set.h"

namespace mqtt {

bool PacketIdentifierSet::insert(PacketIdentifier identifier) {
  if (words_ == nullptr) words_ = std::make_unique<std::uint64_t[]>(kWords);
  if (contains(identifier)) return false;
  words_[identifier / 64] |= std::uint64_t{1} << (identifier % 64);
  ++size_;
  return true;
}

bool PacketIdentifierSet::erase(PacketIdentifier identifier) {
  if (!contains(identifier)) return false;
  words_[identifier / 64] &= ~(std::uint64_t{1} << (identifier % 64));
  --size_;
  return true;
}

void PacketIdentifierSet::clear() {
  words_.reset();
  size_ = 0;
}

void PacketIdentifierSet::release_memory() {
  if (size_ == 0) words_.reset();
}

}  // namespace mqtt
