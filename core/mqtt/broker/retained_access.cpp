// The broker's retained messages as RetainedStore shows them.
#include <optional>
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/session/retained_store.h"

namespace mqtt {

class Broker::RetainedAccess final : public RetainedStore {
 public:
  explicit RetainedAccess(RetainedMessages& retained) : retained_(retained) {}

  void watch(RetainedWatcher* watcher) override { retained_.watch(watcher); }

  Message find(std::string_view topic, Instant now) const override {
    const Message* const found = retained_.find(topic);
    return found == nullptr || found->expired(now) ? Message() : *found;
  }

  void begin_walk(std::string_view topic_filter) override { walk_.emplace(retained_.trie(), topic_filter); }

  Message next(std::size_t& steps, Instant now) override {
    Message next;
    while (walk_ && !next) {
      const Message* const found = walk_->next(steps);
      if (found == nullptr) break;
      if (!found->expired(now)) next = *found;
    }
    if (walk_) walk_->rest();
    return next;
  }

  bool walk_is_over() const override { return !walk_ || walk_->is_done(); }
  void end_walk() override { walk_.reset(); }

  void put_note(std::string_view topic) override { retained_.put_note(topic); }
  void erase_note(std::string_view topic) override { retained_.erase_note(topic); }
  std::vector<std::string> take_notes() override { return retained_.take_notes(); }

 private:
  RetainedMessages& retained_;
  std::optional<RetainedTrie<Message>::Cursor> walk_;
};

RetainedStore& Broker::retained() {
  if (retained_ == nullptr) retained_ = std::make_unique<RetainedAccess>(state_->retained_);
  return *retained_;
}

}  // namespace mqtt
