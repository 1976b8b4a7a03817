// Topic names with a value each -> the value of a name, and the values of all names that a filter matches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mqtt/topic/level_tree.h"
#include "mqtt/topic/name_walk.h"
#include "mqtt/topic/pool.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

// Value may be any movable type. Preconditions everywhere: names are valid topic names, filters valid plain filters.
template <typename Value>
class RetainedTrie {
 public:
  class Cursor;

  // nullptr if the name has none; what it points to holds until the name's value is erased.
  const Value* find(std::string_view name) const {
    const NodeId node = tree_.find(name);
    return node == kNoNode ? nullptr : value_at(node);
  }

  // True if the name had none before.
  bool insert_or_assign(std::string_view name, Value value) {
    Entry& entry = entry_at(tree_.obtain(name));
    const bool is_new = !entry.value;
    if (is_new) ++size_;
    entry.value = std::move(value);
    entry.era = era_ & kEras;
    return is_new;
  }

  // True if there was one.
  bool erase(std::string_view name) {
    const NodeId node = tree_.find(name);
    if (node == kNoNode || value_at(node) == nullptr) return false;
    --size_;
    entries_[tree_[node].here].value.reset();
    release_if_unused(node);
    return true;
  }

  std::size_t size() const { return size_; }
  // Of the topic levels in use, with the root.
  std::size_t node_count() const { return tree_.node_count(); }
  // Without what the values own elsewhere.
  std::size_t memory_bytes() const { return sizeof *this + tree_.memory_bytes() + entries_.memory_bytes(); }

 private:
  struct Entry {
    std::optional<Value> value;  // none: cursors rest at the name
    // How many cursors had been made when the value was set, which is never more than kEras. A cursor passes over what
    // came after it.
    std::uint64_t era : 40 = 0;
    std::uint64_t resting : 24 = 0;  // cursors
  };

  static constexpr std::uint64_t kEras = (std::uint64_t{1} << 40) - 1;

  const Value* value_at(NodeId node) const {
    const std::uint32_t here = tree_[node].here;
    return here == 0 || !entries_[here].value ? nullptr : &*entries_[here].value;
  }
  Entry& entry_at(NodeId node) {
    LevelNode& at = tree_[node];
    if (at.here == 0) at.here = entries_.take();
    return entries_[at.here];
  }
  void release_if_unused(NodeId node) {
    const std::uint32_t here = tree_[node].here;
    if (entries_[here].value || entries_[here].resting > 0) return;
    tree_[node].here = 0;
    entries_.give_back(here);
    tree_.prune(node);
  }

  LevelTree tree_{LevelTree::Dates::Kept};
  Pool<Entry> entries_;
  std::size_t size_ = 0;
  std::uint64_t era_ = 0;
};

// The values of all names that a filter matches, visited over any number of calls while names come and go between them:
// what was there when the cursor was made and has neither been set anew nor erased when the cursor comes to it, each
// once. A shorter name comes before those that continue it, siblings in the order in which their level first came.
// Takes memory by the filter's length, not by the names. The trie must outlive it.
template <typename Value>
class RetainedTrie<Value>::Cursor {
 public:
  Cursor(RetainedTrie& trie, std::string_view filter)
      : trie_(trie), filter_(filter), walk_(trie.tree_, filter), era_(trie.era_++) {}
  ~Cursor() { leave(resting_at_); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // The next value, which holds until the trie changes. nullptr behind the last one, or when `steps`, of which each
  // topic level on the way takes one, are used up. From here to rest() the trie must not change.
  const Value* next(std::size_t& steps) {
    const Value* const value = find_next(steps);
    if (resting_at_ != walk_.at()) leave(std::exchange(resting_at_, kNoNode));
    return value;
  }
  // next() comes to the value that it answered last again, if it is still there.
  void step_back() { is_again_ = true; }
  // The trie may change until next() is called again.
  void rest() {
    const NodeId at = walk_.at();
    if (resting_at_ == at || at == kNoNode || at == LevelTree::kRoot) return;
    resting_at_ = at;
    ++trie_.entry_at(at).resting;
  }
  bool is_done() const { return walk_.is_done() && !is_again_; }

  // The name's value, if the cursor would come to it; it does not any more. nullptr if not, or when too many were taken
  // so. Precondition: the cursor rests, or was not asked for anything yet.
  const Value* take_early(std::string_view name) {
    const NodeId node = trie_.tree_.find(name);
    if (node == kNoNode || !matches(filter_, name)) return nullptr;
    const Value* const value = visible(node);
    const bool is_back = is_again_ && node == walk_.at();
    if (value == nullptr || (walk_.has_passed(node) && !is_back)) return nullptr;
    if (is_back) {
      is_again_ = false;
      return value;
    }
    const auto place = std::lower_bound(taken_.begin(), taken_.end(), node);
    if (taken_.size() == kMaximumTaken || (place != taken_.end() && *place == node)) return nullptr;
    taken_.insert(place, node);
    return value;
  }

 private:
  static constexpr std::size_t kMaximumTaken = 4096;

  // Its value, unless that came after the cursor.
  const Value* visible(NodeId node) const {
    const Value* const value = trie_.value_at(node);
    return value != nullptr && trie_.entries_[trie_.tree_[node].here].era <= era_ ? value : nullptr;
  }
  bool is_taken(NodeId node) const { return std::binary_search(taken_.begin(), taken_.end(), node); }
  const Value* find_next(std::size_t& steps) {
    if (std::exchange(is_again_, false)) {
      if (const Value* value = visible(walk_.at())) return value;
    }
    while (const NodeId node = walk_.next(steps)) {
      if (const Value* value = visible(node); value != nullptr && !is_taken(node)) return value;
    }
    return nullptr;
  }
  void leave(NodeId node) {
    if (node == kNoNode) return;
    --trie_.entry_at(node).resting;
    trie_.release_if_unused(node);
  }

  RetainedTrie& trie_;
  std::string filter_;
  NameWalk walk_;
  std::uint64_t era_;
  NodeId resting_at_ = kNoNode;  // which stays in the tree therefore
  bool is_again_ = false;
  std::vector<NodeId> taken_;  // in order
};

}  // namespace mqtt
