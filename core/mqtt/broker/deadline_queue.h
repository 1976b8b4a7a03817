// What is due when. Entries are never searched: one that is outdated is recognised and dropped when its time comes, or
// swept out with its like once they are many.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mqtt/base/time.h"

namespace mqtt {

enum class DeadlineKind : std::uint8_t { Connect, KeepAlive, WillDelay, SessionExpiry, Statistics, Hold };

struct Deadline {
  Instant at;
  DeadlineKind kind = DeadlineKind::Connect;
  std::uint32_t subject = 0;  // a ConnectionId or SubscriberId, by kind; 0 of Statistics
  std::uint32_t serial = 0;   // the subject's when the deadline was set: numbers are used again
};

class DeadlineQueue {
 public:
  void add(const Deadline& deadline) {
    heap_.push_back(deadline);
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  bool empty() const { return heap_.empty(); }
  Instant next() const { return heap_.empty() ? kNever : heap_.front().at; }
  // Precondition of both: !empty().
  const Deadline& front() const { return heap_.front(); }
  Deadline take() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Deadline deadline = heap_.back();
    heap_.pop_back();
    return deadline;
  }

  // True when the entries have doubled since the last sweep: clients that come and go leave far-off deadlines behind.
  bool wants_sweep() const { return heap_.size() >= sweep_at_; }
  template <typename IsOutdated>
  void sweep(IsOutdated&& is_outdated) {
    std::erase_if(heap_, is_outdated);
    std::make_heap(heap_.begin(), heap_.end(), later);
    sweep_at_ = std::max(kSmallestSweep, heap_.size() * 2);
  }

 private:
  static constexpr std::size_t kSmallestSweep = 1024;
  static bool later(const Deadline& a, const Deadline& b) { return a.at > b.at; }

  std::vector<Deadline> heap_;
  std::size_t sweep_at_ = kSmallestSweep;
};

}  // namespace mqtt
