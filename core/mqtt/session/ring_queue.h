// A first-in first-out queue that owns no memory while it is empty (std::deque keeps half a KiB for each idle session).
#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace mqtt {

template <typename T>
class RingQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push(T value) {
    if (size_ == ring_.size()) grow();
    ring_[(head_ + size_++) & (ring_.size() - 1)] = std::move(value);
  }
  // Precondition of all three: !empty().
  T& front() { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  T pop() {
    assert(!empty());
    T value = std::exchange(ring_[head_], T{});
    head_ = (head_ + 1) & (ring_.size() - 1);
    if (--size_ == 0) clear();
    return value;
  }
  // Precondition: index < size(). 0 is the front.
  T& operator[](std::size_t index) {
    assert(index < size_);
    return ring_[(head_ + index) & (ring_.size() - 1)];
  }
  void clear() {
    ring_ = std::vector<T>();  // shrink_to_fit() does nothing in a libstdc++ without exceptions
    head_ = size_ = 0;
  }

 private:
  void grow() {
    std::vector<T> larger(ring_.empty() ? 4 : ring_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i)
      larger[i] = std::move((*this)[i]);
    ring_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> ring_;  // a power of two, or empty
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace mqtt
