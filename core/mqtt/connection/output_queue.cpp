// Small bytes in one run, with marks where a shared payload stands between them.
#include "mqtt/connection/output_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace mqtt {

std::size_t OutputQueue::gather(std::span<Bytes> into) const {
  std::size_t filled = 0;
  std::size_t position = begin_;
  const auto add = [&](Bytes bytes) {
    if (!bytes.empty() && filled < into.size()) into[filled++] = bytes;
  };
  for (std::size_t i = first_shared_; i < shared_.size() && filled < into.size(); ++i) {
    add(bytes_.view().subspan(position, shared_[i].position - position));
    position = shared_[i].position;
    add(shared_[i].bytes.view().subspan(i == first_shared_ ? shared_begin_ : 0));
  }
  if (!bytes_.empty()) add(bytes_.view().subspan(position));
  return filled;
}

void OutputQueue::consume(std::size_t count) {
  assert(count <= size_);
  size_ -= count;
  if (size_ == 0) {
    clear();
    return;
  }
  while (count > 0) {
    const bool shared_follows = first_shared_ < shared_.size();
    const std::size_t small = (shared_follows ? shared_[first_shared_].position : bytes_.size()) - begin_;
    const std::size_t small_taken = std::min(small, count);
    begin_ += small_taken;
    count -= small_taken;
    if (count == 0) break;
    Shared& shared = shared_[first_shared_];
    const std::size_t shared_taken = std::min(shared.bytes.size() - shared_begin_, count);
    shared_begin_ += shared_taken;
    count -= shared_taken;
    if (shared_begin_ == shared.bytes.size()) {
      shared.bytes = {};
      shared_begin_ = 0;
      ++first_shared_;
    }
  }
  drop_written();
}

// A connection that is never quite drained must not keep what it wrote: once that is the larger part, the rest moves to
// the front.
void OutputQueue::drop_written() {
  constexpr std::size_t kWorthMoving = 64 * 1024;
  if (begin_ < kWorthMoving || begin_ < bytes_.size() / 2) return;
  bytes_.erase_front(begin_);
  shared_.erase(shared_.begin(), shared_.begin() + static_cast<std::ptrdiff_t>(first_shared_));
  for (Shared& shared : shared_)
    shared.position -= begin_;
  first_shared_ = 0;
  begin_ = 0;
}

void OutputQueue::clear() {
  bytes_.clear();
  shared_.clear();
  begin_ = first_shared_ = shared_begin_ = size_ = 0;
}

void OutputQueue::append_shared(SharedBytes bytes) {
  if (bytes.size() == 0) return;
  size_ += bytes.size();
  shared_.push_back({bytes_.size(), std::move(bytes)});
}

ByteBuffer OutputQueue::take_memory() {
  assert(empty());
  clear();
  shared_ = std::vector<Shared>();
  return std::move(bytes_);
}

void OutputQueue::give_memory(ByteBuffer memory) {
  assert(empty());
  bytes_ = std::move(memory);
  bytes_.clear();
}

}  // namespace mqtt
