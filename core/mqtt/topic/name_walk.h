// A topic filter -> the nodes of a tree of topic names that it matches, one after another.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mqtt/topic/level_tree.h"

namespace mqtt {

// Parents come before their children, siblings in the order in which they came into the tree. The tree must outlive the
// walk, and the node that the walk is at must stay in it; all others may come and go between two steps. Takes time by
// the nodes that share the filter's first levels, and no recursion: a peer chooses how deep names are.
class NameWalk {
 public:
  // Precondition: `filter` is a valid plain filter.
  NameWalk(const LevelTree& tree, std::string_view filter);

  // The next node whose path the filter matches, whether anything is `here` or not. kNoNode after the last one, or when
  // `steps`, of which each node that is looked at takes one, are used up.
  NodeId next(std::size_t& steps);
  // Behind the last one.
  bool is_done() const { return at_ == kNoNode; }
  // The node that the walk is at: the root before its first step, kNoNode behind its last.
  NodeId at() const { return at_; }
  // Whether the walk is behind this node, or at it. Precondition: the filter matches its path, and the tree keeps
  // dates.
  bool has_passed(NodeId node) const;

 private:
  static constexpr LevelId kAnyLevel = kNoLevel;

  bool is_wildcard(std::size_t depth) const { return depth >= levels_.size() || levels_[depth] == kAnyLevel; }
  bool step();
  bool descend();
  bool is_at_barred() const;

  const LevelTree& tree_;
  std::vector<LevelId> levels_;  // of the filter, without the '#' at its end
  bool open_ended_ = false;      // '#' stood at its end
  bool started_ = false;
  bool barred_ = false;  // the node that the walk is at, and all below it
  NodeId at_;            // kNoNode: at the end
  std::size_t depth_ = 0;
};

}  // namespace mqtt
