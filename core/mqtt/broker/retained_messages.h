// The retained messages, one for each topic: in memory, in the journal, and as a watcher hears of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mqtt/broker/recorder.h"
#include "mqtt/session/message.h"
#include "mqtt/session/retained_store.h"
#include "mqtt/topic/retained_trie.h"

namespace mqtt {

// Must outlive the cursors on trie(). The statistics under $SYS are made anew, so no journal has them.
class RetainedMessages {
 public:
  explicit RetainedMessages(Recorder& recorder) : recorder_(recorder) {}

  void set(std::string_view topic, const Message& message);
  void erase(std::string_view topic);
  // A PUBLISH of the client has set or erased it; an empty identifier: one of the broker's own, or a will.
  void tell_watcher(std::string_view topic, std::string_view client_identifier) const {
    if (watcher_ != nullptr) watcher_->on_retained_changed(topic, client_identifier);
  }

  // Null if there is none; it holds until it is erased.
  const Message* find(std::string_view topic) const { return trie_.find(topic); }
  // Those under $SYS do not count, nor what the host may have put beside or over them.
  std::size_t size() const { return trie_.size() - system_topics_; }
  // To make cursors on it, which change what is in there no more than their own place.
  RetainedTrie<Message>& trie() { return trie_; }

  // --- RetainedStore's other half
  void watch(RetainedWatcher* watcher) { watcher_ = watcher; }
  void put_note(std::string_view topic) { recorder_.note(topic); }
  void erase_note(std::string_view topic) { recorder_.erase_note(topic); }
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }

  // --- the journal's content
  Result<void> restore(Bytes topic, Bytes value);
  void restore_note(Bytes topic) { notes_.emplace_back(as_text(topic)); }

 private:
  Recorder& recorder_;
  RetainedTrie<Message> trie_;
  std::size_t system_topics_ = 0;  // those under $SYS
  RetainedWatcher* watcher_ = nullptr;
  std::vector<std::string> notes_;  // that the journal held
};

}  // namespace mqtt
