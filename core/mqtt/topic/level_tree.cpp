// The tree's nodes made, found, linked to their siblings and pruned.
#include "mqtt/topic/level_tree.h"

#include <algorithm>
#include <vector>

#include "mqtt/topic/topic_levels.h"

namespace mqtt {

namespace {

constexpr std::string_view kSingleLevelWildcard = "+";

}  // namespace

NodeId LevelTree::child(NodeId parent, LevelId level) const {
  const NodeId first = nodes_[parent].first_child;
  if (first == kNoNode || nodes_[first].level == level) return first;
  if (nodes_[first].next_sibling == kNoNode) return kNoNode;
  return children_.find(hash_pair(parent, level),
                        [&](NodeId node) { return nodes_[node].parent == parent && nodes_[node].level == level; });
}

NodeId LevelTree::find_child(NodeId parent, std::string_view text) const {
  if (text == kSingleLevelWildcard) return nodes_[parent].plus_child;
  const LevelId level = levels_.find(text);
  return level == kNoLevel ? kNoNode : child(parent, level);
}

NodeId LevelTree::find(std::string_view path) const {
  NodeId node = kRoot;
  for (TopicLevels levels(path); node != kNoNode && !levels.done();)
    node = find_child(node, levels.next());
  return node;
}

std::string LevelTree::path(NodeId node) const {
  std::vector<std::string_view> levels;
  for (; node != kRoot; node = nodes_[node].parent)
    levels.push_back(nodes_[node].level == kNoLevel ? kSingleLevelWildcard : text(node));
  std::string path(levels.back());
  for (auto level = levels.rbegin() + 1; level != levels.rend(); ++level)
    path.append("/").append(*level);
  return path;
}

NodeId LevelTree::obtain(std::string_view path) {
  NodeId node = kRoot;
  std::size_t depth = 0;
  for (TopicLevels levels(path); !levels.done(); ++depth)
    node = obtain_child(node, levels.next());
  depth_ = std::max(depth_, depth);
  return node;
}

NodeId LevelTree::obtain_child(NodeId parent, std::string_view text) {
  if (const NodeId existing = find_child(parent, text)) return existing;
  const NodeId node = nodes_.take();
  nodes_[node].parent = parent;
  if (has_dates_) nodes_[node].below = ++last_date_;
  if (text == kSingleLevelWildcard) {
    nodes_[parent].plus_child = node;
    return node;
  }
  nodes_[node].level = levels_.acquire(text);
  append_child(parent, node);
  return node;
}

void LevelTree::append_child(NodeId parent, NodeId node) {
  const NodeId first = nodes_[parent].first_child;
  if (first == kNoNode) {
    nodes_[parent].first_child = node;
    nodes_[node].previous_sibling = node;
    return;
  }
  const NodeId last = nodes_[first].previous_sibling;
  nodes_[last].next_sibling = node;
  nodes_[node].previous_sibling = last;
  nodes_[first].previous_sibling = node;
  children_.insert(node, hash_of_node());
}

void LevelTree::prune(NodeId node) {
  while (node != kRoot) {
    const LevelNode& candidate = nodes_[node];
    const bool has_children = candidate.first_child != kNoNode || candidate.plus_child != kNoNode;
    if (has_children || candidate.here != 0 || (candidate.below != 0 && !has_dates_)) return;
    const NodeId parent = candidate.parent;
    unlink(node);
    nodes_.give_back(node);
    node = parent;
  }
  if (nodes_.size() > 1) return;
  nodes_.truncate(kRoot);
  depth_ = 0;
  last_date_ = 0;
}

void LevelTree::unlink(NodeId node) {
  const LevelNode& leaving = nodes_[node];
  LevelNode& parent = nodes_[leaving.parent];
  if (leaving.level == kNoLevel) {
    parent.plus_child = kNoNode;
    return;
  }
  const NodeId previous = leaving.previous_sibling;
  const NodeId next = leaving.next_sibling;
  if (parent.first_child == node) {
    if (next != kNoNode) children_.erase(next, hash_of_node());
    parent.first_child = next;
  } else {
    children_.erase(node, hash_of_node());
    nodes_[previous].next_sibling = next;
  }
  // The last one's successor in this direction is the first one, where the way back to the last one is kept.
  const NodeId keeper = next != kNoNode ? next : parent.first_child;
  if (keeper != kNoNode) nodes_[keeper].previous_sibling = previous;
  levels_.release(leaving.level);
}

std::size_t LevelTree::memory_bytes() const {
  return nodes_.memory_bytes() + children_.memory_bytes() + levels_.memory_bytes();
}

}  // namespace mqtt
