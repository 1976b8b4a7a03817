// Counts of bytes and the times at which they moved -> the times at which something is due.
#include "mqtt/client/client_keep_alive.h"

#include <algorithm>

namespace mqtt {

namespace {

// Of a Keep Alive so short that half of it is no time; and for a probe when Keep Alive is off.
constexpr Duration kShortestTimeout = std::chrono::milliseconds(500);
constexpr Duration kTimeoutWithoutKeepAlive = std::chrono::seconds(10);

// A line slower than this is not waited for; and what buffers on the way take is bounded, so the wait is.
constexpr std::uint64_t kSlowestLine = 16;  // bytes in a millisecond
constexpr Duration kLongestWay = std::chrono::minutes(2);

Duration way_of(std::uint64_t bytes) {
  const auto bounded = std::min(bytes, kSlowestLine * static_cast<std::uint64_t>(kLongestWay.count()));
  return Duration(static_cast<Duration::rep>(bounded / kSlowestLine));
}

}  // namespace

void ClientKeepAlive::begin(std::uint16_t seconds, Instant now) {
  *this = ClientKeepAlive();
  last_left_ = last_heard_ = arrives_by_ = now;
  connected(seconds, now);
}

void ClientKeepAlive::connected(std::uint16_t seconds, Instant now) {
  interval_ = std::chrono::milliseconds(seconds * std::int64_t{750});
  timeout_ = seconds == 0
                 ? kTimeoutWithoutKeepAlive
                 : std::max(kShortestTimeout, Duration(std::chrono::milliseconds(seconds * std::int64_t{500})));
  arrived_ = left_;
  bound_arrival(now);
}

void ClientKeepAlive::note_taken(std::size_t bytes, Instant now) {
  taken_ += bytes;
  if (unsent_ > 0) unsent_ += bytes;
  note_left(now);
}

void ClientKeepAlive::note_unsent(std::size_t bytes, Instant now) {
  unsent_ = std::min<std::uint64_t>(bytes, taken_);
  note_left(now);
}

void ClientKeepAlive::note_left(Instant now) {
  const std::uint64_t left = taken_ - unsent_;
  if (left > left_) {
    last_left_ = now;
    arrives_by_ = std::min(std::max(arrives_by_, now) + way_of(left - left_), now + kLongestWay);
    if (awaited_end_ > left_) {
      last_moved_ = now;
      awaited_arrives_by_ = arrives_by_;
    }
    left_ = left;
  } else if (left < left_) {  // less than it seemed when the host took it
    left_ = left;
    bound_arrival(now);
  }
}

// No more is on its way than has left and is not known to have arrived.
void ClientKeepAlive::bound_arrival(Instant now) {
  arrives_by_ = std::min(arrives_by_, now + way_of(left_ - std::min(left_, arrived_)));
  if (awaited_end_ > left_) awaited_arrives_by_ = arrives_by_;
}

void ClientKeepAlive::note_received(Instant now) {
  last_heard_ = last_moved_ = now;
}

void ClientKeepAlive::note_ping(std::size_t waiting, Instant now) {
  last_ping_end_ = taken_ + waiting;
  if (awaits_pingresp()) return;
  awaited_end_ = last_ping_end_;
  last_moved_ = now;
  awaited_arrives_by_ = arrives_by_;
}

// It answers the oldest. Others that follow it are not waited for: a server that has answered one lives.
void ClientKeepAlive::note_pingresp(Instant now) {
  arrived_ = std::max(arrived_, awaited_end_);
  awaited_end_ = 0;
  bound_arrival(now);
}

std::optional<Instant> ClientKeepAlive::last_left() const {
  return left_ > 0 ? std::optional(last_left_) : std::nullopt;
}

Instant ClientKeepAlive::ping_due_at() const {
  const bool one_is_to_leave = last_ping_end_ > left_;
  if (interval_ == Duration::zero() || one_is_to_leave) return kNever;
  return (awaits_pingresp() ? last_left_ : std::min(last_left_, last_heard_)) + interval_;
}

Instant ClientKeepAlive::pingresp_due_at() const {
  return awaits_pingresp() ? std::max(last_moved_, awaited_arrives_by_) + timeout_ : kNever;
}

}  // namespace mqtt
