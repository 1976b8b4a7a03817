// A walk through a tree along its links to children, siblings and parents, kept to what a filter lets in.
#include "mqtt/topic/name_walk.h"

#include "mqtt/topic/topic_levels.h"

namespace mqtt {

NameWalk::NameWalk(const LevelTree& tree, std::string_view filter) : tree_(tree), at_(LevelTree::kRoot) {
  for (TopicLevels levels(filter); !levels.done();) {
    const std::string_view level = levels.next();
    if (level == "#") {
      open_ended_ = true;
    } else if (level == "+") {
      levels_.push_back(kAnyLevel);
    } else {
      levels_.push_back(tree.level(level));
      if (levels_.back() != kNoLevel) continue;
      at_ = kNoNode;  // no name has this level
      return;
    }
  }
}

NodeId NameWalk::next(std::size_t& steps) {
  while (at_ != kNoNode && steps > 0) {
    --steps;
    if (started_ && !step()) break;
    started_ = true;
    barred_ = is_at_barred();
    if (!barred_ && at_ != LevelTree::kRoot && depth_ >= levels_.size()) return at_;
  }
  return kNoNode;
}

// A leading wildcard passes over names that begin with '$'. [MQTT-4.7.2-1]
bool NameWalk::is_at_barred() const {
  return depth_ == 1 && is_wildcard(0) && tree_.text(at_).starts_with('$');
}

// Goes to the next node that the filter's beginning matches; false, and to kNoNode, if there is none.
bool NameWalk::step() {
  if (!barred_ && descend()) return true;
  for (; at_ != LevelTree::kRoot; at_ = tree_[at_].parent, --depth_) {
    if (!is_wildcard(depth_ - 1)) continue;
    const NodeId sibling = tree_[at_].next_sibling;
    if (sibling == kNoNode) continue;
    at_ = sibling;
    return true;
  }
  at_ = kNoNode;
  return false;
}

bool NameWalk::descend() {
  if (depth_ >= levels_.size() && !open_ended_) return false;
  const NodeId child = is_wildcard(depth_) ? tree_[at_].first_child : tree_.child(at_, levels_[depth_]);
  if (child == kNoNode) return false;
  at_ = child;
  ++depth_;
  return true;
}

// Both paths are followed up to where they part. There the dates tell which of two siblings the walk comes to first.
bool NameWalk::has_passed(NodeId node) const {
  if (at_ == kNoNode) return true;
  std::size_t depth = 0;
  for (NodeId above = node; above != LevelTree::kRoot; above = tree_[above].parent)
    ++depth;
  const bool is_deeper = depth > depth_;
  NodeId here = at_;
  std::size_t here_depth = depth_;
  for (; depth > here_depth; --depth)
    node = tree_[node].parent;
  for (; here_depth > depth; --here_depth)
    here = tree_[here].parent;
  if (node == here) return !is_deeper;
  while (tree_[node].parent != tree_[here].parent) {
    node = tree_[node].parent;
    here = tree_[here].parent;
  }
  return tree_[node].below < tree_[here].below;
}

}  // namespace mqtt
