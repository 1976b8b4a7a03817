// The broker's retained messages as RetainedStore shows them.
#include <optional>
#include <utility>

#include "mqtt/broker/broker_state.h"
#include "mqtt/session/retained_store.h"

namespace mqtt {

class Broker::RetainedAccess final : public RetainedStore {
 public:
  explicit RetainedAccess(State& broker) : broker_(broker) {}

  void watch(RetainedWatcher* watcher) override { broker_.watch_retained(watcher); }

  Message find(std::string_view topic, Instant now) const override {
    const Message* const found = broker_.retained().find(topic);
    return found == nullptr || found->expired(now) ? Message() : *found;
  }

  void begin_walk(std::string_view topic_filter) override { walk_.emplace(broker_.retained(), topic_filter); }

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

  void put_note(std::string_view topic) override { broker_.recorder().note(topic); }
  void erase_note(std::string_view topic) override { broker_.recorder().erase_note(topic); }
  std::vector<std::string> take_notes() override { return broker_.take_notes(); }

 private:
  State& broker_;
  std::optional<RetainedTrie<Message>::Cursor> walk_;
};

RetainedStore& Broker::retained() {
  if (retained_ == nullptr) retained_ = std::make_unique<RetainedAccess>(*state_);
  return *retained_;
}

}  // namespace mqtt
