// What is due when. Entries are never searched: one that is outdated is recognised and dropped when its time comes.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "mqtt/base/time.h"

namespace mqtt {

enum class DeadlineKind : std::uint8_t { Connect, KeepAlive, WillDelay, SessionExpiry };

struct Deadline {
  Instant at;
  DeadlineKind kind = DeadlineKind::Connect;
  std::uint32_t subject = 0;  // a ConnectionId or SubscriberId, by kind
  std::uint32_t serial = 0;   // the subject's when the deadline was set: numbers are used again
};

class DeadlineQueue {
 public:
  void add(const Deadline& deadline) { heap_.push(deadline); }
  Instant next() const { return heap_.empty() ? kNever : heap_.top().at; }
  // Precondition: next() != kNever.
  Deadline take() {
    const Deadline deadline = heap_.top();
    heap_.pop();
    return deadline;
  }

 private:
  struct Later {
    bool operator()(const Deadline& a, const Deadline& b) const { return a.at > b.at; }
  };
  std::priority_queue<Deadline, std::vector<Deadline>, Later> heap_;
};

}  // namespace mqtt
