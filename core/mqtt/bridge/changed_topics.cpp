// A list in turn and an index by name; each change of the set is noted in the store.
#include "mqtt/bridge/changed_topics.h"

#include <utility>

namespace mqtt {

namespace {

constexpr std::string_view kAllTopics;  // no topic has an empty name [MQTT-4.7.3-1]

}  // namespace

ChangedTopics::ChangedTopics(RetainedStore& store) : store_(store) {
  for (const std::string& topic : store.take_notes()) {
    if (topic == kAllTopics) {
      are_all_ = true;
    } else {
      insert(topic, Instant{});
    }
  }
}

void ChangedTopics::insert(std::string_view topic, Instant now) {
  if (by_name_.contains(topic)) return;
  if (in_turn_.size() >= kMostTopics || bytes_ + topic.size() > kMostBytes) return count_all();
  in_turn_.push_back({std::string(topic), now});
  by_name_.emplace(in_turn_.back().topic, std::prev(in_turn_.end()));
  bytes_ += topic.size();
  store_.put_note(topic);
}

void ChangedTopics::erase(std::string_view topic) {
  const auto found = by_name_.find(topic);
  if (found == by_name_.end()) return;
  const auto changed = found->second;
  by_name_.erase(found);
  bytes_ -= changed->topic.size();
  store_.erase_note(changed->topic);
  in_turn_.erase(changed);
}

void ChangedTopics::had_turn(Instant now) {
  in_turn_.front().since = now;
  in_turn_.splice(in_turn_.end(), in_turn_, in_turn_.begin());
}

void ChangedTopics::count_all() {
  are_exchanged_ = false;
  if (std::exchange(are_all_, true)) return;
  store_.put_note(kAllTopics);
}

void ChangedTopics::finish_exchange() {
  if (!std::exchange(are_exchanged_, false)) return;
  are_all_ = false;
  store_.erase_note(kAllTopics);
}

}  // namespace mqtt
