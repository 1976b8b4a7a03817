// The topics whose retained message changed here and that the remote broker is not known to have: in the order in
// which their turn comes, and in the journal.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mqtt/base/time.h"
#include "mqtt/session/retained_store.h"

namespace mqtt {

// Bounded: beyond kMostTopics, or names of kMostBytes, further ones are not named, but every topic counts as changed
// until all were exchanged.
class ChangedTopics {
 public:
  static constexpr std::size_t kMostTopics = 100'000;
  static constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

  // With what the journal holds.
  explicit ChangedTopics(RetainedStore& store);

  bool names(std::string_view topic) const { return by_name_.contains(topic); }
  // Those that have no name here count, too.
  bool are_all() const { return are_all_; }
  bool empty() const { return in_turn_.empty(); }
  std::size_t size() const { return in_turn_.size(); }
  // What is there already keeps its turn.
  void insert(std::string_view topic, Instant now);
  void erase(std::string_view topic);

  // --- the one whose turn is next, and since when it waits for it. Precondition: !empty().
  const std::string& next() const { return in_turn_.front().topic; }
  Instant waits_since() const { return in_turn_.front().since; }
  // The last from now on.
  void had_turn(Instant now);

  // An exchange of all topics begins, and was complete.
  void begin_exchange() { are_exchanged_ = are_all_; }
  void finish_exchange();

 private:
  struct Changed {
    std::string topic;
    Instant since;
  };

  void count_all();

  RetainedStore& store_;
  std::list<Changed> in_turn_;
  std::unordered_map<std::string_view, std::list<Changed>::iterator> by_name_;
  std::size_t bytes_ = 0;
  bool are_all_ = false;
  bool are_exchanged_ = false;  // since they all counted as changed
};

}  // namespace mqtt
