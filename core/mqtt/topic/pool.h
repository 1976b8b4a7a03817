// Many small values of one kind, each known by a dense 32 bit id instead of a pointer.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace mqtt {

// Values live in blocks that never move: growth copies nothing, and references hold until their value is given back.
template <typename T>
class Pool {
 public:
  // The id, 1 or more, of a value-initialised T.
  std::uint32_t take() {
    ++size_;
    if (!free_.empty()) {
      const std::uint32_t id = free_.back();
      free_.pop_back();
      return id;
    }
    if (++last_ / kBlockSize >= blocks_.size()) blocks_.push_back(std::make_unique<T[]>(kBlockSize));
    return last_;
  }

  void give_back(std::uint32_t id) {
    (*this)[id] = T{};
    free_.push_back(id);
    if (--size_ == 0) truncate(0);
  }

  // Gives the memory of all ids above `last` back. Precondition: ids 1 to `last`, and no others, are in use.
  void truncate(std::uint32_t last) {
    last_ = last;
    std::vector<std::uint32_t>().swap(free_);
    const std::size_t kept = last / kBlockSize + 1;  // one at least: a pool that is filled once is filled again
    if (blocks_.size() <= kept) return;
    std::vector<std::unique_ptr<T[]>> remaining;
    for (std::size_t block = 0; block < kept; ++block)
      remaining.push_back(std::move(blocks_[block]));
    blocks_ = std::move(remaining);
  }

  // Precondition of both: `id` was taken and not given back.
  T& operator[](std::uint32_t id) { return blocks_[id / kBlockSize][id % kBlockSize]; }
  const T& operator[](std::uint32_t id) const { return blocks_[id / kBlockSize][id % kBlockSize]; }

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const {
    return blocks_.size() * kBlockSize * sizeof(T) + blocks_.capacity() * sizeof(blocks_[0]) +
           free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  // As many as fill about 16 KiB, a power of two so that an id is taken apart without a division.
  static constexpr std::uint32_t kBlockSize = static_cast<std::uint32_t>(std::bit_floor(16384 / sizeof(T)));
  static_assert(kBlockSize >= 16, "values this large are better kept behind a pointer");

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t last_ = 0;  // the highest id ever taken
  std::size_t size_ = 0;
};

}  // namespace mqtt
