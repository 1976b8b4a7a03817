// A topic filter -> the nodes of a tree of topic names that it matches, one after another.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mqtt/topic/level_tree.h"

namespace mqtt {

// Parents come before their children, siblings in the order in which they came into the tree. The tree must outlive the
// walk and must not change during it. Takes time by the nodes that share the filter's first levels, and no recursion: a
// peer chooses how deep names are.
class NameWalk {
 public:
  // Precondition: `filter` is a valid plain filter.
  NameWalk(const LevelTree& tree, std::string_view filter);

  // The next node whose path the filter matches, whether anything is `here` or not; kNoNode after the last one.
  NodeId next();

 private:
  static constexpr LevelId kAnyLevel = kNoLevel;

  bool is_wildcard(std::size_t depth) const { return depth >= levels_.size() || levels_[depth] == kAnyLevel; }
  bool step();
  bool descend();
  NodeId first_allowed(NodeId child) const;

  const LevelTree& tree_;
  std::vector<LevelId> levels_;  // of the filter, without the '#' at its end
  bool open_ended_ = false;      // '#' stood at its end
  bool started_ = false;
  NodeId at_;  // kNoNode: at the end
  std::size_t depth_ = 0;
};

}  // namespace mqtt
