// A queue by age, and beside it how many of each message are in it.
#include "mqtt/bridge/echoes.h"

#include <utility>

#include "mqtt/bridge/content_hash.h"

namespace mqtt {

namespace {

std::uint64_t number_of(std::string_view topic, Bytes payload) {
  return hash_content(as_text(payload), hash_content(topic));
}

}  // namespace

void Echoes::remember(std::string_view topic, Bytes payload, Instant now) {
  forget_old(now);
  if (published_.size() == kMostRemembered) forget_first();
  const std::uint64_t message = number_of(topic, payload);
  published_.push({message, connected_time(now)});
  ++counts_[message].awaited;
}

bool Echoes::take(std::string_view topic, Bytes payload, Instant now) {
  forget_old(now);
  const auto found = counts_.find(number_of(topic, payload));
  if (found == counts_.end() || found->second.awaited == 0) return false;
  --found->second.awaited;
  ++found->second.taken;
  return true;
}

void Echoes::pause(Instant now) {
  if (paused_at_ == kNever) paused_at_ = now;
}

void Echoes::resume(Instant now) {
  if (paused_at_ != kNever) away_ += now - std::exchange(paused_at_, kNever);
}

Instant Echoes::connected_time(Instant now) const {
  return (paused_at_ == kNever ? now : paused_at_) - away_;
}

void Echoes::forget_old(Instant now) {
  while (!published_.empty() && published_.front().at + kRemembered <= connected_time(now))
    forget_first();
}

// Of the same message those that came back were the first.
void Echoes::forget_first() {
  const auto found = counts_.find(published_.pop().message);
  Count& count = found->second;
  --(count.taken > 0 ? count.taken : count.awaited);
  if (count.taken == 0 && count.awaited == 0) counts_.erase(found);
}

}  // namespace mqtt
