// Topic names with a value each -> the value of a name, and the values of all names that a filter matches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "mqtt/topic/level_tree.h"
#include "mqtt/topic/name_walk.h"
#include "mqtt/topic/pool.h"

namespace mqtt {

// Value may be any movable type. Preconditions everywhere: names are valid topic names, filters valid plain filters.
template <typename Value>
class RetainedTrie {
 public:
  // nullptr if the name has none; what it points to holds until the name's value is erased.
  const Value* find(std::string_view name) const {
    const NodeId node = tree_.find(name);
    return node == kNoNode || tree_[node].here == 0 ? nullptr : &*values_[tree_[node].here];
  }
  Value* find(std::string_view name) { return const_cast<Value*>(std::as_const(*this).find(name)); }

  // True if the name had none before.
  bool insert_or_assign(std::string_view name, Value value) {
    LevelNode& node = tree_[tree_.obtain(name)];
    const bool is_new = node.here == 0;
    if (is_new) node.here = values_.take();
    values_[node.here] = std::move(value);
    return is_new;
  }

  // True if there was one.
  bool erase(std::string_view name) {
    const NodeId node = tree_.find(name);
    if (node == kNoNode || tree_[node].here == 0) return false;
    values_.give_back(std::exchange(tree_[node].here, 0));
    tree_.prune(node);
    return true;
  }

  // Calls visit(const Value&) for each name that the filter matches; a shorter name before those that continue it,
  // siblings in the order in which their level first came. `visit` must not change the trie. Takes time by the names
  // that share the filter's levels up to its last wildcard, not by all names.
  template <typename Visit>
  void for_each_match(std::string_view filter, Visit&& visit) const {
    NameWalk walk(tree_, filter);
    while (const NodeId node = walk.next()) {
      if (const std::uint32_t value = tree_[node].here) visit(*values_[value]);
    }
  }

  std::size_t size() const { return values_.size(); }
  // Of the topic levels in use, with the root.
  std::size_t node_count() const { return tree_.node_count(); }
  // Without what the values own elsewhere.
  std::size_t memory_octets() const { return sizeof *this + tree_.memory_octets() + values_.memory_octets(); }

 private:
  LevelTree tree_;
  Pool<std::optional<Value>> values_;
};

}  // namespace mqtt
