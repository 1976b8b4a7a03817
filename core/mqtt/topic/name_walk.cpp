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

NodeId NameWalk::next() {
  while (at_ != kNoNode) {
    if (started_ && !step()) break;
    started_ = true;
    if (at_ != LevelTree::kRoot && depth_ >= levels_.size()) return at_;
  }
  return kNoNode;
}

// Goes to the next node that the filter's beginning matches; false, and to kNoNode, if there is none.
bool NameWalk::step() {
  if (descend()) return true;
  for (; at_ != LevelTree::kRoot; at_ = tree_[at_].parent, --depth_) {
    if (!is_wildcard(depth_ - 1)) continue;
    const NodeId sibling = tree_[at_].next_sibling;
    const NodeId allowed = depth_ == 1 ? first_allowed(sibling) : sibling;
    if (allowed == kNoNode) continue;
    at_ = allowed;
    return true;
  }
  at_ = kNoNode;
  return false;
}

bool NameWalk::descend() {
  if (depth_ >= levels_.size() && !open_ended_) return false;
  NodeId child = kNoNode;
  if (!is_wildcard(depth_)) {
    child = tree_.child(at_, levels_[depth_]);
  } else {
    child = tree_[at_].first_child;
    if (depth_ == 0) child = first_allowed(child);
  }
  if (child == kNoNode) return false;
  at_ = child;
  ++depth_;
  return true;
}

// A leading wildcard passes over names that begin with '$'. [MQTT-4.7.2-1]
NodeId NameWalk::first_allowed(NodeId child) const {
  while (child != kNoNode && tree_.text(child).starts_with('$'))
    child = tree_[child].next_sibling;
  return child;
}

}  // namespace mqtt
