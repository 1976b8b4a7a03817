// Bytes that lie in several pieces, read from the front as if they were one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "mqtt/base/bytes.h"

namespace mqtt {

// A place in them; a copy goes on by itself. The pieces, and the span of them, must outlive it.
class ByteRuns {
 public:
  explicit ByteRuns(std::span<const Bytes> runs) : runs_(runs) {
    for (const Bytes run : runs)
      size_ += run.size();
    pass_empty_runs();
  }

  // From this place to the end.
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // What lies here in one piece; empty at the end alone.
  Bytes front() const { return front_; }

  // Goes on by so many bytes, at most to the end.
  void skip(std::size_t count) {
    count = std::min(count, size_);
    size_ -= count;
    while (count >= front_.size() && !front_.empty()) {
      count -= front_.size();
      front_ = {};
      pass_empty_runs();
    }
    front_ = front_.subspan(std::min(count, front_.size()));
  }

  // Copies what comes next, as far as it fits, without going on; answers how many bytes.
  std::size_t peek(std::span<std::uint8_t> into) const {
    ByteRuns ahead = *this;
    std::size_t copied = 0;
    while (copied < into.size() && !ahead.empty()) {
      const Bytes part = ahead.front().first(std::min(ahead.front().size(), into.size() - copied));
      std::memcpy(into.data() + copied, part.data(), part.size());
      copied += part.size();
      ahead.skip(part.size());
    }
    return copied;
  }

 private:
  void pass_empty_runs() {
    while (front_.empty() && !runs_.empty()) {
      front_ = runs_.front();
      runs_ = runs_.subspan(1);
    }
  }

  Bytes front_;
  std::span<const Bytes> runs_;  // behind front_
  std::size_t size_ = 0;
};

}  // namespace mqtt
