// A hash -> the ids filed under it: one open-addressing table of four bytes a slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mqtt {

// The owner keeps what an id stands for (ids are 1 and up, and dense) and compares; the table only narrows down. A slot
// is an id in its low bits and, in the bits that no id of a table of this size needs, a part of the hash: nearly every
// slot that a search merely passes is told apart without a look at the owner's memory.
class IdTable {
 public:
  // The id that matches(id) accepts among those filed under `hash`; 0 if there is none.
  template <typename Matches>
  std::uint32_t find(std::uint64_t hash, Matches&& matches) const {
    if (slots_.empty()) return 0;
    const std::uint32_t tag = tag_of(hash);
    for (std::uint32_t at = home_of(hash);; at = (at + 1) & mask_) {
      const std::uint32_t slot = slots_[at];
      if (slot == 0) return 0;
      if ((slot & ~mask_) == tag && matches(slot & mask_)) return slot & mask_;
    }
  }

  // hash_of(id) answers the hash under which an id was inserted. Precondition: `id` is not in the table.
  template <typename HashOf>
  void insert(std::uint32_t id, HashOf&& hash_of) {
    reserve(id, hash_of);
    place(id, hash_of(id));
    ++size_;
  }

  // Precondition: `id` is in the table.
  template <typename HashOf>
  void erase(std::uint32_t id, HashOf&& hash_of) {
    if (--size_ == 0) return release();
    std::uint32_t hole = home_of(hash_of(id));
    while ((slots_[hole] & mask_) != id)
      hole = (hole + 1) & mask_;
    // Those behind move up into the hole if that does not carry them before their home, so no tombstone is needed.
    for (std::uint32_t at = (hole + 1) & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      const std::uint32_t home = home_of(hash_of(slots_[at] & mask_));
      if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = 0;
  }

  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(std::uint32_t); }

 private:
  static constexpr std::uint32_t kSmallestCapacity = 16;

  std::uint32_t home_of(std::uint64_t hash) const { return static_cast<std::uint32_t>(hash) & mask_; }
  std::uint32_t tag_of(std::uint64_t hash) const { return static_cast<std::uint32_t>(hash >> 32) & ~mask_; }

  template <typename HashOf>
  void reserve(std::uint32_t id, HashOf& hash_of) {
    std::size_t capacity = slots_.empty() ? kSmallestCapacity : slots_.size();
    while ((size_ + 1) * 4 > capacity * 3 || id >= capacity)
      capacity *= 2;
    if (capacity == slots_.size()) return;
    const std::uint32_t old_mask = mask_;
    std::vector<std::uint32_t> old(capacity);
    old.swap(slots_);
    mask_ = static_cast<std::uint32_t>(capacity - 1);
    for (const std::uint32_t slot : old) {
      if (slot != 0) place(slot & old_mask, hash_of(slot & old_mask));
    }
  }

  void place(std::uint32_t id, std::uint64_t hash) {
    std::uint32_t at = home_of(hash);
    while (slots_[at] != 0)
      at = (at + 1) & mask_;
    slots_[at] = tag_of(hash) | id;
  }

  void release() {
    std::vector<std::uint32_t>().swap(slots_);
    mask_ = 0;
  }

  std::vector<std::uint32_t> slots_;  // 0: free; a power of two of them, more than the largest id
  std::uint32_t mask_ = 0;            // slots_.size() - 1
  std::size_t size_ = 0;
};

}  // namespace mqtt
