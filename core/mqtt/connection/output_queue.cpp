// Small octets in one run, with marks where a shared payload stands between them.
#include "mqtt/connection/output_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace mqtt {

std::size_t OutputQueue::gather(std::span<Bytes> into) const {
  std::size_t filled = 0;
  std::size_t position = begin_;
  const auto add = [&](Bytes octets) {
    if (!octets.empty() && filled < into.size()) into[filled++] = octets;
  };
  for (std::size_t i = first_shared_; i < shared_.size() && filled < into.size(); ++i) {
    add(octets_.view().subspan(position, shared_[i].position - position));
    position = shared_[i].position;
    add(shared_[i].octets.view().subspan(i == first_shared_ ? shared_begin_ : 0));
  }
  if (!octets_.empty()) add(octets_.view().subspan(position));
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
    const std::size_t small = (shared_follows ? shared_[first_shared_].position : octets_.size()) - begin_;
    const std::size_t small_taken = std::min(small, count);
    begin_ += small_taken;
    count -= small_taken;
    if (count == 0) break;
    Shared& shared = shared_[first_shared_];
    const std::size_t shared_taken = std::min(shared.octets.size() - shared_begin_, count);
    shared_begin_ += shared_taken;
    count -= shared_taken;
    if (shared_begin_ == shared.octets.size()) {
      shared.octets = {};
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
  if (begin_ < kWorthMoving || begin_ < octets_.size() / 2) return;
  octets_.erase_front(begin_);
  shared_.erase(shared_.begin(), shared_.begin() + static_cast<std::ptrdiff_t>(first_shared_));
  for (Shared& shared : shared_)
    shared.position -= begin_;
  first_shared_ = 0;
  begin_ = 0;
}

void OutputQueue::clear() {
  octets_.clear();
  shared_.clear();
  begin_ = first_shared_ = shared_begin_ = size_ = 0;
}

void OutputQueue::append_shared(SharedBytes octets) {
  if (octets.size() == 0) return;
  size_ += octets.size();
  shared_.push_back({octets_.size(), std::move(octets)});
}

ByteBuffer OutputQueue::take_memory() {
  assert(empty());
  clear();
  shared_ = std::vector<Shared>();
  return std::move(octets_);
}

void OutputQueue::give_memory(ByteBuffer memory) {
  assert(empty());
  octets_ = std::move(memory);
  octets_.clear();
}

}  // namespace mqtt
